"""Make an action from `FIELD=VALUE` words, as the command line takes them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, get_args, get_origin

from pydantic import BaseModel, ValidationError

from wbtui.errors import BadInput, MoneyError
from wbtui.models.actions import Action, Context
from wbtui.models.actions.fields import NOT_FIELDS, choices, fields_hint, model_of
from wbtui.models.base import message_of
from wbtui.models.money import Money, normal_currency, parse_typed
from wbtui.models.text import encodable

_YES = {"yes": True, "true": True, "no": False, "false": False}


def parse_action(
    kind: str, customer_id: str, fields: Iterable[str], *, agent: str, currency: str | None
) -> Action:
    """Return the action of that kind.

    Members of the context (`reason`, `ticket`, `comment`, `notify`) stand beside those of the action. A dot
    leads into an object (`changes.name=Anna`, `units.seats=5`); a repeated field is a list; an empty value is
    null. An amount is what a form takes (`parse_typed`) in `currency`, or `22.40 eur`.

    Raises BadInput: an unknown kind or field, or a value that does not fit; the sentence names the field.
    """
    model = model_of(kind)
    data: dict[str, Any] = {"kind": kind, "customer_id": customer_id, "context": {"agent": agent}}
    for word in fields:
        name, equals, text = word.partition("=")
        if not equals or not name:
            raise BadInput(f"{word[:60]!r} is not FIELD=VALUE.", hint="For example: amount=5.00")
        if encodable(word) != word:
            raise BadInput(f"{name[:60]!r}: The text is not valid UTF-8.", hint="Check its encoding.")
        if name.partition(".")[0] in NOT_FIELDS:
            raise BadInput(f"{name[:60]!r} is not a field of this action.", hint=fields_hint(kind))
        _put(data, model, name, text, currency)
    try:
        return model.model_validate_json(json.dumps(data))
    except ValidationError as error:
        raise BadInput(problem_sentence(error), hint=fields_hint(kind)) from None


def problem_sentence(error: ValidationError) -> str:
    """Say what is wrong, field by field, in the order of the fields: "amount: Enter an amount."."""
    said: dict[str, str] = {}
    problems = error.errors(include_url=False)
    for problem in problems:
        # A list is also too short without the items that are wrong.
        at, inner = problem["loc"], len(problem["loc"])
        if problem["type"] == "too_short" and any(one["loc"][:inner] == at != one["loc"] for one in problems):
            continue
        where = ".".join(str(part) for part in problem["loc"] if part != "context")
        empty = problem["input"] is None and problem["type"].endswith(("_type", "value_error"))
        kind = "missing" if empty else problem["type"]
        said.setdefault(where, _sentence(where, kind, message_of(problem)))
    return " ".join(said.values())


def _sentence(where: str, kind: str, text: str) -> str:
    known = {
        "missing": "is required",
        "string_too_short": "is required",
        "extra_forbidden": "is not a field of this action",
    }
    if kind in ("enum", "literal_error"):
        text = text.replace("Input should be", "choose").replace("'", "")
    elif kind.startswith("date_"):
        text = "enter a day such as 2027-01-31"
    elif kind.startswith("bool_"):
        text = "enter yes or no"
    elif kind in ("dict_type", "model_type"):
        text = f"write {where}.NAME=VALUE"
    sentence = f"{where} {known[kind]}" if kind in known else f"{where}: {text}" if where else text
    return sentence if sentence.endswith(".") else f"{sentence}."


def _put(data: dict[str, Any], model: type[BaseModel], name: str, text: str, currency: str | None) -> None:
    first, *rest = name.split(".")
    if first in Context.model_fields and first not in model.model_fields:
        data, model = data["context"], Context
    annotation = model.model_fields[first].annotation if first in model.model_fields else None
    for part in rest:
        inner = data.setdefault(first, {})
        if not isinstance(inner, dict):
            raise BadInput(f"{name[:60]!r} is given twice, once as a whole.")
        data, first, annotation = inner, part, _member(annotation, part)
    value = _value(annotation, text, currency)
    if text and date in choices(annotation) and not _is_date(text):
        raise BadInput(f"{name[:60]}: enter a day such as 2027-01-31.")
    if any(get_origin(one) is tuple for one in choices(annotation)):  # a list
        data.setdefault(first, []).append(value)
    elif first in data:
        raise BadInput(f"{name[:60]!r} is given twice.")
    else:
        data[first] = value


def _member(annotation: Any, name: str) -> Any:
    for one in choices(annotation):
        if isinstance(one, type) and issubclass(one, BaseModel) and name in one.model_fields:
            return one.model_fields[name].annotation
    return str


def _value(annotation: Any, text: str, currency: str | None) -> Any:
    """The word as JSON data of the type that the field takes."""
    for one in choices(annotation):
        if one is Money:
            return _money(text, currency)
        if one is bool:
            return _YES.get(text.casefold(), text)
        if get_origin(one) is tuple:
            return _item(get_args(one)[0], text, currency)
    return text if text else None


def _is_date(text: str) -> bool:
    """Return whether the text is a day. pydantic also takes a number, as seconds since 1970."""
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _money(text: str, currency: str | None) -> Mapping[str, str] | None:
    amount, _, named = text.strip().partition(" ")
    if not amount:
        return None
    if not (named or currency):
        raise BadInput("Say the currency of the amount.", hint="For example: amount='5.00 eur'")
    chosen = named.strip() or currency or ""
    try:
        return parse_typed(amount, normal_currency(chosen)).wire()
    except MoneyError as error:
        raise BadInput(error.sentence, hint=f"For example: amount={_sample_amount(chosen)}") from None


def _sample_amount(currency: str) -> str:
    """Return five units with the decimals of a currency; of one that does not exist, with two."""
    try:
        return Money.parse("5", currency).amount
    except MoneyError:
        return "5.00"


def _item(model: Any, text: str, currency: str | None) -> Any:
    """One item of a list: its members in order, split at colons (`main:anna@lumen.example`)."""
    if not (isinstance(model, type) and issubclass(model, BaseModel)):
        return text
    members = list(model.model_fields.items())
    parts = text.split(":", len(members) - 1)
    return {
        name: _value(field.annotation, part, currency)
        for (name, field), part in zip(members, parts, strict=False)
    }

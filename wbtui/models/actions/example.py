"""An example of every action, as the words of `wbtui do`."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from shlex import quote
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel

from wbtui.models.actions import ACTIONS
from wbtui.models.actions.fields import choices
from wbtui.models.money import Money

CUSTOMER = "anna@lumen.example"
_SAMPLES = {
    "text": "Called back.",
    "name": "Anna Schmidt",
    "reference": "Bank transfer 4711",
    "lines": "Line_1:5.00",
    "method_ids": "Pm_2",
    "on": "2026-11-20",
}
LATER = date(2027, 1, 31)
"""The day of the examples in the documents."""
_PREFIXES = {"contract": "Cont", "invoice": "Inv", "payment": "Pay", "method": "Pm", "credit": "Cred"}


def example(kind: str, later: date = LATER) -> str:
    """Return a command that does an action of this kind, with every field that has no default.

    `later`: the day of a field that takes a day to come.
    """
    model = ACTIONS[kind]
    words = [word for name in model.model_fields if (word := _word(model, name, later))]
    if model.moves_money:
        words.append("reason=courtesy")
    return " ".join(["wbtui do", kind, CUSTOMER, *map(quote, words)])


def _word(model: type[BaseModel], name: str, later: date) -> str | None:
    field = model.model_fields[name]
    if name in ("kind", "customer_id", "context") or not field.is_required():
        return None
    [first, *_] = choices(field.annotation)
    if get_origin(first) in (dict, Mapping):
        return f"{name}.seats=5"
    if isinstance(first, type) and issubclass(first, BaseModel):
        [inner, *_] = first.model_fields
        return f"{name}.{inner}={_sample(inner, first.model_fields[inner].annotation, later)}"
    return f"{name}={_sample(name, first, later)}"


def _sample(name: str, kind: Any, later: date) -> str:
    if kind is Money:
        return "5.00"
    if kind is date and name not in _SAMPLES:
        return later.isoformat()
    if get_origin(kind) is Literal:
        return str(get_args(kind)[0])
    if name.endswith("_id"):
        prefix = name.removesuffix("_id")
        return f"{_PREFIXES.get(prefix, prefix.capitalize())}_1"
    return _SAMPLES[name]

"""The fields of an action as the command line takes them, with what each of them expects."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from difflib import get_close_matches
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from wbtui.errors import BadInput
from wbtui.models.actions import ACTIONS, Action, Context
from wbtui.models.actions.members import Amount, Count, Days, Percent
from wbtui.models.money import Money

NOT_FIELDS = ("kind", "customer_id", "context", "agent")
"""Members that the command line sets by itself."""


class Field(NamedTuple):
    """A field as it is typed: `mode`, `units.FEATURE`, `changes.address.zip`.

    Attributes:
        required: whether the action cannot be done without it.
        values: the values to choose from; none where any text is taken.
        expects: what kind of value is taken, such as "a day such as 2027-01-31"; empty for text.
    """

    name: str
    required: bool
    values: tuple[str, ...] = ()
    expects: str = ""


def model_of(kind: str) -> type[Action]:
    """Return the model of an action. Raises BadInput for an unknown kind."""
    if kind not in ACTIONS:
        near = "".join(f"Did you mean {one!r}? " for one in get_close_matches(kind[:40], ACTIONS, n=1))
        raise BadInput(
            f"There is no action {kind[:40]!r}.", hint=f"{near}Actions: {', '.join(sorted(ACTIONS))}."
        )
    return ACTIONS[kind]


def fields_of(model: type[Action]) -> tuple[Field, ...]:
    """Return the fields of an action, those of the context last."""
    members = {**model.model_fields, **Context.model_fields}
    fields = [
        field
        for name, member in members.items()
        if name not in NOT_FIELDS
        for field in _fields_of_member(name, member, member.is_required())
    ]
    return tuple(
        field._replace(required=field.required or (field.name == "reason" and model.moves_money))
        for field in fields
    )


def field_names(model: type[Action]) -> tuple[str, ...]:
    """Return the names that `parse_action` takes for an action, those of the context last."""
    return tuple(field.name for field in fields_of(model))


def is_field(kind: str, word: str) -> bool:
    """Return whether a word is FIELD=VALUE of an action. Raises BadInput for an unknown kind."""
    names = {name.partition(".")[0] for name in field_names(model_of(kind))}
    name, equals, _ = word.partition("=")
    return bool(equals) and name.partition(".")[0] in names


def fields_hint(kind: str) -> str:
    """Return the fields of an action, those it needs and the values of choices, a line each.

    Raises BadInput for an unknown kind.
    """
    fields = fields_of(model_of(kind))
    needed = [field.name for field in fields if field.required]
    return "\n".join(
        [
            f"Fields: {', '.join(field.name for field in fields)}.",
            *([f"Required: {', '.join(needed)}."] if needed else []),
            *(f"{field.name} is {field.expects}." for field in fields if field.values),
        ]
    )


def choices(annotation: Any) -> tuple[Any, ...]:
    """The types an annotation allows, without None and without what only validates."""
    union = get_origin(annotation) in (Union, UnionType)
    found = get_args(annotation) if union else (annotation,)
    bare = (get_args(one)[0] if get_origin(one) is Annotated else one for one in found)
    return tuple(one for one in bare if one is not type(None))


def _fields_of_member(name: str, member: FieldInfo, required: bool) -> Iterator[Field]:
    """Yield the field of a member; of an object one for each of its members, with dots."""
    [first, *_] = choices(member.annotation)
    if get_origin(first) in (dict, Mapping):
        key = "FEATURE" if name == "units" else "NAME"
        yield Field(f"{name}.{key}", required, expects=_expected(get_args(first)[1]))
    elif isinstance(first, type) and issubclass(first, BaseModel):
        for inner, one in first.model_fields.items():
            yield from _fields_of_member(f"{name}.{inner}", one, False)
    else:
        values = _values(first)
        expects = _either(values) if values else _expected(member.annotation)
        if (values or first is bool) and (default := member.default) not in (None, PydanticUndefined):
            shown = {True: "yes", False: "no"}.get(default, default)
            expects = f"{expects} (default: {shown})"
        yield Field(name, required, values, expects)


def _values(kind: Any) -> tuple[str, ...]:
    """The values of a choice; none for any other type."""
    if get_origin(kind) is Literal:
        return tuple(str(value) for value in get_args(kind))
    return tuple(str(value) for value in kind) if isinstance(kind, type) and issubclass(kind, Enum) else ()


def _either(values: tuple[str, ...]) -> str:
    return f"{', '.join(values[:-1])} or {values[-1]}" if values[1:] else values[0]


def _expected(annotation: Any) -> str:
    """Say what kind of value a field takes; empty for text."""
    for one in (annotation, *get_args(annotation)):
        if one in _EXPECTED:
            return _EXPECTED[one]
    [kind, *_] = choices(annotation)
    if get_origin(kind) is tuple:
        [item, *_] = get_args(kind)
        if isinstance(item, type) and issubclass(item, BaseModel):
            return f"{':'.join(item.model_fields).upper()}, may be repeated"
        return "may be repeated"
    return ""


_EXPECTED: dict[Any, str] = {
    Money: "an amount such as 5.00",
    Amount: "an amount such as 5.00",
    date: "a day such as 2027-01-31",
    bool: "yes or no",
    Percent: "a percentage",
    Count: "a number",
    Days: "a number of days",
}

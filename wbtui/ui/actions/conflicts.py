"""Changes by somebody else while a form was filled in, and their conflicts with the agent's own changes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from pydantic import ValidationError

from wbtui.models.customer import Email
from wbtui.models.drafts import Conflict, Draft
from wbtui.models.invoice import Address
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.form_row import FormRow


def data_of_answers(draft: Draft | None, data: FormData) -> FormData:
    """Return the data that the answers were given for: of a draft, with the customer as they were then.

    It is `data` without a draft, and for a draft of another version, whose customer cannot be read.
    """
    if draft is None or not draft.seen:
        return data
    try:
        customer = type(data.customer).model_validate(draft.seen, strict=False)
    except ValidationError:
        return data
    return replace(data, customer=customer, subject=customer)


def is_outdated(rows: Iterable[FormRow], seen: FormData, now: FormData) -> bool:
    """Return whether the agent's changes replace something that has changed since."""
    return any(
        row.field.current(seen) != row.field.current(now) or _members(row, seen) != _members(row, now)
        for row in _changed(rows)
    )


def conflicts_of(rows: Iterable[FormRow], seen: FormData, now: FormData) -> Sequence[Conflict]:
    """Return the fields that both have changed, to different values."""
    found = [
        Conflict(
            name=row.field.name,
            label=row.field.label,
            before=text_of(row.field.current(seen)),
            theirs=text_of(row.field.current(now)),
            yours=text_of(row.field.value(row.control)),
        )
        for row in _changed(rows)
    ]
    return [one for one in found if one.is_real]


def text_of(value: Any) -> str:
    """Return the value of a field as people read it, its parts on lines of their own."""
    match value:
        case None:
            return ""
        case Address():
            return "\n".join(value.lines())
        case dict():
            return text_of(Address(**value))
        case tuple():
            return "\n".join(f"{one.label}: {one.address}" for one in value if isinstance(one, Email))
        case _:
            return str(value)


def _changed(rows: Iterable[FormRow]) -> Iterator[FormRow]:
    return (row for row in rows if row.is_asked and row.field.raw(row.control) != row.start)


def _members(row: FormRow, data: FormData) -> dict[str, Any]:
    return row.field.members(row.field.value(row.control), data)

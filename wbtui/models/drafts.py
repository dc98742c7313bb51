"""Drafts: forms that were kept to be finished later, and what has changed since."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from wbtui.models.base import Model
from wbtui.models.preview_text import Difference, shown_value
from wbtui.models.text import spaced

Answer: TypeAlias = dict[str, str | bool | tuple[str, ...]]
"""Content of the controls of one field, by control."""
_INTERNAL = ("id", "version", "updated_at")
"""Members whose change says nothing to an agent."""
_WORDS = {
    "vat_id": "VAT ID", "mrr": "MRR", "email": "e-mail", "line_1": "street", "line_2": "street, line 2",
    "zip": "postal code", "by": "last change by",
}  # fmt: skip
"""Member, an item of a list in the singular → what agents call it, if not by its name."""


class Draft(Model):
    """A form that was kept; nothing of it was sent.

    Attributes:
        kind: the kind of action.
        customer_id: empty for several customers.
        customer_ids: those of a bulk action, else none.
        customer: the customer's title when it was kept, or how many they are. Not cleaned.
        label: name of the object the action is about; empty for the customer.
        answers: by name of the field, only what differs from the empty form.
        seen: the object as it was when the form was filled in; for a bulk action, by customer ID, the title
            (`customer`) and a description of the object (`object`).
    """

    id: str
    kind: str
    customer_id: str
    customer: str
    subject_id: str
    label: str
    saved_at: datetime
    answers: dict[str, Answer]
    seen: dict[str, Any]
    customer_ids: tuple[str, ...] = ()


def changes_since(seen: Mapping[str, Any], now: Mapping[str, Any]) -> tuple[Difference, ...]:
    """Return what differs between two states of an object, as JSON data."""
    before, after = dict(_values(seen)), dict(_values(now))
    paths = dict.fromkeys([*before, *after])
    return tuple(
        Difference(
            _label(path),
            shown_value(before.get(path)),
            shown_value(after.get(path)),
        )
        for path in paths
        if before.get(path) != after.get(path)
    )


def _label(path: tuple[str, ...]) -> str:
    """Return the words for a path: "Payment 1 refundable" for the first of `payments`."""
    pairs = zip(path, (*path[1:], ""), strict=True)
    names = (name.removesuffix("s") if below.isdecimal() else name for name, below in pairs)
    label = " ".join(_WORDS.get(name, spaced(name)) for name in names)
    return label[:1].upper() + label[1:]


def _values(data: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str | None]]:
    """Yield every value with its path; an amount is one value."""
    if isinstance(data, Mapping) and data.keys() == {"amount", "currency"}:
        yield path, f"{data['amount']} {data['currency']}"
    elif isinstance(data, Mapping):
        for name, value in data.items():
            if name not in _INTERNAL:
                yield from _values(value, (*path, str(name)))
    elif isinstance(data, list | tuple):
        names = ("start", "end") if path[-1:] == ("period",) else map(str, range(1, len(data) + 1))
        for name, value in zip(names, data, strict=False):
            yield from _values(value, (*path, name))
    else:
        yield path, None if data is None else str(data).lower() if isinstance(data, bool) else str(data)


def named(seen: Any, wanted: str) -> str | None:
    """Return the name of the part of an object that has this ID or slug; None where it has none."""
    if isinstance(seen, Mapping):
        if wanted in (seen.get("id"), seen.get("slug")) and isinstance(seen.get("name"), str):
            return str(seen["name"])
        seen = list(seen.values())
    if not isinstance(seen, list | tuple):
        return None
    return next((name for one in seen if (name := named(one, wanted)) is not None), None)


@dataclass(frozen=True, slots=True)
class Conflict:
    """One detail with three values, each as people read it.

    Attributes:
        name: the field that the agent changed.
        before: its value when the agent began.
        theirs: its value now.
        yours: what the agent entered.
    """

    name: str
    label: str
    before: str
    theirs: str
    yours: str

    @property
    def is_real(self) -> bool:
        """Whether both changed it, to different values."""
        return self.theirs not in (self.before, self.yours)

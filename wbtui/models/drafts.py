"""Drafts: forms that were kept to be finished later, and what has changed since."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from pydantic import ValidationError

from wbtui.models.base import Model
from wbtui.models.payment import MethodBrief
from wbtui.models.plan import Cycle
from wbtui.models.preview_text import TEXTS, Difference, shown_status, shown_value
from wbtui.models.text import spaced

Answer: TypeAlias = dict[str, str | bool | tuple[str, ...]]
"""Content of the controls of one field, by control."""
_INTERNAL = ("id", "version", "updated_at")
"""Members whose change says nothing to an agent."""
_WORDS = {
    "vat_id": "VAT ID", "mrr": "MRR", "email": "e-mail", "line_1": "street", "line_2": "street, line 2",
    "zip": "postal code", "by": "last change by", "cancel_at": "cancellation",
    "price_signed": "contract price", "price_today": "current list price",
}  # fmt: skip
"""Member, an item of a list in the singular → what agents call it, if not by its name."""
_SUMMARY: tuple[tuple[str, ...], ...] = (
    ("money", "total"),
    ("status", "state"),
    ("number", "name", "plan", "address", "what"),
)
"""The members that tell what an object is: the first there is of each group."""
_WHOLE = ("next_charge", "scheduled_change", "discount")
"""Objects that come or go as a whole, which is one change."""
_SCHEDULED = (("kind",), ("to_plan",), ("on",))
"""The same for a scheduled change."""


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
    """Return what differs between two states of an object, as JSON data.

    Its own members come first, then what came or went as a whole, such as a refund of an invoice. An amount
    that is told by several members is said once.
    """
    found = sorted(_differing((), seen, now), key=_rank)
    amounts = [(before, after) for _, before, after in found]
    return tuple(
        Difference(_label(path), _shown(path, before), _shown(path, after))
        for number, (path, before, after) in enumerate(found)
        if not (_is_money(before) and _is_money(after) and (before, after) in amounts[:number])
    )


def _rank(difference: tuple[tuple[str, ...], Any, Any]) -> int:
    path, before, after = difference
    is_whole = isinstance(after if before is None else before, Mapping) and None in (before, after)
    return 0 if len(path) == 1 else 1 if is_whole else 2


def _is_money(data: Any) -> bool:
    return isinstance(data, Mapping) and data.keys() == {"amount", "currency"}


def _differing(path: tuple[str, ...], before: Any, after: Any) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield each value that differs with its path, before and after; an amount is one value."""
    both = [data for data in (before, after) if data is not None]
    if len(both) == 1 and path[-1:] and path[-1] in _WHOLE:
        yield path, before, after
    elif both and all(isinstance(data, Mapping) and not _is_money(data) for data in both):
        old, new = before or {}, after or {}
        for name in dict.fromkeys([*old, *new]):
            if name not in _INTERNAL:
                yield from _differing((*path, str(name)), old.get(name), new.get(name))
    elif both and all(isinstance(data, list | tuple) for data in both):
        yield from _items_differing(path, before or (), after or ())
    elif before != after:
        yield path, before, after


def _items_differing(
    path: tuple[str, ...], before: Sequence[Any], after: Sequence[Any]
) -> Iterator[tuple[tuple[str, ...], Any, Any]]:
    """Yield the differences of items that are on both sides; one that came or went as a whole."""
    names = {0: "start", 1: "end"} if path[-1:] == ("period",) else {}
    old, new = (dict(_keyed(side)) for side in (before, after))
    for key in dict.fromkeys([*new, *old]):
        (at, item), was, now = (new.get(key) or old[key], old.get(key), new.get(key))
        below = (*path, _item_name(item) or names.get(at, str(at + 1)))
        if was is not None and now is not None:
            yield from _differing(below, was[1], now[1])
        else:
            yield below, None if was is None else was[1], None if now is None else now[1]


def _keyed(items: Sequence[Any]) -> Iterator[tuple[object, tuple[int, Any]]]:
    """Yield the key by which items of two lists are compared, the place and the item.

    It is the ID; of a payment method without one the label, the second time with a number; else the place.
    """
    labels = Counter[str]()
    for at, item in enumerate(items):
        key: object = item.get("id", at) if isinstance(item, Mapping) else at
        if key == at and (label := _item_name(item)) is not None:
            labels[label] += 1
            key = (label, labels[label])
        yield key, (at, item)


class _Name(str):
    """What an item of a list is called on the screens."""


def _item_name(item: Any) -> _Name | None:
    """Return `Visa ••4242`, `Pro · monthly` or the number of an invoice; None for something else."""
    match item:
        case {"last_digits": _}:
            members = {name: item.get(name) for name in MethodBrief.model_fields}
            with suppress(ValidationError):
                return _Name(MethodBrief.model_validate(members, strict=False).label)
        case {"plan": str(plan), "cycle": str(cycle)} if plan:
            return _Name(f"{plan} · {Cycle(cycle).adverb}")
        case {"number": str(number)} if number:
            return _Name(number)
    return None


def _shown(path: tuple[str, ...], data: Any) -> str:
    """Return a value for people; of an object, its amount, its status and its name."""
    if _is_money(data):
        return shown_value(f"{data['amount']} {data['currency']}")
    if isinstance(data, Mapping):
        groups = _SUMMARY[:-1] if isinstance(path[-1], _Name) else _SUMMARY  # the label has the name
        groups = _SCHEDULED if path[-1] == "scheduled_change" else groups
        first = (next((name for name in names if data.get(name)), None) for names in groups)
        return " · ".join(_shown((name,), data[name]) for name in first if name is not None) or "yes"
    if isinstance(data, str) and path[0] in TEXTS:
        return data or "–"
    if path[-1:] == ("status",):
        return shown_status("contract", str(data))
    if path[-1:] == ("state",):
        return shown_status("invoice", str(data))
    return shown_value(None if data is None else str(data).lower() if isinstance(data, bool) else str(data))


def _label(path: tuple[str, ...]) -> str:
    """Return the words for a path: "Payment 1 refundable" for the first of `payments`.

    An item with a name is called by it: "Visa ••4242 status".
    """
    pairs = zip(path, (*path[1:], ""), strict=True)
    named = ((name, below) for name, below in pairs if not isinstance(below, _Name))
    names = (name.removesuffix("s") if below.isdecimal() else name for name, below in named)
    label = " ".join(_WORDS.get(name, spaced(name)) for name in names)
    return label[:1].upper() + label[1:]


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

"""Bulk actions: one action on many customers as it was confirmed, and the result of each item."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from wbtui.models.actions import Action
from wbtui.models.money import Money, per_currency
from wbtui.models.preview import BASIS_CHANGED, JournalEntry, Preview, Rule, Status, result_name

MOST_ITEMS = 200
"""The most customers of one bulk action."""


class ItemStatus(StrEnum):
    """What is known of one item.

    `not_tried`: nothing was sent. `not_sent`: it was tried, and it is certain that nothing arrived.
    `changed`: skipped, because the data changed since it was confirmed. `unknown`: it may have run.
    `abandoned`, `not_carried_out`: it never ran, as the agent made sure or saw.
    `left_out`: a customer who was left out from the start.
    """

    NOT_TRIED = "not_tried"
    SENDING = "sending"
    DONE = "done"
    PENDING = "pending"
    REFUSED = "refused"
    CHANGED = "changed"
    NOT_SENT = "not_sent"
    ABANDONED = "abandoned"
    NOT_CARRIED_OUT = "not_carried_out"
    UNKNOWN = "unknown"
    LEFT_OUT = "left_out"

    @property
    def left(self) -> bool:
        """Whether it can still be sent, under a new key."""
        return self in (ItemStatus.NOT_TRIED, ItemStatus.NOT_SENT)

    @property
    def failed(self) -> bool:
        """Whether it stops a bulk action that stops on errors."""
        return self in (ItemStatus.REFUSED, ItemStatus.NOT_SENT, ItemStatus.UNKNOWN)


_OF_ENTRY: Mapping[str, ItemStatus] = {
    Status.INTENDED: ItemStatus.SENDING,
    Status.SENT: ItemStatus.SENDING,
    Status.WITHDRAWN: ItemStatus.NOT_TRIED,
}
"""Status of an item by the result of its journal entry, where they have other names."""


def item_result(status: Status, rule: Rule | None, trouble: str | None) -> tuple[ItemStatus, str | None]:
    """Return the status and trouble of an item by its latest journal entry or outcome."""
    changed = status is Status.REFUSED and rule is not None and rule.code == BASIS_CHANGED
    reason = trouble or (rule.message if rule is not None else None)
    result = result_name(status, rule)
    return ItemStatus.CHANGED if changed else _OF_ENTRY.get(result) or ItemStatus(result), reason


@dataclass(frozen=True, slots=True)
class BulkItem:
    """One action of a bulk action.

    Attributes:
        preview: as it was confirmed.
        customer: the customer's title. Not cleaned.
        label: name of the object the action is about, for the journal.
        number: its place, from 1; given when the bulk action is started.
        trouble: why it is not done, in a sentence.
        key: of its latest intent; None when there was none.
    """

    action: Action
    preview: Preview
    customer: str
    summary: str
    label: str | None = None
    number: int = 0
    status: ItemStatus = ItemStatus.NOT_TRIED
    trouble: str | None = None
    key: str | None = None

    @property
    def customer_id(self) -> str:
        return self.action.customer_id

    @property
    def amount(self) -> Money | None:
        """The amount that was confirmed."""
        return self.preview.amount


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A customer to whom nothing is sent, such as one without an open invoice, and why (`trouble`).

    It has what a result shows of an item.
    """

    customer_id: str
    customer: str
    trouble: str
    label: None = None
    number: int = 0
    amount: None = None
    status: ItemStatus = ItemStatus.LEFT_OUT
    key: None = None


@dataclass(frozen=True, slots=True)
class Bulk:
    """A confirmed bulk action.

    Attributes:
        left_out: customers who were marked and left out.
        stop_on_error: whether an item that fails stops it.
        ended: None until no item is left, or the rest was discarded.
    """

    id: str
    kind: str
    stop_on_error: bool
    created: datetime
    items: tuple[BulkItem, ...]
    ended: datetime | None = None
    left_out: tuple[LeftOut, ...] = ()

    @property
    def rows(self) -> tuple[BulkItem | LeftOut, ...]:
        """The items and the customers left out."""
        return (*self.items, *self.left_out)

    @property
    def left(self) -> tuple[BulkItem, ...]:
        """The items that can still be sent."""
        return tuple(item for item in self.items if item.status.left)

    @property
    def counts(self) -> Counter[ItemStatus]:
        """The number of items of each status, and of customers left out."""
        return Counter(row.status for row in self.rows)

    @property
    def nothing_sent(self) -> bool:
        """Whether no item was sent, in an earlier run either."""
        return all(item.key is None for item in self.items)

    @property
    def cancelled_sentence(self) -> str:
        """What is said of a run that was cancelled in its undo window."""
        return f"Cancelled. {'Nothing' if self.nothing_sent else 'Nothing more'} was sent."

    def item(self, number: int) -> BulkItem:
        """Return an item by its number."""
        return self.items[number - 1]

    def with_status(self, number: int, status: ItemStatus, trouble: str | None = None) -> Bulk:
        """Return the bulk action after something became known of an item."""
        return self._with(replace(self.item(number), status=status, trouble=trouble))

    def after(self, entry: JournalEntry) -> Bulk:
        """Return the bulk action after a change of the journal entry of one of its items."""
        if entry.bulk_id != self.id or entry.bulk_number is None:
            return self
        status, trouble = item_result(entry.status, entry.rule, entry.trouble)
        item = self.item(entry.bulk_number)
        return self._with(replace(item, status=status, trouble=trouble, key=entry.key))

    def _with(self, item: BulkItem) -> Bulk:
        at = item.number - 1
        return replace(self, items=(*self.items[:at], item, *self.items[at + 1 :]))


def totals(items: Iterable[BulkItem]) -> tuple[Money, ...]:
    """Return the amounts of the previews, added up by currency."""
    return tuple(per_currency(item.amount for item in items if item.amount is not None).values())

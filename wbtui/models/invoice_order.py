"""Orders of a list of invoices."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

from wbtui.models.invoice import InvoiceBrief
from wbtui.models.money import Money

InvoiceT = TypeVar("InvoiceT", bound=InvoiceBrief)


class InvoiceOrder(Enum):
    """The column that a list is sorted by, and whether from the highest to the lowest."""

    NEWEST = ("date", True)
    OLDEST = ("date", False)
    TOTAL = ("total", True)
    OPEN = ("open", True)

    @property
    def column(self) -> str:
        return self.value[0]

    @property
    def descending(self) -> bool:
        return self.value[1]

    @property
    def following(self) -> InvoiceOrder:
        """The next order; after the last the first."""
        orders = list(InvoiceOrder)
        return orders[(orders.index(self) + 1) % len(orders)]


def in_order(invoices: Iterable[InvoiceT], order: InvoiceOrder) -> list[InvoiceT]:
    """Return the invoices sorted; those that are equal stay as they are.

    Amounts are sorted within each currency; unknown ones come last.
    """
    if order in (InvoiceOrder.NEWEST, InvoiceOrder.OLDEST):
        return sorted(invoices, key=lambda one: one.date, reverse=order.descending)
    by_open = order is InvoiceOrder.OPEN
    return sorted(invoices, key=lambda one: _highest_first(one.open if by_open else one.total))


def _highest_first(amount: Money | None) -> tuple[bool, str, int]:
    return (True, "", 0) if amount is None else (False, amount.currency, -amount.minor)

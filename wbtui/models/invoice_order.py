"""Orders of a list of invoices."""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import TypeVar

from wbtui.models.invoice import InvoiceBrief

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
    def is_by_amount(self) -> bool:
        return self in (InvoiceOrder.TOTAL, InvoiceOrder.OPEN)

    @property
    def following(self) -> InvoiceOrder:
        """The next order; after the last the first."""
        orders = list(InvoiceOrder)
        return orders[(orders.index(self) + 1) % len(orders)]

    def by(self, column: str) -> InvoiceOrder:
        """The order by a column; if it is this one's, the other way round where there is that."""
        orders = [order for order in InvoiceOrder if order.column == column]
        return orders[(orders.index(self) + 1) % len(orders)] if self in orders else orders[0]


def in_order(invoices: Iterable[InvoiceT], order: InvoiceOrder, currency: str) -> list[InvoiceT]:
    """Return the invoices sorted; those that are equal stay as they are.

    Amounts of `currency` come first, then those of the other currencies, each by itself; unknown ones last.
    """
    if not order.is_by_amount:
        return sorted(invoices, key=lambda one: one.date, reverse=order.descending)

    def highest_first(one: InvoiceT) -> tuple[bool, bool, str, int]:
        amount = one.open if order is InvoiceOrder.OPEN else one.total
        if amount is None:
            return True, True, "", 0
        return False, amount.currency != currency, amount.currency, -amount.minor

    return sorted(invoices, key=highest_first)

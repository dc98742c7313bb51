"""Customers that were deleted in the billing system during this run, shown in open profiles."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wbtui.services.signals import Signal

_MAX_REMEMBERED = 10_000
"""Above this, the oldest entries are dropped."""


class DeletedCustomers:
    """Deleted customers with the time of deletion, from the change feed or from a "not found" answer."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self.changed: Signal[frozenset[str]] = Signal()
        """IDs of newly deleted customers."""

    def at(self, customer_id: str | None) -> datetime | None:
        """Return when the customer was deleted or found to be deleted; None if they exist."""
        return self._at.get(customer_id) if customer_id is not None else None

    def add(self, deleted: Mapping[str, datetime]) -> None:
        """Add deleted customers. An earlier time of the same customer is kept."""
        new = {one: when for one, when in deleted.items() if one not in self._at}
        if not new:
            return
        self._at.update(new)
        while len(self._at) > _MAX_REMEMBERED:
            del self._at[next(iter(self._at))]
        self.changed.emit(frozenset(new))

    def discard(self, customer_id: str) -> None:
        """Remove a customer that the server has after all."""
        self._at.pop(customer_id, None)

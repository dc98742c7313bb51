"""Who was deleted at the billing system, as far as this run heard of it: open profiles say so."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from wbtui.services.signals import Signal

_MANY = 10_000
"""More than this are not remembered one by one; the oldest news goes first."""


class DeletedCustomers:
    """Customers that are gone and when, from the change feed or from an answer that knows them no more."""

    def __init__(self) -> None:
        self._at: dict[str, datetime] = {}
        self.changed: Signal[frozenset[str]] = Signal()
        """Ids that were just heard to be gone."""

    def at(self, customer_id: str | None) -> datetime | None:
        """When the customer went, or was found to be gone; None for all who are there."""
        return self._at.get(customer_id) if customer_id is not None else None

    def add(self, gone: Mapping[str, datetime]) -> None:
        """These are gone. What was heard first stays."""
        new = {one: when for one, when in gone.items() if one not in self._at}
        if not new:
            return
        self._at.update(new)
        while len(self._at) > _MANY:
            del self._at[next(iter(self._at))]
        self.changed.emit(frozenset(new))

    def discard(self, customer_id: str) -> None:
        """The server knows the customer after all."""
        self._at.pop(customer_id, None)

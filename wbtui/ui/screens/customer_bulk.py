"""Customers marked in the list for a bulk action."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from textual.screen import Screen

from wbtui.models.bulk import MOST_ITEMS
from wbtui.models.customer import Customer
from wbtui.ui.host import host
from wbtui.ui.text import bulk as text
from wbtui.ui.text.search import inexact
from wbtui.ui.widgets.customer_columns import Row


class BulkMarks:
    """At most MOST_ITEMS customers; they stay marked while the search changes. `changed` repaints them."""

    def __init__(self, owner: Screen[Any], changed: Callable[[], None]) -> None:
        self._owner = owner
        self._changed = changed
        self._customers: dict[str, Customer] = {}

    def __len__(self) -> int:
        return len(self._customers)

    def has(self, row: Row) -> bool:
        """Whether the customer of a row is marked."""
        return row.value.id in self._customers

    def toggle(self, customer: Customer) -> bool:
        """Mark or unmark a customer; return False where there are too many, which is said."""
        if self._customers.pop(customer.id, None) is None:
            if len(self._customers) >= MOST_ITEMS:
                host(self._owner).show_toast(text.TOO_MANY, tone="warning")
                return False
            self._customers[customer.id] = customer
        self._changed()
        return True

    async def toggle_all(self, query: str, is_done: Callable[[str], object]) -> None:
        """Unmark all, or mark the first MOST_ITEMS that a search finds and `is_done` does not name."""
        if self._customers:
            self.clear()
            return
        search = host(self._owner).services.directory.open(query, separate=True)
        found: list[Customer] = []
        async for rows in search.pages(await search.count()):
            found += [row.value for row in rows if not is_done(row.value.id)]
            if len(found) > MOST_ITEMS:
                break
        self._customers = {one.id: one for one in found[:MOST_ITEMS]}
        note = inexact(await search.not_listed(), complete=search.is_complete)
        host(self._owner).show_toast(text.marked_all(len(self._customers), len(found), note))
        self._changed()

    def clear(self) -> None:
        """Unmark all."""
        self._customers = {}
        self._changed()

    def open_menu(self) -> None:
        """Open the menu of the actions on the marked customers; they stay marked unless one was sent."""
        from wbtui.ui.actions.bulk_menu import open_bulk_menu

        open_bulk_menu(self._owner, tuple(self._customers.values()), ended=self.clear)

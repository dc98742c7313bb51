"""In-memory replacement of the workspace file for the fake services."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from wbtui.models.saved import Mark, SavedSearch
from wbtui.store.workspace import QuickAccessEntry


class FakeWorkspace:
    """Pins, recent customers, saved searches and marks in dictionaries."""

    def __init__(self) -> None:
        self.pinned: dict[str, QuickAccessEntry] = {}
        self.opened: dict[str, QuickAccessEntry] = {}
        self.saved: dict[str, SavedSearch] = {}
        self.marked: dict[tuple[str, str], Mark] = {}
        self.kept: dict[str, tuple[str, str, datetime]] = {}
        self.ticket: str | None = None

    async def put_draft(self, draft_id: str, text: str, at: datetime) -> None:
        self.kept[draft_id] = (draft_id, text, at)

    async def drafts(self) -> tuple[tuple[str, str, datetime], ...]:
        return tuple(reversed(self.kept.values()))

    async def drop_drafts(self, draft_ids: Iterable[str]) -> None:
        for one in draft_ids:
            self.kept.pop(one, None)

    async def last_ticket(self) -> str | None:
        return self.ticket

    async def set_last_ticket(self, ticket: str) -> None:
        self.ticket = ticket or None

    async def pin(self, customer_id: str, title: str, at: datetime) -> None:
        self.pinned[customer_id] = QuickAccessEntry(customer_id, title, at)

    async def unpin(self, customer_id: str) -> None:
        self.pinned.pop(customer_id, None)

    async def pins(self) -> tuple[QuickAccessEntry, ...]:
        return tuple(reversed(self.pinned.values()))

    async def record_visit(self, customer_id: str, title: str, at: datetime) -> None:
        self.opened.pop(customer_id, None)
        self.opened[customer_id] = QuickAccessEntry(customer_id, title, at)

    async def recent(self, limit: int = 10) -> tuple[QuickAccessEntry, ...]:
        return tuple(reversed(self.opened.values()))[:limit]

    async def put_search(self, search: SavedSearch, at: datetime) -> None:
        self.saved[search.id] = search

    async def drop_search(self, search_id: str) -> None:
        self.saved.pop(search_id, None)

    async def searches(self) -> tuple[SavedSearch, ...]:
        return tuple(sorted(self.saved.values(), key=lambda one: one.name))

    async def put_mark(self, queue: str, mark: Mark, at: datetime) -> None:
        self.marked[queue, mark.customer_id] = mark

    async def drop_marks(self, queue: str, customer_ids: Iterable[str]) -> None:
        for customer_id in customer_ids:
            self.marked.pop((queue, customer_id), None)

    async def marks(self, queue: str) -> dict[str, Mark]:
        return {customer: mark for (name, customer), mark in self.marked.items() if name == queue}

"""Work queues: saved searches with counts and marks; pinned and recent customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, datetime

from wbtui import errors
from wbtui.models.query.terms import Query
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch, check_name
from wbtui.services.directory import Directory
from wbtui.services.queue_cursor import QueueCursor
from wbtui.store.cache import Cache
from wbtui.store.cancellation import CancelToken
from wbtui.store.workspace import QuickAccessEntry, Workspace

__all__ = ["CancelToken", "Counted", "Queues", "QuickAccessEntry"]


@dataclass(frozen=True, slots=True)
class Counted:
    """Number of cached customers in a queue, and how many of them are done or snoozed (`aside`).

    `known` is false where there may be more, because the list of customers lacks the data.
    """

    total: int
    aside: int
    known: bool = True

    @property
    def left(self) -> int:
        """Number of customers who are neither done nor snoozed."""
        return self.total - self.aside


class Queues:
    """Saved searches, marks, pins and recent customers, stored in the workspace."""

    def __init__(
        self,
        workspace: Workspace,
        directory: Directory,
        cache: Cache,
        *,
        today: Callable[[], date],
        now: Callable[[], datetime],
        make_id: Callable[[], str],
    ) -> None:
        self._workspace = workspace
        self._directory = directory
        self._cache = cache
        self._today = today
        self._now = now
        self._make_id = make_id
        self.counted: dict[str, Counted] = {}
        """Last counts by search ID; they can be outdated."""
        self.current: str | None = None
        """Query of the queue that was opened last."""

    # ── saved searches ──
    async def searches(self) -> tuple[SavedSearch, ...]:
        """Return the built-in searches, then the saved ones by name."""
        return (*BUILT_IN, *await self._workspace.searches())

    async def save(self, name: str, query: str) -> SavedSearch:
        """Save a query under a name. Raises BadInput if the name is empty, too long or used."""
        saved = SavedSearch(
            f"saved:{self._make_id()}", check_name(name, await self.searches()), query.strip()
        )
        await self._workspace.put_search(saved, self._now())
        return saved

    async def rename(self, search: SavedSearch, name: str) -> SavedSearch:
        """Rename a saved search, which keeps its marks. Raises BadInput, also for a built-in one."""
        if search.built_in:
            raise errors.BadInput("A built-in search cannot be renamed.")
        named = replace(search, name=check_name(name, await self.searches(), renamed_id=search.id))
        await self._workspace.put_search(named, self._now())
        return named

    async def delete(self, search: SavedSearch) -> None:
        """Delete a saved search and its marks. Raises BadInput for a built-in one."""
        if search.built_in:
            raise errors.BadInput("A built-in search cannot be deleted.")
        await self._workspace.drop_search(search.id)
        self.counted.pop(search.id, None)

    async def count(self, search: SavedSearch, token: CancelToken) -> Counted:
        """Count the customers of a queue. Raises Superseded once `token` is cancelled.

        Drops the "done" mark of a customer who is no longer in the list: if they return, there is something
        new to do.
        """
        opened = self._directory.open(search.query)
        query = opened.query
        total = await self._cache.count(query, token=token)
        marks, today = await self._workspace.marks(search.id), self._today()
        listed = await self._cache.members(query, marks, token=token)
        aside = sum(marks[one].applies_on(today, daily=search.daily) for one in listed)
        left = [one for one, mark in marks.items() if mark.until is None and one not in listed]
        if self._directory.is_complete():
            ended = await self._cache.members(Query(), left, token=token)
            await self._workspace.drop_marks(search.id, ended)
        known = not await opened.not_listed()
        counted = self.counted[search.id] = Counted(total, aside, known)
        return counted

    # ── marks ──
    async def marks(self, search: SavedSearch) -> dict[str, Mark]:
        """Return the marks that apply today, by customer ID."""
        today = self._today()
        return {
            mark.customer_id: mark
            for mark in (await self._workspace.marks(search.id)).values()
            if mark.applies_on(today, daily=search.daily)
        }

    async def mark_done(self, search: SavedSearch, customer_id: str) -> Mark:
        """Mark a customer as done in this queue."""
        return await self._put_mark(search, Mark(customer_id, self._today()))

    async def snooze(self, search: SavedSearch, customer_id: str, until: date) -> Mark:
        """Snooze a customer in this queue until a day."""
        return await self._put_mark(search, Mark(customer_id, self._today(), until))

    async def drop_mark(self, search: SavedSearch, customer_id: str) -> None:
        """Remove the mark of a customer, who is in the queue again."""
        await self._workspace.drop_marks(search.id, [customer_id])

    async def _put_mark(self, search: SavedSearch, mark: Mark) -> Mark:
        await self._workspace.put_mark(search.id, mark, self._now())
        return mark

    def cursor(self, search: SavedSearch, query: str) -> QueueCursor:
        """Return a cursor over the results of `query`, which is that of `search` in any sort order."""
        self.current = query
        return QueueCursor(search, self._directory.open(query, separate=True), lambda: self.marks(search))

    # ── quick access ──
    async def quick_access(self, limit: int) -> tuple[tuple[QuickAccessEntry, bool], ...]:
        """Return pinned customers, then recent ones; True marks a pinned one."""
        pins = (await self._workspace.pins())[:limit]
        pinned = {entry.customer_id for entry in pins}
        recent = await self._workspace.recent(2 * limit)
        others = [entry for entry in recent if entry.customer_id not in pinned]
        return (*((entry, True) for entry in pins), *((entry, False) for entry in others))[:limit]

    async def toggle_pin(self, customer_id: str, title: str) -> bool:
        """Pin or unpin a customer. Returns whether they are pinned now."""
        pinned = any(entry.customer_id == customer_id for entry in await self._workspace.pins())
        if pinned:
            await self._workspace.unpin(customer_id)
        else:
            await self._workspace.pin(customer_id, title, self._now())
        return not pinned

    async def forget_customers(self, customer_ids: Iterable[str]) -> None:
        """Remove pins, recent entries and marks of deleted customers."""
        for customer_id in customer_ids:
            await self._workspace.forget_customer(customer_id)

    async def record_visit(self, customer_id: str, title: str) -> None:
        """Record that a customer was opened, where the workspace can be written."""
        with suppress(errors.StoreError):
            await self._workspace.record_visit(customer_id, title, self._now())

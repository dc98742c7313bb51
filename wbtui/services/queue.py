"""What an agent works through: saved searches with their counts, marks, pinned and recent customers."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from wbtui import errors
from wbtui.models.query import Query
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch, check_name, find_saved_search
from wbtui.services.directory import Directory
from wbtui.services.queue_cursor import QueueCursor
from wbtui.services.signals import Signal
from wbtui.store.cache import Cache, Window
from wbtui.store.cancellation import CancelToken
from wbtui.store.workspace import QuickAccessEntry, Workspace

__all__ = ["CancelToken", "Counted", "Queues", "QuickAccessEntry"]

_LOOKED_AT = 500
"""Marks of one queue that are compared with the list in one go."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many held customers a saved search finds, and how many of them are done or put off."""

    total: int
    aside: int

    @property
    def left(self) -> int:
        return self.total - self.aside


class _CacheSearch:
    """A list read beside the search box: neither interrupts the other."""

    def __init__(self, cache: Cache, query: Query) -> None:
        self._cache = cache
        self._query = query

    async def page(self, start: int, size: int) -> Window:
        return await self._cache.window(self._query, start, size)

    async def count(self) -> int:
        return await self._cache.count(self._query)

    async def position_of(self, customer_id: str) -> int | None:
        return await self._cache.position_of(self._query, customer_id)


class Queues:
    """Searches, marks and customers at hand; all of it in the desk file."""

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
        """What was counted last, by search id; may have changed since."""
        self.changed: Signal[None] = Signal()
        """A mark, a pin or a search changed."""

    # ── saved searches ──
    async def searches(self) -> tuple[SavedSearch, ...]:
        """The built-in ones, then those saved, by name."""
        return (*BUILT_IN, *await self._workspace.searches())

    async def find_saved_search(self, query: str) -> SavedSearch:
        """The saved search that this text is, else one of its own."""
        return find_saved_search(query, await self.searches())

    async def save(self, name: str, query: str) -> SavedSearch:
        """Keep a query under a name. Raises BadInput when the name is empty, too long or taken."""
        kept = SavedSearch(f"saved:{self._make_id()}", check_name(name, await self.searches()), query.strip())
        await self._workspace.put_search(kept, self._now())
        self.changed.emit(None)
        return kept

    async def rename(self, search: SavedSearch, name: str) -> SavedSearch:
        """Another name; the marks stay. Raises BadInput, also for a built-in one."""
        if search.built_in:
            raise errors.BadInput("A built-in search keeps its name.")
        named = replace(search, name=check_name(name, await self.searches(), renamed_id=search.id))
        await self._workspace.put_search(named, self._now())
        self.changed.emit(None)
        return named

    async def delete(self, search: SavedSearch) -> None:
        """Forget a saved search and its marks. Raises BadInput for a built-in one."""
        if search.built_in:
            raise errors.BadInput("A built-in search cannot be deleted.")
        await self._workspace.drop_search(search.id)
        self.counted.pop(search.id, None)
        self.changed.emit(None)

    async def count(self, search: SavedSearch, token: CancelToken) -> Counted:
        """How many are held and left. Raises Superseded once `ticket` is cancelled.

        Who was done and has left the list meanwhile is forgotten: when they come back, it is something new.
        """
        query = self._directory.open(search.query).query
        total = await self._cache.count(query, token=token)
        marks = await self._workspace.marks(search.id)
        aside, today = 0, self._today()
        for mark in list(marks.values())[:_LOOKED_AT]:
            position = await self._cache.position_of(query, mark.customer_id, token=token)
            if position is not None:
                aside += mark.applies_on(today, daily=search.daily)
            elif mark.until is None and await self._is_known(mark.customer_id):
                await self._workspace.drop_mark(search.id, mark.customer_id)
        counted = self.counted[search.id] = Counted(total, aside)
        return counted

    async def _is_known(self, customer_id: str) -> bool:
        """Whether what is held says something about the customer: not while the cache is being filled."""
        if not self._directory.is_complete():
            return False
        try:
            await self._cache.customer(customer_id)
        except errors.NotCached:
            return False
        return True

    # ── marks ──
    async def marks(self, search: SavedSearch) -> dict[str, Mark]:
        """Who is set aside in this queue today."""
        today = self._today()
        return {
            mark.customer_id: mark
            for mark in (await self._workspace.marks(search.id)).values()
            if mark.applies_on(today, daily=search.daily)
        }

    async def mark_done(self, search: SavedSearch, customer_id: str) -> Mark:
        """Nothing more to do for this customer in this queue."""
        return await self._set_aside(search, Mark(customer_id, self._today()))

    async def snooze(self, search: SavedSearch, customer_id: str, until: date) -> Mark:
        """Not before that day."""
        return await self._set_aside(search, Mark(customer_id, self._today(), until))

    async def drop_mark(self, search: SavedSearch, customer_id: str) -> None:
        """Into the queue again."""
        await self._workspace.drop_mark(search.id, customer_id)
        self.changed.emit(None)

    async def _set_aside(self, search: SavedSearch, mark: Mark) -> Mark:
        await self._workspace.put_mark(search.id, mark, self._now())
        self.changed.emit(None)
        return mark

    def cursor(self, search: SavedSearch, query: str) -> QueueCursor:
        """From customer to customer through the list of `query` (the search's own, perhaps sorted)."""
        listed = _CacheSearch(self._cache, self._directory.open(query).query)
        return QueueCursor(search, listed, lambda: self.marks(search))

    # ── customers at hand ──
    async def pins(self) -> tuple[QuickAccessEntry, ...]:
        """Pinned customers, the newest first."""
        return await self._workspace.pins()

    async def quick_access(self, limit: int) -> tuple[tuple[QuickAccessEntry, bool], ...]:
        """Pinned customers, then those opened last; True: pinned."""
        pins = (await self._workspace.pins())[:limit]
        pinned = {kept.customer_id for kept in pins}
        recent = [kept for kept in await self._workspace.recent(2 * limit) if kept.customer_id not in pinned]
        return (*((kept, True) for kept in pins), *((kept, False) for kept in recent))[:limit]

    async def toggle_pin(self, customer_id: str, title: str) -> bool:
        """Pin a customer, or let them go when they are pinned. Whether they are pinned now."""
        pinned = any(kept.customer_id == customer_id for kept in await self._workspace.pins())
        if pinned:
            await self._workspace.unpin(customer_id)
        else:
            await self._workspace.pin(customer_id, title, self._now())
        self.changed.emit(None)
        return not pinned

    async def forget_customers(self, customer_ids: Iterable[str]) -> None:
        """These customers are gone: no pin, no recent entry, no mark."""
        for customer_id in customer_ids:
            await self._workspace.forget_customer(customer_id)
        self.changed.emit(None)

    async def record_visit(self, customer_id: str, title: str) -> None:
        """Note that a customer was opened."""
        await self._workspace.record_visit(customer_id, title, self._now())

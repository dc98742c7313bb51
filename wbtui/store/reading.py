"""Windows of a searched list, and the searcher whose next query interrupts the one before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING

from wbtui.models.customer import Customer
from wbtui.models.page import Stamped
from wbtui.models.query import Query
from wbtui.store.cancellation import CancelToken

if TYPE_CHECKING:
    from wbtui.store.cache import Cache


@dataclass(frozen=True, slots=True)
class Window:
    """Rows `start` … of a list; fewer than asked for at its end.

    `corrected`: nobody was found as typed; these words (typed, used) were taken for slips of the keyboard.
    """

    start: int
    rows: tuple[Stamped[Customer], ...]
    corrected: tuple[tuple[str, str], ...] = ()


class Searcher:
    """The list calls of the cache for one search box.

    A call with another query gives up what still runs for the one before: those calls raise Superseded.
    """

    def __init__(self, cache: Cache) -> None:
        self._cache = cache
        self._query: Query | None = None
        self._running: set[CancelToken] = set()
        self._lock = Lock()

    @contextmanager
    def _token(self, query: Query) -> Iterator[CancelToken]:
        token = CancelToken()
        with self._lock:
            outdated = set(self._running) if query != self._query else set()
            self._query = query
            self._running.add(token)
        for old in outdated:
            old.cancel()
        try:
            yield token
        finally:
            with self._lock:
                self._running.discard(token)

    def stop(self) -> None:
        """Give up whatever runs."""
        with self._lock:
            outdated = set(self._running)
        for old in outdated:
            old.cancel()

    async def window(self, query: Query, start: int, size: int) -> Window:
        """See Cache.window. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.window(query, start, size, token=token)

    async def tail(self, query: Query, size: int) -> tuple[Stamped[Customer], ...]:
        """See Cache.tail. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.tail(query, size, token=token)

    async def count(self, query: Query) -> int:
        """See Cache.count. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.count(query, token=token)

    async def position_of(self, query: Query, customer_id: str) -> int | None:
        """See Cache.position_of. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.position_of(query, customer_id, token=token)

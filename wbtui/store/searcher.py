"""Searches of one search box: the next query cancels what still runs for the query before."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from wbtui.models.query import Query
from wbtui.store.cache import Cache, Window
from wbtui.store.cancellation import CancelToken


class Searcher:
    """List calls of the cache for one search box.

    A call with another query cancels the calls that still run for the query before: they raise Superseded.
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
        """Cancel all calls that run."""
        with self._lock:
            outdated = set(self._running)
        for old in outdated:
            old.cancel()

    async def window(self, query: Query, start: int, size: int) -> Window:
        """See Cache.window. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.window(query, start, size, token=token)

    async def count(self, query: Query) -> int:
        """See Cache.count. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.count(query, token=token)

    async def position_of(self, query: Query, customer_id: str) -> int | None:
        """See Cache.position_of. Raises Superseded."""
        with self._token(query) as token:
            return await self._cache.position_of(query, customer_id, token=token)

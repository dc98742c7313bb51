"""Finding customers: the cache first, the server's search behind it, merged by storing what it finds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date

from wbtui import errors
from wbtui.api.port import Lookup
from wbtui.models.customer import Customer
from wbtui.models.query import Completion, Query, complete, parse
from wbtui.services.clock import Clock
from wbtui.services.read_client import ReadClient
from wbtui.services.server_query import lookup_of
from wbtui.store.cache import Cache, Window
from wbtui.store.highlights import Match, why
from wbtui.store.searcher import Searcher


@dataclass(frozen=True, slots=True)
class ServerHits:
    """What the server's own search brought: rows found, how many of them were not held before."""

    found: int
    new: int
    asked: bool = True
    """False: nothing in the query can be asked of the server."""


class Search:
    """One query and its answers. Asking a newer search interrupts what an older one still runs.

    The calls of an interrupted search raise errors.Superseded, which is never shown.
    """

    def __init__(
        self, text: str, query: Query, cache: Cache, searcher: Searcher, directory: Directory
    ) -> None:
        self.text = text
        self.query = query
        self._cache = cache
        self._searcher = searcher
        self._directory = directory

    @property
    def is_complete(self) -> bool:
        """Every customer is held, so that the server need not be asked."""
        return self._directory.is_complete()

    async def page(self, start: int, size: int) -> Window:
        """Rows `start` to `start + size` of the result, from the cache, each with its age."""
        return await self._searcher.window(self.query, start, size)

    async def count(self) -> int:
        """How many held customers match, exactly."""
        return await self._searcher.count(self.query)

    async def position_of(self, customer_id: str) -> int | None:
        """The row number of a customer in this result, None when it is not in it."""
        return await self._searcher.position_of(self.query, customer_id)

    async def why(self, customer: Customer) -> tuple[Match, ...]:
        """Which fields of this customer matched, with the matched parts."""
        return why(self.query, customer)

    @property
    def can_ask(self) -> bool:
        """Whether the server could be asked for something in this query."""
        return bool(lookup_of(self.query))

    async def ask_server(self, *, limit: int = 20) -> ServerHits:
        """Ask the server's own search for what it can filter, store what it finds; then page and count anew.

        Raises Offline and ApiErrors; asks nothing when the query holds nothing that the server knows.
        """
        lookup = lookup_of(self.query)
        if not lookup:
            return ServerHits(0, 0, asked=False)
        return await self._directory.ask(lookup, limit)


class Directory:
    """All customers, as far as held or found."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        *,
        is_complete: Callable[[], bool],
        clock: Clock,
        today: Callable[[], date] | None = None,
    ) -> None:
        self._cache = cache
        self._reads = reads
        self._clock = clock
        self._searcher = Searcher(cache)
        self._plans: tuple[str, ...] = ()
        self._countries: tuple[str, ...] = ()
        self._today = today
        self.is_complete = is_complete

    def open(self, text: str) -> Search:
        """A search for what was typed. Never raises: what is not understood is in `query.problems`.

        `renews<7d`, `changed<1h` and their like count from now on, not from when a page is read.
        """
        known = {"plan": self._plans} if self._plans and self.is_complete() else None
        now = self._clock.now()
        today = self._today() if self._today is not None else now.astimezone(UTC).date()
        query = parse(text, known=known, today=today, now=now)
        return Search(text, query, self._cache, self._searcher, self)

    def completions(self, text: str, cursor: int) -> tuple[Completion, ...]:
        """What may stand where the cursor is; values are those learnt by `plan_names` and `countries`."""
        return complete(text, cursor, {"plan": self._plans, "country": self._countries})

    async def countries(self) -> tuple[str, ...]:
        """Codes of the countries that held customers are in."""
        self._countries = tuple(await self._cache.countries())
        return self._countries

    async def plan_names(self) -> tuple[str, ...]:
        """The names of all plans that held customers are on, and of the plans fetched."""
        self._plans = tuple(await self._cache.plan_names())
        return self._plans

    async def ask(self, lookup: Lookup, limit: int) -> ServerHits:
        """The server's search; hits are stored. Raises Offline, ApiErrors."""
        hits = tuple(await self._reads.ask(lambda api: api.lookup(lookup, limit=limit)))
        new = 0
        for hit in hits:
            new += not await self._is_cached(hit.id)
        if hits:
            await self._cache.put_customers(hits, self._clock.now())
        return ServerHits(len(hits), new)

    async def _is_cached(self, customer_id: str) -> bool:
        try:
            await self._cache.customer(customer_id)
        except errors.NotCached:
            return False
        return True

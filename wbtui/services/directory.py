"""Customer search: the cache first, then the server's own search, whose hits are added to the cache."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Callable
from datetime import datetime

from wbtui.api.port import Lookup
from wbtui.models.customer import Customer
from wbtui.models.page import Page, Stamped
from wbtui.models.query.complete import Completion, complete
from wbtui.models.query.data import not_listed
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.services.clock import Clock
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache, Window
from wbtui.store.cancellation import LatestQuery
from wbtui.store.highlights import Match, why

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_PAGE = 200
_SAMPLE = 20
"""Number of customers that are examined to find out which data the list of a billing system has."""
_BY_INVOICES = ("is", "invoice", "due")
"""Filters by what follows from all invoices of a customer."""
_MIN_LENGTH = 2
"""Minimum length of a text worth a request; a shorter one matches too many customers."""


class Search:
    """One query and its results. Reading from a newer search interrupts the reads of an older one.

    Interrupted reads raise errors.Superseded, which is never shown.
    """

    def __init__(
        self, text: str, query: Query, cache: Cache, latest: LatestQuery, directory: Directory
    ) -> None:
        self.text = text
        self.query = query
        self._cache = cache
        self._latest = latest
        self._directory = directory

    @property
    def is_complete(self) -> bool:
        """Whether all customers are cached, so that the server need not be asked."""
        return self._directory.is_complete()

    async def page(self, start: int, size: int) -> Window:
        """Return the cached rows `start` to `start + size`, each with its age."""
        with self._latest.token(self.query) as token:
            return await self._cache.window(self.query, start, size, token=token)

    async def ids(self, start: int, size: int) -> tuple[str, ...]:
        """Return the IDs of the cached rows `start` to `start + size`."""
        with self._latest.token(self.query) as token:
            return await self._cache.ids(self.query, start, size, token=token)

    async def pages(self, limit: int) -> AsyncIterator[tuple[Stamped[Customer], ...]]:
        """Yield the first `limit` cached rows, page by page."""
        start = 0
        while start < limit:
            rows = (await self.page(start, min(_PAGE, limit - start))).rows
            if not rows:
                return
            yield rows
            start += len(rows)

    async def count(self) -> int:
        """Return the exact number of cached customers that match."""
        with self._latest.token(self.query) as token:
            return await self._cache.count(self.query, token=token)

    async def not_listed(self) -> tuple[str, ...]:
        """Return the filters of this query, such as `is:`, whose data the list of customers lacks."""
        names = {one.name for one in self.query.filters}
        if not names:
            return ()
        rows = (await self._cache.window(Query(), 0, _SAMPLE)).rows
        if not names.isdisjoint(_BY_INVOICES):  # of some, all invoices may be known, and of others not
            rows = (*rows, *(await self._cache.window(parse("is:unknown"), 0, _SAMPLE)).rows)
        return not_listed(self.query, (row.value for row in rows))

    async def position_of(self, customer_id: str) -> int | None:
        """Return the row number of a customer in this result, None if it is not in it."""
        with self._latest.token(self.query) as token:
            return await self._cache.position_of(self.query, customer_id, token=token)

    async def why(self, customer: Customer) -> tuple[Match, ...]:
        """Return the fields of this customer that match, with the matched parts."""
        return why(self.query, customer)

    @property
    def can_ask(self) -> bool:
        """Whether the server can filter by something in this query."""
        return bool(lookup_of(self.query))

    async def ask_server(self, *, limit: int = 20) -> Page[Customer]:
        """Search on the server and cache the hits; afterwards, read pages and count again.

        Sends nothing if the server cannot filter by anything in the query. Raises Offline, ApiErrors.
        """
        lookup = lookup_of(self.query)
        if not lookup:
            return Page((), None)
        return await self._directory.ask(lookup, limit)


class Directory:
    """All customers that are cached or that the server finds."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        *,
        is_complete: Callable[[], bool],
        clock: Clock,
        server_now: Callable[[], datetime],
    ) -> None:
        """`clock` stamps what is fetched; filters are relative to `server_now`, in UTC."""
        self._cache = cache
        self._reads = reads
        self._clock = clock
        self._latest = LatestQuery()
        self._plans: tuple[str, ...] = ()
        self._countries: tuple[str, ...] = ()
        self._server_now = server_now
        self.is_complete = is_complete

    def open(self, text: str, *, separate: bool = False) -> Search:
        """Return a search for typed text. Never raises: invalid parts are listed in `query.problems`.

        Relative filters such as `renews<7d` are relative to this call, not to when a page is read. Reads of
        a `separate` search and of others do not interrupt each other.
        """
        known = {"plan": self._plans} if self._plans and self.is_complete() else None
        query = parse(text, known=known, now=self._server_now())
        return Search(text, query, self._cache, LatestQuery() if separate else self._latest, self)

    def completions(self, text: str, cursor: int) -> tuple[Completion, ...]:
        """Return completions at the cursor; values are those last read by `plan_names` and `countries`."""
        return complete(text, cursor, {"plan": self._plans, "country": self._countries})

    async def countries(self) -> tuple[str, ...]:
        """Read the country codes of all cached customers."""
        self._countries = tuple(await self._cache.countries())
        return self._countries

    async def plan_names(self) -> tuple[str, ...]:
        """Read the names of all cached plans and of the plans of cached customers."""
        self._plans = tuple(await self._cache.plan_names())
        return self._plans

    async def ask(self, lookup: Lookup, limit: int) -> Page[Customer]:
        """Search on the server and cache the hits. Raises Offline, ApiErrors."""
        page = await self._reads.ask(lambda api: api.lookup(lookup, limit=limit))
        if page.rows:
            await self._cache.put_customers(page.rows, self._clock.now())
        return page


def lookup_of(query: Query) -> Lookup:
    """Return the look-up for a query; falsy if the server can filter by nothing in it."""
    words = " ".join((*query.words, *query.phrases))
    email = words if _EMAIL.fullmatch(words) else None
    plans = [value for one in query.filters if one.name == "plan" and not one.negated for value in one.values]
    return Lookup(
        text=words if email is None and len(words) >= _MIN_LENGTH else None,
        email=email,
        plan=plans[0] if len(plans) == 1 else None,
    )

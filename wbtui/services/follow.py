"""Following what changes at the server: the feed says who, each of them is fetched, the cursor moves on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from wbtui import errors
from wbtui.api.port import Changed, ChangePage
from wbtui.models.parts import CUSTOMER, INVOICES, PLANS
from wbtui.services.clock import Clock
from wbtui.services.profile import Profiles
from wbtui.services.progress import Meter, SyncPhase, SyncProgress
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache

AT_ONCE = 4
"""Customers fetched at the same time, within the pace."""
MAX_PAGES = 10_000
"""Pages of the feed followed in one go (promise 17: a feed that never ends is not followed for ever)."""


class TooManyChanges(Exception):
    """So much changed that walking everything again takes fewer requests."""


@dataclass
class ChangedRecords:
    """What a run of the feed names. A customer is fetched once, however often it changed."""

    customers: dict[str, bool] = field(default_factory=dict)
    """Id → whether its invoices changed too."""
    removed: dict[str, datetime] = field(default_factory=dict)
    """Id → when."""
    removed_invoices: set[str] = field(default_factory=set)
    plans: bool = False

    def add(self, change: Changed) -> None:
        if change.kind == "plan":
            self.plans = True
        elif change.kind == "customer" and change.deleted:
            self.removed[change.id] = change.at
            self.customers.pop(change.id, None)
        else:
            if change.kind == "invoice":
                (self.removed_invoices.add if change.deleted else self.removed_invoices.discard)(change.id)
            owner = change.customer_id or (change.id if change.kind == "customer" else None)
            if owner is not None:
                self.removed.pop(owner, None)
                self.customers[owner] = self.customers.get(owner, False) or change.kind == "invoice"

    @property
    def owners(self) -> frozenset[str]:
        return frozenset((*self.customers, *self.removed))

    @property
    def requests(self) -> int:
        return sum(2 if invoices else 1 for invoices in self.customers.values())


class Follower:
    """One run of the change feed at a time, in the background loop."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        profiles: Profiles,
        limiter: RateLimiter,
        *,
        clock: Clock,
        on_progress: Callable[[SyncProgress], None],
        on_changed: Callable[[frozenset[str]], None],
    ) -> None:
        self._cache = cache
        self._reads = reads
        self._profiles = profiles
        self._limiter = limiter
        self._clock = clock
        self._on_progress = on_progress
        self._on_changed = on_changed

    async def follow(self, since: str, *, budget: int) -> ChangedRecords:
        """Bring the cache up to what the feed says; the cursor is stored after its changes are.

        Once the feed has no more, what it did not name is confirmed as of the last time it was asked.
        Raises CursorExpired (walk again), TooManyChanges (more requests than `budget`), Offline, ApiErrors.
        """
        touched, cursor, at_end = ChangedRecords(), since, False
        for _ in range(MAX_PAGES):
            asked_at = self._clock.now()
            page = await self._page(cursor)
            for change in page.changes:
                touched.add(change)
            if touched.requests > budget:
                raise TooManyChanges
            cursor, before, at_end = page.next, cursor, not page.more
            if not page.more or cursor == before:
                break
        await self._apply(touched)
        # Before they go here: an open profile must not ask the server for who is no longer held.
        self._profiles.deleted.add(touched.removed)
        # Last of all: when anything before failed, the same changes are read again next time.
        await self._cache.put_changes(
            cursor,
            asked_at,
            deleted_customers=touched.removed,
            deleted_invoices=touched.removed_invoices,
            at_end=at_end,
        )
        if touched.owners:
            self._on_changed(touched.owners)
        return touched

    async def _page(self, cursor: str) -> ChangePage:
        return await self._limiter.call(lambda: self._reads.ask(lambda api: api.changes(cursor)))

    async def _apply(self, touched: ChangedRecords) -> None:
        # Said first: a profile that is open reads anew, and what is held counts as old from now on.
        self._profiles.outdated(touched.owners)
        if touched.plans:
            await self._quietly(self._profiles.fetch(PLANS, ""))
        await self._fetch_all(touched.customers)

    async def _fetch_all(self, customers: dict[str, bool]) -> None:
        meter = Meter(SyncPhase.CHANGES, self._clock.monotonic())
        waiting, done, total = list(customers.items()), 0, len(customers)

        async def work() -> None:
            nonlocal done
            while waiting:
                customer_id, invoices = waiting.pop()
                await self._one(customer_id, invoices)
                done += 1
                self._on_progress(meter.at(self._clock.monotonic(), done, total))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(AT_ONCE, total)):
                group.create_task(work())

    async def _one(self, customer_id: str, invoices: bool) -> None:
        try:
            await self._limiter.call(lambda: self._profiles.fetch(CUSTOMER, customer_id))
            if invoices:
                await self._limiter.call(lambda: self._profiles.fetch(INVOICES, customer_id))
        except (errors.NotFound, errors.NotOffered):
            pass  # gone meanwhile, and removed by the fetch; or only the row can be had

    @staticmethod
    async def _quietly(work: object) -> None:
        try:
            await work  # type: ignore[misc]
        except (errors.NotFound, errors.NotOffered):
            pass

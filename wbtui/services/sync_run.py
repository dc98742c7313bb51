"""One synchronisation: what has to be walked is walked or resumed, then what changed is fetched."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from functools import partial

from wbtui import errors
from wbtui.models.capability import System
from wbtui.models.parts import REFUNDS
from wbtui.services.clock import Clock
from wbtui.services.follow import Follower, TooMuch
from wbtui.services.full_sync import FullSync, Kind
from wbtui.services.profile import Profiles
from wbtui.services.progress import SyncPhase, SyncProgress, SyncReport
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache

PLAIN_BUDGET = timedelta(minutes=30)
"""Without a change feed everything is walked again when the last walk is older than this."""
REFUNDS_AT_A_TURN = 100
"""Customers whose refunds are asked for in one run; the rest follows in the next ones."""
MIN_BUDGET = 50
"""So many single reads are always worth more than a whole walk."""


class SyncRun:
    """Made for one run, in the background loop."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        profiles: Profiles,
        limiter: RateLimiter,
        *,
        system: Callable[[], System | None],
        clock: Clock,
        page_size: int,
        tell: Callable[[SyncProgress], None],
        touched: Callable[[frozenset[str]], None],
    ) -> None:
        self._cache = cache
        self._profiles = profiles
        self._limiter = limiter
        self._reads = reads
        self._system = system
        self._clock = clock
        self._page_size = page_size
        self._tell = tell
        self._full_sync = FullSync(cache, reads, limiter, clock=clock, page_size=page_size, tell=tell)
        self._follower = Follower(cache, reads, profiles, limiter, clock=clock, tell=tell, touched=touched)

    async def go(self, again: bool) -> SyncReport:
        """Do it. `again`: walk from the start whatever is held. Raises Offline, ApiErrors, StoreErrors."""
        began = self._clock.monotonic()
        system = self._system()
        if system is None:
            system = await self._reads.ask(lambda api: api.discover())
        before = await self._cache.sync_state()
        resumed = not again and bool(before.running("customers") or before.running("invoices"))
        walked = await self._walk(again, extension=system.extension)
        changed = removed = 0
        if system.extension:
            try:
                changed, removed = await self._follow()
            except (TooMuch, errors.CursorExpired):
                walked = await self._walk(True, extension=True)
                changed, removed = await self._follow()
            await self._ages_of_refunds()
        counts = await self._cache.counts()
        self._tell(SyncProgress(SyncPhase.DONE, counts.customers, counts.customers))
        return SyncReport(
            customers=counts.customers,
            invoices=counts.invoices,
            changed=changed,
            removed=removed,
            walked=walked,
            resumed=resumed,
            seconds=self._clock.monotonic() - began,
        )

    async def _due(self, kind: Kind, *, extension: bool) -> bool:
        walk = (await self._cache.sync_state()).walks.get(kind)
        if walk is None or walk.completed_at is None:
            return True
        return not extension and self._clock.now() - walk.completed_at > PLAIN_BUDGET

    async def _walk(self, again: bool, *, extension: bool) -> bool:
        """Walk what is due. True when anything was.

        Walking again brings a new cursor of the change feed; following from the old one would end here again.
        """
        walked = False
        if again:
            self._profiles.all_outdated()
            await self._cache.forget_changes()
        if again or await self._due("customers", extension=extension):
            await self._full_sync.walk("customers", again=again)
            await self._full_sync.plans()
            walked = True
        if again or await self._due("invoices", extension=extension):
            try:
                await self._full_sync.walk("invoices", again=again)
                walked = True
            except errors.NotOffered:
                pass  # the rows of invoices then come with the profiles that are opened
        return walked

    async def _ages_of_refunds(self) -> None:
        """The list says how many refunds are pending, not since when: that is asked one by one."""
        for customer_id in await self._cache.refunds_to_ask(REFUNDS_AT_A_TURN):
            try:
                await self._limiter.call(partial(self._profiles.fetch, REFUNDS, customer_id))
            except errors.NotFound:
                continue
            except errors.NotOffered:
                return

    async def _follow(self) -> tuple[int, int]:
        cursor = (await self._cache.sync_state()).changes_cursor
        if cursor is None:
            return 0, 0
        self._tell(SyncProgress(SyncPhase.CHANGES))
        counts = await self._cache.counts()
        budget = max(MIN_BUDGET, (counts.customers + counts.invoices) // self._page_size)
        touched = await self._follower.follow(cursor, budget=budget)
        return len(touched.customers), len(touched.removed)

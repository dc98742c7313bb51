"""One sync: a full sync or the rest of one if needed, then the changes since."""

from __future__ import annotations

import logging
import random
from contextlib import suppress
from datetime import timedelta
from typing import Any, get_args

from wbtui import errors
from wbtui.models.parts import CUSTOMER, INVOICES, REFUNDS, Part
from wbtui.services.follow import FeedRefused, Follower, TooManyChanges
from wbtui.services.full_sync import FullSync, still_refused
from wbtui.services.progress import SyncPhase, SyncProgress, SyncReport
from wbtui.services.sync_context import SyncContext
from wbtui.store.sync_state import ListKind

log = logging.getLogger(__name__)

MISSING = {
    "customers": "Some customers were missing from the cache. All customers are fetched again.",
    "invoices": "Some invoices were missing from the cache. All customers and invoices are fetched again.",
}
FEED_REFUSED = "The server refused to continue the list of changes. All customers are fetched again."
STILL_CHANGING = "Many customers changed during the sync. The next sync fetches what changed since."
MAX_FULL_SYNCS = 3
"""Maximum number of full syncs in one run, if too many changes arrive meanwhile to follow them."""
FULL_SYNC_INTERVAL = timedelta(minutes=30)
"""Without a cursor of the change feed, everything is fetched again when the last full sync is older.

At once where the agent asks for it.
"""
REFUNDS_PER_RUN = 100
"""Maximum number of customers whose refunds are fetched in one run; others follow in the next runs."""
RETRIES_PER_RUN = 20
"""Maximum number of rows of each kind that are fetched again in one run because they could not be read."""
MIN_REQUEST_BUDGET = 50
"""Minimum number of requests for changes before a full sync is done instead."""


class SyncRun:
    """A single run, in the background loop. `asked`: by the agent, not by the clock."""

    def __init__(self, context: SyncContext, *, asked: bool) -> None:
        self._context = context
        self._full_sync = FullSync(context)
        self._follower = Follower(context)
        self._messages: list[str] = []
        self._asked = asked

    async def run(self) -> SyncReport:
        """Sync. Raises Offline, ApiErrors, StoreErrors."""
        started = self._context.clock.monotonic()
        system = self._context.system()
        if system is None:
            system = await self._context.reads.ask(lambda api: api.discover())
        before = await self._context.cache.sync_state()
        resumed = bool(before.running("customers") or before.running("invoices"))
        full, changed, removed = await self._catch_up(False, extension=system.extension)
        if (missing := await self._missing()) is not None:
            self._say(MISSING[missing])
            full, changed, removed = await self._catch_up(True, extension=system.extension)
            # Otherwise a server that counts rows it does not list would cause a full sync in every run.
            cached = await self._context.cache.counts()
            await self._context.cache.set_total("customers", cached.customers)
            await self._context.cache.set_total("invoices", cached.invoices)
        if system.extension:
            await self._fetch_refunds()
            if not full:
                await self._retry_skipped()
        counts, state = await self._context.cache.counts(), await self._context.cache.sync_state()
        self._context.on_progress(SyncProgress(SyncPhase.DONE, counts.customers, counts.customers))
        return SyncReport(
            customers=counts.customers,
            invoices=counts.invoices,
            changed=changed,
            removed=removed,
            full=full,
            resumed=resumed,
            seconds=self._context.clock.monotonic() - started,
            message=" ".join(self._messages),
            skipped=state.skipped["customers"],
            skipped_invoices=state.skipped["invoices"],
        )

    async def _catch_up(self, again: bool, *, extension: bool) -> tuple[bool, int, int]:
        """Fetch what is due, then follow the feed. Returns: full or not, number changed, number deleted."""
        full = await self._sync_all(again)
        if not extension:
            await self._context.cache.complete_customers()
            return full, 0, 0
        for attempt in range(1, MAX_FULL_SYNCS + 1):
            try:
                return full, *await self._follow()
            except TooManyChanges:
                if attempt == MAX_FULL_SYNCS:
                    break
            except FeedRefused as refused:
                if attempt == MAX_FULL_SYNCS:
                    raise still_refused("changes", refused.error) from None
                if not isinstance(refused.error, errors.CursorExpired):
                    self._say(FEED_REFUSED)
            await self._sync_all(True)
            full = True
        self._say(STILL_CHANGING)
        return True, 0, 0

    def _say(self, message: str) -> None:
        """Add a sentence to the report."""
        if message and message not in self._messages:
            log.warning(message)
            self._messages.append(message)
            self._context.on_progress(SyncProgress(SyncPhase.CUSTOMERS, message=message))

    async def _missing(self) -> ListKind | None:
        """Return the kind of which the server has more rows than are cached.

        Sends a request only if fewer are cached than its last total; new rows are in the change feed.
        """
        known, counts = await self._context.cache.sync_state(), await self._context.cache.counts()
        skipped = len(known.skipped["customers"])
        cached = {"customers": counts.customers + skipped, "invoices": counts.invoices}
        kinds: tuple[ListKind, ...] = get_args(ListKind)
        for kind in kinds:
            state = known.full_syncs.get(kind)
            if state is None or state.total is None or cached[kind] >= state.total:
                continue
            if kind == "invoices" and known.skipped[kind]:
                continue  # of a customer who could not be read, all invoices are missing
            page = await self._context.page(kind, None, limit=1)  # for its total
            if page.total is None:
                continue
            await self._context.cache.set_total(kind, page.total)
            if cached[kind] < page.total:
                return kind
        return None

    async def _is_due(self, kind: ListKind) -> bool:
        known = await self._context.cache.sync_state()
        state = known.full_syncs.get(kind)
        if state is None or state.completed_at is None:
            return True
        # After the clock was set back, it may have been completed in the future.
        age = abs(self._context.clock.now() - state.completed_at)
        return known.changes_cursor is None and (self._asked or age > FULL_SYNC_INTERVAL)

    async def _sync_all(self, again: bool) -> bool:
        """Fetch all records of the kinds that are due, or of all with `again`. Returns whether any were.

        With `again`, the old cursor of the change feed is dropped; the full sync stores a new one.
        """
        full = False
        if again:
            await self._context.cache.mark_outdated()
            await self._context.cache.forget_changes()
            # The feed can no longer confirm what has expired.
            await self._context.cache.expire(self._context.clock.now())
        if again or await self._is_due("customers"):
            # The feed continues from the start of this full sync of the customers: invoices have to be
            # fetched after it, by this run or the next.
            await self._context.cache.forget_full_sync("invoices")
            self._say(await self._full_sync.run("customers", again=again))
            await self._full_sync.plans()
            full = True
        if await self._is_due("invoices"):
            try:
                self._say(await self._full_sync.run("invoices", again=again))
                full = True
            except errors.NotOffered:
                pass  # invoices are then fetched with each profile that is opened
        return full

    async def _fetch_refunds(self) -> None:
        """Fetch the refunds of customers with pending ones: their dates are not in the customer list."""
        for customer_id in await self._context.cache.refunds_to_ask(REFUNDS_PER_RUN):
            try:
                await self._context.fetch(REFUNDS, customer_id)
            except errors.NotFound:
                continue
            except errors.NotOffered:
                return

    async def _retry_skipped(self) -> None:
        """Fetch rows again that could not be read: a server that is mended does not name them as changed.

        At most RETRIES_PER_RUN of each kind, chosen at random: those that stay unreadable block no others.
        """
        skipped = (await self._context.cache.sync_state()).skipped
        owners: tuple[tuple[Part[Any], set[str]], ...] = (
            (CUSTOMER, {row.id for row in skipped["customers"] if row.id}),
            (INVOICES, {row.owner for row in skipped["invoices"] if row.owner}),
        )
        for part, identifiers in owners:
            for identifier in random.sample(sorted(identifiers), min(len(identifiers), RETRIES_PER_RUN)):
                with suppress(errors.BadAnswer, errors.NotFound, errors.NotOffered, errors.ServerFailed):
                    await self._context.fetch(part, identifier)

    async def _follow(self) -> tuple[int, int]:
        cursor = (await self._context.cache.sync_state()).changes_cursor
        if cursor is None:
            return 0, 0
        self._context.on_progress(SyncProgress(SyncPhase.CHANGES))
        counts = await self._context.cache.counts()
        budget = max(MIN_REQUEST_BUDGET, (counts.customers + counts.invoices) // self._context.page_size)
        changed = await self._follower.follow(cursor, budget=budget)
        return len(changed.customers), len(changed.removed)

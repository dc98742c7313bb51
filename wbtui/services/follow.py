"""Follow the change feed: fetch the records it names, then store its new cursor."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime

from wbtui import errors
from wbtui.api.port import Changed, ChangePage
from wbtui.models.page import SkippedRow
from wbtui.models.parts import CUSTOMER, INVOICES, PLANS
from wbtui.services.progress import Meter, SyncPhase
from wbtui.services.sync_context import REFUSED_CURSOR, SyncContext

CONCURRENCY = 4
"""Maximum number of customers fetched at the same time, within the rate limit."""
MAX_PAGES = 10_000
"""Maximum number of pages in one run: a feed that never ends is not followed forever."""


class TooManyChanges(Exception):
    """So many records changed that a full sync takes fewer requests."""


class FeedRefused(Exception):
    """The feed cannot be followed from the stored cursor; `error` says why."""

    def __init__(self, error: errors.ApiError) -> None:
        super().__init__(error.sentence)
        self.error = error


@dataclass
class ChangedRecords:
    """Records named by the pages of one run. A customer is fetched once, however often it changed."""

    customers: dict[str, bool] = field(default_factory=dict)
    """Customer ID → whether its invoices changed, too."""
    removed: dict[str, datetime] = field(default_factory=dict)
    """ID of a deleted customer → time of deletion."""
    removed_invoices: set[str] = field(default_factory=set)
    skipped: list[SkippedRow] = field(default_factory=list)
    """Customers that cannot be read."""
    skipped_invoices: list[SkippedRow] = field(default_factory=list)
    """Customers whose invoices cannot be read."""
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
    """Runs in the background loop, one run at a time."""

    def __init__(self, context: SyncContext) -> None:
        self._context = context

    async def follow(self, since: str, *, budget: int) -> ChangedRecords:
        """Apply all changes after the cursor `since`; store the new cursor after them.

        At the end of the feed, cached records that it did not name are confirmed as of the last request.
        Raises FeedRefused or TooManyChanges (more requests than `budget`): a full sync is needed; Offline,
        ApiErrors.
        """
        changed, cursor, at_end = ChangedRecords(), since, False
        for _ in range(MAX_PAGES):
            asked_at = self._context.clock.now()
            page = await self._page(cursor)
            for change in page.changes:
                changed.add(change)
            if changed.requests > budget:
                raise TooManyChanges
            cursor, before, at_end = page.next, cursor, not page.more
            if not page.more or cursor == before:
                break
        await self._apply(changed)
        # Before they are removed from the cache, so that an open profile does not ask the server for them.
        self._context.profiles.deleted.add(changed.removed)
        # Last: if anything before failed, the same changes are read again next time.
        await self._context.cache.put_changes(
            cursor,
            asked_at,
            deleted_customers=changed.removed,
            deleted_invoices=changed.removed_invoices,
            skipped=changed.skipped,
            skipped_invoices=changed.skipped_invoices,
            at_end=at_end,
        )
        if changed.owners:
            self._context.on_changed(changed.owners)
        return changed

    async def _page(self, cursor: str) -> ChangePage:
        try:
            return await self._context.ask(lambda api: api.changes(cursor))
        except REFUSED_CURSOR as error:
            raise FeedRefused(error) from error

    async def _apply(self, changed: ChangedRecords) -> None:
        # First, so that an open profile that loads meanwhile does not take cached data for fresh.
        await self._context.profiles.mark_outdated(changed.owners)
        if changed.plans:
            with suppress(errors.NotFound, errors.NotOffered):
                await self._context.profiles.fetch(PLANS, "")
        await self._fetch_all(changed)

    async def _fetch_all(self, changed: ChangedRecords) -> None:
        meter = Meter(SyncPhase.CHANGES, self._context.clock)
        waiting, done, total = list(changed.customers.items()), 0, len(changed.customers)

        async def work() -> None:
            nonlocal done
            while waiting:
                customer_id, invoices = waiting.pop()
                await self._fetch_one(changed, customer_id, invoices)
                done += 1
                self._context.on_progress(meter.at(done, total))

        async with asyncio.TaskGroup() as group:
            for _ in range(min(CONCURRENCY, total)):
                group.create_task(work())

    async def _fetch_one(self, changed: ChangedRecords, customer_id: str, invoices: bool) -> None:
        name = ""
        try:
            name = (await self._context.fetch(CUSTOMER, customer_id)).value.title
            if invoices:
                await self._context.fetch(INVOICES, customer_id)
        except (errors.NotFound, errors.NotOffered):
            pass  # deleted meanwhile, and removed by the fetch; or the system offers no invoices
        except errors.BadRecord as error:
            cached = await self._context.profiles.cached(CUSTOMER, customer_id)
            name = customer_id if cached is None else cached.value.title
            changed.skipped.append(SkippedRow(customer_id, name, error.sentence))
        except errors.BadAnswer as error:
            if not name:
                raise  # something else than this customer is wrong
            changed.skipped_invoices.append(SkippedRow(customer_id, name, error.sentence, customer_id))

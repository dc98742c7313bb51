"""A walk over everything the system holds, page by page; each page is stored with its cursor, so that a walk
that was cut anywhere goes on where it stood."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.page import Page
from wbtui.models.parts import PLANS
from wbtui.services.clock import Clock
from wbtui.services.progress import Meter, SyncPhase, SyncProgress
from wbtui.services.rate_limiter import RateLimiter
from wbtui.services.read_client import ReadClient
from wbtui.store.cache import Cache

Kind = Literal["customers", "invoices"]
MAX_PAGES = 1_000_000
"""A cursor that never ends is not followed for ever (promise 17)."""


class FullSync:
    """One walk of one kind at a time, in the background loop."""

    def __init__(
        self,
        cache: Cache,
        reads: ReadClient,
        limiter: RateLimiter,
        *,
        clock: Clock,
        page_size: int,
        on_progress: Callable[[SyncProgress], None],
    ) -> None:
        self._cache = cache
        self._reads = reads
        self._limiter = limiter
        self._clock = clock
        self._page_size = page_size
        self._on_progress = on_progress

    async def plans(self) -> None:
        """The catalogue, as one part. A system that does not list plans is left in peace."""
        self._on_progress(SyncProgress(SyncPhase.PLANS))
        try:
            plans = await self._limiter.call(lambda: self._reads.ask(lambda api: api.read(PLANS, "")))
        except (errors.NotOffered, errors.NotFound):
            return
        await self._cache.put_part(PLANS, "", plans, self._clock.now())

    async def run(self, kind: Kind, *, again: bool = False) -> None:
        """Fetch all rows of one kind, going on where an earlier walk stood; `again` starts over.

        What the system no longer has is removed when the walk is complete. Raises Offline, NotOffered,
        ApiErrors, StoreErrors; what was stored stays, with its cursor.
        """
        unfinished = None if again else (await self._cache.sync_state()).running(kind)
        done = (
            _Progress()
            if unfinished is None
            else _Progress(unfinished.cursor, unfinished.rows, unfinished.total)
        )
        stamp = self._clock.now() if unfinished is None else unfinished.updated
        phase = SyncPhase.CUSTOMERS if kind == "customers" else SyncPhase.INVOICES
        meter = Meter(phase, self._clock.monotonic(), done.rows)
        seen = {done.cursor}
        asked = self._ask(kind, done.cursor)
        try:
            for _ in range(MAX_PAGES):
                self._on_progress(meter.at(self._clock.monotonic(), done.rows, done.total))
                try:
                    page, came = await asked
                except errors.CursorExpired:
                    if done.cursor is None:
                        raise
                    done, seen = _Progress(), {None}
                    asked = self._ask(kind, None)
                    continue
                is_cycle = page.next in seen
                if page.next is not None and not is_cycle:
                    # The server works on the next page while this one is stored.
                    asked = self._ask(kind, page.next)
                # A clock set back must not make this page look older than the walk: it would be swept.
                stamp = max(stamp, came)
                await self._store(kind, page, stamp, first=done.cursor is None)
                done.advance(page)
                if page.next is None:
                    break
                if is_cycle:
                    raise errors.BadAnswer(f"The list of all {kind} goes in circles; it was stopped.")
                seen.add(page.next)
        finally:
            asked.cancel()
            await asyncio.gather(asked, return_exceptions=True)
        self._on_progress(meter.at(self._clock.monotonic(), done.rows, done.rows))

    def _ask(self, kind: Kind, cursor: str | None) -> asyncio.Task[tuple[Page[Any], datetime]]:
        return asyncio.get_running_loop().create_task(self._page(kind, cursor))

    async def _page(self, kind: Kind, cursor: str | None) -> tuple[Page[Any], datetime]:
        """A page and when it came."""

        async def ask(api: BillingAPI) -> Page[Any]:
            if kind == "customers":
                return await api.customers(cursor, limit=self._page_size)
            return await api.invoices(cursor, limit=self._page_size)

        page = await self._limiter.call(lambda: self._reads.ask(ask))
        return page, self._clock.now()

    async def _store(self, kind: Kind, page: Page[Any], stamp: datetime, *, first: bool) -> None:
        await self._cache.put_sync_page(
            kind,
            page.rows,
            cursor=page.next,
            fetched_at=stamp,
            total=page.total,
            changes_cursor=page.changes_cursor,
            restart=first,
        )


@dataclass
class _Progress:
    """Where a walk stands: the cursor of the next page, rows stored, rows announced."""

    cursor: str | None = None
    rows: int = 0
    total: int | None = None

    def advance(self, page: Page[Any]) -> None:
        self.cursor = page.next
        self.rows += len(page.rows)
        self.total = page.total if page.total is not None else self.total

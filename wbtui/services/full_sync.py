"""Fetch all records of one kind, page by page; an interrupted run resumes at its last stored page."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from wbtui import errors
from wbtui.api.port import BillingAPI
from wbtui.models.page import Page
from wbtui.models.parts import PLANS
from wbtui.services.progress import Meter, SyncPhase, SyncProgress
from wbtui.services.sync_context import SyncContext

Kind = Literal["customers", "invoices"]
MAX_PAGES = 1_000_000
"""Maximum number of pages: a list that never ends is not read forever (promise 17)."""


class FullSync:
    """Runs in the background loop, one kind at a time."""

    def __init__(self, run: SyncContext) -> None:
        self._run = run

    async def plans(self) -> None:
        """Fetch the plans. Does nothing if the system does not list them."""
        self._run.on_progress(SyncProgress(SyncPhase.PLANS))
        try:
            plans = await self._run.ask(lambda api: api.read(PLANS, ""))
        except (errors.NotOffered, errors.NotFound):
            return
        await self._run.cache.put_part(PLANS, "", plans, self._run.clock.now())

    async def run(self, kind: Kind, *, again: bool = False) -> None:
        """Fetch all rows of one kind; resume an interrupted run, unless `again` starts over.

        Cached rows that the system no longer has are removed at the end. Raises Offline, NotOffered,
        ApiErrors, StoreErrors; pages stored until then are kept, with their cursor.
        """
        unfinished = None if again else (await self._run.cache.sync_state()).running(kind)
        done = (
            _Progress()
            if unfinished is None
            else _Progress(unfinished.cursor, unfinished.rows, unfinished.total)
        )
        stamp = self._run.clock.now() if unfinished is None else unfinished.updated
        phase = SyncPhase.CUSTOMERS if kind == "customers" else SyncPhase.INVOICES
        meter = Meter(phase, self._run.clock.monotonic(), done.rows)
        seen = {done.cursor}
        request = self._request(kind, done.cursor)
        try:
            for _ in range(MAX_PAGES):
                self._run.on_progress(meter.at(self._run.clock.monotonic(), done.rows, done.total))
                try:
                    page, fetched_at = await request
                except errors.CursorExpired:
                    if done.cursor is None:
                        raise
                    done, seen = _Progress(), {None}
                    request = self._request(kind, None)
                    continue
                is_cycle = page.next in seen
                if page.next is not None and not is_cycle:
                    # Requested now, so that the server prepares it while this page is stored.
                    request = self._request(kind, page.next)
                # Even if the clock was set back: a page older than the run would be removed at its end.
                stamp = max(stamp, fetched_at)
                await self._run.cache.put_sync_page(kind, page, stamp, restart=done.cursor is None)
                done.advance(page)
                if page.next is None:
                    break
                if is_cycle:
                    raise errors.BadAnswer(f"The list of all {kind} repeats its pages. The sync was stopped.")
                seen.add(page.next)
        finally:
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
        self._run.on_progress(meter.at(self._run.clock.monotonic(), done.rows, done.rows))

    def _request(self, kind: Kind, cursor: str | None) -> asyncio.Task[tuple[Page[Any], datetime]]:
        return asyncio.get_running_loop().create_task(self._page(kind, cursor))

    async def _page(self, kind: Kind, cursor: str | None) -> tuple[Page[Any], datetime]:
        """Return a page and when it arrived."""

        async def ask(api: BillingAPI) -> Page[Any]:
            if kind == "customers":
                return await api.customers(cursor, limit=self._run.page_size)
            return await api.invoices(cursor, limit=self._run.page_size)

        page = await self._run.ask(ask)
        return page, self._run.clock.now()


@dataclass
class _Progress:
    """Cursor of the next page, rows stored, and total that the server announced."""

    cursor: str | None = None
    rows: int = 0
    total: int | None = None

    def advance(self, page: Page[Any]) -> None:
        self.cursor = page.next
        self.rows += len(page.rows)
        self.total = page.total if page.total is not None else self.total

"""Fetch all records of one kind, page by page; an interrupted run resumes at its last stored page."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from wbtui import errors
from wbtui.models.page import Page
from wbtui.models.parts import PLANS
from wbtui.services.progress import Meter, SyncPhase, SyncProgress
from wbtui.services.sync_context import REFUSED_CURSOR, SyncContext
from wbtui.store.sync_state import ListKind

log = logging.getLogger(__name__)

MAX_PAGES = 100_000
"""Maximum number of pages of a list whose length the server does not say."""
PAGE_MARGIN = 20
"""Pages by which a list may exceed twice the number that its length needs."""


class _Unusable(Exception):
    """The list cannot be read on from the stored cursor."""

    def __init__(self, error: errors.ApiError, *, may_restart: bool) -> None:
        super().__init__(error.sentence)
        self.error = error
        self.may_restart = may_restart


class FullSync:
    """Runs in the background loop, one kind at a time."""

    def __init__(self, context: SyncContext) -> None:
        self._context = context

    async def plans(self) -> None:
        """Fetch the plans. Does nothing if the system does not list them."""
        self._context.on_progress(SyncProgress(SyncPhase.PLANS))
        try:
            plans = await self._context.ask(lambda api: api.read(PLANS, ""))
        except (errors.NotOffered, errors.NotFound):
            return
        await self._context.cache.put_part(PLANS, "", plans, self._context.clock.now())

    async def run(self, kind: ListKind, *, again: bool = False) -> str:
        """Fetch all rows of one kind; resume an interrupted run, unless `again` starts over.

        Cached rows that the system no longer has are removed at the end. Where the list cannot be read on
        from its cursor, it is read once more from the start. Returns a sentence about that, or an empty one.

        Raises Offline, NotOffered, ApiErrors, StoreErrors; pages stored until then are kept, with their
        cursor.
        """
        unfinished = None if again else (await self._context.cache.sync_state()).running(kind)
        place = _Place()
        if unfinished is not None:
            place = _Place(unfinished.cursor, unfinished.rows, unfinished.total, unfinished.updated)
        message = ""
        while True:
            try:
                await self._fetch_from(kind, place)
                return message
            except _Unusable as unusable:
                # Otherwise every later sync would resume at the same cursor.
                await self._context.cache.forget_full_sync(kind)
                if message or not unusable.may_restart:
                    raise still_refused(kind, unusable.error) from None
                log.warning("The list of %s is read again: %s", kind, unusable.error.sentence)
                message = f"The server refused to continue the list of {kind}. It is fetched from the start."
                place = _Place()

    async def _fetch_from(self, kind: ListKind, place: _Place) -> None:
        """Store the pages from `place` to the last. Raises _Unusable."""
        phase = SyncPhase.CUSTOMERS if kind == "customers" else SyncPhase.INVOICES
        meter = Meter(phase, self._context.clock, place.rows)
        stamp = place.stamp or self._context.clock.now()
        pages, most = 0, MAX_PAGES
        request = self._request(kind, place.cursor)
        try:
            while True:
                self._context.on_progress(meter.at(place.rows, place.total))
                try:
                    page, fetched_at = await request
                except REFUSED_CURSOR as error:
                    if place.cursor is None:
                        raise
                    raise _Unusable(error, may_restart=True) from error
                pages, most = pages + 1, self._most_pages(page) if pages == 0 else most
                if page.next is not None:
                    if pages >= most:
                        raise _Unusable(_endless(kind, place.total), may_restart=False)
                    # Requested now, so that the server prepares it while this page is stored.
                    request = self._request(kind, page.next)
                elif (listed := place.rows + _listed(page)) < (page.total or 0) // 2:
                    # The end of a list removes from the cache what was not in it.
                    raise _Unusable(_too_few(kind, listed, page.total or 0), may_restart=False)
                # Even if the clock was set back: a page older than the run would be removed at its end.
                stamp = max(stamp, fetched_at)
                await self._context.cache.put_sync_page(kind, page, stamp, restart=place.cursor is None)
                place.advance(page)
                if page.next is None:
                    break
        finally:
            request.cancel()
            await asyncio.gather(request, return_exceptions=True)
        self._context.on_progress(meter.at(place.rows, place.rows))

    def _most_pages(self, first: Page[Any]) -> int:
        """Return the number of pages after which a list counts as endless."""
        if first.total is None:
            return MAX_PAGES
        rows = len(first.rows) + len(first.skipped)
        return 2 * first.total // (rows or self._context.page_size) + PAGE_MARGIN

    def _request(self, kind: ListKind, cursor: str | None) -> asyncio.Task[tuple[Page[Any], datetime]]:
        return asyncio.get_running_loop().create_task(self._page(kind, cursor))

    async def _page(self, kind: ListKind, cursor: str | None) -> tuple[Page[Any], datetime]:
        """Return a page and when it arrived."""
        page = await self._context.page(kind, cursor, limit=self._context.page_size)
        return page, self._context.clock.now()


def still_refused(name: str, error: errors.ApiError) -> errors.BadAnswer:
    """Return the error of a list that the server refused to continue, also when read from the start."""
    if isinstance(error, errors.BadAnswer):
        return error
    # Not the server's own error, which speaks of an input: the cursors were its own.
    return errors.BadAnswer(
        f"The server refuses to continue the list of {name}, also from the start.",
        hint="Report this to the operator of the billing system. Cached data is kept.",
    )


def _endless(kind: ListKind, total: int | None) -> errors.BadAnswer:
    counted = "" if total is None else f" The server counts {total:,}."
    return errors.BadAnswer(f"The list of {kind} does not end.{counted} The sync was stopped.")


def _listed(page: Page[Any]) -> int:
    """Return how many rows a page lists, counting repeated ones once."""
    return len({row.id for row in page.rows}) + len(page.skipped)


def _too_few(kind: ListKind, listed: int, total: int) -> errors.BadAnswer:
    return errors.BadAnswer(
        f"The server counts {total:,} {kind} but lists {listed:,}. Nothing was removed from the cache."
    )


@dataclass
class _Place:
    """Cursor of the next page, rows stored, total that the server announced, and time of the last page."""

    cursor: str | None = None
    rows: int = 0
    total: int | None = None
    stamp: datetime | None = None

    def advance(self, page: Page[Any]) -> None:
        self.cursor = page.next
        self.rows += len(page.rows)
        self.total = page.total if page.total is not None else self.total

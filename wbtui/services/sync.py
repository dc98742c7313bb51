"""Fill the cache and keep it current: a full sync first, then changes only; resumable, with a rate limit.

Of several processes that share a cache, one syncs; the others read what it stores.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import math
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from wbtui import errors
from wbtui.models.page import SkippedRow
from wbtui.services.link import Link, LinkKind, LinkState
from wbtui.services.loops import LoopThread, first_error
from wbtui.services.progress import SyncPhase, SyncProgress, SyncReport
from wbtui.services.signals import Signal
from wbtui.services.sync_context import SyncContext
from wbtui.services.sync_run import SyncRun
from wbtui.services.system_info import NOTE as SYSTEM
from wbtui.store.cache_sync import LEASE_SECONDS

log = logging.getLogger(__name__)

MERCHANT = "merchant"
"""Name of the cache note with the ID of the merchant whose customers are cached."""
FOLLOW_INTERVAL = 30.0
"""Seconds between two requests to the change feed."""
RETRY_INTERVAL = 15.0
AFTER_FULL_SYNC = 300.0
"""Seconds until the next sync after one that had to fetch everything again."""
PROGRESS_INTERVAL = 0.2
"""Seconds between two announcements of a phase's progress; each draws a line, and pages come faster."""


class Busy(errors.WbtuiError):
    """Another wbtui of this user is syncing the same cache."""

    title = "Sync in progress"
    hint = "Wait until it has finished, or quit the other wbtui."
    retryable = True


class Sync:
    """Runs in the background loop; every method can be called from any thread or loop."""

    def __init__(
        self,
        context: SyncContext,
        link: Link,
        loop: LoopThread,
        *,
        holder: str,
    ) -> None:
        self._context = context
        self._cache = context.cache
        self._clock = context.clock
        self._link = link
        self._loop = loop
        self._holder = holder
        self.changed: Signal[SyncProgress] = Signal()
        self.refetched: Signal[str] = Signal()
        """Emitted in the background with the reason why everything was fetched again."""
        self.progress = SyncProgress(SyncPhase.IDLE)
        self._announced = -math.inf
        self.is_complete = False
        """Whether all customers are cached: a full sync has finished, and nothing has expired since."""
        self.confirmed_at: datetime | None = None
        """When a sync last ended before this run, also if all has expired since; None if never."""
        self.skipped: tuple[SkippedRow, ...] = ()
        """Customers that could not be read by the last sync, and are not cached."""
        self._running = asyncio.Lock()
        self._wake = asyncio.Event()
        self._asked = False
        """Whether the agent asked for the next sync."""
        self._following: concurrent.futures.Future[None] | None = None
        self._unsubscribe = link.changed.subscribe(self._on_link_changed)

    # ── for screens and commands ──
    async def run(self, progress: Callable[[SyncProgress], None] | None = None) -> SyncReport:
        """Sync once: a full sync or the rest of one if needed, then changes.

        Where nothing tells what has changed, everything is fetched again. `progress` is called in the
        background thread.

        Raises Offline, ApiErrors, StoreErrors, and Busy if another process is syncing this connection.
        """
        return await self._loop.run(self._run_once(progress, asked=True))

    def start_following(self) -> None:
        """Sync periodically in the background until `stop`, whenever the server is reachable."""
        if self._following is None and not self._link.pinned_offline:
            self._following = self._loop.submit(self._follow_forever())

    def request_sync(self) -> None:
        """Sync now instead of after the interval. From any thread."""

        def ask() -> None:
            self._asked = True
            self._wake.set()

        self._loop.call(ask)

    def stop(self) -> None:
        """Stop syncing; what is cached is kept, and the next run resumes."""
        self._unsubscribe()
        if self._following is not None:
            self._following.cancel()
            self._following = None

    # ── in the background loop ──
    async def load_state(self) -> None:
        """Read from the cache whether it is complete, and what could not be read."""
        state, before = await self._cache.sync_state(), (self.is_complete, self.skipped)
        full, self.confirmed_at = state.complete_since is not None, state.confirmed_at
        self.is_complete = full and not await self._cache.awaits_confirmation()
        self.skipped = state.skipped["customers"]
        if before != (self.is_complete, self.skipped):
            self.changed.emit(self.progress)

    async def _follow_forever(self) -> None:
        while True:
            self._wake.clear()
            pause = FOLLOW_INTERVAL
            try:
                await self._wait_until_reachable()
                asked, self._asked = self._asked, False
                report = await self._run_once(None, asked=asked)
                if report.message:
                    # Everything was fetched again; a server that causes it every time is not asked at once.
                    pause = AFTER_FULL_SYNC
                    self.refetched.emit(report.message)
                self.show(SyncProgress(SyncPhase.FOLLOWING))
            except Busy as error:
                await self.load_state()
                self.show(SyncProgress(SyncPhase.WAITING, message=error.sentence))
            except errors.Offline as error:
                self.show(SyncProgress(SyncPhase.WAITING, message=error.sentence))
                pause = RETRY_INTERVAL
            except errors.WbtuiError as error:
                self.show(SyncProgress(SyncPhase.FAILED, message=error.sentence, hint=error.hint))
                pause = RETRY_INTERVAL
            except Exception as error:  # noqa: BLE001 - an internal error must not end the background sync
                log.error("A sync failed inside wbtui: %s", type(error).__name__)
                self.show(SyncProgress(SyncPhase.FAILED, message="wbtui could not read the server's answer."))
                pause = RETRY_INTERVAL
            await self._clock.wait(self._wake, pause)

    async def _wait_until_reachable(self) -> None:
        while not self._link.reachable:
            self.show(SyncProgress(SyncPhase.WAITING, message=self._link.state.why))
            self._wake.clear()
            await self._wake.wait()

    def _on_link_changed(self, state: LinkState) -> None:
        if state.kind is LinkKind.ONLINE:
            self._loop.call(self._wake.set)

    def show(self, progress: SyncProgress) -> None:
        """Set and announce the progress that screens show; within a phase once per `PROGRESS_INTERVAL`."""
        if progress == self.progress:
            return
        same_phase = progress.phase is self.progress.phase and progress.message == self.progress.message
        self.progress = progress
        now = self._clock.monotonic()
        if not same_phase or now - self._announced >= PROGRESS_INTERVAL:
            self._announced = now
            self.changed.emit(progress)

    async def _run_once(self, progress: Callable[[SyncProgress], None] | None, *, asked: bool) -> SyncReport:
        async with self._running:
            if not await self._cache.lease(self._holder):
                raise Busy("Another wbtui is syncing this connection.", hint="Its data appears here, too.")
            try:
                async with asyncio.TaskGroup() as group:
                    renewing = group.create_task(self._renew())
                    await self._clear_other_merchant()
                    report = await self._run(progress, asked=asked).run()
                    renewing.cancel()
                return report
            except BaseExceptionGroup as group_error:
                raise first_error(group_error) from None
            finally:
                await self._cache.release(self._holder)
                await self.load_state()

    async def _clear_other_merchant(self) -> None:
        """Clear the cache if the connection now belongs to another merchant."""
        system = self._context.system()
        if system is None or (before := await self._cache.note_text(MERCHANT)) == system.merchant_id:
            return
        if before is not None:
            log.warning("The connection belongs to another merchant now: the cache is cleared.")
            known = await self._cache.note_text(SYSTEM)
            await self._cache.clear()
            await self._cache.lease(self._holder)
            await self._cache.set_currency(system.default_currency)
            if known is not None:
                await self._cache.put_note(SYSTEM, known, self._clock.now())
        await self._cache.put_note(MERCHANT, system.merchant_id, self._clock.now())

    async def _renew(self) -> None:
        while True:
            await self._clock.sleep(LEASE_SECONDS / 3)
            await self._cache.lease(self._holder)

    def _run(self, progress: Callable[[SyncProgress], None] | None, *, asked: bool) -> SyncRun:
        def on_progress(now: SyncProgress) -> None:
            self.show(now)
            if progress is not None:
                progress(now)

        return SyncRun(replace(self._context, on_progress=on_progress), asked=asked)

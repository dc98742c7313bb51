"""Lets the cache follow the server's date: searches, orders and figures know who has become past due."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from datetime import date

from wbtui import errors
from wbtui.services.clock import Clock
from wbtui.services.loops import LoopThread
from wbtui.services.signals import Signal
from wbtui.store.cache import Cache

log = logging.getLogger(__name__)

INTERVAL = 10.0
"""Seconds between two looks at the date."""
RETRY_AFTER = 60.0
"""Seconds after which a refresh that failed is tried again: the disk may be full."""


class DateRefresh:
    """Refreshes the cache when the server's date has changed."""

    def __init__(self, cache: Cache, loop: LoopThread, today: Callable[[], date], clock: Clock) -> None:
        self._cache = cache
        self._loop = loop
        self._today = today
        self._clock = clock
        self._lock = asyncio.Lock()
        self._date: date | None = None
        self.refreshed: Signal[date] = Signal()
        """Emitted with the date once all customers are listed as of it; at the start only if any changed."""

    async def run(self) -> None:
        """Refresh now and whenever the date has changed, until cancelled; in the background loop."""
        while True:
            pause = INTERVAL
            try:
                await self._refresh()
            except errors.StoreError as error:
                log.info("The cache does not follow the date: %s", error.sentence)
                pause = RETRY_AFTER
            await self._clock.sleep(pause)

    async def refresh(self) -> None:
        """Refresh unless that was done today; waits for a refresh that is running. Raises StoreErrors."""
        await self._loop.run(self._refresh())

    async def _refresh(self) -> None:
        async with self._lock:
            today = self._today()
            if today == self._date:
                return
            changed = await self._cache.follow_date(today)
            is_first, self._date = self._date is None, today
        if changed or not is_first:  # another process may have been first
            self.refreshed.emit(today)

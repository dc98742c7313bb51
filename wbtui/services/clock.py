"""The clock of the services, passed in so that tests can replace it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from wbtui.clock import utc_now


@dataclass(frozen=True, slots=True)
class Clock:
    """Source of time.

    Attributes:
        now: the current instant (UTC), for timestamps and ages.
        monotonic: seconds, for durations.
        sleep: waits in the running event loop.
    """

    now: Callable[[], datetime] = utc_now
    monotonic: Callable[[], float] = time.monotonic
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Wait until `event` is set, at most `seconds`."""
        waits = [asyncio.ensure_future(self.sleep(seconds)), asyncio.ensure_future(event.wait())]
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()

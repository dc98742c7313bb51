"""Limit the request rate of a sync, and pause when the server responds with 429."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from wbtui import errors
from wbtui.services.clock import Clock

T = TypeVar("T")

MAX_TRIES = 5
MAX_PAUSE = 60.0
"""Maximum pause in seconds; a longer one that a server asks for is shortened."""


class RateLimiter:
    """Spreads requests evenly over time, in one event loop. `rate` is per second, None for no limit."""

    def __init__(self, rate: float | None, clock: Clock) -> None:
        self._gap = 1.0 / rate if rate else 0.0
        self._clock = clock
        self._next = 0.0

    async def wait(self) -> None:
        """Wait until the next request can be sent."""
        now = self._clock.monotonic()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await self._clock.sleep(start - now)

    async def call(self, request: Callable[[], Awaitable[T]]) -> T:
        """Call `request()` within the limit; after a 429, pause and retry, `MAX_TRIES` in total."""
        for attempt in range(1, MAX_TRIES + 1):
            await self.wait()
            try:
                return await request()
            except errors.RateLimited as error:
                if attempt == MAX_TRIES:
                    raise
                pause = error.retry_after if error.retry_after is not None else float(2**attempt)
                self._next = self._clock.monotonic() + min(max(pause, 0.5), MAX_PAUSE)
        raise AssertionError("unreachable")

"""The speed limit of a synchronisation: so many requests a second, and the rests a server asks for."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TypeVar

from wbtui import errors
from wbtui.services.clock import Clock

T = TypeVar("T")

MAX_PAUSE = 60.0
"""Longer rests than this, asked for by a server, are cut: the next answer says it again."""


class RateLimiter:
    """Spreads requests evenly; `rate` None is no limit. Used in one loop."""

    def __init__(self, rate: float | None, clock: Clock) -> None:
        self._gap = 1.0 / rate if rate else 0.0
        self._clock = clock
        self._next = 0.0
        self.pauses = 0
        """How often the server asked for a rest (429)."""

    async def wait(self) -> None:
        """Wait until the next request may go out."""
        now = self._clock.monotonic()
        start = max(now, self._next)
        self._next = start + self._gap
        if start > now:
            await self._clock.sleep(start - now)

    async def call(self, request: Callable[[], Awaitable[T]], *, tries: int = 5) -> T:
        """`request()` at its turn; a 429 is pauses out and tried again, at most `tries` times in all."""
        for attempt in range(1, tries + 1):
            await self.wait()
            try:
                return await request()
            except errors.RateLimited as error:
                if attempt == tries:
                    raise
                self.pauses += 1
                pause = error.retry_after if error.retry_after is not None else float(2**attempt)
                self._next = self._clock.monotonic() + min(max(pause, 0.5), MAX_PAUSE)
        raise AssertionError("unreachable")

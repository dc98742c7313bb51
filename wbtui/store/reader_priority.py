"""Let background work yield to readers, so that a keystroke does not wait for a synchronisation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_DRAWING = 0.03
"""Seconds after the end of a read in which its rows are drawn."""
_STEP = 0.002
_LONGEST_PAUSE = 0.1
"""Longest pause in seconds: steady typing slows the work down, but does not stop it."""


class ReaderPriority:
    """Pauses of background work while rows are read or drawn.

    Python runs one thread at a time: without pauses a keystroke would wait several switch intervals.
    `reading` returns whether a read is running, `clock` monotonic seconds.
    """

    def __init__(self, reading: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._reading = reading
        self._clock = clock
        self._drawn_at = clock()

    def read_ended(self) -> None:
        """Record that a read has ended and its rows are about to be drawn."""
        self._drawn_at = self._clock() + _DRAWING

    def _is_due(self, until: float) -> bool:
        now = self._clock()
        return now < until and (self._reading() or now < self._drawn_at)

    def pause(self) -> None:
        """Wait while readers are active; for work on a thread."""
        until = self._clock() + _LONGEST_PAUSE
        while self._is_due(until):
            time.sleep(_STEP)

    async def paused(self) -> None:
        """Wait while readers are active; for work in an event loop, whose other tasks run in any case."""
        until = self._clock() + _LONGEST_PAUSE
        await asyncio.sleep(0)
        while self._is_due(until):  # noqa: ASYNC110 - nothing signals that the rows are drawn
            await asyncio.sleep(_STEP)

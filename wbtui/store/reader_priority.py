"""Long work behind the screen lets readers go first: a keystroke must not wait for a synchronisation."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable

_PAINTING = 0.03
"""Seconds after the end of a read in which its rows are painted."""
_STEP = 0.002
_PATIENCE = 0.1
"""Seconds that one pause takes at most: an agent who never stops typing slows the work down, no more."""


class ReaderPriority:
    """`reading` tells whether somebody reads at this moment, `clock` seconds that only grow.

    Python runs one thread at a time: without pauses a keystroke would wait for its turn several times over.
    """

    def __init__(self, reading: Callable[[], bool], clock: Callable[[], float] = time.monotonic) -> None:
        self._reading = reading
        self._clock = clock
        self._painted = clock()

    def read_ended(self) -> None:
        """Its rows are about to be painted."""
        self._painted = self._clock() + _PAINTING

    def _is_due(self, until: float) -> bool:
        now = self._clock()
        return now < until and (self._reading() or now < self._painted)

    def pause(self) -> None:
        """In the midst of long work on a thread."""
        until = self._clock() + _PATIENCE
        while self._is_due(until):
            time.sleep(_STEP)

    async def paused(self) -> None:
        """In the midst of long work in an event loop; other work of the loop has its turn in any case."""
        until = self._clock() + _PATIENCE
        await asyncio.sleep(0)
        while self._is_due(until):  # noqa: ASYNC110 - nothing tells when what was read is painted
            await asyncio.sleep(_STEP)

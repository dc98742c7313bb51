"""Garbage collection in the pauses of the agent, so that no key has to wait for it."""

from __future__ import annotations

import asyncio
import gc
import sys

from textual._styles_cache import StylesCache

from wbtui.services.clock import Clock

SHORT_PAUSE = 0.2
"""Seconds without input after which young objects are collected."""
READING_PAUSE = 0.7
"""Seconds without input after which all objects are collected if many are new: a longer time than that
between the keys of an agent who looks through the tabs."""
PAUSE = 2.0
"""Seconds without input after which all objects are collected."""
_MOST = 100_000
"""New objects from which Python collects garbage during input, too."""
_MOST_MORE = 200_000
"""Memory blocks allocated since the last full collection (one to four for each object) that count as many;
collecting them takes about 0.1 s."""


class IdleCollector:
    """Collects garbage after the last input: young objects soon, all objects in a longer pause.

    Opening the largest profile takes 78 ms without collections on the way, 92 ms with them. When Python
    collects by its own thresholds, one key waits up to 1.1 s for the garbage of a hundred forms.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._task: asyncio.Task[None] | None = None
        self._kept = sys.getallocatedblocks()

    def note_use(self) -> None:
        """Restart the idle timer, because the agent is active."""
        if gc.get_count()[0] < _MOST:
            gc.disable()
        else:
            gc.enable()
        if self._task is not None:
            self._task.cancel()
        self._task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        await self._clock.sleep(SHORT_PAUSE)
        gc.enable()
        # Its keys keep what the last 1,024 widgets drew alive (Textual 8.2.8): 200,000 objects.
        StylesCache.get_inner_outer.cache_clear()
        gc.collect(1)
        await self._clock.sleep(READING_PAUSE - SHORT_PAUSE)
        # Not counted in gc.get_objects(), which refers to the tuple that another thread is making just then:
        # Python cannot enlarge it any more, and the thread fails with a SystemError.
        if sys.getallocatedblocks() > self._kept + _MOST_MORE:
            self._collect_all()
        await self._clock.sleep(PAUSE - READING_PAUSE)
        self._collect_all()

    def _collect_all(self) -> None:
        gc.collect()
        self._kept = sys.getallocatedblocks()

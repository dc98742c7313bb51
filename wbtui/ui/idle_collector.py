"""Garbage collection while the agent pauses, so that no key has to wait for it."""

from __future__ import annotations

import asyncio
import gc

from wbtui.services.clock import Clock

PAUSE = 5.0
"""Seconds without input after which garbage is collected."""


class IdleCollector:
    """Collects garbage `PAUSE` seconds after the last input.

    A form leaves about 6,000 objects. When Python collects them by its own thresholds, one key waits up to
    1.1 s for the garbage of a hundred forms.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._used_at = 0.0
        self._task: asyncio.Task[None] | None = None

    def note_use(self) -> None:
        """Begin the pause anew, because the agent does something."""
        self._used_at = self._clock.monotonic()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._collect())

    async def _collect(self) -> None:
        while (left := self._used_at + PAUSE - self._clock.monotonic()) > 0:
            await self._clock.sleep(left)
        gc.collect()

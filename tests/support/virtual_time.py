"""A clock that tests advance: sleeping tasks wake in order of their deadlines, without real waiting."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from wbtui.services.clock import Clock
from wbtui.services.loops import LoopThread

START = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class VirtualTime:
    """Virtual time of one event loop. Pass `clock` to the code under test and call `advance`."""

    def __init__(self) -> None:
        self.elapsed = 0.0
        self._count = 0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []

    @property
    def clock(self) -> Clock:
        return Clock(now=self.now, monotonic=lambda: self.elapsed, sleep=self.sleep)

    def now(self) -> datetime:
        return START + timedelta(seconds=self.elapsed)

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        self._count += 1
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self.elapsed + seconds, self._count, future))
        await future

    async def advance(self, seconds: float) -> None:
        """Advance the clock, waking sleepers one by one and running each until it waits again."""
        end = self.elapsed + seconds
        await self.quiet()
        while self._sleepers and self._sleepers[0][0] <= end:
            due, _, future = heapq.heappop(self._sleepers)
            self.elapsed = max(self.elapsed, due)
            if not future.done():
                future.set_result(None)
            await self.quiet()
        self.elapsed = end
        await self.quiet()

    @staticmethod
    async def quiet() -> None:
        """Run all ready tasks until they wait for time or for I/O."""
        for _ in range(50):
            await asyncio.sleep(0)


class InlineLoop(LoopThread):
    """A LoopThread that runs everything in the loop of the test instead of a thread."""

    def __init__(self) -> None:
        super().__init__("inline")
        self._here = asyncio.get_running_loop()

    def start(self) -> None:
        pass

    def call(self, function: Callable[..., object], *args: object) -> None:
        self._here.call_soon(function, *args)

    async def run(self, work: Any) -> Any:
        return await work

    async def run_shielded(self, work: Any) -> Any:
        return await work

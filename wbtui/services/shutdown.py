"""Ending opened services within two seconds: nothing new begins, what is held is taken back, files close."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from wbtui.services.actions.service import ActionService
from wbtui.services.loops import LoopThread
from wbtui.services.sync import Sync

LINGER = 1.0
"""Seconds waited for a command that is being sent; one that takes longer is looked up at the next start."""


@dataclass
class Shutdown:
    """`stack` closes the files. Repeatable."""

    sync: Sync
    actions: ActionService
    loops: tuple[LoopThread, LoopThread]
    stack: AsyncExitStack
    _begun: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Once, however often and by however many it is asked for."""
        if self._begun is None:
            self._begun = asyncio.ensure_future(self._run())
        await asyncio.shield(self._begun)

    async def _run(self) -> None:
        self.sync.stop()
        self.actions.close()
        on_the_way = [asyncio.ensure_future(held.outcome()) for held in self.actions.sending()]
        if on_the_way:
            await asyncio.wait(on_the_way, timeout=LINGER)
            for task in on_the_way:
                task.cancel()
            await asyncio.gather(*on_the_way, return_exceptions=True)
        # Connections are closed with their threads; one that does not end is left to the process's end.
        await asyncio.gather(*(asyncio.to_thread(loop.stop, 0.7) for loop in self.loops))
        await self.stack.aclose()

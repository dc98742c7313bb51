"""Shut down open services within two seconds: cancel pending actions, stop threads, close files."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from dataclasses import dataclass

from wbtui.services.actions.bulk import BulkService
from wbtui.services.actions.service import ActionService
from wbtui.services.loops import LoopThread
from wbtui.services.sync import Sync

SEND_TIMEOUT = 1.0
"""Seconds to wait for an action that is being sent; a slower one is looked up at the next start."""


@dataclass
class Shutdown:
    """Shutdown of one set of services; `stack` closes the files."""

    sync: Sync
    actions: ActionService
    bulks: BulkService
    loops: tuple[LoopThread, LoopThread]
    stack: AsyncExitStack
    _task: asyncio.Task[None] | None = None

    async def run(self) -> None:
        """Shut down; later and concurrent calls wait for the first."""
        if self._task is None:
            self._task = asyncio.ensure_future(self._run())
        await asyncio.shield(self._task)

    async def _run(self) -> None:
        self.sync.stop()
        self.bulks.close()
        self.actions.close()
        outcomes = [asyncio.ensure_future(pending.outcome()) for pending in self.actions.unfinished()]
        if outcomes:
            await asyncio.wait(outcomes, timeout=SEND_TIMEOUT)
            for task in outcomes:
                task.cancel()
            await asyncio.gather(*outcomes, return_exceptions=True)
        # Each thread closes its connections. The threads are daemons: one that does not stop ends with the
        # process.
        await asyncio.gather(*(asyncio.to_thread(loop.stop, 0.7) for loop in self.loops))
        await self.stack.aclose()

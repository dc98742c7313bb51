"""Pilot that looks whether messages wait, instead of sending one to every widget of the screen."""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Any

from textual.message_pump import MessagePump
from textual.pilot import Pilot, WaitForScreenTimeout

from tests.support.patience import PATIENCE


class IdlePilot(Pilot[Any]):
    """Textual's pilot with cheaper pauses.

    Textual's (8.2.8) sends a message to every widget and waits until all are processed. For a form of 72
    widgets this takes 4 ms of processor time, in every pause and after every key; looking takes 0.1 ms.
    """

    async def _wait_for_screen(self, timeout: float = PATIENCE) -> bool:  # noqa: ASYNC109 (as Textual)
        """Wait until the app and all widgets of its screen wait for messages.

        Returns False when the app failed. Raises WaitForScreenTimeout.
        """
        if not self.app.screen_stack:
            return False
        pumps = [self.app, *self.app.screen.walk_children(with_self=True)]
        end = monotonic() + timeout
        await asyncio.sleep(0)
        looks = (
            0  # after some, wait for a millisecond: looking keeps the thread of the sandbox from answering
        )
        while busy := next(filter(_is_busy, pumps), None):
            while _is_busy(busy):
                if self.app._exception is not None:
                    return False
                if monotonic() > end:
                    raise WaitForScreenTimeout(f"Still busy: {[pump for pump in pumps if _is_busy(pump)]}")
                looks += 1
                await asyncio.sleep(0 if looks < 20 else 0.001)
        return True


def _is_busy(pump: MessagePump) -> bool:
    """Whether a pump that was started processes a message or has one to process."""
    if pump._closed or pump._closing or not (pump._running or pump._task):
        return False
    arrival: Any = pump._message_queue.ready_event
    return arrival.is_set() or not arrival._waiters

"""The undo window: time in which the process is stopped does not count."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.support.fake_api import PREVIEW, refund
from tests.support.virtual_time import VirtualTime
from wbtui.models.preview import Intent
from wbtui.services.actions.pending_send import PendingSend


def waiting(time: VirtualTime, seconds: float) -> tuple[PendingSend, asyncio.Task[bool]]:
    """An action in its undo window, and whether it is to be sent."""
    pending = PendingSend(Intent("key-1", refund(), PREVIEW, b""), seconds, time.clock)

    def call(function: Callable[[], None]) -> None:
        function()

    return pending, asyncio.get_running_loop().create_task(pending.wait(call))


async def test_it_is_sent_when_the_window_is_over() -> None:
    time = VirtualTime()
    pending, sent = waiting(time, 3.0)
    await time.advance(2.9)
    assert not sent.done()
    await time.advance(0.2)
    assert await sent
    assert not pending.cancel()


async def test_after_the_process_was_stopped_the_window_begins_anew() -> None:
    time = VirtualTime()
    pending, sent = waiting(time, 3.0)
    await time.advance(1.0)
    time.elapsed += 600.0  # stopped: the clock went on, nothing ran
    await time.advance(0.5)
    assert not sent.done(), "it is not sent at once"
    assert pending.remaining > 2.0
    assert pending.cancel()
    assert not await sent


async def test_it_can_be_cancelled_until_the_end_and_nothing_is_sent() -> None:
    time = VirtualTime()
    pending, sent = waiting(time, 3.0)
    await time.advance(2.9)
    assert pending.cancel()
    assert not await sent

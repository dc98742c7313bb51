"""Garbage is collected in a pause of the input, not during it."""

from __future__ import annotations

import gc
import weakref

from tests.support.virtual_time import VirtualTime
from wbtui.ui.idle_collector import PAUSE, IdleCollector


class Node:
    """Garbage that only a collection finds, because it refers to itself."""

    def __init__(self) -> None:
        self.itself = self


async def test_garbage_is_collected_once_the_input_pauses() -> None:
    time = VirtualTime()
    collector = IdleCollector(time.clock)
    gc.collect()
    gc.disable()
    try:
        garbage = weakref.ref(Node())
        collector.note_use()
        await time.advance(PAUSE - 1)
        collector.note_use()
        await time.advance(PAUSE - 1)
        assert garbage() is not None, "there was input in between"
        await time.advance(1)
        assert garbage() is None
    finally:
        gc.enable()

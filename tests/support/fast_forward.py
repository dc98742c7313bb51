"""Advances the clock of an event loop, so that a test decides when a timeout of minutes expires.

A timeout of milliseconds would race with the steps that have to happen before it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.support.patience import PATIENCE


def put_forward(loop: asyncio.AbstractEventLoop, seconds: float = 2 * PATIENCE) -> None:
    """Advance the clock of `loop` by `seconds`, which fires the timers due by then. Thread-safe."""

    def jump() -> None:
        before: Callable[[], float] = loop.time
        loop.time = lambda: before() + seconds  # type: ignore[method-assign]

    loop.call_soon_threadsafe(jump)

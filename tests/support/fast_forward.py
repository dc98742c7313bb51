"""A loop's clock put forward, so that a time limit of minutes is met when the test says so, and only then.

A limit of milliseconds would race with what has to happen before it; this one cannot.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from tests.support.patience import PATIENCE


def put_forward(loop: asyncio.AbstractEventLoop, seconds: float = 2 * PATIENCE) -> None:
    """From now on the clock of `loop` is `seconds` ahead: timers due until then fire. Any thread."""

    def jump() -> None:
        before: Callable[[], float] = loop.time
        loop.time = lambda: before() + seconds  # type: ignore[method-assign]

    loop.call_soon_threadsafe(jump)

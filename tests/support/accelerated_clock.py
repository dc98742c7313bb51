"""A clock on which the pauses and intervals of the services pass quickly."""

from __future__ import annotations

import asyncio
import time

from tests.support.wall_clock import now
from wbtui.services.clock import Clock

FACTOR = 50


def accelerated() -> Clock:
    """Return a clock whose seconds pass FACTOR times as fast; instants are those of the run."""
    return Clock(
        now=now,
        monotonic=lambda: time.monotonic() * FACTOR,
        sleep=lambda seconds: asyncio.sleep(seconds / FACTOR),
    )

"""What goes on behind everything: seeing what other wbtui store, and letting go of what is too old."""

from __future__ import annotations

import logging

from wbtui import errors
from wbtui.services.clock import Clock
from wbtui.services.sync import Sync
from wbtui.store.cache import Cache

log = logging.getLogger(__name__)

LOOK_EVERY = 2.0
"""Seconds between two looks whether another process stored something."""
EXPIRE_EVERY = 3600.0


async def run_maintenance(cache: Cache, sync: Sync, clock: Clock) -> None:
    """Until cancelled; in the background loop. A store that fails now is tried again at the next turn."""
    expire_at = clock.monotonic()
    while True:
        try:
            if clock.monotonic() >= expire_at:
                expire_at = clock.monotonic() + EXPIRE_EVERY
                await cache.expire(clock.now())
            if await cache.poll_changes():
                await sync.load_state()
        except errors.StoreError as error:
            log.info("Looking after the cache failed: %s", error.sentence)
        await clock.sleep(LOOK_EVERY)

"""What goes on behind everything: seeing what other wbtui store, and letting go of what is too old."""

from __future__ import annotations

import logging

from wbtui import errors
from wbtui.services.clock import Clock
from wbtui.services.sync import Busy, Sync
from wbtui.store.cache import Cache

log = logging.getLogger(__name__)

POLL_INTERVAL = 2.0
"""Seconds between two looks whether another process stored something."""
EXPIRE_INTERVAL = 3600.0


async def watch_other_processes(cache: Cache, sync: Sync, clock: Clock) -> None:
    """Until cancelled; in the background loop. A store that fails now is tried again at the next turn."""
    while True:
        try:
            if await cache.poll_changes():
                await sync.load_state()
        except errors.StoreError as error:
            log.info("Looking after the cache failed: %s", error.sentence)
        await clock.sleep(POLL_INTERVAL)


async def expire_periodically(cache: Cache, sync: Sync, clock: Clock) -> None:
    """Until cancelled; in the background loop. A store that fails now is tried again soon.

    Nothing expires that the change feed may still confirm before the server was asked. Such rows are not
    shown meanwhile; when the server cannot be asked, or does not answer, they are removed.
    """
    while True:
        pause = EXPIRE_INTERVAL
        try:
            if await cache.awaits_confirmation():
                await _ask(sync)
            await cache.expire(clock.now())
            await sync.load_state()
        except (Busy, errors.StoreError) as error:
            log.info("Expiring waits: %s", error.sentence)
            pause = POLL_INTERVAL
        await clock.sleep(pause)


async def _ask(sync: Sync) -> None:
    """Follow the change feed, if the server answers. Raises Busy, StoreErrors."""
    try:
        await sync.catch_up()
    except (Busy, errors.StoreError):
        raise
    except Exception as error:  # noqa: BLE001 - whatever went wrong, the server has confirmed nothing
        log.info("Expired rows were not confirmed: %s", type(error).__name__)

"""Background maintenance of the cache: changes by other processes, and expiry."""

from __future__ import annotations

import logging
from contextlib import suppress
from datetime import timedelta

from wbtui import errors
from wbtui.services.actions.drafts import Drafts
from wbtui.services.clock import Clock
from wbtui.services.sync import Busy, Sync
from wbtui.store.cache import Cache

log = logging.getLogger(__name__)

POLL_INTERVAL = 2.0
"""Seconds between two checks for changes by another process."""
CHECKED = "checked"
"""Name of the cache note with the time of the last check for damage."""
CHECK_INTERVAL = timedelta(days=1)
CHECK_AFTER = 20.0
"""Seconds between the start and the daily check for damage."""
EXPIRE_INTERVAL = 3600.0
"""Seconds between two removals of expired data."""


async def watch_other_processes(cache: Cache, sync: Sync, clock: Clock) -> None:
    """Announce changes by other processes, until cancelled; store errors are retried."""
    while True:
        try:
            if await cache.poll_changes():
                await sync.load_state()
        except errors.StoreError as error:
            log.info("Polling the cache failed: %s", error.sentence)
        await clock.sleep(POLL_INTERVAL)


async def check_daily(cache: Cache, clock: Clock) -> None:
    """Look for damage in the cache: at once when it was closed badly, else once a day after the start."""
    if not cache.was_closed_badly:
        await clock.sleep(CHECK_AFTER)
        checked = await cache.note(CHECKED)
        if checked is not None and checked.age(clock.now()) < CHECK_INTERVAL:
            return
    if await cache.check() is None:
        await cache.put_note(CHECKED, "", clock.now())


async def expire_periodically(cache: Cache, sync: Sync, clock: Clock) -> None:
    """Remove expired data every hour, until cancelled; store errors are retried soon.

    Expired rows that the change feed may still confirm are removed only after the server was asked or could
    not be reached. They are not shown meanwhile.
    """
    while True:
        pause = EXPIRE_INTERVAL
        try:
            if await cache.awaits_confirmation():
                await _follow_feed(sync)
            await cache.expire(clock.now())
            await sync.load_state()
        except (Busy, errors.StoreError) as error:
            log.info("Expiry is delayed: %s", error.sentence)
            pause = POLL_INTERVAL
        await clock.sleep(pause)


async def expire_drafts(drafts: Drafts, clock: Clock) -> None:
    """Count the drafts now, and delete expired ones every hour, until cancelled."""
    while True:
        with suppress(errors.StoreError):
            await drafts.all()
        await clock.sleep(EXPIRE_INTERVAL)


async def _follow_feed(sync: Sync) -> None:
    """Follow the change feed if the server answers. Raises Busy, StoreErrors."""
    try:
        await sync.run()
    except (Busy, errors.StoreError):
        raise
    except Exception as error:  # noqa: BLE001 - after any error, nothing is confirmed
        log.info("Expired rows were not confirmed: %s", type(error).__name__)

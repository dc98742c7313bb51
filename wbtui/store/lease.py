"""Who of several wbtui does a thing now: a lease in the cache that runs out when its holder dies."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database as Tool

from wbtui.store.cache_columns import micros
from wbtui.store.owner import is_alive
from wbtui.store.writing import get_meta, set_meta


def take(tool: Tool, name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Take or renew it; True when `holder` has it from now on, for `seconds` by the wall clock.

    `holder` is `owner.this_process()`, and after a # what tells several in one process apart: a holder that
    died without giving it back is not waited for.
    """
    held, until = _held(tool, name)
    free = held is None or held == holder or until <= micros(now) or is_alive(held.partition("#")[0]) is False
    # A clock that was set back must not leave it held for ever by somebody long gone.
    free = free or until > micros(now + timedelta(days=1))
    if free:
        set_meta(tool, f"lease:{name}", f"{micros(now + timedelta(seconds=seconds))} {holder}", now)
    return free


def release(tool: Tool, name: str, holder: str) -> None:
    """Give it back; nothing happens when somebody else has it by now."""
    if _held(tool, name)[0] == holder:
        tool.conn.execute("DELETE FROM meta WHERE name = ?", (f"lease:{name}",))


def _held(tool: Tool, name: str) -> tuple[str | None, int]:
    until, _, holder = (get_meta(tool, f"lease:{name}") or "").partition(" ")
    return (holder, int(until)) if holder else (None, 0)

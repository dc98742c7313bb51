"""Leases in the cache, by which one of several wbtui does a task; a lease ends with its process."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database as Tool

from wbtui.store.cache_columns import micros
from wbtui.store.owner import is_alive
from wbtui.store.writing import get_meta, set_meta


def take(tool: Tool, name: str, holder: str, seconds: float, now: datetime) -> bool:
    """Take or renew a lease for `seconds`. True when `holder` has it now.

    `holder` is `owner.this_process()`, followed by # and a name where a process has several holders. The
    lease of a process that ended is free.
    """
    current, until = _holder(tool, name)
    free = (
        current is None
        or current == holder
        or until <= micros(now)
        or is_alive(current.partition("#")[0]) is False
    )
    # After the clock was set back, a lease could otherwise last for years.
    free = free or until > micros(now + timedelta(days=1))
    if free:
        set_meta(tool, f"lease:{name}", f"{micros(now + timedelta(seconds=seconds))} {holder}", now)
    return free


def release(tool: Tool, name: str, holder: str) -> None:
    """Release a lease; does nothing when another holder has it."""
    if _holder(tool, name)[0] == holder:
        tool.conn.execute("DELETE FROM meta WHERE name = ?", (f"lease:{name}",))


def _holder(tool: Tool, name: str) -> tuple[str | None, int]:
    until, _, holder = (get_meta(tool.conn, f"lease:{name}") or "").partition(" ")
    return (holder, int(until)) if holder else (None, 0)

"""Python's readings of the machine's clock: some seconds ahead for everybody, refused to named packages."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

CLOCK_OFFSET = "WBTUI_TESTS_CLOCK_OFFSET"
"""The variable of the environment that says by how many seconds this run is ahead of the machine's clock."""

reads: list[str] = []
"""Where refused reads were tried, as `module:line`; also those whose failure somebody swallowed."""

_seconds, _nanoseconds = time.time, time.time_ns
_ahead = 0


class WallClockRead(AssertionError):
    """Our own code read the machine's clock instead of the clock it was passed."""


def now() -> datetime:
    """The instant of this run, in UTC: the one reading that tests pass on."""
    return datetime.fromtimestamp(_seconds() + _ahead, UTC)


def install(ahead: int, refused: tuple[str, ...] = ()) -> None:
    """Replace the readings. `refused`: top-level packages whose reads raise WallClockRead."""
    global _ahead
    _ahead = ahead

    def allowed() -> None:
        frame = sys._getframe(2)
        module = str(frame.f_globals.get("__name__"))
        if module.partition(".")[0] in refused:
            caller = frame.f_back or frame
            asked = f"{caller.f_globals.get('__name__')}:{caller.f_lineno}"
            reads.append(f"{module}:{frame.f_lineno} (called by {asked})")
            raise WallClockRead(f"{reads[-1]} reads the machine's clock: pass it a clock.")

    def seconds() -> float:
        allowed()
        return _seconds() + ahead

    def nanoseconds() -> int:
        allowed()
        return _nanoseconds() + ahead * 1_000_000_000

    def local_or_in(cls: type[datetime], tz: Any = None) -> datetime:
        allowed()
        return cls.fromtimestamp(_seconds() + ahead, tz)

    def utc_naive(cls: type[datetime]) -> datetime:
        allowed()
        return cls.fromtimestamp(_seconds() + ahead, UTC).replace(tzinfo=None)

    def today(cls: type[date]) -> date:
        allowed()
        return cls.fromtimestamp(_seconds() + ahead)

    for name, reading in {"time": seconds, "time_ns": nanoseconds}.items():
        setattr(time, name, reading)
    _set_on(datetime, now=local_or_in, utcnow=utc_naive)
    _set_on(date, today=today)


def _set_on(cls: type, **readings: Callable[..., Any]) -> None:
    """Set class methods of a built-in class, which refuses assignments: its dictionary does not."""
    (members,) = gc.get_referents(cls.__dict__)
    members.update({name: classmethod(reading) for name, reading in readings.items()})
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))

"""Replaces the functions of Python that read the machine's clock: adds an offset, raises in some packages."""

from __future__ import annotations

import ctypes
import gc
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

CLOCK_OFFSET = "WBTUI_TESTS_CLOCK_OFFSET"
"""Environment variable: seconds by which this run is ahead of the machine's clock."""

reads: list[str] = []
"""Refused reads as `module:line`, also those whose exception was caught."""

_seconds, _nanoseconds = time.time, time.time_ns
_ahead = 0


class WallClockRead(AssertionError):
    """Code of ours read the machine's clock instead of the clock passed to it."""


def now() -> datetime:
    """Return the current instant of this run in UTC; the clock that tests pass to code under test."""
    return datetime.fromtimestamp(_seconds() + _ahead, UTC)


def install(ahead: int, refused: tuple[str, ...] = ()) -> None:
    """Shift the clock by `ahead` seconds; reads from the top-level packages `refused` raise WallClockRead."""
    global _ahead
    _ahead = ahead

    def check_caller() -> None:
        frame = sys._getframe(2)
        module = str(frame.f_globals.get("__name__"))
        if module.partition(".")[0] in refused:
            caller = frame.f_back or frame
            called_by = f"{caller.f_globals.get('__name__')}:{caller.f_lineno}"
            reads.append(f"{module}:{frame.f_lineno} (called by {called_by})")
            raise WallClockRead(f"{reads[-1]} reads the machine's clock: pass it a clock.")

    def seconds() -> float:
        check_caller()
        return _seconds() + ahead

    def nanoseconds() -> int:
        check_caller()
        return _nanoseconds() + ahead * 1_000_000_000

    def local_or_in(cls: type[datetime], tz: Any = None) -> datetime:
        check_caller()
        return cls.fromtimestamp(_seconds() + ahead, tz)

    def utc_naive(cls: type[datetime]) -> datetime:
        check_caller()
        return cls.fromtimestamp(_seconds() + ahead, UTC).replace(tzinfo=None)

    def today(cls: type[date]) -> date:
        check_caller()
        return cls.fromtimestamp(_seconds() + ahead)

    for name, reading in {"time": seconds, "time_ns": nanoseconds}.items():
        setattr(time, name, reading)
    _set_on(datetime, now=local_or_in, utcnow=utc_naive)
    _set_on(date, today=today)


def _set_on(cls: type, **readings: Callable[..., Any]) -> None:
    """Set class methods of a built-in class in its dictionary, because it refuses assignments."""
    (members,) = gc.get_referents(cls.__dict__)
    members.update({name: classmethod(reading) for name, reading in readings.items()})
    ctypes.pythonapi.PyType_Modified(ctypes.py_object(cls))

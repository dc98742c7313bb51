"""Instants as whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_PRESENT = range(1970, 9000)
"""Years in which a clock can be: dates are computed from its date, in both directions."""


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """Return the instant of microseconds."""
    return _EPOCH + value * _MICROSECOND


def local(instant: datetime) -> datetime:
    """Return an instant in the zone of this machine; in UTC at the ends of the calendar."""
    try:
        return instant.astimezone()
    except OverflowError:  # a system that writes no instant as 0001-01-01T00:00:00Z
        return instant


def is_present(instant: datetime) -> bool:
    """Return whether a clock can show this instant."""
    return instant.year in _PRESENT


def midnight(day: int) -> int:
    """Return the start of a day, given as an ordinal, as microseconds."""
    return (day - _EPOCH.toordinal()) * (timedelta(days=1) // _MICROSECOND)

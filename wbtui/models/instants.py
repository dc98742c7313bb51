"""Instants as whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_CLOCK_YEARS = range(1970, 9000)
"""Plausible years of a clock; dates before and after its date can be computed."""


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """Return the instant of microseconds."""
    return _EPOCH + value * _MICROSECOND


def local(instant: datetime) -> datetime:
    """Return an instant in the zone of this machine; as it is where that cannot be computed.

    Some systems write 0001-01-01T00:00:00Z for none; a TZ such as UTC+99 is more than a day away.
    """
    try:
        return instant.astimezone()
    except (OverflowError, ValueError):
        return instant


def is_plausible_now(instant: datetime) -> bool:
    """Return whether a clock may say that it is this instant now."""
    return instant.year in _CLOCK_YEARS


def midnight(day: int) -> int:
    """Return the start of a day, given as an ordinal, as microseconds."""
    return (day - _EPOCH.toordinal()) * (timedelta(days=1) // _MICROSECOND)

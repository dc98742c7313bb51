"""Instants as whole microseconds since 1970 in UTC."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def micros(instant: datetime) -> int:
    """Return an aware instant as microseconds."""
    return (instant - _EPOCH) // _MICROSECOND


def instant_of(value: int) -> datetime:
    """Return the instant of microseconds."""
    return _EPOCH + value * _MICROSECOND


def midnight(day: int) -> int:
    """Return the start of a day, given as an ordinal, as microseconds."""
    return (day - _EPOCH.toordinal()) * (timedelta(days=1) // _MICROSECOND)

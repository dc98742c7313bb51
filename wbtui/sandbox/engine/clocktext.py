"""Instants as text: `2026-11-22T06:00:00Z`, and arithmetic on them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from wbtui.sandbox.engine.periods import plus_days


def instant(moment: datetime) -> str:
    """The text of a datetime, in UTC, cut to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def moment(text: str) -> datetime:
    """The datetime of a text."""
    return datetime.fromisoformat(text)


def later_days(text: str, days: int) -> str:
    """The same time of day, `days` later."""
    return plus_days(text[:10], days) + text[10:]


def later_seconds(text: str, seconds: int) -> str:
    return instant(moment(text) + timedelta(seconds=seconds))


def at_time(day: str, time_of_day: str) -> str:
    """The instant of a date and a time of day (HH:MM:SS)."""
    return f"{day}T{time_of_day}Z"


def say_date(day: str) -> str:
    """A date as people read it: 1 Dec 2026."""
    return date.fromisoformat(day).strftime("%d %b %Y").lstrip("0")

"""Billing periods and whole-day proration."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta
from functools import lru_cache

from wbtui.models.money import div_half_even
from wbtui.sandbox.store import SandboxError

_MONTHS = {"month": 1, "quarter": 3, "year": 12}
_DAYS = {"day": 1, "week": 7}
_A_YEAR = {"day": 365, "week": 52, "month": 12, "quarter": 4, "year": 1}


def add_months(day: date, months: int, anchor_day: int) -> date:
    """`months` later, on `anchor_day` or the last day of a shorter month."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(anchor_day, monthrange(year, month + 1)[1]))


@lru_cache(maxsize=8192)
def next_boundary(start: str, cycle: str, anchor_day: int, periods: int = 1) -> str:
    """The first day of the period after the one that starts on `start`.

    `periods`: how many later (or earlier, when negative).

    A subscription that began on the 31st is billed on the last day of shorter months and on the 31st again
    afterwards. Raises SandboxError for a cycle the sandbox does not bill (hour, once).
    """
    day = date.fromisoformat(start)
    if cycle in _MONTHS:
        return add_months(day, periods * _MONTHS[cycle], anchor_day).isoformat()
    if cycle in _DAYS:
        return (day + timedelta(days=periods * _DAYS[cycle])).isoformat()
    raise SandboxError(f"The sandbox does not bill by the {cycle}.")


@lru_cache(maxsize=8192)
def plus_days(day: str, days: int) -> str:
    """`days` later (or earlier, when negative), but not after the last day of the year 9999."""
    start = date.fromisoformat(day)
    return date.fromordinal(min(start.toordinal() + days, date.max.toordinal())).isoformat()


def days_between(first: str, last: str) -> int:
    """Whole days from `first` to `last`, both counted: a single day is 1."""
    return (date.fromisoformat(last) - date.fromisoformat(first)).days + 1


def remaining_days(period_start: str, period_end: str, day: str) -> tuple[int, int]:
    """(days left, days of the period) when something changes on `day`, which counts for the new side.

    11 May in 1–31 May gives (21, 31). A day before the period gives all days, a day after it none.
    """
    length = days_between(period_start, period_end)
    return max(0, min(length, days_between(day, period_end))), length


def per_month(minor: int, cycle: str) -> int:
    """A recurring amount by the month, half-even: year ÷ 12, quarter ÷ 3, week × 52 ÷ 12."""
    return div_half_even(minor * _A_YEAR[cycle], 12)

"""Dates as people read and type them."""

from __future__ import annotations

import contextlib
import re
from datetime import date, timedelta

from wbtui.errors import BadInput

_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_YEAR = 366
"""Days; the longest year."""
_DAYS = re.compile(r"\+?(\d{1,4}) *d(?:ays?)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})[. ] *(\d{1,2}|[a-z]{3,9})[. ]*(\d{4})?", re.ASCII | re.IGNORECASE)
YEARS = 10
"""How far from today the date of an action can be."""
_OTHER_YEAR = timedelta(days=90)
"""A day without a year that is so far on the wrong side of today is of the next year (`past`: the last)."""


def day(value: date, today: date | None = None) -> str:
    """Return `1 Dec 2026`, or `1 Dec` within the year of `today`, in any locale."""
    year = "" if today is not None and value.year == today.year else f" {value.year}"
    return f"{value.day} {_MONTHS[value.month - 1]}{year}"


def date_range(period: tuple[date, date]) -> str:
    """Return `1 Dec 2026 to 31 Dec 2026`."""
    return f"{day(period[0])} to {day(period[1])}"


def days_after(value: date, days: int) -> date:
    """Return the day that many days later, at most the last one of the calendar."""
    return date.fromordinal(min(value.toordinal() + days, date.max.toordinal()))


def two_ways_to_type(today: date, days: int) -> str:
    """Return `2026-12-22 or 30d`: one day in two forms that `read_day` parses; negative `days` are ago."""
    return f"{days_after(today, days)} or {abs(days)}d"


def read_day(typed: str, today: date, *, years: int = 1, past: bool = False, or_today: bool = False) -> date:
    """Parse `2026-12-01`, `1.12.2026`, `1 Dec 2026`, `1 Dec` or `10d`. `past`: `10d` means ten days ago.

    Raises BadInput unless the day is after today (`past`: up to today; `or_today`: today or later) and within
    `years`.
    """
    text = typed.strip()
    try:
        if found := _DAYS.fullmatch(text):
            days = timedelta(days=int(found[1]))
            chosen = today - days if past else today + days
        elif found := _ISO.fullmatch(text):
            chosen = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _DAY_MONTH.fullmatch(text):
            month = int(found[2]) if found[2].isdigit() else _MONTHS.index(found[2][:3].capitalize()) + 1
            number = int(found[1])
            chosen = date(int(found[3]), month, number) if found[3] else _nearest(month, number, today, past)
        else:
            raise BadInput(
                f"Enter a date such as 2026-12-01 or 1 Dec, or 10d for ten days{' ago' if past else ''}."
            )
    except (ValueError, OverflowError):
        raise BadInput("This date does not exist.") from None
    # The agent's date can be another one.
    if past and chosen > today:
        raise BadInput(f"Enter a date up to today, {day(today)} (UTC).")
    if or_today and chosen < today:
        raise BadInput(f"Enter a date no earlier than today, {day(today)} (UTC).")
    if not (past or or_today) and chosen <= today:
        raise BadInput(f"Enter a date after today, {day(today)} (UTC).")
    check_distance(chosen, today, years=years)
    return chosen


def _nearest(month: int, number: int, today: date, past: bool) -> date:
    """Return the day in this year or the next (`past`: the last) one. Raises ValueError if there is none."""
    for year in (today.year, today.year + (-1 if past else 1)):
        with contextlib.suppress(ValueError):  # 29 Feb
            found = date(year, month, number)
            if (found - today if past else today - found) <= _OTHER_YEAR:
                return found
    raise ValueError("no such day")


def check_distance(day: date, today: date, *, years: int = YEARS) -> None:
    """Raise BadInput unless a day is within `years` of today."""
    if abs(day - today) > timedelta(days=_YEAR * years):
        raise BadInput(f"Enter a date within {'a year' if years == 1 else f'{years} years'}.")

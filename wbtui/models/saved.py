"""Saved searches, and the marks of their work queues: done or snoozed."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wbtui.errors import BadInput
from wbtui.models.query import with_filter

MAX_NAME = 60
"""Maximum length of the name of a saved search."""
_YEAR = 366
"""Days; the longest year."""
_TYPED = "query:"
"""Beginning of the id of a search that is not saved."""
ALL_CUSTOMERS = "All customers"
"""Name of an empty search."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A named query, and the work queue of its results.

    Attributes:
        id: key of the marks of its queue.
        daily: whether a mark "done" applies only to the day it was made.
    """

    id: str
    name: str
    query: str
    built_in: bool = False
    daily: bool = False

    @property
    def is_saved(self) -> bool:
        """Whether it is listed among the saved searches: not one that was only typed."""
        return not self.id.startswith(_TYPED)


BUILT_IN: tuple[SavedSearch, ...] = (
    SavedSearch("built-in:failed", "Payment failed today", "payment:failed_today", built_in=True, daily=True),
    SavedSearch("built-in:past-due", "Past due", "is:past_due", built_in=True),
    SavedSearch("built-in:card", "Card expiring this month", "card:expiring", built_in=True),
    SavedSearch("built-in:trial", "Trial ends in 7 days", "trial<7d", built_in=True),
    SavedSearch("built-in:cancels", "Ends within 7 days", "ends<7d", built_in=True),
    SavedSearch("built-in:refunds", "Refunds pending over 10 days", "refunding>10d", built_in=True),
    SavedSearch("built-in:several", "More than one active subscription", "subscriptions>1", built_in=True),
    SavedSearch("built-in:disputes", "Disputes", "has:dispute", built_in=True),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A customer marked in a queue: done on the day `made`, or snoozed `until` a day (server dates)."""

    customer_id: str
    made: date
    until: date | None = None

    def applies_on(self, today: date, *, daily: bool = False) -> bool:
        """Return whether the mark removes the customer from the queue on that day."""
        if self.until is not None:
            return today < self.until
        return not daily or self.made >= today


def without_sort(query: str) -> str:
    """Return the query without its sort order and extra whitespace, to compare queries."""
    return " ".join(with_filter(query, "sort", []).split())


def find_saved_search(query: str, searches: Iterable[SavedSearch]) -> SavedSearch:
    """Return the saved search with the same query, or an unnamed one whose ID is the query."""
    wanted = without_sort(query)
    for one in searches:
        if without_sort(one.query) == wanted:
            return one
    return SavedSearch(f"{_TYPED}{wanted}", wanted or ALL_CUSTOMERS, query)


def check_name(name: str, searches: Sequence[SavedSearch], *, renamed_id: str = "") -> str:
    """Return the normalized name. Raises BadInput if it is empty, too long, or used by another search."""
    kept = " ".join(name.split())
    if not kept:
        raise BadInput("Enter a name.")
    if len(kept) > MAX_NAME:
        raise BadInput(f"Enter at most {MAX_NAME} characters; this name has {len(kept)}.")
    if any(one.name.casefold() == kept.casefold() and one.id != renamed_id for one in searches):
        raise BadInput("A search with this name already exists.")
    return kept


_DAYS = re.compile(r"\+?(\d{1,4}) *d(?:ays?)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DAY_MONTH = re.compile(r"(\d{1,2})[. ] *(\d{1,2}|[a-z]{3,9})[. ]*(\d{4})?", re.ASCII | re.IGNORECASE)
_OTHER_YEAR = timedelta(days=90)
"""A day without a year that is so far on the wrong side of today is of the next year (`past`: the last)."""
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def read_day(typed: str, today: date, *, years: int = 1, past: bool = False) -> date:
    """Parse `2026-12-01`, `1.12.2026`, `1 Dec 2026`, `1 Dec` or `10d`. `past`: `10d` means ten days ago.

    Raises BadInput unless the day is after today (`past`: up to today) and within `years`.
    """
    text = typed.strip()
    try:
        if found := _DAYS.fullmatch(text):
            days = timedelta(days=int(found[1]))
            day = today - days if past else today + days
        elif found := _ISO.fullmatch(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _DAY_MONTH.fullmatch(text):
            month = int(found[2]) if found[2].isdigit() else _MONTHS.index(found[2][:3].lower()) + 1
            day = date(int(found[3] or today.year), month, int(found[1]))
            if not found[3] and (day - today if past else today - day) > _OTHER_YEAR:
                day = day.replace(year=day.year + (-1 if past else 1))
        else:
            raise BadInput(
                f"Enter a date such as 2026-12-01 or 1 Dec, or 10d for ten days{' ago' if past else ''}."
            )
    except (ValueError, OverflowError):
        raise BadInput("This date does not exist.") from None
    if past and day > today:
        raise BadInput("Enter today or an earlier date.")
    if not past and day <= today:
        raise BadInput("Enter a date after today.")
    if abs(day - today) > timedelta(days=_YEAR * years):
        raise BadInput(f"Enter a date within {'a year' if years == 1 else f'{years} years'}.")
    return day

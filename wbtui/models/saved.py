"""Saved searches, the built-in ones, and the marks of a queue: done, or not before a day."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from wbtui.errors import BadInput
from wbtui.models.query import with_filter

MAX_NAME = 60
"""Characters of a saved search's name."""
FURTHEST = 366
"""Days that a customer can be put off."""
EVERYONE = "everyone"
"""What the list of an empty search is called."""


@dataclass(frozen=True, slots=True)
class SavedSearch:
    """A query under a name. The marks of its queue hang on `id`.

    Attributes:
        daily: who was done yesterday is to be looked at again today (the query is about today).
    """

    id: str
    name: str
    query: str
    built_in: bool = False
    daily: bool = False


BUILT_IN: tuple[SavedSearch, ...] = (
    SavedSearch("built-in:failed", "Payment failed today", "payment:failed_today", built_in=True, daily=True),
    SavedSearch("built-in:past-due", "Past due", "is:past_due", built_in=True),
    SavedSearch("built-in:card", "Card expiring this month", "card:expiring", built_in=True),
    SavedSearch("built-in:trial", "Trial ends in 7 days", "trial<7d", built_in=True),
    SavedSearch("built-in:cancels", "Cancels in 7 days", "ends<7d", built_in=True),
    SavedSearch("built-in:refunds", "Refunds pending over 10 days", "refunding>10d", built_in=True),
    SavedSearch("built-in:several", "More than one active subscription", "subscriptions>1", built_in=True),
    SavedSearch("built-in:disputes", "Disputes", "has:dispute", built_in=True),
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A customer set aside in one queue: done on the day `made`, or put off `until` one (server dates)."""

    customer_id: str
    made: date
    until: date | None = None

    def holds(self, today: date, *, daily: bool = False) -> bool:
        """Whether the queue leaves the customer out today."""
        if self.until is not None:
            return today < self.until
        return not daily or self.made >= today


def same_search(query: str) -> str:
    """What two queries have in common when they find the same customers: blanks and order aside."""
    return " ".join(with_filter(query, "sort", []).split())


def search_of(query: str, searches: Iterable[SavedSearch]) -> SavedSearch:
    """The saved search that a typed query is; else one of its own, whose marks hang on the text."""
    wanted = same_search(query)
    for one in searches:
        if same_search(one.query) == wanted:
            return one
    return SavedSearch(f"query:{wanted}", wanted or EVERYONE, query)


def check_name(name: str, searches: Sequence[SavedSearch], *, besides: str = "") -> str:
    """The name as it is kept. Raises BadInput; `besides` is the id of the search that is renamed."""
    kept = " ".join(name.split())
    if not kept:
        raise BadInput("Give it a name.")
    if len(kept) > MAX_NAME:
        raise BadInput(f"At most {MAX_NAME} characters; these are {len(kept)}.")
    if any(one.name.casefold() == kept.casefold() and one.id != besides for one in searches):
        raise BadInput("There is a search of that name already.")
    return kept


_DAYS = re.compile(r"\+?(\d{1,4}) *d(?:ays?)?", re.IGNORECASE)
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def read_day(typed: str, today: date, *, within: int = FURTHEST) -> date:
    """Read `2026-12-01`, `1.12.2026` or `10d`. Raises BadInput unless it is `within` days after today."""
    text = typed.strip()
    try:
        if found := _DAYS.fullmatch(text):
            day = today + timedelta(days=int(found[1]))
        elif found := _ISO.fullmatch(text):
            day = date(int(found[1]), int(found[2]), int(found[3]))
        elif found := _DOTTED.fullmatch(text):
            day = date(int(found[3]), int(found[2]), int(found[1]))
        else:
            raise BadInput("A date, please: 2026-12-01, 1.12.2026, or 10d for ten days.")
    except (ValueError, OverflowError):
        raise BadInput("There is no such day.") from None
    if day <= today:
        raise BadInput("That day is not after today.")
    if day > today + timedelta(days=within):
        raise BadInput(f"At most {'a year' if within == FURTHEST else f'{within // 365} years'} ahead.")
    return day

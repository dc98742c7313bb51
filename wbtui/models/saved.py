"""Saved searches, and the marks of their work queues: done or snoozed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from wbtui.errors import BadInput
from wbtui.models.query.complete import with_filter

MAX_NAME = 60
"""Maximum length of the name of a saved search."""
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
    SavedSearch("built-in:trial", "Trial ends within 7 days", "trial<7d", built_in=True),
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

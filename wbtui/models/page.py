"""Pages of a list, and values with the time they were fetched."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_FOR = timedelta(minutes=5)
"""How long a fetched value counts as fresh; afterwards it is stale."""
SET_BACK = timedelta(days=1)
"""How far cached data may be ahead of the clock; beyond that the clock was set back since it was fetched."""


@dataclass(frozen=True, slots=True)
class SkippedRow:
    """A row that cannot be read: its ID and name, as far as they can be read, and the reason. Not cleaned.

    `owner` is the customer of an invoice, empty if it cannot be read either.
    """

    id: str
    name: str
    reason: str
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a keyset-paginated list. `next` is the cursor of the next page, None on the last."""

    rows: tuple[T, ...]
    next: str | None
    total: int | None = None
    changes_cursor: str | None = None
    """Cursor of the change feed, on the first page of a snapshot only."""
    skipped: tuple[SkippedRow, ...] = ()
    """Rows of the page that cannot be read."""


class Source(StrEnum):
    """Where a value was read from."""

    SERVER = "server"
    CACHE = "cache"
    SNAPSHOT = "snapshot"
    """Derived from the lists of a sync; what these do not have is missing."""


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """A value with the time it was fetched from the server (UTC) and where it was read from.

    Following the change feed counts as fetching all synced rows that it does not name. `outdated`: the server
    has changed it since, by an action or as the feed says, or a part of it is from an earlier list.
    """

    value: T
    fetched_at: datetime
    source: Source
    outdated: bool = False

    def age(self, now: datetime) -> timedelta:
        """Return the age at `now`, never negative."""
        return max(now - self.fetched_at, timedelta(0))

    def is_fresh(self, now: datetime) -> bool:
        """Return whether it was fetched within 5 minutes, not far ahead of `now`, and is not outdated."""
        return not self.outdated and self.fetched_at - now < SET_BACK and self.age(now) < FRESH_FOR

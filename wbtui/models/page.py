"""Pages of a walk, values stamped with their age, and the named parts a profile is made of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Generic, TypeVar

T = TypeVar("T")

FRESH_FOR = timedelta(minutes=5)
"""A value is fresh for so long after it was fetched; stale after."""


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """One page of a keyset walk. `next` is the opaque cursor of the next page, None on the last."""

    rows: tuple[T, ...]
    next: str | None
    total: int | None = None
    changes_cursor: str | None = None
    """First snapshot page only: where `changes` goes on, taken before the walk began."""


class Source(StrEnum):
    """Where a value was taken from just now."""

    SERVER = "server"
    CACHE = "cache"


@dataclass(frozen=True, slots=True)
class Stamped(Generic[T]):
    """A value with the instant it was fetched from the server (UTC) and where it was taken from now.

    Following the change feed counts as fetching all synced rows that it does not name.
    """

    value: T
    fetched_at: datetime
    source: Source

    def age(self, now: datetime) -> timedelta:
        """How old at `now`; never negative."""
        return max(now - self.fetched_at, timedelta(0))

    def is_fresh(self, now: datetime) -> bool:
        return self.age(now) < FRESH_FOR

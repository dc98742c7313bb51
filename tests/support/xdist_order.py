"""The order of the tests: slow ones first in every worker's share, so that none is waited for at the end."""

from __future__ import annotations

import os
from itertools import groupby
from typing import TypeVar

import pytest

T = TypeVar("T")
SLOW = (
    "tests/journeys/",
    "tests/screens/test_terminal",
    "tests/screens/test_hostile",
    "tests/architecture/",
    "tests/screens/",
    "tests/faults/",
    "tests/services/",
)
"""Beginnings of paths, the slowest tests first; all others after them."""


def slow_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """The same tests in the order in which they are handed out: each worker begins with an equal piece."""
    ranked = sorted(items, key=_rank)
    files = [list(group) for _, group in groupby(ranked, key=lambda item: item.path)]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return [item for share in even(files, workers) for item in share]


def _rank(item: pytest.Item) -> int:
    name = item.nodeid
    return next((rank for rank, begins in enumerate(SLOW) if name.startswith(begins)), len(SLOW))


def even(groups: list[list[T]], shares: int) -> list[list[T]]:
    """Deal whole groups out in turn, then move single things between the ends until the shares are even."""
    dealt: list[list[T]] = [[thing for group in groups[k::shares] for thing in group] for k in range(shares)]
    total = sum(len(share) for share in dealt)
    sizes = [total // shares + (k >= shares - total % shares) for k in range(shares)]
    spare = [thing for share, size in zip(dealt, sizes, strict=True) for thing in share[size:]]
    whole = [share[:size] for share, size in zip(dealt, sizes, strict=True)]
    for share, size in zip(whole, sizes, strict=True):
        missing = size - len(share)
        share += spare[:missing]
        del spare[:missing]
    return whole

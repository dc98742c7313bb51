"""Orders the tests for pytest-xdist: each worker gets slow tests first, so that none is left for the end."""

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
    "tests/faults/test_app_killed",
    "tests/faults/test_every_kind",
    "tests/faults/test_schemathesis",
    "tests/architecture/",
    "tests/screens/",
    "tests/faults/",
    "tests/services/",
)
"""Prefixes of node ids, the slowest first; other tests come after them."""


def slow_first(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests as xdist hands them out: each worker starts with an equal, contiguous part."""
    ranked = sorted(items, key=_rank)
    files = [list(group) for _, group in groupby(ranked, key=lambda item: item.path)]
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    return [item for share in even(files, workers) for item in share]


def _rank(item: pytest.Item) -> int:
    name = item.nodeid
    return next((rank for rank, prefix in enumerate(SLOW) if name.startswith(prefix)), len(SLOW))


def even(groups: list[list[T]], shares: int) -> list[list[T]]:
    """Distribute groups round-robin, then move single items from the ends until the shares are even."""
    dealt: list[list[T]] = [[item for group in groups[k::shares] for item in group] for k in range(shares)]
    total = sum(len(share) for share in dealt)
    sizes = [total // shares + (k >= shares - total % shares) for k in range(shares)]
    spare = [item for share, size in zip(dealt, sizes, strict=True) for item in share[size:]]
    result = [share[:size] for share, size in zip(dealt, sizes, strict=True)]
    for share, size in zip(result, sizes, strict=True):
        missing = size - len(share)
        share += spare[:missing]
        del spare[:missing]
    return result

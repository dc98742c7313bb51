"""A cache and a journal in a temporary folder, and limits that lead to each plan of a search."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wbtui.store.cache import Cache, open_cache
from wbtui.store.database import Connection
from wbtui.store.journal import Journal, open_journal
from wbtui.store.query_plan import ScanLimits
from wbtui.store.result_pages import numbers
from wbtui.store.scan import ResultCursor

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
PAGE = 20
LIMITS = {
    "listed": ScanLimits(),
    "short scan": ScanLimits(listed=0, ranked=0, best=5),
    "candidate scan": ScanLimits(listed=0, ranked=0, best=5, short_scan=PAGE),
    "sorted": ScanLimits(listed=0, ranked=0, best=5, short_scan=PAGE, candidate_scan=PAGE),
    "full scan": ScanLimits(listed=0, ranked=0, best=5, short_scan=PAGE, candidate_scan=PAGE, candidates=0),
}
"""Limits by the plan that they lead to although the data is small."""


def all_pages(connection: Connection, cursor: ResultCursor) -> list[int]:
    """Read a whole result page by page."""
    found: list[int] = []
    while page := numbers(connection, cursor, len(found), PAGE):
        found += page
    return found


@pytest.fixture(params=LIMITS)
def limits(request: pytest.FixtureRequest) -> ScanLimits:
    return LIMITS[request.param]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "acme"


@pytest.fixture
async def cache(folder: Path) -> AsyncIterator[Cache]:
    opened = await open_cache(folder / "cache.db", clock=lambda: NOW)
    await opened.set_currency("eur")
    yield opened
    await opened.close()


@pytest.fixture
async def journal(folder: Path) -> AsyncIterator[Journal]:
    opened = await open_journal(folder / "journal.db", clock=lambda: NOW)
    yield opened
    await opened.close()

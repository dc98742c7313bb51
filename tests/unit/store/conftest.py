"""A cache, a journal and a desk file in a temporary folder, and makers of what goes into them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from wbtui.store.cache import Cache, open_cache
from wbtui.store.journal import Journal, open_journal

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)


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

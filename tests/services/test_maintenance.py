"""The cache is checked for damage once a day, after the start, and at once after a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from tests.support.virtual_time import VirtualTime
from wbtui.services.maintenance import CHECK_AFTER, CHECK_INTERVAL, check_daily
from wbtui.store.cache import Cache, open_cache


class Checks:
    """Counts the checks of a cache."""

    def __init__(self, cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
        self.count = 0
        self._check: Callable[[], Awaitable[str | None]] = cache.check
        monkeypatch.setattr(cache, "check", self.check)

    async def check(self) -> str | None:
        self.count += 1
        return await self._check()


async def test_a_check_is_due_once_a_day(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    time = VirtualTime()
    cache = await open_cache(tmp_path / "cache.db", clock=time.now)
    checks = Checks(cache, monkeypatch)
    for wait, expected in ((0.0, 1), (60.0, 1), (CHECK_INTERVAL.total_seconds(), 2)):
        await time.advance(wait)
        checking = asyncio.ensure_future(check_daily(cache, time.clock))
        await time.advance(CHECK_AFTER - 1)
        assert not checking.done()
        await time.advance(1)
        await checking
        assert checks.count == expected
    monkeypatch.setattr(Cache, "was_closed_badly", True)
    await check_daily(cache, time.clock)
    assert checks.count == 3, "at once"
    await cache.close()

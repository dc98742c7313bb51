"""Background work yields to readers, for a limited time; a page of a sync is read and stored with pauses."""

from __future__ import annotations

import asyncio
import itertools
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.customers import customers, invoices_of
from tests.unit.store.conftest import NOW
from wbtui.api.wingback.paging import read_rows
from wbtui.api.wingback.wire import Wire
from wbtui.models.page import Page
from wbtui.store.cache import Cache
from wbtui.store.cache_schema import CACHE
from wbtui.store.database import Options, open_database
from wbtui.store.reader_priority import ReaderPriority


class _Reader:
    """Is reading for a number of checks."""

    def __init__(self, looks: int) -> None:
        self.looks = looks
        self.asked = 0

    def __call__(self) -> bool:
        self.asked += 1
        return self.asked <= self.looks


def _ticking(step: float) -> Callable[[], float]:
    """A clock that advances by `step` seconds at each call."""
    return itertools.count(0.0, step).__next__


async def test_a_pause_lasts_as_long_as_a_read() -> None:
    here, there = _Reader(3), _Reader(3)
    ReaderPriority(here, _ticking(0.001)).pause()
    await ReaderPriority(there, _ticking(0.001)).paused()
    assert (here.asked, there.asked) == (4, 4)


async def test_endless_reads_only_slow_the_work_down() -> None:
    here, there = _Reader(1_000_000), _Reader(1_000_000)
    ReaderPriority(here, _ticking(0.02)).pause()
    await ReaderPriority(there, _ticking(0.02)).paused()
    assert (here.asked, there.asked) == (4, 4)


def test_rows_just_read_are_drawn_first() -> None:
    nobody = _Reader(0)
    priority = ReaderPriority(nobody, _ticking(0.008))
    priority.read_ended()
    priority.pause()
    assert nobody.asked == 3
    priority.pause()
    assert nobody.asked == 4, "once"


async def test_a_read_cancelled_before_its_start_is_not_waited_for(tmp_path: Path) -> None:
    database = open_database(tmp_path / "cache.db", CACHE, Options(readers=1))
    held, go = threading.Event(), threading.Event()

    def block(_connection: object) -> None:
        held.set()
        go.wait()

    first = asyncio.ensure_future(database.read(block))
    await asyncio.to_thread(held.wait)
    second = asyncio.ensure_future(database.read(lambda c: c.execute("SELECT 1").fetchone()))
    await asyncio.sleep(0)
    second.cancel()
    go.set()
    await first
    with pytest.raises(asyncio.CancelledError):
        await second
    assert not database._running
    await database.close()


async def test_a_page_of_a_sync_is_stored_with_pauses(cache: Cache, monkeypatch: pytest.MonkeyPatch) -> None:
    paused: list[int] = []
    monkeypatch.setattr(cache._database.priority, "pause", lambda: paused.append(1))
    page = tuple(customers(40))
    await cache.put_sync_page("customers", Page(page, "1"), NOW, restart=True)
    assert len(paused) == 2
    rows = tuple(row for owner in page for row in invoices_of(owner))
    await cache.put_sync_page("invoices", Page(rows, "1"), NOW, restart=True)
    assert len(paused) == 2 + len(rows) // 16
    await cache.put_customers(page, NOW)
    assert len(paused) == 2 + len(rows) // 16, "what somebody waits for is stored at once"


async def test_a_page_is_read_with_pauses_and_in_order() -> None:
    paused: list[int] = []

    async def pause() -> None:
        paused.append(1)

    wires = [Wire({"id": str(number)}) for number in range(40)]
    assert await read_rows(wires, Wire.identity, pause) == (tuple(map(str, range(40))), ())
    assert len(paused) == 2

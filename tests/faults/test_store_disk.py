"""A full disk: an intent that cannot be recorded is refused; reading still works."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command_line import wbtui
from tests.support.customers import TODAY, customer, customers, owing
from tests.support.disks import fill, mounted_disk
from tests.support.money_intents import intent, outcome
from wbtui.errors import StoreFull
from wbtui.models.page import Page
from wbtui.models.preview import Status
from wbtui.models.query.parser import parse
from wbtui.models.query.terms import Query
from wbtui.services.opened_files import open_or_read
from wbtui.store.cache import Cache, open_cache
from wbtui.store.database import Options
from wbtui.store.journal import Journal, open_journal

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    with mounted_disk(place):
        yield place


def _record_intent(journal: Journal, key: str) -> None:
    journal.record_intent_now(intent(key), customer_title="A", summary="s", today=None)


def test_doctor_reports_a_full_disk(small_disk: Path) -> None:
    assert "cannot be written" not in wbtui(small_disk, "doctor").stdout
    fill(small_disk)
    done = wbtui(small_disk, "doctor")
    assert done.returncode == 1
    assert "Cache folder: " in done.stdout
    assert "cannot be written: No space left on device." in done.stdout


async def test_intents_are_refused_when_the_disk_is_full(small_disk: Path) -> None:
    journal = await open_journal(small_disk / "journal.db", clock=lambda: NOW)
    _record_intent(journal, "before")
    filler = fill(small_disk)
    refused = 0
    for number in range(40):  # free pages of the file may still hold some rows
        try:
            _record_intent(journal, f"k{number}")
        except StoreFull:
            refused += 1
    assert refused >= 30
    found = {entry.key for entry in await journal.entries()}
    assert len(found) == 41 - refused, "refused entries are missing, accepted ones are there"
    assert "before" in found
    filler.unlink()
    _record_intent(journal, "after")
    journal.settle_now("after", outcome(Status.REFUSED, "after"))
    assert journal.entry_now("after").status is Status.REFUSED
    await journal.close()


async def test_acknowledged_intents_survive_a_disk_that_fills_up(small_disk: Path) -> None:
    """With 0 to 64 KB left, exactly the acknowledged entries are there afterwards."""
    for left in range(0, 65_536, 4_096):
        path = small_disk / f"{left}.db"
        journal = await open_journal(path, clock=lambda: NOW)
        filler = fill(small_disk, left)
        acknowledged = []
        for number in range(60):
            try:
                _record_intent(journal, f"k{number}")
                acknowledged.append(f"k{number}")
            except StoreFull:
                pass
        await journal.close()
        filler.unlink()
        journal = await open_journal(path, clock=lambda: NOW)
        assert [entry.key for entry in reversed(await journal.entries())] == acknowledged
        await journal.close()
        path.unlink()


async def test_a_full_disk_stops_sync_but_not_reading_or_clearing(small_disk: Path) -> None:
    cache = await open_cache(small_disk / "cache.db", clock=lambda: NOW)
    await cache.put_customers(list(customers(200)), NOW)
    filler = fill(small_disk)

    async def sync() -> None:
        for start in range(200, 20_000, 500):
            rows = tuple(customer(number) for number in range(start, start + 500))
            await cache.put_sync_page("customers", Page(rows, "next"), NOW)

    with pytest.raises(StoreFull, match="cache"):
        await sync()
    found = await cache.count(Query())
    assert found >= 200
    assert len((await cache.window(Query(), 0, 50)).rows) == 50
    await cache.clear()
    assert await cache.count(Query()) == 0
    filler.unlink()
    await cache.put_customers(list(customers(200)), NOW)
    assert await cache.count(Query()) == 200
    await cache.close()


async def test_a_cache_on_a_disk_that_was_full_before_is_read(small_disk: Path) -> None:
    async def opened(options: Options) -> Cache:
        return await open_cache(small_disk / "cache.db", clock=lambda: NOW, options=options)

    cache = await opened(Options())
    await cache.put_customers(list(customers(200)), NOW)
    await cache.close()
    fill(small_disk)
    cache, refusal = await open_or_read(opened)
    assert refusal is not None and await cache.count(Query()) == 200
    await cache.close()


async def test_on_a_full_disk_the_date_is_followed_once_there_is_room(small_disk: Path) -> None:
    cache = await open_cache(small_disk / "cache.db", clock=lambda: NOW)
    await cache.put_customers([owing(number, TODAY) for number in range(300)], NOW)
    filler, tomorrow = fill(small_disk), TODAY + timedelta(days=1)
    with pytest.raises(StoreFull, match="cache"):
        await cache.follow_date(tomorrow)
    late = await cache.count(parse("is:past_due"))
    assert late < 300
    assert await cache.count(parse("is:active")) == 300 - late
    filler.unlink()
    assert await cache.follow_date(tomorrow)
    assert await cache.count(parse("is:past_due")) == 300
    assert await cache.check() is None
    await cache.close()

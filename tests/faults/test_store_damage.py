"""A damaged cache is renamed and rebuilt, a damaged journal left unchanged; no altered value is shown."""

from __future__ import annotations

import os
import random
import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.support.customers import customer, customers
from tests.support.money_intents import intent
from wbtui.errors import NotCached, StoreCorrupt, StoreError
from wbtui.models.customer import Customer
from wbtui.models.query.terms import Query
from wbtui.store import files
from wbtui.store.cache import Cache, open_cache
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import sqlite3

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
ROWS = 120
DAMAGES = 300


async def filled(path: Path) -> dict[str, Customer]:
    cache = await open_cache(path, clock=lambda: NOW)
    rows = list(customers(ROWS))
    await cache.put_customers(rows, NOW)
    await cache.close()
    return {row.id: row for row in rows}


async def shown(cache: Cache) -> list[Customer]:
    return [row.value for row in (await cache.window(Query(), 0, 10_000)).rows]


def _damage_whole(path: Path, how: str) -> None:
    data = path.read_bytes()
    new = {
        "empty": b"",
        "random": random.Random(1).randbytes(len(data)),
        "text": b"<html>not a database</html>" * 200,
        "zeros": bytes(len(data)),
        "header": b"x" * 100 + data[100:],
    }[how]
    path.write_bytes(new)


@pytest.mark.parametrize("how", ["empty", "random", "text", "zeros", "header"])
async def test_a_damaged_cache_is_renamed_and_rebuilt(tmp_path: Path, how: str) -> None:
    path = tmp_path / "cache.db"
    await filled(path)
    journal = await open_journal(tmp_path / "journal.db", clock=lambda: NOW)
    journal.record_intent_now(intent(), customer_title="A", summary="s", today=None)
    _damage_whole(path, how)
    cache = await open_cache(path, clock=lambda: NOW)
    assert await shown(cache) == []
    await cache.put_customers([customer(1)], NOW)
    assert len(await shown(cache)) == 1
    copies = files.damaged_copies(path)
    if how == "empty":  # SQLite treats an empty file as a new database
        assert (copies, cache.notice) == ((), None)
    else:
        assert [copy.name for copy in copies] == ["cache.db.damaged-20261122T104200Z"]
        assert cache.notice is not None
        assert "set aside" in cache.notice
        assert os.stat(copies[0]).st_mode & 0o077 == 0  # noqa: PTH116
    await cache.close()
    assert [entry.key for entry in await journal.entries()] == ["key-1"]
    await journal.close()
    again = await open_cache(path, clock=lambda: NOW)
    assert (len(await shown(again)), again.notice) == (1, None)
    await again.close()


@pytest.mark.parametrize("how", ["random", "text", "header"])
async def test_a_damaged_journal_is_reported_and_left_unchanged(tmp_path: Path, how: str) -> None:
    path = tmp_path / "journal.db"
    journal = await open_journal(path, clock=lambda: NOW)
    journal.record_intent_now(intent(), customer_title="A", summary="s", today=None)
    await journal.close()
    _damage_whole(path, how)
    before = path.read_bytes()
    with pytest.raises(StoreCorrupt) as caught:
        await open_journal(path, clock=lambda: NOW)
    assert str(path) in caught.value.sentence
    assert caught.value.hint
    assert path.read_bytes() == before
    assert os.listdir(tmp_path) == ["journal.db"]  # noqa: PTH208


async def test_a_cache_truncated_anywhere_opens(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    truth = await filled(path)
    whole = path.read_bytes()
    for pages in range(1, len(whole) // 4096, 5):
        path.write_bytes(whole[: pages * 4096 - 17])
        cache = await open_cache(path, clock=lambda: NOW)
        assert all(truth[row.id] == row for row in await shown(cache))
        await cache.put_customers([customer(1)], NOW)
        assert (await cache.customer(customer(1).id)).value == customer(1)
        await cache.close()


async def test_no_altered_value_is_shown_after_random_damage(tmp_path: Path) -> None:
    """After a change of some bytes, rows are returned unchanged or not at all."""
    original, path = tmp_path / "original.db", tmp_path / "cache.db"
    truth = await filled(original)
    size, chance = original.stat().st_size, random.Random(20261122)
    effective = 0
    for _ in range(DAMAGES):
        for each in (path, *files.side_files(path), *files.damaged_copies(path)):
            each.unlink(missing_ok=True)
        shutil.copy(original, path)
        with path.open("r+b") as raw:
            raw.seek(chance.randrange(size))
            raw.write(chance.randbytes(chance.choice([1, 1, 2, 16, 256, 4096])))
            raw.truncate(size)
        try:
            cache = await open_cache(path, clock=lambda: NOW)
        except StoreCorrupt:
            raise
        except StoreError:
            # With a changed version or application id it counts as a newer or foreign file.
            continue
        rows = await shown(cache)
        wrong = [row for row in rows if truth.get(row.id) != row]
        assert wrong == []
        for identifier in list(truth)[::40]:
            try:
                assert (await cache.customer(identifier)).value == truth[identifier]
            except NotCached:
                pass
        effective += len(rows) < ROWS or cache.notice is not None
        await cache.close()
    assert effective > DAMAGES / 20, "the damage must have an effect"


async def test_damage_found_in_an_open_cache_is_repaired(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path)
    cache = await open_cache(path, clock=lambda: NOW)
    notified: list[frozenset[str] | None] = []
    cache.subscribe_changes(notified.append)
    data = path.read_bytes()
    with path.open("r+b") as raw:  # everything after the first page, while it is open
        raw.seek(4096)
        raw.write(random.Random(2).randbytes(len(data) - 4096))
    assert await shown(cache) == []
    assert notified == [None]
    assert cache.notice is not None
    await cache.put_customers([customer(1)], NOW)
    assert len(await shown(cache)) == 1
    assert len(files.damaged_copies(path)) == 1
    await cache.close()


async def test_two_connections_rename_a_damaged_file_once(tmp_path: Path) -> None:
    path = tmp_path / "cache.db"
    await filled(path)
    one = await open_cache(path, clock=lambda: NOW)
    two = await open_cache(path, clock=lambda: NOW)
    with path.open("r+b") as raw:
        raw.seek(4096)
        raw.write(random.Random(2).randbytes(path.stat().st_size - 4096))
    assert await shown(one) == []
    await one.put_customers([customer(1)], NOW)
    assert len(await shown(two)) == 1, "the second one uses the new file"
    await two.put_customers([customer(2)], NOW)
    assert len(await shown(one)) == 2
    assert len(files.damaged_copies(path)) == 1
    await one.close()
    await two.close()


async def test_a_connection_to_a_damaged_file_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, connect = tmp_path / "cache.db", sqlite3.connect
    made: list[sqlite3.Connection] = []
    open_ones: set[int] = set()

    class Counted(sqlite3.Connection):
        def close(self) -> None:
            open_ones.discard(id(self))
            super().close()

    def counted(*args: Any, **options: Any) -> sqlite3.Connection:
        made.append(connect(*args, factory=Counted, **options))
        open_ones.add(id(made[-1]))
        return made[-1]

    await filled(path)
    with path.open("r+b") as raw:
        raw.seek(50)
        raw.write(random.Random(2).randbytes(path.stat().st_size - 50))
    monkeypatch.setattr(sqlite3, "connect", counted)
    cache = await open_cache(path, clock=lambda: NOW)
    assert await shown(cache) == []
    await cache.close()
    assert made and not open_ones

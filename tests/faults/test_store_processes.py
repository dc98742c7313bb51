"""Several processes use the same files: none is locked out, no write is lost."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
import sqlite_utils
from sqlite_utils import Database as Tool

from tests.support.store_workers import COUNTER, add, add_one, journal, show, start
from wbtui.store import database as database_module
from wbtui.store.database import open_database
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import StoreBusy

NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)
WORKERS, TIMES = 3, 150


def test_read_then_write_in_several_processes_loses_nothing(tmp_path: Path) -> None:
    workers = [start(add, tmp_path, TIMES) for _ in range(WORKERS)]
    assert [worker.rest() for worker in workers] == [["done"]] * WORKERS
    opened = open_database(tmp_path / "counter.db", COUNTER)
    assert opened.read_now(lambda c: c.execute("SELECT value FROM counter").fetchone()) == (WORKERS * TIMES,)
    opened.close_now()


def _interleaved(tmp_path: Path) -> None:
    """Let one transaction read, a second one try to write, then the first one write."""
    options = database_module.Options(busy_seconds=0.05)
    one = open_database(tmp_path / "counter.db", COUNTER, options)
    two = open_database(tmp_path / "counter.db", COUNTER, options)

    def read_wait_write(tool: Tool) -> None:
        (value,) = tool.conn.execute("SELECT value FROM counter").fetchone()
        with pytest.raises(StoreBusy):
            two.write_now(add_one)
        tool.conn.execute("UPDATE counter SET value = ?", (value + 1,))

    try:
        one.write_now(read_wait_write)
        two.write_now(add_one)
        assert one.read_now(lambda c: c.execute("SELECT value FROM counter").fetchone()) == (2,)
    finally:
        one.close_now()
        two.close_now()


def test_a_transaction_has_the_write_lock_from_its_start(tmp_path: Path) -> None:
    _interleaved(tmp_path)


def test_interleaved_writes_are_detected_with_a_deferred_transaction(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    @contextmanager
    def deferred(tool: sqlite_utils.Database) -> Iterator[sqlite_utils.Database]:
        with tool.atomic():  # a plain BEGIN
            yield tool

    monkeypatch.setattr(database_module, "immediate", deferred)
    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        _interleaved(tmp_path)


async def test_several_processes_write_to_one_journal(tmp_path: Path) -> None:
    workers = [start(journal, tmp_path, f"w{k}") for k in range(WORKERS)]
    messages = {key for worker in workers for key in worker.read(40)}
    messages.update(key for worker in workers for key in worker.kill())
    opened = await open_journal(tmp_path / "journal.db", clock=lambda: NOW)
    assert messages <= {entry.key for entry in await opened.entries(1_000_000)}
    await opened.close()


def test_another_process_that_opens_and_closes_loses_no_commit(tmp_path: Path) -> None:
    """Closing the file in this process would release its POSIX locks and lose the next commit."""
    opened = open_database(tmp_path / "counter.db", COUNTER)
    for expected in range(10):
        assert start(show, tmp_path).rest() == [str(expected)]
        opened.write_now(add_one)
    opened.close_now()

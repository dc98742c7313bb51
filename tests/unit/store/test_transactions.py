"""The process is suspended between transactions, and none begins meanwhile."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import sqlite_utils

from tests.support.patience import PATIENCE
from wbtui.store.cache_schema import CACHE
from wbtui.store.database import open_database
from wbtui.store.transactions import TRANSACTIONS, Transactions


def test_a_pause_waits_for_the_transaction_and_holds_up_the_next(tmp_path: Path) -> None:
    database = open_database(tmp_path / "cache.db", CACHE)
    begun, may_end, done = threading.Event(), threading.Event(), []

    def work(tool: sqlite_utils.Database) -> None:
        begun.set()
        assert may_end.wait(PATIENCE)
        done.append(tool.conn.in_transaction)

    def pause() -> tuple[list[bool], bool]:
        with TRANSACTIONS.paused(PATIENCE):
            held_up = pool.submit(database.write_now, lambda _tool: None)
            before, has_begun = list(done), held_up.done()
        held_up.result(PATIENCE)
        return before, has_begun

    with ThreadPoolExecutor(3) as pool:
        writing = pool.submit(database.write_now, work)
        assert begun.wait(PATIENCE)
        pausing = pool.submit(pause)
        may_end.set()
        writing.result(PATIENCE)
        assert pausing.result(PATIENCE) == ([True], False)
    database.close_now()


def test_a_pause_does_not_wait_longer_than_it_may_and_a_nested_transaction_does_not_wait_for_it() -> None:
    transactions = Transactions()
    with transactions.running(), transactions.paused(0), transactions.running():
        pass
    with transactions.running(), transactions.paused(0):
        pass

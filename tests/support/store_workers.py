"""Functions that tests run in processes of their own on one folder, and kill.

`start` forks from a server that has already imported the modules, so that a worker starts quickly.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from sqlite_utils import Database as Tool

from tests.support.customers import customer
from tests.support.money_intents import intent
from wbtui.models.actions import read_action
from wbtui.models.page import Page
from wbtui.models.parts import CUSTOMER
from wbtui.store.blob_codec import pack, unpack
from wbtui.store.cache import open_cache
from wbtui.store.database import open_database
from wbtui.store.database_kind import Kind
from wbtui.store.journal import open_journal
from wbtui.store.sqlite import sqlite3
from wbtui.store.workspace import open_workspace

# Models are built at their first use: once here, not in every forked process.
unpack(CUSTOMER, pack(CUSTOMER, customer(0)))
read_action(intent().action.model_dump_json())
NOW = datetime(2026, 11, 22, 10, 42, tzinfo=UTC)


async def _sync(output: Connection, folder: Path, rows: int) -> None:
    """Resume the full sync; the version of each row is the number of its page."""
    cache = await open_cache(folder / "cache.db", clock=lambda: NOW)
    sync_walk = (await cache.sync_state()).running("customers")
    page = int(sync_walk.cursor) if sync_walk is not None and sync_walk.cursor is not None else 0
    while True:
        found = tuple(
            customer(page * rows + k).model_copy(
                update={"version": f"page-{page}", "reference": f"page{page}"}
            )
            for k in range(rows)
        )
        await cache.put_sync_page("customers", Page(found, str(page + 1)), NOW, restart=page == 0)
        output.send(str(page))
        page += 1


def sync(output: Connection, folder: Path, rows: int) -> None:
    """Store pages of `rows` customers until killed; sends the number of each acknowledged page."""
    asyncio.run(_sync(output, folder, rows))


def journal(output: Connection, folder: Path, name: str) -> None:
    """Write intents until killed; sends the key of each acknowledged intent."""
    opened = asyncio.run(open_journal(folder / "journal.db", clock=lambda: NOW))
    for number in range(1_000_000):
        key = f"{name}-{number}"
        opened.record_intent_now(intent(key), customer_title="A", summary="s", today=NOW.date())
        output.send(key)


def _counter(tool: Tool) -> None:
    tool.conn.execute("CREATE TABLE counter (value INTEGER)")
    tool.conn.execute("INSERT INTO counter VALUES (0)")


COUNTER = Kind("counter", 0x77620001, (_counter,), "NORMAL")


def add_one(tool: Tool) -> None:
    """Read, then write: a plain BEGIN loses such updates between processes."""
    (value,) = tool.conn.execute("SELECT value FROM counter").fetchone()
    tool.conn.execute("UPDATE counter SET value = ?", (value + 1,))


def add(output: Connection, folder: Path, count: int) -> None:
    """Add one `count` times."""
    opened = open_database(folder / "counter.db", COUNTER)
    for _ in range(count):
        opened.write_now(add_one)
    opened.close_now()
    output.send("done")


def show(output: Connection, folder: Path) -> None:
    """Open the counter, send its value, close it."""
    opened = open_database(folder / "counter.db", COUNTER)
    output.send(str(opened.read_now(lambda c: c.execute("SELECT value FROM counter").fetchone()[0])))
    opened.close_now()


def leave_log(output: Connection, folder: Path) -> None:
    """Pin a customer in the workspace of an earlier version, so that it is in the write-ahead log only."""
    connection = sqlite3.connect(folder / "desk.db", isolation_level=None)
    connection.execute("PRAGMA wal_autocheckpoint=0")
    connection.execute("INSERT INTO pins VALUES ('cus_log', 'In the log', 0)")
    output.send("done")
    threading.Event().wait()


async def _pin(output: Connection, folder: Path, customer_id: str) -> None:
    workspace = await open_workspace(folder / "workspace.db")
    output.send("opened")
    await workspace.pin(customer_id, customer_id, NOW)
    await workspace.close()
    output.send("done")


def pin(output: Connection, folder: Path, customer_id: str) -> None:
    """Open the workspace and pin a customer; sends "ready", "opened" and "done"."""
    output.send("ready")
    asyncio.run(_pin(output, folder, customer_id))


def pin_and_wait(output: Connection, folder: Path, customer_id: str) -> None:
    """Pin like `pin`, then wait to be killed."""
    pin(output, folder, customer_id)
    threading.Event().wait()


@dataclass
class Worker:
    """A process and its messages."""

    process: ForkServerProcess
    output: Connection

    def read(self, lines: int) -> list[str]:
        """Wait for the next messages."""
        return [str(self.output.recv()) for _ in range(lines)]

    def rest(self) -> list[str]:
        """Return the messages until its end."""
        messages = []
        try:
            while True:
                messages.append(str(self.output.recv()))
        except EOFError:
            return messages
        finally:
            self.output.close()
            self.process.join()

    def kill(self) -> list[str]:
        """End it with SIGKILL; returns its messages until then."""
        self.process.kill()
        return self.rest()


def start(work: Callable[..., None], *arguments: object) -> Worker:
    """Run `work(output, *arguments)` in a process of its own."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.support.store_workers"])
    read_end, write_end = context.Pipe(duplex=False)
    process = context.Process(target=work, args=(write_end, *arguments))
    process.start()
    write_end.close()
    return Worker(process, read_end)

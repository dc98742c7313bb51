"""Rate of an unlimited synchronization compared with a bare loop, and search latency during it.

`uv run python -m tests.benchmarks.sync_rate [CUSTOMERS]`. The sandbox runs in its own process. Processor time
includes it, because the client waits for it.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from tests.benchmarks.report import p95
from tests.support.opened import opened
from tests.support.sandbox import Sandbox, copy_of, make_template, started
from wbtui.services.open import Services
from wbtui.settings import Settings
from wbtui.store.cache_columns import NAMES, Columns, values_of
from wbtui.store.cache_schema import CACHE
from wbtui.store.database import Database, open_database

CUSTOMERS = 2000
UNLIMITED = Settings(agent="jo", sync_rate=1000)
"""The highest rate of requests: no sync waits for it."""
PAGE = Settings().page_size
TYPED = (
    "a",
    "an",
    "ann",
    "anna",
    "m",
    "mu",
    "sch",
    "plan:pro",
    "is:active b",
    "sort:-owes",
    "berlin",
    "inv-1",
)


@dataclass(frozen=True, slots=True)
class Rate:
    """Number of rows, wall time in seconds, and processor time of client and sandbox in seconds."""

    rows: int
    seconds: float
    busy: float

    @property
    def per_second(self) -> float:
        return self.rows / self.seconds

    @property
    def per_busy_second(self) -> float:
        return self.rows / self.busy


def _processor_time(process: int) -> float:
    """Return the processor time of another process, in seconds."""
    fields = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class _Stopwatch:
    def __init__(self, sandbox: Sandbox) -> None:
        assert sandbox.process is not None
        self._sandbox = sandbox.process.pid
        self._begun, self._busy = time.perf_counter(), self._used()

    def _used(self) -> float:
        return time.process_time() + _processor_time(self._sandbox)

    def rate(self, rows: int) -> Rate:
        return Rate(rows, time.perf_counter() - self._begun, self._used() - self._busy)


# ── the bare loop ────────────────────────────────────────────────────────────────────────────────
def _leaves(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for item in value.values():
            yield from _leaves(item)
    elif isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif value is not None:
        yield str(value)


def _customers(database: Database, rows: list[dict[str, Any]], first: int) -> None:
    placeholders = ", ".join("?" * len(NAMES))
    values, blobs, texts = [], [], []
    for n, row in enumerate(rows, first):
        text = " ".join(_leaves(row)).lower()
        plan = row["contracts"][0]["plan"] if row["contracts"] else ""
        # All columns by name: a type checker reports one that is missing or gone.
        columns = Columns(
            id=row["id"],
            name_key=str(row["name"]).lower(),
            owed_sort_asc="",
            owed_sort_desc="",
            mrr_sort_asc=n,
            mrr_sort_desc=-n,
            renews_sort_asc=n,
            renews_sort_desc=-n,
            created=n,
            updated=n,
            plan_sort_asc=plan,
            plan_sort_desc=plan,
            status_rank=1,
            owed=0,
            mrr=n,
            ends=n,
            trial=n,
            due=n,
            card=n,
            failed=n,
            subs=1,
            refunds=0,
            text=text,
        )
        values.append((n, *values_of(columns)))
        blobs.append((n, n, 0, json.dumps(row)))
        texts.append((n, text))

    def work(tool: Any) -> None:
        many = tool.conn.executemany
        many(f"INSERT INTO customers (n, {', '.join(NAMES)}) VALUES (?, {placeholders})", values)
        many("INSERT INTO customer_rows VALUES (?, ?, ?, ?)", blobs)
        many("INSERT INTO customer_search_text VALUES (?, ?)", texts)
        many("INSERT INTO customer_fts (rowid, text) VALUES (?, ?)", texts)

    database.write_now(work)


def _invoices(database: Database, rows: list[dict[str, Any]], first: int) -> None:
    values = [
        (n, hash(row["id"]), hash(row["number"]), hash(row["customer_id"]), n, json.dumps(row))
        for n, row in enumerate(rows, first)
    ]
    database.write_now(lambda t: t.conn.executemany("INSERT INTO invoices VALUES (?, ?, ?, ?, ?, ?)", values))


def bare_loop(sandbox: Sandbox, folder: Path) -> Rate:
    """Fetch pages and insert them into the same tables and indexes, without models or text folding."""
    database = open_database(folder / "bare.db", CACHE)
    watch, rows = _Stopwatch(sandbox), 0
    with httpx.Client(headers={**sandbox.headers, "accept-encoding": "gzip"}) as client:
        for kind, store in (("customers", _customers), ("invoices", _invoices)):
            cursor, first = None, 1
            while first == 1 or cursor:
                params = {"kind": kind, "limit": str(PAGE)} | ({"cursor": cursor} if cursor else {})
                page = json.loads(client.get(f"{sandbox.url}/x/v1/snapshot", params=params).content)
                store(database, page["rows"], first)
                first += len(page["rows"])
                cursor = page["next"]
            rows += first - 1
    rate = watch.rate(rows)
    database.close_now()
    return rate


# ── the synchronization of wbtui ────────────────────────────────────────────────────────────────────
async def _synchronized(sandbox: Sandbox, folder: Path) -> Rate:
    async with opened(sandbox.url, sandbox.key, folder, settings=UNLIMITED) as services:
        watch = _Stopwatch(sandbox)
        report = await services.sync.run()
        return watch.rate(report.customers + report.invoices)


@contextlib.contextmanager
def _filled_sandbox(customers: int) -> Iterator[tuple[Sandbox, Path]]:
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        template = make_template(folder / "template.db", customers=customers)
        with started(copy_of(template, folder)) as sandbox:
            yield sandbox, folder


def rates(customers: int = CUSTOMERS, rounds: int = 3) -> tuple[Rate, Rate]:
    """Return the best rates of a bare loop and of a first synchronization, from interleaved rounds."""
    bare, synced = [], []
    with _filled_sandbox(customers) as (sandbox, folder):
        for number in range(rounds):
            (home := folder / str(number)).mkdir()
            bare.append(bare_loop(sandbox, home))
            synced.append(asyncio.run(_synchronized(sandbox, home)))
    return max(bare, key=lambda r: r.per_busy_second), max(synced, key=lambda r: r.per_busy_second)


# ── search latency during a synchronization ─────────────────────────────────────────────────────────
async def _type(services: Services, typed: list[float], done: Callable[[], bool]) -> None:
    """Search every 40 ms until `done`; append the seconds until each first page to `typed`."""
    while not done():
        for text in TYPED:
            begun = time.perf_counter()
            search = services.directory.open(text)
            await search.page(0, 50)
            typed.append(time.perf_counter() - begun)
            await asyncio.sleep(0.04)


async def _idle_and_busy(sandbox: Sandbox, folder: Path, rounds: int) -> tuple[list[float], list[float]]:
    idle: list[float] = []
    busy: list[float] = []
    async with opened(sandbox.url, sandbox.key, folder, settings=UNLIMITED) as services:
        await services.sync.run()
        for _ in range(rounds):
            await services.cache.forget_changes()
            syncing = asyncio.ensure_future(services.sync.run())
            begun = time.perf_counter()
            await _type(services, busy, syncing.done)
            await syncing
            until = 2 * time.perf_counter() - begun
            await _type(services, idle, lambda until=until: time.perf_counter() > until)  # type: ignore[misc]
    return idle, busy


def keystrokes(customers: int = CUSTOMERS, rounds: int = 3) -> tuple[list[float], list[float]]:
    """Return the seconds until the first page of each search, idle and during a full synchronization.

    Phases of equal length alternate, so that other load affects both.
    """
    with _filled_sandbox(customers) as (sandbox, folder):
        return asyncio.run(_idle_and_busy(sandbox, folder, rounds))


def main() -> None:
    """Print the rates and the latencies."""
    customers = int(sys.argv[1]) if len(sys.argv) > 1 else CUSTOMERS
    bare, synced = rates(customers)
    for name, rate in (("bare loop", bare), ("synchronization", synced)):
        speeds = (
            f"{rate.per_second:,.0f} per second, {rate.per_busy_second:,.0f} per second of processor time"
        )
        print(f"{name}: {rate.rows:,} rows, {speeds}")
    print(
        f"ratio: {synced.per_second / bare.per_second:.2f} by wall time, "
        f"{synced.per_busy_second / bare.per_busy_second:.2f} by processor time"
    )
    idle, busy = keystrokes(customers)
    print(
        f"search p95: idle {p95(idle) * 1000:.1f} ms, syncing {p95(busy) * 1000:.1f} ms; "
        f"median {statistics.median(idle) * 1000:.1f} and {statistics.median(busy) * 1000:.1f} ms"
    )


if __name__ == "__main__":
    main()

"""The figures, as ratios within one run: `uv run python -m tests.benchmarks`. Prints a Markdown table.

Wall times are what an agent waits; on a machine that is shared, processor time tells what was really spent.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import (
    exit_after_hangup,
    keystroke_during_sync,
    keystroke_latency,
    search_cpu_time,
    search_relevance,
    startup_time,
    sync_rate,
)
from tests.benchmarks.filled_cache import bytes_per_customer, cache_of, filled_home
from tests.benchmarks.report import Machine, Row

FEW = 1000
UNSEEN = 20261122
"""Seed of the queries that look for a customer; not one that anything was tuned with."""


def _queries(home: Path, count: int) -> list[str]:
    """Scripted queries in mixed order, so that the first ones are of all kinds."""
    database = search_cpu_time.opened(cache_of(home))
    try:
        found = [one.text for one in database.read_now(search_cpu_time.scripted)]
    finally:
        database.close_now()
    random.Random(1).shuffle(found)
    return found[:count]


def _size(home: Path, count: int) -> list[Row]:
    return [
        Row(f"cache bytes per customer, {count:,}", "≤ 3 KB", f"{bytes_per_customer(home, count):,.0f} B")
    ]


def _top(home: Path) -> list[Row]:
    outcomes = search_relevance.measure(cache_of(home), UNSEEN)
    right = sum(one.is_right for one in outcomes)
    return [
        Row(
            "right customer on top",
            "≥ 95 %",
            f"{right / len(outcomes):.1%}",
            f"{len(outcomes)} queries made by rule from seed {UNSEEN}",
        )
    ]


def _sync(folder: Path, customers: int, typed: list[str]) -> list[Row]:
    bare, synced = sync_rate.rates()
    rate = Row(
        "synchronising, rows a second / bare loop",
        "≥ 0.5 ×",
        f"{synced.per_busy_second / bare.per_busy_second:.2f} ×",
        f"by processor time of both sides; {synced.per_second / bare.per_second:.2f} × by the clock: "
        f"{synced.per_second:,.0f} / {bare.per_second:,.0f} rows a second",
    )
    return [rate, *keystroke_during_sync.rows(folder, customers, typed)]


def measures(given: argparse.Namespace, folder: Path) -> dict[str, Callable[[], list[Row]]]:
    """Every part of the table by its name."""
    counts = (FEW, given.customers)
    few, many = filled_home(folder, FEW), filled_home(folder, given.customers)
    typed = _queries(few, given.queries)
    return {
        "start": lambda: startup_time.rows(few, many, counts, given.rounds),
        "use": lambda: keystroke_latency.rows(few, many, counts, typed, idle=given.idle),
        "top": lambda: _top(many),
        "sync": lambda: _sync(folder, given.synced, typed),
        "end": lambda: exit_after_hangup.rows(few, given.rounds),
        "size": lambda: _size(many, given.customers),
    }


def main() -> None:
    """Parse the arguments, run, print each part as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--queries", type=int, default=search_cpu_time.HOW_MANY, help="how many of the scripted ones to type"
    )
    parser.add_argument("--synced", type=int, default=20_000, help="customers of the demo that is synced")
    parser.add_argument(
        "--idle", type=float, default=keystroke_latency.IDLE, help="seconds to leave the app alone"
    )
    parser.add_argument(
        "--only", action="append", help="a part: start, use, top, sync, end, size; may be repeated"
    )
    parser.add_argument("--keep", type=Path, help="folder for the filled caches, to use them again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        parts = measures(given, given.keep or Path(scratch))
        machine = Machine()
        print("| What | Aim | Figure | Made of |\n|---|---|---|---|")
        for name in given.only or parts:
            for row in parts[name]():
                print("| " + " | ".join(row) + " |")
                sys.stdout.flush()
        print(f"\n{machine.line()}")


if __name__ == "__main__":
    main()

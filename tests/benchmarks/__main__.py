"""All benchmarks: `uv run python -m tests.benchmarks` prints their results as a Markdown table.

Wall time is what an agent waits for. On a shared machine, processor time measures the cost more reliably.
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
    form_latency,
    insights_time,
    keystroke_during_sync,
    keystroke_latency,
    profile_latency,
    search_cpu_time,
    search_relevance,
    startup_time,
    sync_rate,
)
from tests.benchmarks.filled_cache import bytes_per_customer, cache_of, filled_home
from tests.benchmarks.report import MachineLoad, Row

FEW = 1000
UNSEEN = 20261122
"""Seed of the relevance queries. The ranking was tuned with other seeds."""


def _queries(home: Path, count: int) -> list[str]:
    """Return scripted queries in random order, so that any prefix contains every kind."""
    database = search_cpu_time.opened(cache_of(home))
    try:
        queries = [one.text for one in database.read_now(search_cpu_time.scripted)]
    finally:
        database.close_now()
    random.Random(1).shuffle(queries)
    return queries[:count]


def _size(home: Path, count: int) -> list[Row]:
    return [
        Row(f"cache bytes per customer, {count:,}", "≤ 3 KB", f"{bytes_per_customer(home, count):,.0f} B")
    ]


def _relevance(home: Path) -> list[Row]:
    outcomes = search_relevance.measure(cache_of(home), UNSEEN)
    right = sum(one.is_right for one in outcomes)
    return [
        Row(
            "right customer on top",
            "≥ 95 %",
            f"{right / len(outcomes):.1%}",
            f"{len(outcomes)} queries generated with seed {UNSEEN}",
        )
    ]


def _sync(folder: Path, customers: int, typed: list[str]) -> list[Row]:
    bare, synced = sync_rate.rates()
    rate = Row(
        "synchronization, rows per second / bare loop",
        "≥ 0.5 ×",
        f"{synced.per_busy_second / bare.per_busy_second:.2f} ×",
        f"by processor time of client and sandbox; {synced.per_second / bare.per_second:.2f} × by wall time: "
        f"{synced.per_second:,.0f} / {bare.per_second:,.0f} rows per second",
    )
    return [rate, *keystroke_during_sync.rows(folder, customers, typed)]


def parts_of_table(options: argparse.Namespace, folder: Path) -> dict[str, Callable[[], list[Row]]]:
    """Return the parts of the table by name; calling one runs its benchmark."""
    counts = (FEW, options.customers)
    few, many = filled_home(folder, FEW), filled_home(folder, options.customers)
    typed = _queries(few, options.queries)
    return {
        "start": lambda: startup_time.rows(few, many, counts, options.rounds),
        "use": lambda: keystroke_latency.rows(few, many, counts, typed, idle=options.idle),
        "top": lambda: _relevance(many),
        "sync": lambda: _sync(folder, options.synced, typed),
        "end": lambda: exit_after_hangup.rows(few, options.rounds),
        "profile": lambda: profile_latency.rows(folder, options.rounds),
        "form": lambda: form_latency.rows(folder, options.rounds),
        "insights": lambda: insights_time.rows(cache_of(many), options.customers),
        "size": lambda: _size(many, options.customers),
    }


def main() -> None:
    """Parse the arguments, run the benchmarks and print each row when it is measured."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument(
        "--queries", type=int, default=search_cpu_time.HOW_MANY, help="number of scripted queries to type"
    )
    parser.add_argument("--synced", type=int, default=20_000, help="customers in the synced demo")
    parser.add_argument(
        "--idle", type=float, default=keystroke_latency.IDLE, help="seconds to measure the idle app"
    )
    parser.add_argument(
        "--only",
        action="append",
        help="a part: start, use, top, sync, end, profile, form, insights, size; repeatable",
    )
    parser.add_argument("--keep", type=Path, help="folder that keeps the filled caches for later runs")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        parts = parts_of_table(options, options.keep or Path(scratch))
        machine = MachineLoad()
        print("| What | Aim | Figure | Made of |\n|---|---|---|---|")
        for name in options.only or parts:
            for row in parts[name]():
                print("| " + " | ".join(row) + " |")
                sys.stdout.flush()
        print(f"\n{machine.summary()}")


if __name__ == "__main__":
    main()

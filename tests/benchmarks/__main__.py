"""The figures, as ratios within one run: `uv run python -m tests.benchmarks`. Prints a Markdown table.

Wall times are what an agent waits; on a machine that is shared, processor time tells what was really spent.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.benchmarks import leaving, meanwhile, starting, using
from tests.benchmarks.figures import Machine, Row
from tests.benchmarks.home import bytes_per_customer, filled_home
from tests.benchmarks.typed import HOW_MANY, queries

FEW = 1000


def _size(home: Path, count: int) -> list[Row]:
    return [
        Row(f"cache bytes per customer, {count:,}", "≤ 3 KB", f"{bytes_per_customer(home, count):,.0f} B")
    ]


def measures(given: argparse.Namespace, folder: Path) -> dict[str, Callable[[], list[Row]]]:
    """Every part of the table by its name."""
    counts = (FEW, given.customers)
    few, many = filled_home(folder, FEW), filled_home(folder, given.customers)
    typed = queries()[: given.queries]
    return {
        "start": lambda: starting.rows(few, many, counts, given.rounds),
        "use": lambda: using.rows(few, many, counts, typed, idle=given.idle),
        "sync": lambda: meanwhile.rows(folder, given.synced, typed),
        "end": lambda: leaving.rows(few, given.rounds),
        "size": lambda: _size(many, given.customers),
    }


def main() -> None:
    """Parse the arguments, run, print each part as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--queries", type=int, default=HOW_MANY, help="how many of the scripted ones to type")
    parser.add_argument("--synced", type=int, default=5_000, help="customers of the demo that is synced")
    parser.add_argument("--idle", type=float, default=using.IDLE, help="seconds to leave the app alone")
    parser.add_argument(
        "--only", action="append", help="a part: start, use, sync, end, size; may be repeated"
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

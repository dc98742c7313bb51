"""The figures, as ratios within one run: `uv run python -m tests.benchmarks`. Prints a Markdown table.

Start-up against a bare Textual app with the same libraries; a keystroke until its frame is painted, and
memory, at many cached customers against 1,000.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.benchmarks.home import CONNECTION, bytes_per_customer, filled_home
from tests.benchmarks.probe import Probe, environment, python

SIZE = (120, 40)
FEW = 1000
TYPED = ("anna", "m", "schneider be", "plan:pro mu", "is:past_due", "sort:-owes", "lum-77", "zz", "ö", "1")
READY = "row 1 of"


def _open(home: Path) -> Probe:
    command = python("-m", "wbtui", "--connection", CONNECTION, "--offline")
    return Probe(command, environment(home), SIZE)


def _bare(home: Path) -> Probe:
    return Probe(python("-m", "tests.benchmarks.bare"), environment(home), SIZE)


def starts(homes: dict[str, Path], rounds: int) -> dict[str, list[float]]:
    """Seconds from the start of the process to a usable list (or the bare line), interleaved."""
    times: dict[str, list[float]] = {name: [] for name in ("bare", *homes)}
    for _ in range(rounds + 1):
        for name in times:
            probe = _bare(homes[str(FEW)]) if name == "bare" else _open(homes[name])
            try:
                times[name].append(probe.until(READY))
            finally:
                probe.end()
    return {name: values[1:] for name, values in times.items()}  # the first round warms the disk


@dataclass
class Session:
    """What one run of the app showed under typing and scrolling: seconds, bytes."""

    painted: list[float]
    settled: list[float]
    letters: list[int]
    moves: list[float]
    cursor: list[int]
    memory: int


def _keys(texts: Sequence[str]) -> Iterator[bytes]:
    for text in texts:
        for char in text:
            yield char.encode()
        yield b"\x15"  # ctrl+u clears the box


def use(home: Path, rounds: int) -> Session:
    """Type the scripted queries, scroll, jump to the end; keep the time of each key."""
    probe = _open(home)
    try:
        probe.until(READY)
        probe.settle()
        session = Session([], [], [], [], [], 0)
        for _ in range(rounds):
            for key in _keys(TYPED):
                first, last, size = probe.press(key)
                session.painted.append(first)
                session.settled.append(last)
                session.letters.append(size)
        probe.press(b"\x1b[B")  # from the box to the list
        for _ in range(20):
            session.cursor.append(probe.press(b"j")[2])
        for key in (b"G", b"g", b"\x1b[6~", b"\x1b[6~", b"\x04", b"\x15", b"G") * rounds:
            session.moves.append(probe.press(key)[1])
        session.memory = probe.memory()
        return session
    finally:
        probe.end()


def _p95(values: Sequence[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _ms(seconds: float) -> str:
    return f"{seconds * 1000:.0f} ms"


def report(many: int, rounds: int, folder: Path) -> list[tuple[str, str, str]]:
    """Rows of the table: what, figure, aim."""
    homes = {str(count): filled_home(folder, count) for count in (FEW, many)}
    begun = {name: statistics.median(values) for name, values in starts(homes, rounds).items()}
    few, lots = use(homes[str(FEW)], rounds), use(homes[str(many)], rounds)
    bare, start_few, start_lots = begun["bare"], begun[str(FEW)], begun[str(many)]
    return [
        (
            f"start to a usable list, {FEW:,} cached / bare Textual app",
            f"{start_few / bare:.2f} × ({_ms(start_few)} / {_ms(bare)})",
            "≤ 1.5 ×",
        ),
        (
            f"start at {many:,} / at {FEW:,}",
            f"{start_lots / start_few:.2f} × ({_ms(start_lots)} / {_ms(start_few)})",
            "≤ 1.1 ×",
        ),
        (
            f"keystroke to last painted byte, p95, {many:,} against {FEW:,}",
            f"{_ms(_p95(lots.settled))} against {_ms(_p95(few.settled))}"
            f" (median {_ms(statistics.median(lots.settled))} against {_ms(statistics.median(few.settled))})",
            "+ 20 ms",
        ),
        (
            f"keystroke to first byte, p95, {many:,} against {FEW:,}",
            f"{_ms(_p95(lots.painted))} against {_ms(_p95(few.painted))}",
            "–",
        ),
        (
            f"g, G, page keys, p95, {many:,} against {FEW:,}",
            f"{_ms(_p95(lots.moves))} against {_ms(_p95(few.moves))}",
            "≤ 50 ms",
        ),
        (
            f"memory, {many:,} / {FEW:,}",
            f"{lots.memory / few.memory:.2f} × ({lots.memory >> 20} / {few.memory >> 20} MiB)",
            "≤ 1.2 ×",
        ),
        (
            "bytes to the terminal at 120×40: cursor down / a letter (largest)",
            f"{max(lots.cursor[1:]):,} / {max(lots.letters):,}",
            "≤ 1,000 / ≤ 18,000",
        ),
        (
            f"cache bytes per customer at {many:,}",
            f"{bytes_per_customer(homes[str(many)], many):,.0f}",
            "≤ 3,072",
        ),
    ]


def main() -> None:
    """Parse the arguments, run, print."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--customers", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--keep", type=Path, help="folder for the filled caches, to use them again")
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        rows = report(given.customers, given.rounds, given.keep or Path(scratch))
    print("| What | Figure | Aim |\n|---|---|---|")
    for row in rows:
        print("| " + " | ".join(row) + " |")


if __name__ == "__main__":
    main()

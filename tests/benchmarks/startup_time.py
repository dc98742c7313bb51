"""Start-up time to a usable list, compared with a bare Textual app and with a small cache."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.filled_cache import CONNECTION
from tests.benchmarks.report import Row, median, ms
from tests.benchmarks.terminal_probe import Probe, environment, python

SIZE = (120, 40)
READY = "row 1 of"


def open_app(home: Path) -> Probe:
    """Start wbtui offline with the cache of a home."""
    command = python("-m", "wbtui", "--connection", CONNECTION, "--offline")
    return Probe(command, environment(home), SIZE)


def _bare(home: Path) -> Probe:
    return Probe(python("-m", "tests.benchmarks.bare_textual_app"), environment(home), SIZE)


@dataclass
class Starts:
    """Wall time until the list is usable and processor time spent, in seconds, of every round."""

    wall: list[float] = field(default_factory=list)
    spent: list[float] = field(default_factory=list)
    cold: float = 0.0


def starts(few: Path, many: Path, rounds: int) -> tuple[Starts, Starts, Starts]:
    """Start bare app, small and large cache in turn, so that other load affects all; round one is cold."""
    begin: tuple[Callable[[], Probe], ...] = (
        lambda: _bare(few),
        lambda: open_app(few),
        lambda: open_app(many),
    )
    found = (Starts(), Starts(), Starts())
    for number in range(rounds + 1):
        for start, one in zip(begin, found, strict=True):
            probe = start()
            try:
                took, spent = probe.until(READY), probe.spent()
            finally:
                probe.end()
            if not number:
                one.cold = took
                continue
            one.wall.append(took)
            one.spent.append(spent)
    return found


def _detail(one: Starts, other: Starts) -> str:
    return (
        f"processor time best {ms(min(one.spent))} / {ms(min(other.spent))}, wall best {ms(min(one.wall))} / "
        f"{ms(min(other.wall))}, first start {ms(one.cold)} / {ms(other.cold)}"
    )


def _ratio(one: Sequence[float], other: Sequence[float]) -> str:
    return f"{min(one) / min(other):.2f} × (median {median(one) / median(other):.2f} ×)"


def rows(few: Path, many: Path, counts: tuple[int, int], rounds: int) -> list[Row]:
    """Return ratios of processor time: of the best rounds and of the medians."""
    bare, little, lots = starts(few, many, rounds)
    return [
        Row(
            f"start to a usable list, warm, {counts[0]:,} cached, / bare Textual app",
            "≤ 1.5 ×",
            _ratio(little.spent, bare.spent),
            _detail(little, bare),
        ),
        Row(
            f"start with {counts[1]:,} / with {counts[0]:,}",
            "≤ 1.1 ×",
            _ratio(lots.spent, little.spent),
            _detail(lots, little),
        ),
    ]

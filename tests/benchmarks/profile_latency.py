"""Profiles from the cache: opening one and switching its tabs, for the smallest profile and the largest.

`uv run python -m tests.benchmarks --only profile`. Both are opened in turn in one run of the app, so that
other load affects both.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from tests.benchmarks.report import Row, median, ms, p95, spread
from tests.benchmarks.sized_profiles import LARGEST, SMALLEST, home_of_profiles
from tests.benchmarks.startup_time import READY, open_app
from tests.benchmarks.terminal_probe import KeyResponse, Probe

DOWN, UP, ENTER, BACK = b"j", b"k", b"\r", b"\x1b"
TABS = ("subscriptions", "billing", "methods", "usage", "activity", "overview")
"""In the order in which they are opened: keys 2 to 6, then 1."""


@dataclass
class Measured:
    """Responses of one profile. A tab is opened for the first time, then again."""

    opened: list[KeyResponse] = field(default_factory=list)
    tabs: dict[str, list[KeyResponse]] = field(default_factory=lambda: {name: [] for name in TABS})
    again: dict[str, list[KeyResponse]] = field(default_factory=lambda: {name: [] for name in TABS})


def _visit(probe: Probe, name: str, into: Measured) -> None:
    into.opened.append(probe.press(ENTER))
    probe.settle(1.0)
    if name not in probe.text:
        raise RuntimeError(f"The profile of {name} is not open:\n{probe.text}")
    for found in (into.tabs, into.again):
        for number, tab in enumerate(TABS, start=2):
            found[tab].append(probe.press(str((number - 1) % len(TABS) + 1).encode()))
    probe.type(BACK)


def use(home: Path, rounds: int) -> tuple[Measured, Measured]:
    """Open the smallest profile and the largest in turn, each with all its tabs; the first round warms up."""
    probe = open_app(home)
    small, large = Measured(), Measured()
    try:
        probe.until(READY)
        probe.settle(1.0)
        probe.type(b"\x1b[B")  # from the search box to the list
        for number in range(rounds + 1):
            if number == 1:
                small, large = Measured(), Measured()
            _visit(probe, SMALLEST.name, small)
            probe.type(DOWN)
            _visit(probe, LARGEST.name, large)
            probe.type(UP)
    finally:
        probe.end()
    return small, large


def _row(what: str, aim: float, small: list[KeyResponse], large: list[KeyResponse]) -> Row:
    walls = [[one.painted for one in each] for each in (large, small)]
    drawn = [[one.drawing for one in each] for each in (large, small)]
    return Row(
        what,
        f"p95 ≤ {aim:.0f} ms, ≤ 1.5 ×",
        f"p95 {ms(p95(walls[0]))}, {median(drawn[0]) / median(drawn[1]):.2f} ×",
        f"largest / smallest: wall {spread(walls[0])} / {spread(walls[1])}; processor time of the drawing "
        f"thread {spread(drawn[0])} / {spread(drawn[1])}",
    )


def rows(folder: Path, rounds: int) -> list[Row]:
    """Return the times of the largest profile and their ratio to the smallest."""
    small, large = use(home_of_profiles(folder), rounds)
    found = [_row("open a cached profile", 100, small.opened, large.opened)]
    for name in TABS:
        found.append(_row(f"open the tab {name} for the first time", 60, small.tabs[name], large.tabs[name]))
        found.append(_row(f"switch to the tab {name}", 60, small.again[name], large.again[name]))
    return found

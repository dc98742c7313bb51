"""Profiles from the cache: opening one and switching its tabs, for the smallest profile and the largest, and
the memory that closed ones leave.

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


@dataclass
class Session:
    """One run of the app. `memory`: bytes resident after the first round and after the last."""

    small: Measured = field(default_factory=Measured)
    large: Measured = field(default_factory=Measured)
    memory: tuple[int, int] = (0, 0)


def use(home: Path, rounds: int) -> Session:
    """Open the smallest profile and the largest in turn, each with all its tabs; the first round warms up."""
    probe = open_app(home)
    session, before = Session(), 0
    try:
        probe.until(READY)
        probe.settle(1.0)
        probe.type(b"\x1b[B")  # from the search box to the list
        for number in range(rounds + 1):
            if number == 1:
                session, before = Session(), probe.memory()
            _visit(probe, SMALLEST.name, session.small)
            probe.type(DOWN)
            _visit(probe, LARGEST.name, session.large)
            probe.type(UP)
        session.memory = before, probe.memory()
    finally:
        probe.end()
    return session


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
    """Return the times of the largest profile, their ratio to the smallest, and what is left in memory."""
    session = use(home_of_profiles(folder), rounds)
    small, large, (before, after) = session.small, session.large, session.memory
    found = [_row("open a cached profile", 100, small.opened, large.opened)]
    for name in TABS:
        found.append(_row(f"open the tab {name} for the first time", 60, small.tabs[name], large.tabs[name]))
        found.append(_row(f"switch to the tab {name}", 60, small.again[name], large.again[name]))
    what = f"memory after {2 * rounds + 2} profiles with all tabs / after two"
    note = f"{after >> 20} / {before >> 20} MiB resident"
    return [*found, Row(what, "≤ 1.2 ×", f"{after / before:.2f} ×", note)]

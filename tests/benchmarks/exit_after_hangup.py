"""Leaving: seconds from a hang-up of the terminal to the end of the process."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.report import Row
from tests.benchmarks.startup_time import READY, open_app


def rows(home: Path, rounds: int) -> list[Row]:
    """The longest of some."""
    found: list[float] = []
    for _ in range(rounds):
        probe = open_app(home)
        try:
            probe.until(READY)
            probe.settle()
            found.append(probe.hang_up())
        finally:
            probe.end()
    return [
        Row(
            "end after a hang-up",
            "≤ 5 s",
            f"{max(found):.2f} s",
            f"largest of {rounds}, least {min(found):.2f} s",
        )
    ]

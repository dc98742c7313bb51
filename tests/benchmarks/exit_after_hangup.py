"""Seconds from a hang-up of the terminal to the exit of the process."""

from __future__ import annotations

from pathlib import Path

from tests.benchmarks.report import Row
from tests.benchmarks.startup_time import READY, open_app


def rows(home: Path, rounds: int) -> list[Row]:
    """Return the longest time of several rounds."""
    times: list[float] = []
    for _ in range(rounds):
        probe = open_app(home)
        try:
            probe.until(READY)
            probe.settle()
            times.append(probe.hang_up())
        finally:
            probe.end()
    return [
        Row(
            "exit after a hang-up",
            "≤ 5 s",
            f"{max(times):.2f} s",
            f"longest of {rounds}, shortest {min(times):.2f} s",
        )
    ]

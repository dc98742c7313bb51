"""What the measurements share: a row of the table, quantiles, and what else the machine was doing."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A line of the table: what was measured, what is aimed at, the figure, and what it is made of."""

    what: str
    aim: str
    figure: str
    detail: str = ""


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return sorted(values)[len(values) // 2]


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not pass."""
    return sorted(values)[min(int(len(values) * 0.95), len(values) - 1)]


def ms(seconds: float) -> str:
    """`34 ms`."""
    return f"{seconds * 1000:.0f} ms"


def spread(values: Sequence[float]) -> str:
    """`12 / 30 / 55 ms`: median, 95th percentile, largest."""
    return f"{median(values) * 1000:.0f} / {p95(values) * 1000:.0f} / {max(values) * 1000:.0f} ms"


class Machine:
    """The load of the machine and the share of processor time that other tenants took, since it was made."""

    def __init__(self) -> None:
        self._before = _ticks()

    def line(self) -> str:
        """One sentence for below the table."""
        spent = [now - then for now, then in zip(_ticks(), self._before, strict=True)]
        whole = sum(spent) or 1
        return (
            f"{os.cpu_count()} cores; load {os.getloadavg()[1]:.1f}; of the processor time "
            f"{spent[7] / whole:.0%} was stolen by other tenants and {spent[3] / whole:.0%} idle."
        )


def _ticks() -> list[int]:
    """User, nice, system, idle, waiting, interrupts (2), stolen: ticks of all cores since boot."""
    return [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

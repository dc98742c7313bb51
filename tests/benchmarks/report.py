"""Rows of the result table, quantiles, and the load of the machine during a run."""

from __future__ import annotations

import math
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple


class Row(NamedTuple):
    """A row of the result table: the quantity, its target, the measured value, and details."""

    what: str
    aim: str
    figure: str
    detail: str = ""


def median(values: Sequence[float]) -> float:
    """Return the median (the upper one of an even number of values)."""
    return sorted(values)[len(values) // 2]


def p95(values: Sequence[float]) -> float:
    """Return the 95th percentile: the smallest value that 95 % of the values do not exceed."""
    return sorted(values)[math.ceil(len(values) * 0.95) - 1]


def ms(seconds: float) -> str:
    """Format a duration: `34 ms`."""
    return f"{seconds * 1000:.0f} ms"


def spread(values: Sequence[float]) -> str:
    """Format median, 95th percentile and maximum: `12 / 30 / 55 ms`."""
    return f"{median(values) * 1000:.0f} / {p95(values) * 1000:.0f} / {max(values) * 1000:.0f} ms"


class MachineLoad:
    """Load of the machine and processor time stolen by the hypervisor since creation."""

    def __init__(self) -> None:
        self._before = _ticks()

    def summary(self) -> str:
        """Return a sentence to print below the table."""
        spent = [now - then for now, then in zip(_ticks(), self._before, strict=True)]
        total = sum(spent) or 1
        return (
            f"{os.cpu_count()} cores; load {os.getloadavg()[1]:.1f}; of the processor time "
            f"{spent[7] / total:.0%} was stolen by other tenants and {spent[3] / total:.0%} idle."
        )


def _ticks() -> list[int]:
    """Return user, nice, system, idle, iowait, irq, softirq and steal: ticks of all cores since boot."""
    return [int(part) for part in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]

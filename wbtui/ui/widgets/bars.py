"""Bars of block characters, which are legible without colour."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from math import ceil

Number = int | Decimal | Fraction

FULL, FREE, LIMIT = "█", "░", "│"


def value_bar(value: Number, largest: Number, width: int) -> str:
    """Return a bar as long as its share of the largest value; at least one cell for any value above 0."""
    if value <= 0 or largest <= 0:
        return ""
    return FULL * ceil(Fraction(value) * width / Fraction(largest))


def limit_bar(share: Number, width: int) -> str:
    """Return `█████░░░│` for a share of a limit, in `width` cells.

    `│` is the limit; use beyond it follows: `██████│██`. Any use fills a cell, and only a limit that is
    reached has no free cell.
    """
    cells, part = width - 1, Fraction(share)
    if part > 1:
        within = min(max(round(cells / part), 1), cells - 1)
        return FULL * within + LIMIT + FULL * (cells - within)
    used = cells if part == 1 else min(ceil(max(part, Fraction()) * cells), cells - 1)
    return FULL * used + FREE * (cells - used) + LIMIT

"""Columns of a line table: what stands in a cell, how wide it may be, what goes first when it is narrow."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from rich.cells import cell_len

from wbtui.ui.safe import fit_clean, safe_text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Cell:
    """What one cell shows (data; cleaned when drawn).

    `tone` is one of `ui.format.TONES`; `more` follows the text dimly and is cut first; `tail` stays whole at
    the cell's right edge.
    """

    text: str
    tone: str = "plain"
    tail: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column.

    Attributes:
        title: its heading.
        cell: what stands in it for a row.
        least: the fewest cells it is shown with.
        share: how much of the spare room it takes; 0: stays at `least`.
        most: the most cells it takes.
        right: aligned right (amounts come padded by `format.aligned`).
        rank: the column with the highest rank is left out first when there is no room; 0 always stays.
        sort: the name of the order by this column, for the arrow in its heading.
        tail: cells that its cells' tails take, so that the heading ends where the texts do.
    """

    title: str
    cell: Callable[[T], Cell]
    least: int
    share: int = 0
    most: int = 200
    right: bool = False
    rank: int = 0
    sort: str = ""
    tail: int = 0


GAP = 2
"""Cells between two columns."""


def layout(columns: Sequence[Column[T]], width: int) -> list[tuple[Column[T], int]]:
    """The columns that fit into `width` cells, each with its width."""
    kept = list(columns)
    while len(kept) > 1 and sum(one.least + GAP for one in kept) - GAP > width:
        out = max(kept, key=lambda one: one.rank)
        if out.rank == 0:
            break
        kept.remove(out)
    widths = {id(one): one.least for one in kept}
    spare = width - (sum(widths.values()) + GAP * (len(kept) - 1))
    growing = [one for one in kept if one.share]
    while spare > 0 and growing:
        shares = sum(one.share for one in growing)
        given = 0
        for one in growing:
            room = min(max(spare * one.share // shares, 1), one.most - widths[id(one)], spare - given)
            widths[id(one)] += room
            given += room
        growing = [one for one in growing if widths[id(one)] < one.most]
        if not given:
            break
        spare -= given
    return [(one, max(widths[id(one)], 1)) for one in kept]


def cell_parts(cell: Cell, width: int, *, right: bool) -> tuple[str, str, str]:
    """(text, more, tail) of together exactly `width` cells."""
    tail = fit_clean(cell.tail, min(len(cell.tail), width)) if cell.tail else ""
    room = width - len(tail)
    text = safe_text(cell.text, limit=max(width * 4, 32))
    if cell.more and not right:
        left = room - cell_len(text)
        # Fewer than four cells of it would say nothing.
        if left >= 4:
            return text, fit_clean(safe_text(cell.more, limit=max(width * 4, 32)), left), tail
    return fit_clean(text, room, right=right), "", tail

"""Columns of a table: what a cell shows, how wide a column may be, and which column is left out first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Generic, NamedTuple, TypeVar

from rich.cells import cell_len

from wbtui.models.money import Money
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import safe_text

T = TypeVar("T")

GAP = 2
"""Cells between two columns."""
_UNBOUND, _NARROW = 200, 40
_LEGIBLE = 8
"""Cells to which columns with a share are cut before the others lose any."""


class Cell(NamedTuple):
    """What one cell shows (data; cleaned when drawn).

    `tone` is one of `ui.states.TONES`; `more` follows the text dimly and is cut first; `tail` stays whole at
    the cell's right edge.
    """

    text: str
    tone: str = "plain"
    tail: str = ""
    more: str = ""


@dataclass(frozen=True, slots=True)
class Column(Generic[T]):
    """One column of a table with rows of type T.

    Attributes:
        title: its heading.
        cell: computes the cell of a row.
        least: the fewest cells it is shown with.
        usual: cells that most of its texts take; it grows to them before other columns grow.
        share: its share of the spare room; 0: the column does not grow.
        most: the most cells it takes; 0: 40, or 200 with a share.
        right: aligned right.
        decimal: its texts are amounts, aligned on their decimal signs (in tables that know all their rows).
        rank: the column with the highest rank is left out first when there is no room; 0 is never left out.
        sort: the name of the order by this column, for the arrow in its heading and for a click on it.
        tail: cells that its cells' tails take, so that the heading ends where the texts do.
    """

    title: str
    cell: Callable[[T], Cell]
    least: int = 14
    usual: int = 0
    share: int = 0
    most: int = 0
    right: bool = False
    decimal: bool = False
    rank: int = 0
    sort: str = ""
    tail: int = 0

    def bounds(self, content: int | None) -> tuple[int, int]:
        """Return the fewest and the most cells; `content` is the width of its longest text, if known."""
        most = self.most or (_UNBOUND if self.share else _NARROW)
        if content is None:
            return self.least, most if self.share else self.least
        if content == 0:
            return 0, 0
        most = min(max(content, cell_len(self.title)), most)
        return (min(self.least, most) if self.share else most), most


def dim(title: str, text: Callable[[T], str], *, right: bool = False, rank: int = 0) -> Column[T]:
    """Return a column of secondary texts."""
    return Column(title, lambda row: Cell(text(row), "dim"), right=right, rank=rank)


def details(title: str, text: Callable[[T], str], *, rank: int = 0) -> Column[T]:
    """Return a column of secondary texts that takes the room that is left."""
    return replace(dim(title, text, rank=rank), share=1)


def amount(
    title: str, money: Callable[[T], Money | None], *, rank: int = 0, empty: str = fmt.NOTHING
) -> Column[T]:
    """Return a column of amounts; zero is dim, and an unknown amount is `empty`."""

    def cell(row: T) -> Cell:
        value = money(row)
        if value is None:
            return Cell(empty)
        return Cell(str(value), "plain" if value else "dim")

    return Column(title, cell, right=True, decimal=True, rank=rank)


def state(title: str, of: Callable[[T], states.State]) -> Column[T]:
    """Return a column of states, each a sign and a word."""

    def cell(row: T) -> Cell:
        value = of(row)
        return Cell(value.text, value.tone)

    return Column(title, cell)


def layout(
    columns: Sequence[Column[T]], width: int, contents: Sequence[int] | None = None
) -> list[tuple[int, int]]:
    """Return index and width of each column that is shown in `width` cells.

    `contents` is the width of the longest text of each column, where all rows are known: no column is then
    wider than its longest text, and one without any text is left out.
    """
    bounds = [column.bounds(None if contents is None else contents[at]) for at, column in enumerate(columns)]
    kept = [at for at, (_, most) in enumerate(bounds) if most]
    while len(kept) > 1 and sum(bounds[at][0] + GAP for at in kept) - GAP > width:
        out = max(kept, key=lambda at: columns[at].rank)
        if columns[out].rank == 0:
            break
        kept.remove(out)
    widths = {at: bounds[at][0] for at in kept}
    spare = width - sum(widths.values()) - GAP * (len(kept) - 1)
    while spare < 0 and max(widths.values()) > 1:  # too narrow even for those that are never left out
        cut = [at for at in kept if columns[at].share and widths[at] > _LEGIBLE] or kept
        widths[max(cut, key=lambda at: widths[at])] -= 1
        spare += 1
    for at in kept:
        room = max(min(columns[at].usual - widths[at], bounds[at][1] - widths[at], spare), 0)
        widths[at] += room
        spare -= room
    growing = [at for at in kept if widths[at] < bounds[at][1]]
    while spare > 0 and growing:
        shares, before = sum(columns[at].share for at in growing), spare
        # Cells that are left over go to the first columns, one each.
        least = int(all(before * columns[at].share < shares for at in growing))
        for at in growing:
            room = min(max(before * columns[at].share // shares, least), bounds[at][1] - widths[at], spare)
            widths[at] += room
            spare -= room
        growing = [at for at in growing if widths[at] < bounds[at][1]]
    return [(at, max(widths[at], 1)) for at in kept]


def column_at(x: int, columns: Sequence[Column[T]], laid_out: Sequence[tuple[int, int]]) -> Column[T] | None:
    """Return the column at a cell of a line, counted from its first column; `laid_out` as by `layout`."""
    for at, width in laid_out:
        if 0 <= x < width:
            return columns[at]
        x -= width + GAP
    return None


def column_cells(column: Column[T], rows: Sequence[T]) -> list[Cell]:
    """Return a column's cells of all rows, cleaned, and aligned on their decimal signs where it asks so."""
    cells = [column.cell(row) for row in rows]
    cleaned = {text: safe_text(text, limit=_UNBOUND) for text in {cell.text for cell in cells}}
    texts = [cleaned[cell.text] for cell in cells]
    if column.decimal:
        texts = fmt.align_decimals(texts)
    pairs = zip(cells, texts, strict=True)
    return [cell if cell.text == text else cell._replace(text=text) for cell, text in pairs]

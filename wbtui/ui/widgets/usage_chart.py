"""Chart of a feature's usage: the total by day with limit and projection, and below it the use of each day.

It is legible without colour: `█` is used, `░` projected, `─` the limit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import groupby
from math import ceil
from operator import itemgetter

from textual.content import Content

from wbtui.models.usage import UsageDay
from wbtui.ui.safe import DIM, join
from wbtui.ui.text import usage as text
from wbtui.ui.widgets.bars import FREE

LEAST_WIDTH, LEAST_HEIGHT = 30, 7
_USED, _OVER = "$primary", "$warning"
_BLOCKS = " ▁▂▃▄▅▆▇█"
_LINE = "─"
_WIDEST = 8
"""Most cells of one bar, the gap after it included."""
_DAILY_ROWS = 2


@dataclass(frozen=True, slots=True)
class _Bar:
    """One column of the chart: `total` at the end of its days, `used` on these days."""

    label: str
    total: Fraction | None
    used: Fraction | None
    projected: bool


@dataclass(frozen=True, slots=True)
class _Scale:
    """A number of rows, and the value at their top."""

    top: Fraction
    rows: int

    def height(self, value: Fraction | None) -> int:
        """Return the height of a bar in eighths of a row; at least 1 for any value above 0."""
        if value is None or value <= 0 or self.top <= 0:
            return 0
        return min(ceil(value * self.rows * 8 / self.top), self.rows * 8)

    def row_of(self, value: Fraction) -> int:
        """Return the row that a value lies in, counted from the bottom."""
        return max((self.height(value) - 1) // 8, 0)


def usage_chart(
    days: Sequence[UsageDay], limit: Fraction | None, *, width: int, height: int
) -> tuple[Content, ...]:
    """Return the lines of the chart, at most `width` cells wide and `height` lines high.

    Where there are more days than cells, a bar stands for several days. Empty without days, below
    LEAST_WIDTH, and where a number leaves no room for bars; at least LEAST_HEIGHT lines.
    """
    if not days or width < LEAST_WIDTH:
        return ()
    limit = limit if limit is not None and limit > 0 else None
    totals = [day.total for day in days if day.total is not None]
    rows = max(height, LEAST_HEIGHT) - _DAILY_ROWS - 2
    scale = _Scale(max([*totals, limit or Fraction(0), Fraction(0)]), rows)
    labels = {rows - 1: text.quantity(scale.top)}
    if limit is not None:
        labels[scale.row_of(limit)] = text.quantity(limit)
    axis = max(map(len, (*labels.values(), text.PER_DAY)))
    room = width - axis - 2
    if room < 1:
        return ()
    bars, per_bar = _bars(days, room)
    cells = min(room // len(bars), _WIDEST)
    heights = [scale.height(bar.total) for bar in bars]
    return (
        *(
            join(_axis(labels.get(row, ""), axis), *_merged(_totals(bars, heights, scale, row, cells, limit)))
            for row in reversed(range(rows))
        ),
        join((" " * (axis + 2) + _dates(bars, cells, room), DIM)),
        *_daily(bars, cells, axis, text.per_days(per_bar)),
        join((text.legend(days, limit), DIM)),
    )


def _axis(label: str, width: int) -> Content:
    return join((f"{label:>{width}} ┤", DIM))


def _bars(days: Sequence[UsageDay], room: int) -> tuple[list[_Bar], int]:
    """Return the bars, and how many days each stands for."""
    per_bar = ceil(len(days) / room)
    bars = []
    for start in range(0, len(days), per_bar):
        some = days[start : start + per_bar]
        known = [day for day in some if day.total is not None and not day.projected]
        last = (known or [day for day in some if day.total is not None] or some)[-1]
        used = [day.used for day in some if day.used is not None]
        bars.append(_Bar(text.short_day(some[0].date), last.total, sum(used, Fraction(0)), last.projected))
    return bars, per_bar


def _piece(block: str, cells: int, style: str, gap: str = " ") -> tuple[str, str]:
    """One row of a bar; from two cells on the last one is a gap."""
    return (block, style) if cells == 1 else (block * (cells - 1) + gap, style)


def _block(eighths: int, row: int) -> str:
    """The part of a bar that lies in a row."""
    return _BLOCKS[min(max(eighths - row * 8, 0), 8)]


def _merged(pieces: Iterable[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Join neighbours of one style: fewer changes of style are fewer bytes on a slow link."""
    for style, some in groupby(pieces, itemgetter(1)):
        yield "".join(piece for piece, _ in some), style


def _totals(
    bars: Sequence[_Bar],
    heights: Sequence[int],
    scale: _Scale,
    row: int,
    cells: int,
    limit: Fraction | None,
) -> list[tuple[str, str]]:
    """One row of the totals. The limit's row is a line that cuts the bars beyond it."""
    limit_row = scale.row_of(limit) if limit is not None else scale.rows
    pieces = []
    for bar, height in zip(bars, heights, strict=True):
        block = _block(height, row)
        style = _OVER if row > limit_row else _USED
        if bar.projected and block != " ":
            block, style = FREE, DIM
        if row == limit_row and (block == " " or (bar.total or 0) > (limit or 0)):
            block, style = _LINE, _OVER
        pieces.append(_piece(block, cells, style, _LINE if row == limit_row else " "))
    return pieces


def _daily(bars: Sequence[_Bar], cells: int, axis: int, label: str) -> list[Content]:
    scale = _Scale(max((bar.used for bar in bars if bar.used is not None), default=Fraction(0)), _DAILY_ROWS)
    return [
        join(
            _axis("" if row else label, axis),
            *_merged(_piece(_block(scale.height(bar.used), row), cells, _USED) for bar in bars),
        )
        for row in reversed(range(_DAILY_ROWS))
    ]


def _dates(bars: Sequence[_Bar], cells: int, room: int) -> str:
    """Return as many first days below their bars as fit."""
    every = ceil((max(len(bar.label) for bar in bars) + 2) / cells)
    line = ""
    for at in range(0, len(bars), every):
        if at * cells + len(bars[at].label) <= room:
            line = f"{line:<{at * cells}}{bars[at].label}"
    return line

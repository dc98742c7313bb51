"""Lines of a table: cells to segments, and the styles of their tones."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual.style import Style as VisualStyle
from textual.widget import Widget

from wbtui.ui.safe import fit_clean, safe_text
from wbtui.ui.states import TONES
from wbtui.ui.widgets.columns import GAP, Cell

MARK = "▌ "
"""Before the highlighted row, so that it is found without colour."""
CHECKED = "*"
"""Before a row that is marked for an action, in the second cell."""
_STYLES = TONES | {"head": "$text-muted"}


class TableStyles:
    """The styles of a table's tones, looked up once for each.

    Component classes would match the rules of every tone against each new table, a tenth of opening Billing.
    """

    def __init__(self, table: Widget) -> None:
        self._table = table
        self._known: dict[tuple[str, bool], Style] = {}

    def clear(self) -> None:
        """Look all of them up again: theme or focus changed."""
        self._known.clear()

    def get(self, tone: str, *, cursor: bool = False) -> Style:
        """Return the style of a tone, on the cursor's background where asked."""
        style = self._known.get((tone, cursor))
        if style is None:
            where = "" if not cursor else " on $row" if self._table.has_focus else " on $row-blurred"
            own = VisualStyle.parse(_STYLES[tone] + where)
            style = self._known[(tone, cursor)] = (self._table.visual_style + own).rich_style
        return style


def line_segments(
    shown: Iterable[tuple[Cell, int, bool]],
    style: Callable[[str], Style],
    *,
    marked: bool,
    checked: bool = False,
) -> list[Segment]:
    """Return one line; `shown` is each cell with its width and whether it is aligned right.

    `marked`: it is the highlighted row, `checked`: it is marked for an action.
    """
    sign = (MARK[0] if marked else " ") + (CHECKED if checked else " ")
    segments = [Segment(sign, style("accent"))] if sign.strip() else []
    for at, (cell, width, right) in enumerate(shown):
        text, more, tail = cell_parts(cell, width, right=right)
        # Blanks have no colour of their own: fewer changes of style are fewer bytes on a slow link.
        before = " " * GAP if at else "" if sign.strip() else " " * len(MARK)
        blanks = before + " " * (len(text) - len(text.lstrip(" ")))
        text = text.lstrip(" ")
        if segments:
            last = segments[-1]
            segments[-1] = Segment(last.text + blanks, last.style)
        else:
            text = blanks + text
        segments.append(Segment(text, style(cell.tone)))
        if more or tail:
            segments.append(Segment(more + tail, style("dim")))
    return segments


def cell_parts(cell: Cell, width: int, *, right: bool) -> tuple[str, str, str]:
    """Return text, more and tail of together exactly `width` cells."""
    tail = fit_clean(cell.tail, min(len(cell.tail), width)) if cell.tail else ""
    free = width - len(tail)
    text = safe_text(cell.text, limit=max(width * 4, 32))
    if cell.more and not right:
        left = free - cell_len(text)
        # Fewer than six cells of it, such as " · L…", are of no use.
        if left >= min(6, cell_len(cell.more)):
            return text, fit_clean(safe_text(cell.more, limit=max(width * 4, 32)), left), tail
    if right and cell_len(text) > free:
        # An amount leaves its place under the decimal signs before it loses digits.
        text = text.rstrip()
        if not tail.strip():
            free, tail = width, ""
    return fit_clean(text, free, right=right), "", tail

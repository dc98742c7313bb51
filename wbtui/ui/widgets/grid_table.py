"""A small table for a profile's parts: calm columns, a cursor row, as high as its rows.

It lies inside a scrolling parent and keeps its cursor row in view there. Lists that grow with the number
of customers use the virtual customer table instead.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rich.cells import cell_len
from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.containers import ScrollableContainer
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from wbtui.ui.commanding import CommandHost, handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.safe import fit_clean, safe_text

_GAP = 2
_CELL_LIMIT = 200
_TONES = frozenset(["head", "dim", "good", "warn", "bad", "strong"])


@dataclass(frozen=True, slots=True)
class Column:
    """`grow` takes the width that is left and gives first; of the rest, the highest `drop` goes first."""

    title: str
    right: bool = False
    grow: bool = False
    drop: int = 0
    most: int = 40
    """Never wider than so many cells unless it grows."""
    least: int = 14
    """A growing column keeps so many cells, and others are dropped for it."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Text (cleaned here) and a tone of `format.TONES`, or strong; others are drawn plain."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """`key` names the row in messages and keeps the cursor on it when the rows change."""

    key: str
    cells: tuple[Cell, ...]


class GridTable(CommandHost, Widget, can_focus=True):
    """Rows under a dim heading. Posts `Highlighted` and, on Enter, `Chosen`."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "grid--head",
        "grid--cursor",
        "grid--dim",
        "grid--good",
        "grid--warn",
        "grid--bad",
        "grid--strong",
    }
    DEFAULT_CSS = """
    GridTable {
        height: auto; width: 1fr;
        & > .grid--head { color: $text-muted; }
        & > .grid--dim { color: $text-muted; }
        & > .grid--good { color: $success; }
        & > .grid--warn { color: $warning; }
        & > .grid--bad { color: $error; }
        & > .grid--strong { text-style: bold; }
        & > .grid--cursor { background: $row-blurred; }
        &:focus > .grid--cursor { background: $row; }
    }
    """
    SCOPE = "table"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("table")

    cursor: reactive[int] = reactive(0)
    """Index of the highlighted row."""

    class Highlighted(Message):
        """The cursor came to rest on a row."""

        def __init__(self, table: GridTable, key: str) -> None:
            super().__init__()
            self.table = table
            self.key = key

        @property
        def control(self) -> GridTable:
            return self.table

    class Chosen(Highlighted):
        """Enter, or a click on the highlighted row."""

    def __init__(
        self, columns: Sequence[Column], *, id: str | None = None, classes: str | None = None
    ) -> None:
        super().__init__(id=id, classes=classes)
        self._columns = tuple(columns)
        self._rows: tuple[Row, ...] = ()
        self._texts: list[tuple[str, ...]] = []

    # ── rows ──
    @property
    def rows(self) -> tuple[Row, ...]:
        return self._rows

    @property
    def key(self) -> str | None:
        """The highlighted row's key; None when there are no rows."""
        return self._rows[self.cursor].key if self.cursor < len(self._rows) else None

    def set_rows(self, rows: Sequence[Row]) -> None:
        """Show these; the cursor stays on its key where that is still there."""
        held = self.key
        same_height = len(rows) == len(self._rows)
        self._rows = tuple(rows)
        self._texts = [tuple(safe_text(cell.text, limit=_CELL_LIMIT) for cell in row.cells) for row in rows]
        keys = [row.key for row in rows]
        self.set_reactive(
            GridTable.cursor,
            keys.index(held) if held in keys else min(self.cursor, max(len(keys) - 1, 0)),
        )
        self.refresh(layout=not same_height)

    def highlight(self, key: str) -> None:
        """Put the cursor on that row, if it is there."""
        for index, row in enumerate(self._rows):
            if row.key == key:
                self.cursor = index

    # ── size ──
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return 1 + len(self._rows)

    def _widths(self, space: int) -> list[int]:
        """Width per column; 0 is not shown."""
        widths = []
        for index, column in enumerate(self._columns):
            longest = max([0, *(cell_len(texts[index]) for texts in self._texts)])
            # A column without anything in it says nothing: it is not shown.
            longest = max(longest, cell_len(column.title)) if longest else 0
            widths.append(longest if column.grow else min(longest, column.most))
        least = [
            min(width, c.least) if c.grow else width for c, width in zip(self._columns, widths, strict=True)
        ]
        for index in sorted(range(len(widths)), key=lambda i: -self._columns[i].drop):
            if self._needed(least) <= space or self._columns[index].drop == 0:
                break
            least[index] = widths[index] = 0
        over = self._needed(widths) - space
        for index, column in enumerate(self._columns):
            if over > 0 and column.grow and widths[index]:
                given = min(over, widths[index] - least[index])
                widths[index] -= given
                over -= given
        return widths

    @staticmethod
    def _needed(widths: Sequence[int]) -> int:
        return sum(width + _GAP for width in widths if width)

    # ── drawing ──
    def render_line(self, y: int) -> Strip:
        width = self.size.width
        widths = self._widths(width)
        base = self.rich_style
        if y == 0:
            return self._strip([column.title for column in self._columns], None, widths, base, " ")
        if y - 1 >= len(self._rows):
            return Strip.blank(width, base)
        at_cursor = y - 1 == self.cursor
        if at_cursor:
            base = base + self._partial("grid--cursor")
        mark = "▌" if at_cursor and self.has_focus else " "
        return self._strip(self._texts[y - 1], self._rows[y - 1], widths, base, mark)

    def _partial(self, name: str) -> Style:
        return self.get_component_rich_style(name, partial=True)

    def _strip(
        self, texts: Sequence[str], row: Row | None, widths: Sequence[int], base: Style, mark: str
    ) -> Strip:
        segments = [Segment(mark + " ", base)]
        for index, (text, width, column) in enumerate(zip(texts, widths, self._columns, strict=True)):
            if not width:
                continue
            tone = "head" if row is None else row.cells[index].tone
            style = base + self._partial(f"grid--{tone}") if tone in _TONES else base
            segments.append(Segment(fit_clean(text, width, right=column.right), style))
            segments.append(Segment(" " * _GAP, base))
        return Strip(segments).adjust_cell_length(self.size.width, base)

    # ── keys ──
    @handles("down")
    def action_down(self) -> None:
        self._step(1)

    @handles("up")
    def action_up(self) -> None:
        self._step(-1)

    @handles("further")
    def action_further(self) -> None:
        if self.cursor >= len(self._rows) - 1:
            self._scroll(10)
        self._jump(self.cursor + 10)

    @handles("nearer")
    def action_nearer(self) -> None:
        if self.cursor == 0:
            self._scroll(-10)
        self._jump(self.cursor - 10)

    @handles("top")
    def action_top(self) -> None:
        self._jump(0)

    @handles("end")
    def action_end(self) -> None:
        self._jump(len(self._rows) - 1)

    @handles("open")
    def action_open(self) -> None:
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def _jump(self, to: int) -> None:
        self.cursor = max(0, min(to, len(self._rows) - 1))

    def _step(self, by: int) -> None:
        """One row; at an end the cursor goes on to the neighbouring table, where there is one."""
        if 0 <= self.cursor + by < len(self._rows):
            self.cursor += by
            return
        tables = [w for w in self.screen.focus_chain if isinstance(w, GridTable)]
        if self in tables and 0 <= (at := tables.index(self) + by) < len(tables):
            neighbour = tables[at]
            neighbour.cursor = 0 if by > 0 else max(len(neighbour.rows) - 1, 0)
            neighbour.focus(scroll_visible=False)
        else:
            self._scroll(by)

    def _scroll(self, by: int) -> None:
        """Beyond the last row: what stands below (or above) the table comes into view."""
        for parent in self.ancestors:
            if isinstance(parent, ScrollableContainer) and parent.max_scroll_y > 0:
                parent.scroll_relative(y=by, animate=False)
                return

    def on_click(self, event: events.Click) -> None:
        index = event.y - 1
        if not 0 <= index < len(self._rows):
            return
        if index == self.cursor and self.has_focus:
            self.action_open()
        self.cursor = index

    def watch_cursor(self) -> None:
        self.refresh()
        self._keep_in_view()
        if self.key is not None:
            self.post_message(self.Highlighted(self, self.key))

    def on_focus(self) -> None:
        self.refresh()
        self.call_after_refresh(self._keep_in_view)

    def on_blur(self) -> None:
        self.refresh()

    def _keep_in_view(self) -> None:
        if not self.is_attached or not self.has_focus:
            return
        for parent in self.ancestors:
            if isinstance(parent, ScrollableContainer) and parent.max_scroll_y > 0:
                top = 0 if self.cursor == 0 else self.cursor + 1
                first = self.region.y + top - parent.region.y
                last = self.region.y + self.cursor + 2 - parent.region.y
                if first < 0:
                    parent.scroll_relative(y=first, animate=False)
                elif last > parent.size.height:
                    parent.scroll_relative(y=last - parent.size.height, animate=False)
                return

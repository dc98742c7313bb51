"""A virtual table by the Line API: it keeps the visible rows and a page around them, never all rows.

Its owner answers `Wanted` with `put_window`. Rows that have not arrived yet are blank lines; nothing waits.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.strip import Strip

from wbtui.ui.commanding import handles
from wbtui.ui.rendering.quiet_scroll import QuietScrollView
from wbtui.ui.widgets.columns import Cell, Column, column_at, layout
from wbtui.ui.widgets.table_lines import MARK, TableStyles, line_segments

T = TypeVar("T")


class VirtualTable(QuietScrollView, Generic[T], can_focus=True):
    """Rows of T; the cursor is a row number in the whole result."""

    SCOPE = "list"
    DEFAULT_CSS = """
    VirtualTable { height: 1fr; background: $background; overflow-x: hidden; scrollbar-gutter: stable; }
    """

    @dataclass
    class Wanted(Message):
        """Rows `start` to `start + size` are needed."""

        start: int
        size: int

    @dataclass
    class Highlighted(Message):
        """The cursor moved, or its row has arrived. `row` None: it has not arrived yet."""

        row: Any | None

    class Chosen(Message):
        """The highlighted row was clicked."""

    @dataclass
    class HeadingClicked(Message):
        """The heading of a column with an order was clicked."""

        sort: str

    def __init__(
        self,
        columns: Sequence[Column[T]],
        *,
        checked: Callable[[T], bool] = lambda _row: False,
        id: str | None = None,
    ) -> None:
        """`checked` tells whether a row is marked for an action; `repaint` shows changes."""
        super().__init__(id=id)
        self.columns = tuple(columns)
        self._checked = checked
        self.total = 0
        self.cursor = 0
        self.sorted_by = ("", False)
        self._start = 0
        self._rows: tuple[T, ...] = ()
        self._asked: tuple[int, int] | None = None
        self._styles = TableStyles(self)
        self._cache: dict[int, tuple[T, Strip]] = {}
        self._laid_out: tuple[int, list[tuple[int, int]]] = (-1, [])

    # ── for the owner ──
    def set_total(self, total: int) -> None:
        """Set the number of rows of the result; the cursor stays within."""
        if total == self.total:
            return
        changed = range(min(total, self.total), max(total, self.total))
        self.total, self._asked = total, None
        self._resize()
        self._redraw([at for at in self._on_screen() if at in changed and self.row(at) is not None])
        if self.cursor >= total:
            self.move_to(max(total - 1, 0))
        self._want()

    def put_window(self, start: int, rows: Sequence[T], *, keep_cursor: bool = True) -> None:
        """Show the rows from `start` on. Lines that did not change are not redrawn."""
        if not keep_cursor or (self._asked and self._asked[0] != start):
            self._asked = None  # kept by its answer: rows that are missing still are not asked for again
        before = {index: self.row(index) for index in self._on_screen()}
        self._start, self._rows = start, tuple(rows)
        if start + len(rows) > self.total:
            self.set_total(start + len(rows))
        if not keep_cursor and (self.cursor or self.first_shown):
            self.move_to(0)
        # Moving the cursor may have scrolled: those rows were not in view before.
        self._redraw([index for index in self._on_screen() if before.get(index) != self.row(index)])
        self.post_message(self.Highlighted(self.row(self.cursor)))
        self._want()

    def put_ahead(self, start: int, rows: Sequence[T]) -> None:
        """Keep more rows around those in view, so that scrolling finds them; nothing is redrawn.

        Ignored when the view has moved elsewhere meanwhile.
        """
        kept = range(self._start, self._start + len(self._rows))
        if self._rows and start <= kept[0] and kept[-1] < start + len(rows):
            before = tuple(rows[: kept[0] - start]), tuple(rows[kept[-1] + 1 - start :])
            self._start, self._rows = start, (*before[0], *self._rows, *before[1])

    def clear(self) -> None:
        """Remove all rows."""
        self._start, self._rows, self._asked, self.total, self.cursor = 0, (), None, 0, 0
        self._resize()
        self.scroll_to(y=0, animate=False)
        self.refresh_all()

    def set_sorted(self, name: str, descending: bool) -> None:
        """Set the column with the arrow."""
        if self.sorted_by != (name, descending):
            self.sorted_by = (name, descending)
            self.refresh(Region(0, 0, self.size.width, 1))

    def row(self, index: int) -> T | None:
        """Return the row with that number, if it has arrived."""
        at = index - self._start
        return self._rows[at] if 0 <= at < len(self._rows) else None

    @property
    def current(self) -> T | None:
        return self.row(self.cursor) if self.total else None

    @property
    def page(self) -> int:
        """The number of rows that fit on the screen."""
        return max(self.scrollable_content_region.height - 1, 1)

    @property
    def first_shown(self) -> int:
        return self.scroll_offset.y

    # ── windows ──
    def _on_screen(self) -> range:
        """Row numbers of the lines in view, including lines below the last row."""
        return range(self.first_shown, self.first_shown + self.page)

    def _want(self) -> None:
        """Ask for the window around the visible rows when some are missing."""
        shown = range(self.first_shown, min(self.first_shown + self.page, self.total))
        if not shown or (self.row(shown[0]) is not None and self.row(shown[-1]) is not None):
            return
        start = max(shown[0] - self.page, 0)
        wanted = (start, self.page * 3)
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.Wanted(*wanted))

    def ask_again(self) -> None:
        """Ask for missing rows again: the last request will not be answered."""
        self._asked = None
        self._want()

    def _resize(self) -> None:
        # One line more than rows: the heading covers the first line of the viewport.
        self.virtual_size = Size(self.scrollable_content_region.width, self.total + 1)
        self._scroll_update(self.virtual_size)

    def on_resize(self, _event: events.Resize) -> None:
        self._resize()
        self._show_cursor()
        self._want()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.refresh_all()
        self._want()

    # ── moving ──
    def move_to(self, index: int) -> None:
        """Put the cursor on a row; scroll as little as needed."""
        index = max(min(index, self.total - 1), 0)
        old, self.cursor = self.cursor, index
        if not self._show_cursor():
            self._redraw([old, index])
        if old != index:
            self.post_message(self.Highlighted(self.row(index)))
        self._want()

    def _show_cursor(self) -> bool:
        """Scroll so that the cursor is visible; True when that moved the view."""
        top = self.first_shown
        if self.cursor < top:
            top = self.cursor
        elif self.cursor >= top + self.page:
            top = self.cursor - self.page + 1
        if top == self.first_shown:
            return False
        self.scroll_to(y=top, animate=False, force=True)
        return True

    def _redraw(self, indexes: Sequence[int]) -> None:
        for index in set(indexes):
            line = index - self.first_shown + 1
            if 1 <= line <= self.page:
                self.refresh(Region(0, line, self.size.width, 1))

    @handles("move")
    def move(self, by: int, unit: str = "row") -> None:
        size = {"row": 1, "half_page": max(self.page // 2, 1), "page": self.page}[unit]
        self.move_to(self.cursor + by * size)

    @handles("go")
    def go(self, index: int) -> None:
        self.move_to(index if index >= 0 else self.total + index)

    def on_click(self, event: events.Click) -> None:
        line = event.get_content_offset(self)
        if line is None:
            return
        if line.y < 1:
            column = column_at(line.x - len(MARK), self.columns, self._laid_out[1])
            if column is not None and column.sort:
                self.post_message(self.HeadingClicked(column.sort))
            return
        index = self.first_shown + line.y - 1
        row = self.row(index)
        if index >= self.total or row is None:
            return
        if index == self.cursor and self.has_focus:
            self.post_message(self.Chosen())
        self.focus()
        self.move_to(index)

    def repaint(self) -> None:
        """Redraw the lines in view: something that cells depend on besides their row has changed."""
        self._cache.clear()
        self._redraw(self._on_screen())

    # ── drawing ──
    def notify_style_update(self) -> None:
        self._styles.clear()
        self._cache.clear()
        super().notify_style_update()

    def watch_has_focus(self, _has_focus: bool) -> None:
        """Repaint the cursor's line; Textual would compute the styles of all tones again."""
        self._styles.clear()
        self._redraw([self.cursor])
        self.ignore_focus_repaint()

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._head(width)
        index = self.first_shown + y - 1
        row = self.row(index) if index < self.total else None
        if row is None:
            return Strip.blank(width, self._styles.get("plain"))
        if index == self.cursor:
            return self._line(row, width, cursor=True)
        cached = self._cache.get(index)
        if cached is not None and cached[0] is row and cached[1].cell_length == width:
            return cached[1]
        strip = self._line(row, width, cursor=False)
        if len(self._cache) > 400:
            self._cache.clear()
        self._cache[index] = (row, strip)
        return strip

    def _head(self, width: int) -> Strip:
        name, descending = self.sorted_by

        def cell(column: Column[T]) -> Cell:
            arrow = (" ↓" if descending else " ↑") if column.sort and column.sort == name else ""
            return Cell(column.title + arrow, "head", tail=" " * column.tail)

        style = self._styles.get("head")
        return self._strip(width, cell, lambda _tone: style)

    def _line(self, row: T, width: int, *, cursor: bool) -> Strip:
        return self._strip(
            width,
            lambda column: column.cell(row),
            lambda tone: self._styles.get(tone, cursor=cursor),
            marked=cursor,
            checked=self._checked(row),
        )

    def _strip(
        self,
        width: int,
        cell: Callable[[Column[T]], Cell],
        style: Callable[[str], Style],
        *,
        marked: bool = False,
        checked: bool = False,
    ) -> Strip:
        if self._laid_out[0] != width:
            self._laid_out = (width, layout(self.columns, width - len(MARK)))
        shown = ((self.columns[at], cells) for at, cells in self._laid_out[1])
        segments = line_segments(
            ((cell(column), cells, column.right) for column, cells in shown),
            style,
            marked=marked,
            checked=checked,
        )
        return Strip(segments).simplify().adjust_cell_length(width, style("plain"))

"""Table of a profile's part or of the journal: all its rows are in memory, and it is as high as they are.

It lies inside a scrolling parent, keeps its cursor row in view there and its heading above the rows in view.
Lists that grow with the number of customers use `VirtualTable`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Generic, Self, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost, handles
from wbtui.ui.rendering.drawn_lines import forget_lines
from wbtui.ui.safe import fit_clean
from wbtui.ui.widgets.columns import Cell, Column, column_at, column_cells, layout
from wbtui.ui.widgets.detail_pane import DetailPane
from wbtui.ui.widgets.table_lines import MARK, TableStyles, line_segments

T = TypeVar("T")


def row_id(row: Any) -> str:
    """Return the id of a row that has one."""
    return str(row.id)


def _is_shown(widget: Widget) -> bool:
    return all(node.display for node in widget.ancestors_with_self)


class GridTable(CommandHost, Widget, Generic[T], can_focus=True):
    """Rows of T under a dim heading, which is left out when no column has a title.

    A table without rows can say so in one line; it then takes no focus.
    """

    DEFAULT_CSS = "GridTable { height: auto; width: 1fr; }"
    SCOPE = "table"

    cursor: reactive[int] = reactive(0, init=False)
    """Index of the highlighted row."""

    @dataclass
    class Highlighted(Message):
        """The cursor moved to a row."""

        table: GridTable[Any]
        key: str

    @dataclass
    class HeadingClicked(Message):
        """The heading of a column with an order was clicked."""

        sort: str

    class Chosen(Highlighted):
        """Enter, or a click on the highlighted row."""

    def __init__(
        self,
        *,
        key: Callable[[T], str] = row_id,
        opens: Callable[[GridTable[Any]], bool] = lambda _table: True,
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`key` identifies a row, so that the cursor stays on it when the rows change."""
        super().__init__(id=id, classes=classes)
        self._key = key
        self.opens = opens
        """Whether Enter opens something on the highlighted row."""
        self._columns: tuple[Column[T], ...] = ()
        self._rows: tuple[T, ...] = ()
        self._empty = ""
        self._known_cells: list[list[Cell]] | None = None
        self._laid_out: tuple[int, list[tuple[int, int]]] = (-1, [])
        self._styles = TableStyles(self)
        self._wanted: str | None = None
        self.marked: frozenset[str] = frozenset()
        """The keys of the rows that the agent marked."""
        self._held = False
        self._heading_line = 0
        """Where the heading was drawn last: on the first line in view, over the row there."""

    # ── rows ──
    @property
    def rows(self) -> tuple[T, ...]:
        return self._rows

    @property
    def current(self) -> T | None:
        """The highlighted row; None when there are no rows."""
        return self._rows[self.cursor] if self.cursor < len(self._rows) else None

    @property
    def key(self) -> str | None:
        """The key of the highlighted row."""
        return None if self.current is None else self._key(self.current)

    def show(
        self,
        columns: Sequence[Column[T]],
        rows: Sequence[T],
        *,
        keep_first: bool = False,
        empty: str = "",
        keep_focus: bool = False,
    ) -> None:
        """Show these rows; the cursor stays on its row where that is still there.

        With `keep_first` a cursor on the first row stays there whatever row that is now. `empty` is said
        where there are no rows, without a heading unless `keep_focus`: the table can still have the focus.
        """
        before, cells, drawn = self.key, self._known_cells, (self.cursor, self._titles)
        if keep_first and self.cursor == 0:
            before = None
        height = self._height
        self._empty = "" if rows else empty
        self.can_focus = bool(rows) or not empty or keep_focus
        self._columns, self._rows = tuple(columns) if self.can_focus else (), tuple(rows)
        self._known_cells, self._laid_out = None, (-1, [])
        keys = [self._key(row) for row in rows]
        if self._wanted in keys:
            before, self._wanted = self._wanted, None
            self.call_after_refresh(self.keep_in_view)
        self.set_reactive(
            GridTable.cursor,
            keys.index(before) if before in keys else min(self.cursor, max(len(keys) - 1, 0)),
        )
        if cells is None or (self.cursor, self._titles) != drawn or self._cells != cells:
            self.refresh(layout=height != self._height)
        if self.has_focus and not self.can_focus:
            self.blur()

    @property
    def _cells(self) -> list[list[Cell]]:
        """The cells of each column; made when the table is drawn, which one out of view is not."""
        if self._known_cells is None:
            self._known_cells = [column_cells(column, self._rows) for column in self._columns]
        return self._known_cells

    def _layout(self, width: int) -> list[tuple[int, int]]:
        """Return the columns shown in a width, as in `layout`."""
        if self._laid_out[0] != width:
            longest = [
                max(map(cell_len, {cell.text + cell.more + cell.tail for cell in cells}), default=0)
                for cells in self._cells
            ]
            self._laid_out = width, layout(self._columns, width, longest)
        return self._laid_out[1]

    def select(self, key: str) -> None:
        """Move the cursor to a row, if need be once it is there."""
        keys = [self._key(row) for row in self._rows]
        if key in keys:
            self.cursor = keys.index(key)
        else:
            self._wanted = key

    @property
    def _titles(self) -> list[str]:
        return [column.title for column in self._columns]

    @property
    def _heading(self) -> int:
        """Lines of the heading."""
        return int(any(self._titles))

    @property
    def _height(self) -> int:
        """Lines of heading and rows, or of what is said where there are none."""
        return self._heading + (len(self._rows) or bool(self._empty))

    def toggle_mark(self) -> None:
        """Mark the highlighted row, or unmark it, and go to the next."""
        if self.key is not None:
            self.marked ^= {self.key}
            self.cursor = min(self.cursor + 1, len(self._rows) - 1)
            self.refresh()

    def mark_all(self) -> None:
        """Mark every row; when all are marked, unmark them."""
        every = frozenset(self._key(row) for row in self._rows)
        self.marked = self.marked - every if every <= self.marked else self.marked | every
        self.refresh()

    # ── drawing ──
    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return self._height

    def notify_style_update(self) -> None:
        self._styles.clear()
        super().notify_style_update()

    def render_lines(self, crop: Region) -> list[Strip]:
        """Draw the heading on the first line in view."""
        if self.is_attached:  # a table that is being removed may still be drawn
            place = self.screen.find_widget(self)
            line = max(min(place.clip.y - place.region.y, len(self._rows) - 1), 0) if self._heading else 0
            if line != self._heading_line:
                forget_lines(self, self._heading_line, line)
                self._heading_line = line
        return super().render_lines(crop)

    def render_line(self, y: int) -> Strip:
        width, row = self.size.width, y - self._heading
        if y and y == self._heading_line:
            row = -1
        if row >= len(self._rows):
            said = " " * len(MARK) + self._empty if row == 0 else ""
            return Strip([Segment(fit_clean(said, width), self._styles.get("dim"))])
        widths = self._layout(width - len(MARK))
        at_cursor = row == self.cursor

        def cell(at: int) -> Cell:
            return Cell(self._columns[at].title, "head") if row < 0 else self._cells[at][row]

        segments = line_segments(
            ((cell(at), cells, self._columns[at].right) for at, cells in widths),
            lambda tone: self._styles.get(tone, cursor=at_cursor),
            marked=at_cursor and self.has_focus,
            checked=row >= 0 and bool(self.marked) and self._key(self._rows[row]) in self.marked,
        )
        return Strip(segments).adjust_cell_length(width, self._styles.get("plain", cursor=at_cursor))

    # ── keys ──
    @handles("step")
    def step(self, by: int) -> None:
        """Move one row; from the last row the cursor goes on into the next table, where there is one."""
        if 0 <= self.cursor + by < len(self._rows):
            self.cursor += by
            return
        tables = self._tables()
        if self in tables and 0 <= (at := tables.index(self) + by) < len(tables):
            neighbour = tables[at]
            neighbour.go(0 if by > 0 else -1)
            neighbour.focus(scroll_visible=False)
        else:
            self._scroll(by)

    def bar_commands(self) -> Iterable[Command]:
        """Without keys that do nothing: no other table, nothing that Enter opens, details all in view."""
        possible = {
            "next_panel": len(self._tables()) > 1,
            "open": self.opens(self),
            "details_down": any(pane.max_scroll_y > 0 for pane in self._panes()),
        }
        return (row for row in super().bar_commands() if possible.get(row.verb, True))

    def _tables(self) -> list[GridTable[Any]]:
        """The shown tables of the screen; none once this one is removed, maybe before the focus moves."""
        # Not `focus_chain`, which reads the styles of every widget: each line of keys asks for the tables.
        tables = self.screen.walk_children(GridTable) if self.is_attached else []
        return [table for table in tables if table.focusable and _is_shown(table)]

    @handles("page")
    def page(self, by: int) -> None:
        """Move several rows; at the end of the table scroll on."""
        before = self.cursor
        self.go(max(before + by, 0))
        if self.cursor == before:
            self._scroll(by)

    @handles("go")
    def go(self, index: int) -> None:
        """Go to a row; a negative index counts from the end."""
        last = max(len(self._rows) - 1, 0)
        self.cursor = min(index, last) if index >= 0 else max(last + 1 + index, 0)

    @handles("open")
    def open(self) -> None:
        if self.key is not None:
            self.post_message(self.Chosen(self, self.key))

    def _scrollers(self) -> Iterator[Widget]:
        """The parents that have something to scroll, innermost first."""
        for parent in self.ancestors:
            if isinstance(parent, Widget) and parent.allow_vertical_scroll and parent.max_scroll_y > 0:
                yield parent

    def _panes(self) -> Iterable[Widget]:
        """The shown panes with everything about the highlighted row; none once this table is removed."""
        panes = self.screen.walk_children(DetailPane) if self.is_attached else ()
        return (pane for pane in panes if _is_shown(pane))

    @handles("scroll_details")
    def scroll_details(self, by: int) -> None:
        """Show more of the details of the row, which are beside the table or below it."""
        self._scroll(by, *self._panes(), *self._scrollers())

    def _scroll(self, by: int, *parents: Widget) -> None:
        """Scroll the first that can; by default what the table is in, then what is beside it."""
        for parent in parents or (*self._scrollers(), *self._panes()):
            if parent.scroll_y < parent.max_scroll_y if by > 0 else parent.scroll_y > 0:
                parent.scroll_relative(y=by, animate=False)
                return

    def on_click(self, event: events.Click) -> None:
        index = event.y - self._heading
        is_heading = self._heading and event.y == self._heading_line
        if is_heading:
            column = column_at(event.x - len(MARK), self._columns, self._layout(self.size.width - len(MARK)))
            if column is not None and column.sort:
                self.post_message(self.HeadingClicked(column.sort))
        if is_heading or not 0 <= index < len(self._rows):
            return
        if index == self.cursor and self.has_focus:
            self.open()
        self.cursor = index

    def watch_cursor(self) -> None:
        self._wanted = None
        self.refresh()
        self.keep_in_view()
        for pane in self._panes():
            pane.scroll_home(animate=False, immediate=True)  # it is about another row now
        if self.key is not None:
            self.post_message(self.Highlighted(self, self.key))

    def watch_has_focus(self, has_focus: bool) -> None:
        """No rule depends on the focus; Textual would compute the styles of all tones again."""
        self._styles.clear()
        if has_focus:
            self.call_after_refresh(self.keep_in_view)

    def focus(self, scroll_visible: bool = False) -> Self:
        """Take the focus; by default only the cursor row is then scrolled into view."""
        return super().focus(scroll_visible)

    def keep_in_view(self) -> None:
        """Scroll the parents so far that the cursor row is in view, while the table has the focus."""
        if not self.is_attached or not self.has_focus:
            return
        for parent in self._scrollers():
            if by := self._hidden_lines(parent):
                # At once: a second call before the next layout must not scroll as far again.
                parent.scroll_relative(y=by, animate=False, immediate=True)

    def _hidden_lines(self, parent: Widget) -> int:
        """Return how many lines the cursor row is below the view, or above it as a negative number."""
        # Above the first row are the heading and the title of the panel, above others in view the heading.
        top = self._line_in(parent) + self._heading - int(parent.scroll_y)
        first = top - self._heading + (-1 if self.cursor == 0 else self.cursor)
        last = top + self.cursor + 1 - parent.size.height
        return max(min(first, 0) or max(last, 0), -int(parent.scroll_y))

    def _line_in(self, parent: Widget) -> int:
        """Return where the table begins in the contents of a parent, however far that is scrolled."""
        line, widget = self.virtual_region.y, self.parent
        while isinstance(widget, Widget) and widget is not parent:
            line += widget.virtual_region.y + widget.gutter.top - int(widget.scroll_y)
            widget = widget.parent
        return line

    def hold_in_view(self) -> None:
        """Keep the cursor row in view, if it is, when the widgets above get another height.

        Call it before that change. A row that the agent scrolled away from stays away.
        """
        if self._held or not any(self._hidden_lines(parent) for parent in self._scrollers()):
            self._held = True
            self.call_after_refresh(self._release)

    def _release(self) -> None:
        self._held = False
        self.keep_in_view()

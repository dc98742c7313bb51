"""A virtual table by the Line API: it holds the visible window and a page around it, never all rows.

Whoever owns it answers `Wanted` with `put_window`. Scrolling draws blank lines for rows that have not come
yet; nothing waits.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Generic, Self, TypeVar

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Region, Size
from textual.message import Message
from textual.reactive import Reactive
from textual.scroll_view import ScrollView
from textual.scrollbar import ScrollBar
from textual.strip import Strip

from wbtui.ui.commanding import CommandHost
from wbtui.ui.commands import bindings_for
from wbtui.ui.format import TONES
from wbtui.ui.widgets.columns import GAP, Cell, Column, cell_parts, layout

T = TypeVar("T")

MARK = "▌ "
"""Before the highlighted row, so that it is found without colour."""


class VirtualTable(ScrollView, CommandHost, Generic[T], can_focus=True):
    """Rows of T; the cursor is a row number of the whole result."""

    SCOPE = "list"
    BINDINGS = bindings_for("list")
    COMPONENT_CLASSES = {
        "line--head", "line--row", "line--cursor", "line--here",
        *(f"line--{tone}" for tone in TONES),
    }  # fmt: skip
    DEFAULT_CSS = """
    VirtualTable { height: 1fr; background: $background; overflow-x: hidden; scrollbar-gutter: stable; }
    VirtualTable > .line--head { color: $text-muted; }
    VirtualTable > .line--cursor { background: $row-blurred; }
    VirtualTable > .line--here { background: $row; }
    """ + "\n".join(f"VirtualTable > .line--{tone} {{ color: {colour}; }}" for tone, colour in TONES.items())

    # More or fewer rows change the bar beside the list, not the lines in view and not the layout.
    virtual_size: Reactive[Size] = Reactive(Size(0, 0), repaint=False)

    class Wanted(Message):
        """Rows `start` to `start + size` are needed."""

        def __init__(self, table: VirtualTable[Any], start: int, size: int) -> None:
            super().__init__()
            self.table, self.start, self.size = table, start, size

    class Highlighted(Message):
        """The cursor stands on another row (or its row has just come). `row` None: not here yet."""

        def __init__(self, table: VirtualTable[Any], index: int, row: Any | None) -> None:
            super().__init__()
            self.table, self.index, self.row = table, index, row

    class Chosen(Message):
        """A row was clicked while it was highlighted."""

        def __init__(self, table: VirtualTable[Any], row: Any) -> None:
            super().__init__()
            self.table, self.row = table, row

    def __init__(self, columns: Sequence[Column[T]], *, id: str | None = None) -> None:
        self._calm = False
        super().__init__(id=id)
        self.columns = tuple(columns)
        self.total = 0
        self.cursor = 0
        self.sorted_by = ("", False)
        self._start = 0
        self._rows: tuple[T, ...] = ()
        self._asked: tuple[int, int] | None = None
        self._styles: dict[tuple[str, bool], Style] = {}
        self._cache: dict[int, tuple[T, Strip]] = {}
        self._laid_out: tuple[int, list[tuple[Column[T], int]]] = (-1, [])

    # ── what the owner says ──
    def set_total(self, total: int) -> None:
        """How many rows the result has; the cursor stays within."""
        if total == self.total:
            return
        changed = range(min(total, self.total), max(total, self.total))
        self.total = total
        self._resize()
        self._redraw([index for index in self._on_screen() if index in changed])
        if self.cursor >= total:
            self.move_to(max(total - 1, 0))
        self._want()

    def put_window(self, start: int, rows: Sequence[T], *, keep_cursor: bool = True) -> None:
        """The rows from `start` on. Lines that did not change are not drawn again."""
        self._asked = None
        before = {index: self.row(index) for index in self._on_screen()}
        self._start, self._rows = start, tuple(rows)
        if start + len(rows) > self.total:
            self.set_total(start + len(rows))
        if not keep_cursor and (self.cursor or self.first_shown):
            self.move_to(0)
        # What has just come into view with the cursor was not there before.
        self._redraw([index for index in self._on_screen() if before.get(index) != self.row(index)])
        self.post_message(self.Highlighted(self, self.cursor, self.row(self.cursor)))
        self._want()

    def put_ahead(self, start: int, rows: Sequence[T]) -> None:
        """The rows in view with more around them, so that scrolling finds them; nothing is drawn.

        Left out where the view has moved elsewhere meanwhile.
        """
        held = range(self._start, self._start + len(self._rows))
        if self._rows and start <= held[0] and held[-1] < start + len(rows):
            before = tuple(rows[: held[0] - start]), tuple(rows[held[-1] + 1 - start :])
            self._start, self._rows = start, (*before[0], *self._rows, *before[1])

    def clear(self) -> None:
        """No rows."""
        self._start, self._rows, self._asked, self.total, self.cursor = 0, (), None, 0, 0
        self._resize()
        self.scroll_to(y=0, animate=False)
        self._paint()

    def set_sorted(self, name: str, descending: bool) -> None:
        """Which column wears the arrow."""
        if self.sorted_by != (name, descending):
            self.sorted_by = (name, descending)
            self.refresh(Region(0, 0, self.size.width, 1))

    def row(self, index: int) -> T | None:
        """The row of that number, when it is held."""
        at = index - self._start
        return self._rows[at] if 0 <= at < len(self._rows) else None

    @property
    def current(self) -> T | None:
        return self.row(self.cursor) if self.total else None

    @property
    def page(self) -> int:
        """How many rows fit on the screen."""
        return max(self.scrollable_content_region.height - 1, 1)

    @property
    def first_shown(self) -> int:
        return self.scroll_offset.y

    # ── windows ──
    def _on_screen(self) -> range:
        """Row numbers of the lines in view, whether there are such rows or not."""
        return range(self.first_shown, self.first_shown + self.page)

    def _visible(self) -> range:
        return range(self.first_shown, min(self.first_shown + self.page, self.total))

    def _want(self) -> None:
        """Ask for the window around what is visible, when a part of it is missing."""
        shown = self._visible()
        if not shown or (self.row(shown[0]) is not None and self.row(shown[-1]) is not None):
            return
        start = max(shown[0] - self.page, 0)
        wanted = (start, self.page * 3)
        if wanted != self._asked:
            self._asked = wanted
            self.post_message(self.Wanted(self, *wanted))

    def ask_again(self) -> None:
        """What was asked for last will not come: ask for what is missing now."""
        self._asked = None
        self._want()

    def _resize(self) -> None:
        # One line more than rows: the heading lies over the first line of the viewport.
        self.virtual_size = Size(self.scrollable_content_region.width, self.total + 1)
        self._scroll_update(self.virtual_size)

    def _scroll_update(self, virtual_size: Size) -> None:
        """As Textual's, but for the bar: it is drawn again only where its grip moved or grew."""
        self._refresh_scrollbars()
        if self.show_vertical_scrollbar:
            bar, before = self.vertical_scrollbar, self._grip()
            bar.set_reactive(ScrollBar.window_virtual_size, virtual_size.height)
            bar.set_reactive(ScrollBar.window_size, self.container_size.height)
            if self._grip() != before:
                bar.refresh()
        self.scroll_y = self.validate_scroll_y(self.scroll_y)

    def _grip(self) -> tuple[int, int]:
        """Where the grip of the bar begins and how long it is, in eighths of a line."""
        bar = self.vertical_scrollbar
        height, rows, shown = bar.size.height, bar.window_virtual_size, bar.window_size
        if not height or rows <= shown:
            return 0, 0
        length = max(1.0, shown * height / rows)
        return int((height - length) * bar.position / (rows - shown) * 8), math.ceil(length * 8)

    def on_resize(self, _event: events.Resize) -> None:
        self._cache.clear()
        self._resize()
        self._show_cursor()
        self._want()
        self._paint()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self._paint()
        self._want()

    # ── moving ──
    def move_to(self, index: int) -> None:
        """Put the cursor on a row; scroll as little as needed."""
        index = max(min(index, self.total - 1), 0)
        old, self.cursor = self.cursor, index
        if not self._show_cursor():
            self._redraw([old, index])
        if old != index:
            self.post_message(self.Highlighted(self, index, self.row(index)))
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

    def action_cursor_down(self) -> None:
        self.move_to(self.cursor + 1)

    def action_cursor_up(self) -> None:
        self.move_to(self.cursor - 1)

    def action_first(self) -> None:
        self.move_to(0)

    def action_last(self) -> None:
        self.move_to(self.total - 1)

    def action_half_down(self) -> None:
        self.move_to(self.cursor + max(self.page // 2, 1))

    def action_half_up(self) -> None:
        self.move_to(self.cursor - max(self.page // 2, 1))

    def action_page_down(self) -> None:
        self.move_to(self.cursor + self.page)

    def action_page_up(self) -> None:
        self.move_to(self.cursor - self.page)

    def on_click(self, event: events.Click) -> None:
        line = event.get_content_offset(self)
        if line is None or line.y < 1:
            return
        index = self.first_shown + line.y - 1
        row = self.row(index)
        if index >= self.total or row is None:
            return
        if index == self.cursor and self.has_focus:
            self.post_message(self.Chosen(self, row))
        self.focus()
        self.move_to(index)

    def repaint(self) -> None:
        """What cells say besides their row changed: draw the lines in view again."""
        self._cache.clear()
        self._redraw(self._on_screen())

    # ── drawing ──
    def notify_style_update(self) -> None:
        self._styles.clear()
        self._cache.clear()
        super().notify_style_update()

    def on_focus(self) -> None:
        self._repaint_cursor()

    def on_blur(self) -> None:
        self._repaint_cursor()

    def _repaint_cursor(self) -> None:
        """Coming and going changes one line; what the base class paints anew after this is left out."""
        self._styles.clear()
        self._redraw([self.cursor])
        self._be_calm()

    def focus(self, scroll_visible: bool = True) -> Self:
        """Take the focus; the line of the cursor shows it."""
        self._be_calm()
        return super().focus(scroll_visible)

    def _be_calm(self) -> None:
        self._calm = True
        self.call_next(self._calmed)

    def _calmed(self) -> None:
        self._calm = False

    def _paint(self) -> None:
        """All lines, whatever the focus does."""
        super().refresh()

    def refresh(self, *regions: Region, repaint: bool = True, layout: bool = False, recompose: bool = False
                ) -> Self:  # fmt: skip
        """Paint again. What the base class asks for because the focus moves is left out."""
        if self._calm and not (regions or layout or recompose):
            return self
        return super().refresh(*regions, repaint=repaint, layout=layout, recompose=recompose)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        if y == 0:
            return self._head(width)
        index = self.first_shown + y - 1
        row = self.row(index) if index < self.total else None
        if row is None:
            return Strip.blank(width, self._style("row"))
        if index == self.cursor:
            return self._line(row, width, cursor=True)
        held = self._cache.get(index)
        if held is not None and held[0] is row:
            return held[1]
        strip = self._line(row, width, cursor=False)
        if len(self._cache) > 400:
            self._cache.clear()
        self._cache[index] = (row, strip)
        return strip

    def _head(self, width: int) -> Strip:
        style = self._style("head")
        name, descending = self.sorted_by
        segments = [Segment(" " * len(MARK), style)]
        for at, (column, cells) in enumerate(self._layout(width)):
            arrow = (" ↓" if descending else " ↑") if column.sort and column.sort == name else ""
            text, _, tail = cell_parts(
                Cell(column.title + arrow, tail=" " * column.tail), cells, right=column.right
            )
            segments.append(Segment((" " * GAP if at else "") + text + tail, style))
        return Strip(segments).adjust_cell_length(width, style)

    def _line(self, row: T, width: int, *, cursor: bool) -> Strip:
        base = self._style("row", cursor=cursor)
        segments = [Segment(MARK, self._style("accent", cursor=True))] if cursor else []
        for at, (column, cells) in enumerate(self._layout(width)):
            cell = column.cell(row)
            text, more, tail = cell_parts(cell, cells, right=column.right)
            # Blanks have no colour of their own: fewer changes of style are fewer bytes on a slow link.
            before = " " * GAP if at else "" if cursor else " " * len(MARK)
            blanks = before + " " * (len(text) - len(text.lstrip(" ")))
            text = text.lstrip(" ")
            if segments:
                last = segments[-1]
                segments[-1] = Segment(last.text + blanks, last.style)
            else:
                text = blanks + text
            segments.append(Segment(text, self._style(cell.tone, cursor=cursor)))
            if more or tail:
                segments.append(Segment(more + tail, self._style("dim", cursor=cursor)))
        return Strip(segments).simplify().adjust_cell_length(width, base)

    def _layout(self, width: int) -> list[tuple[Column[T], int]]:
        """The columns and their widths, worked out once for a width."""
        if self._laid_out[0] != width:
            self._laid_out = (width, layout(self.columns, width - len(MARK)))
        return self._laid_out[1]

    def _style(self, tone: str, *, cursor: bool = False) -> Style:
        known = self._styles.get((tone, cursor))
        if known is None:
            known = self.get_component_rich_style(f"line--{tone}")
            if cursor:
                # Not a rule for :focus: with one of those the whole list is painted anew.
                where = "line--here" if self.has_focus else "line--cursor"
                known += Style(bgcolor=self.get_component_rich_style(where).bgcolor)
            self._styles[(tone, cursor)] = known
        return known

"""A panel that shows one part of a profile as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, ClassVar, Generic, TypeVar

from textual import getters
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.geometry import Size

from wbtui.ui.safe import join_lines, labelled
from wbtui.ui.widgets.columns import Column
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable, row_id

R = TypeVar("R")


_LABELS, _NARROW = 21, 66
"""Cells of the labels of details; in lines of fewer cells than that, labels take only what they need."""


def detail_lines(rows: Iterable[tuple[str, str]], width: int) -> list[object]:
    """Return label and value of each row in lines of `width` cells; rows without a value are left out."""
    shown = [(label, value) for label, value in rows if value]
    longest = max((len(label) for label, _ in shown), default=0) + 2
    indent = min(longest, _LABELS) if 0 < width < _NARROW else _LABELS
    return [labelled(label, value, indent, width) for label, value in shown]


class TableScroll(VerticalScroll, can_focus=False):
    """As high as its table, at most two fifths of the terminal."""

    DEFAULT_CSS = "TableScroll { height: auto; overflow-y: scroll; }"

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        # Not as max-height: in vh that does not count when the panel around it is measured.
        height = super().get_content_height(container, viewport, width)
        return min(height, max(self.app.size.height * 2 // 5, 6))


class TablePanel(DataPanel[Any], Generic[R]):
    """One part as rows of R. Name `EMPTY`, too, and declare the columns."""

    DEFAULT_CSS = "TablePanel { padding-bottom: 1; }"
    EMPTY: ClassVar[str]
    table: getters.query_one[GridTable[R]] = getters.query_one(GridTable)

    def compose_body(self) -> ComposeResult:
        yield GridTable[R](key=self.key_of, id=f"{self.part.name}-table")

    def columns(self) -> Sequence[Column[R]]:
        """Declare the columns."""
        raise NotImplementedError

    def rows_of(self, value: Any) -> Sequence[R]:
        """Return the rows in the order they are shown; by default the part's value is a tuple of them."""
        rows: Sequence[R] = value
        return rows

    def key_of(self, row: R) -> str:
        """Return what identifies a row."""
        return row_id(row)

    def details(self, row: R) -> Iterable[tuple[str, str]]:
        """Return everything about one row as label and text, for a tab that shows the highlighted row."""
        raise NotImplementedError

    def describe(self, row: R, width: int) -> Content:
        """Return everything about one row in lines of `width` cells."""
        return join_lines(*detail_lines(self.details(row), width))

    @property
    def empty(self) -> str:
        """What is said where there are no rows; empty for nothing at all."""
        return self.EMPTY

    @property
    def is_filtered(self) -> bool:
        """Whether the agent chose which rows are listed; without a match the table then keeps the focus."""
        return False

    def paint(self, value: Any) -> None:
        rows = self.rows_of(value)
        self.table.show(self.columns(), rows, empty=self.empty, keep_focus=self.is_filtered)
        self.table.display = bool(rows or self.empty)


class ScrollingTablePanel(TablePanel[R]):
    """A table that scrolls by itself when it is long, so that what is below it stays in view."""

    def compose_body(self) -> ComposeResult:
        with TableScroll():
            yield from super().compose_body()

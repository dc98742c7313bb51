"""A table of a profile whose rows the agent can filter by kind and text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from textual.app import ComposeResult

from wbtui.ui.host import host
from wbtui.ui.text import panels as text
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import TablePanel

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class RowFilter:
    """Which rows are listed: of any of `kinds` (empty: all) and with every word."""

    kinds: tuple[Any, ...] = ()
    words: str = ""

    def __bool__(self) -> bool:
        return bool(self.kinds or self.words.strip())


@dataclass(frozen=True, slots=True)
class FilterForm:
    """What the form of a filter asks.

    Attributes:
        title: of the form.
        label: of the field of kinds.
        options: kinds to choose from, as labels and values.
        hint: what the text is searched in.
        command: what opens it.
    """

    title: str
    label: str
    options: Sequence[tuple[str, Any]]
    hint: str
    command: str


class FilteredPanel(TablePanel[R]):
    """Name `FORM` and `NO_MATCH`, leave out the rows that do not match in `rows_of`, and count in `found`.

    The filter is kept as long as the panel.
    """

    DEFAULT_CSS = "FilteredPanel .panel-filter { height: auto; padding: 0 2; display: none; }"
    FORM: ClassVar[FilterForm]
    NO_MATCH: ClassVar[str]

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.filter = RowFilter()

    def compose_body(self) -> ComposeResult:
        yield SteadyStatic(classes="panel-filter")
        yield from super().compose_body()

    @property
    def empty(self) -> str:
        return self.NO_MATCH if self.is_filtered else self.EMPTY

    @property
    def is_filtered(self) -> bool:
        return bool(self.filter)

    def use_filter(self, chosen: RowFilter) -> None:
        """List only the rows that match."""
        self.filter = chosen
        self.repaint()

    def found(self, value: Any) -> str:
        """Return how many rows match: `3 of 42 invoices`."""
        raise NotImplementedError

    def paint(self, value: Any) -> None:
        super().paint(value)
        kinds = [label for label, kind in self.FORM.options if kind in self.filter.kinds]
        line = self.query_one(".panel-filter", SteadyStatic)
        line.display = self.is_filtered
        key = host(self).keymap.shown(self.FORM.command)
        line.update(text.filter_line(kinds, self.filter.words, self.found(value), key))

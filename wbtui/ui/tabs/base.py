"""Base classes of the profile's tabs: a scrolling column of panels, and a table over one row's detail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual import events
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message

from wbtui.models.invoice import InvoiceBrief
from wbtui.models.parts import Part
from wbtui.models.payment import CreditEntry, CreditNote, Payment, Refund
from wbtui.ui.commanding import CommandHost
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.detail_pane import DetailPane
from wbtui.ui.widgets.filtered_panel import FilteredPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import TablePanel


@dataclass
class OpenInvoice(Message):
    """Asks the screen to open an invoice."""

    invoice_id: str


@dataclass
class FilterWanted(Message):
    """Asks the screen to open the filter of a panel."""

    panel: FilteredPanel[Any]


@dataclass
class RunAction(Message):
    """Asks the screen to open an action."""

    kind: str


@dataclass
class GoTo(Message):
    """Asks the screen to open the tab that lists a part of the profile, at a row unless that is None."""

    part: Part[Any]
    row: Any


class Tab(CommandHost, VerticalScroll, can_focus=False):
    """One tab of the customer `owner`. It never opens a dialog or a screen: it posts a message."""

    DEFAULT_CSS = """
    Tab { padding: 0 0 0 1; overflow-y: scroll; }
    Tab .detail { padding: 0 2 1 2; }
    """

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self.owner = owner
        self._first: GridTable[Any] | None = None
        self._last: GridTable[Any] | None = None
        self._wanted: GridTable[Any] | None = None

    def on_mount(self) -> None:
        for table in self.walk_children(GridTable):
            table.opens = lambda one: self.chosen(one) is not None

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No rule depends on the focus; Textual would style everything in the tab again."""

    def panels_opened(self) -> None:
        """Called when the panels show what is cached of them, before the tab is laid out."""

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        if isinstance(event.widget, GridTable):
            self._last = event.widget
            self.table_focused()

    def table_focused(self) -> None:
        """Called when a table got the focus."""

    def on_descendant_blur(self) -> None:
        """Keep the focus, and so the keys of the tab, when the table that had it is hidden."""
        if self.display and self.app.app_focus and self.screen.focused is None:
            self.focus_first()

    def restore_focus(self) -> None:
        """Focus the table that had the focus when the tab was left, else the first that has rows."""
        if self._last is not None and self._last.is_attached and self._last.display and self._last.can_focus:
            self.screen.set_focus(self._last, scroll_visible=False)
        else:
            self.focus_first()

    def focus_first(self) -> None:
        """Focus the table that was asked for, else the first that has rows, else the tab, so that it scrolls.

        A table that the agent filtered down to none keeps the focus.
        """
        shown = (table for table in self.walk_children(GridTable) if table.display and table.can_focus)
        tables = [table for table in shown if table.rows or table.has_focus]
        if self._wanted in tables:
            tables.insert(0, self._wanted)
        self._first = tables[0] if tables else None
        self.can_focus = self._first is None or type(self).can_focus
        self.screen.set_focus(self._first or self, scroll_visible=False)

    @property
    def awaits_rows(self) -> bool:
        """Whether the first table loads for the first time, or has rows but not the focus yet."""
        panel = next(iter(self.query(TablePanel)), None)
        if panel is None or panel.failed:
            return False
        return panel.stamped is None or (bool(panel.table.rows) and self.screen.focused in (None, self))

    def refocus_first(self) -> None:
        """Move the focus that `focus_first` set, as long as the user left it there, to a table above it.

        Panels load in any order: the first with rows is not always the topmost.
        """
        focused = self.screen.focused
        if focused in (None, self):
            self.focus_first()
        elif focused is self._first and self._first.cursor == 0:
            self.focus_first()
            if self._first is not focused:
                self.scroll_home(animate=False)

    def select(self, part: Part[Any], row: Any) -> None:
        """Focus the table of a part, at a row unless that is None, as soon as it is loaded."""
        panels = (panel for panel in self.walk_children(TablePanel) if panel.part is part)
        if (panel := next(panels, None)) is not None:
            self._wanted = panel.table
            if row is not None:
                panel.table.select(panel.key_of(row))
            self.focus_first()

    def on_hide(self) -> None:
        self._wanted = None

    @property
    def selected(self) -> Sequence[object]:
        """The highlighted objects that actions can be about."""
        return ()

    @property
    def invoice_id(self) -> str | None:
        """The invoice that is highlighted here, if any."""
        return None

    def chosen_invoice(self, _table: GridTable[Any]) -> str | None:
        """Return the invoice that Enter opens in this table."""
        return self.invoice_id

    def chosen(self, table: GridTable[Any]) -> Message | None:
        """Return what Enter in this table asks the screen for."""
        invoice_id = self.chosen_invoice(table)
        return None if invoice_id is None else OpenInvoice(invoice_id)

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        if (message := self.chosen(event.table)) is not None:
            self.post_message(message)


class ListDetailTab(Tab):
    """The table of `PANEL` over everything about its highlighted row, or beside it.

    Attributes:
        BESIDE: columns of a terminal from which it has the class `-beside`; 0: never.
    """

    PANEL: ClassVar[type[TablePanel[Any]]]
    BESIDE: ClassVar[int] = 0

    def compose(self) -> ComposeResult:
        yield self.PANEL(self.owner)
        yield SteadyStatic(classes="detail")

    def compose_detail(self) -> ComposeResult:
        """Everything about the highlighted row, in a pane that can be beside the table."""
        self.on_resize()
        with DetailPane():
            yield SteadyStatic(classes="detail")

    def on_resize(self) -> None:
        is_beside = 0 < self.BESIDE <= self.app.size.width
        if is_beside != self.has_class("-beside"):
            self.set_class(is_beside, "-beside")
            if self.is_mounted:
                self.show_detail()

    @property
    def panel(self) -> TablePanel[Any]:
        return self.query_one(self.PANEL)

    @property
    def selected(self) -> Sequence[object]:
        row = self.panel.table.current
        return () if row is None else (row,)

    def panels_opened(self) -> None:
        self.show_detail()

    def on_grid_table_highlighted(self) -> None:
        self.show_detail()

    def on_data_panel_painted(self, _event: DataPanel.Painted) -> None:
        self.show_detail()

    def show_detail(self) -> None:
        """Show everything about the highlighted row."""
        panel = self.panel
        detail, row = self.query(".detail").first(SteadyStatic), panel.table.current
        detail.fit(lambda width: Content("") if row is None else panel.describe(row, width))


def invoice_of(row: object) -> str | None:
    """Return the id of the invoice that a row is or belongs to."""
    match row:
        case InvoiceBrief():
            return row.id
        case Payment():
            return row.invoice_ids[0] if row.invoice_ids else None
        case Refund() | CreditEntry() | CreditNote():
            return row.invoice_id
    return None

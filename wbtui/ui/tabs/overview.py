"""The overview: what needs attention, contact and notes, use against limits, invoices and recent activity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual import getters
from textual.app import ComposeResult
from textual.geometry import NULL_OFFSET, NULL_SPACING, Region, Size
from textual.layout import Layout, WidgetPlacement
from textual.message import Message
from textual.widget import Widget

from wbtui.models.attention import Note
from wbtui.models.parts import INVOICES
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.tabs.attention import AttentionPanel
from wbtui.ui.tabs.base import GoTo, OpenInvoice, RunAction, Tab, invoice_of
from wbtui.ui.tabs.contact import ContactPanel, MetadataPanel, NotesPanel
from wbtui.ui.tabs.overview_panels import EventsPanel, LatestInvoicesPanel, LinesPanel, UsagePanel
from wbtui.ui.text import overview as text
from wbtui.ui.widgets.grid_table import GridTable

_FEWEST = 8
"""Lines that events, usage and invoices have at least."""
_WIDE, _TALL = 130, 40
"""Columns of a terminal with room for three columns, and lines of one with room for usage and invoices."""
_FRAME = 2
"""Lines of a panel besides its own: its title and the blank line below."""


class Columns(Layout):
    """What needs attention in full width; below it two columns, on a wide terminal three.

    Events and invoices get as many lines as fit without scrolling, but always a few.
    """

    name = "overview"

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> list[WidgetPlacement]:
        """Return the places of the panels."""
        placements: list[WidgetPlacement] = []
        terminal = parent.app.size

        def put(panel: Widget, x: int, y: int, width: int) -> int:
            """Put a panel at a place; return where it ends."""
            inside = width - panel.gutter.width
            height = panel.get_content_height(size, terminal, inside) + panel.gutter.height
            placements.append(WidgetPlacement(Region(x, y, width, height), NULL_OFFSET, NULL_SPACING, panel))
            return y + height

        attention, *about = (panel for panel in children if not isinstance(panel, LinesPanel))
        *more, events = (panel for panel in children if isinstance(panel, LinesPanel))
        is_wide = terminal.width >= _WIDE
        left = size.width * 5 // 8 if is_wide else size.width // 2
        first = left // 2 if is_wide else left
        top = y = put(attention, 0, 0, size.width)
        free = size.height - top
        for panel in about:
            y = put(panel, 0, y, first - 1)
        if more:
            usage, invoices = more
            x, y, width = (first, top, left - first - 1) if is_wide else (0, y, first - 1)
            usage.limit_lines(max(free // 2, _FEWEST))
            y = put(usage, x, y, width)
            invoices.limit_lines(max(free - (y - top) - _FRAME, _FEWEST))
            put(invoices, x, y, width)
        events.limit_lines(max(free - _FRAME, _FEWEST))
        put(events, left, top, size.width - left)
        return placements


_COLUMNS = Columns()


class OverviewTab(Tab, can_focus=True):
    """What needs attention; below it contact, usage, invoices and events, in three columns where they fit."""

    SCOPE = "overview"
    DEFAULT_CSS = """
    OverviewTab DataPanel { padding-bottom: 1; }
    OverviewTab .panel-text { padding-left: 2; }
    OverviewTab UsagePanel, OverviewTab LatestInvoicesPanel { display: none; }
    OverviewTab.-roomy UsagePanel, OverviewTab.-roomy LatestInvoicesPanel { display: block; }
    """
    attention = getters.query_one(AttentionPanel)

    def compose(self) -> ComposeResult:
        self.on_resize()
        for panel in (AttentionPanel, ContactPanel, NotesPanel, MetadataPanel):
            yield panel(self.owner)
        yield UsagePanel(self.owner)
        yield LatestInvoicesPanel(self.owner)
        yield EventsPanel(self.owner)

    def on_resize(self) -> None:
        self.set_class(self.app.size.width >= _WIDE or self.app.size.height >= _TALL, "-roomy")

    @property
    def layout(self) -> Layout:
        """The columns, in place of a layout from the style sheet."""
        return _COLUMNS

    # ── commands ──
    def on_grid_table_highlighted(self) -> None:
        self.attention.show_rest()

    def chosen(self, table: GridTable[Any]) -> Message | None:
        """Return the message that opens the object of the line."""
        note: Note | None = self.attention.table.current
        if note is None:
            return None
        to_invoice = note.part is INVOICES and note.row is not None
        return OpenInvoice(note.row.id) if to_invoice else GoTo(note.part, note.row)

    @property
    def selected(self) -> Sequence[object]:
        note = self.attention.table.current
        if note is None:
            return ()
        return (note.row,) if note.fix is None else (note.fix.subject, note.row)

    @property
    def invoice_id(self) -> str | None:
        """The invoice that the highlighted line is about."""
        return next((found for row in self.selected if (found := invoice_of(row)) is not None), None)

    def disabled_reason(self, command: Command) -> str | None:
        note = self.attention.table.current
        if note is None or note.fix is None:
            if not self.attention.is_complete:
                return text.NOT_LOADED
            return text.NO_NOTE if note is None else text.NO_FIX
        return super().disabled_reason(command)

    def bar_commands(self) -> Iterable[Command]:
        """Nothing is offered for a line without an action."""
        return (row for row in super().bar_commands() if self.disabled_reason(row) is None)

    @handles("fix")
    def fix(self) -> None:
        note = self.attention.table.current
        assert note is not None and note.fix is not None
        self.post_message(RunAction(note.fix.kind))

"""The overview: what needs attention, contact and notes, use against limits, invoices and recent activity."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.message import Message
from textual.screen import Screen

from wbtui.models.attention import Note
from wbtui.models.parts import INVOICES
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.tabs.attention import AttentionPanel
from wbtui.ui.tabs.base import GoTo, OpenInvoice, RunAction, Tab, invoice_of
from wbtui.ui.tabs.contact import ContactPanel, MetadataPanel, NotesPanel
from wbtui.ui.tabs.overview_panels import EventsPanel, LatestInvoicesPanel, UsagePanel
from wbtui.ui.text import overview as text
from wbtui.ui.widgets.grid_table import GridTable

_FEWEST = 8
"""Lines that events, usage and invoices have at least."""
_WIDE, _TALL = 130, 40
"""Columns of a terminal with room for three columns, and lines of one with room for usage and invoices."""
_FRAME = 2
"""Lines of a panel besides its own: its title and the blank line below."""


class OverviewTab(Tab, can_focus=True):
    """What needs attention; below it contact, usage, invoices and events, in three columns where they fit."""

    SCOPE = "overview"
    DEFAULT_CSS = """
    OverviewTab Horizontal, OverviewTab Vertical { height: auto; width: 1fr; }
    OverviewTab .panel-text { padding: 0 0 1 2; }
    OverviewTab .column { padding-right: 1; }
    OverviewTab .-more { display: none; }
    OverviewTab.-tall .-more, OverviewTab.-wide .-more { display: block; }
    OverviewTab.-wide .pair { width: 5fr; layout: horizontal; }
    OverviewTab.-wide .events { width: 3fr; }
    """

    def compose(self) -> ComposeResult:
        yield AttentionPanel(self.owner)
        with Horizontal():
            with Vertical(classes="pair"):
                with Vertical(classes="column -customer"):
                    yield ContactPanel(self.owner)
                    yield NotesPanel(self.owner)
                    yield MetadataPanel(self.owner)
                with Vertical(classes="column -more"):
                    yield UsagePanel(self.owner, room=_FEWEST)
                    yield LatestInvoicesPanel(self.owner, room=_FEWEST)
            with Vertical(classes="events"):
                yield EventsPanel(self.owner, room=_FEWEST)

    def watch_has_focus(self, _has_focus: bool) -> None:
        """No rule depends on the focus; Textual would style everything in the tab again."""

    @property
    def attention(self) -> AttentionPanel:
        return self.query_one(AttentionPanel)

    # ── layout ──
    def opened(self) -> None:
        self.screen.screen_layout_refresh_signal.subscribe(self, self._share_room)

    def on_resize(self) -> None:
        self.set_class(self.app.size.width >= _WIDE, "-wide")
        self.set_class(self.app.size.height >= _TALL, "-tall")

    def _share_room(self, _screen: Screen[Any]) -> None:
        """Show as many events and invoices as fit without scrolling, but always a few."""
        if not self.is_attached or not self.size.height:
            return
        free = self.size.height - self.attention.outer_size.height
        self.query_one(EventsPanel).use(max(free - _FRAME, _FEWEST))
        usage, invoices = self.query_one(UsagePanel), self.query_one(LatestInvoicesPanel)
        usage.use(max(free // 2, _FEWEST))
        above = usage.outer_size.height
        if not self.has_class("-wide"):
            above += self.query_one(".-customer").outer_size.height
        invoices.use(max(free - above - _FRAME, _FEWEST))

    # ── commands ──
    def on_grid_table_highlighted(self) -> None:
        self.attention.show_rest()

    def chosen(self, table: GridTable[Any]) -> Message | None:
        """What the line is about."""
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

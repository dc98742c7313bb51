"""The journal screen: the agent's actions on this connection and their outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.containers import VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.preview import JournalEntry, Outcome
from wbtui.ui import format as fmt
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join, safe
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.text import journal as text
from wbtui.ui.widgets.columns import Cell, Column, amount, dim, state
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.work import start

LIMIT = 500
"""The most entries shown, newest first."""
_DIM = "$text-muted"


def columns(now: datetime) -> tuple[Column[JournalEntry], ...]:
    """Declare the columns of the list."""
    return (
        dim("When", lambda e: fmt.instant(e.created, now), right=True),
        state("Outcome", lambda e: fmt.outcome_status(e.status)),
        Column("Action", lambda e: Cell(e.summary, "strong"), share=1),
        Column("Customer", lambda e: Cell(e.customer), share=1),
        amount("Amount", lambda e: e.money),
        Column("Ticket", lambda e: Cell(e.ticket or "", "dim"), most=14, rank=1),
        Column("Agent", lambda e: Cell(e.agent, "dim"), most=16, rank=2),
    )


class JournalScreen(BaseScreen):
    """List of actions above the details of the selected one, with the confirmed request."""

    SCOPE = "journal"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("journal")
    CSS_PATH = "journal.tcss"
    ABOUT = text.ABOUT

    class _Loaded(Message):
        def __init__(self, entries: tuple[JournalEntry, ...]) -> None:
            super().__init__()
            self.entries = entries

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[JournalEntry, ...] = ()
        self._unresolved_only = False
        self._busy = False
        self._bodies: dict[str, bytes] = {}

    def compose_body(self) -> ComposeResult:
        yield PanelTitle(safe("Journal"))
        with VerticalScroll(id="journal-list", can_focus=False):
            yield Static(safe(text.LOADING, _DIM), id="journal-empty")
            yield GridTable[JournalEntry](key=lambda e: e.key, id="journal-table")
        yield PanelTitle(safe("Entry"), classes="journal-entry")
        with VerticalScroll(id="journal-scroll", can_focus=True):
            yield Static("", id="journal-news")
            yield Static("", id="journal-detail")

    def on_mount(self) -> None:
        self.set_crumbs(join(("‹ ", _DIM), ("Journal", "bold")))
        self._show_news(None)
        self.load()

    @property
    def table(self) -> GridTable[JournalEntry]:
        return self.query_one("#journal-table", GridTable)

    @property
    def entry(self) -> JournalEntry | None:
        """The selected entry."""
        return self.table.current

    # ── loading ──
    def load(self) -> None:
        start(self, self._read, group="journal", latest=True)

    async def _read(self) -> None:
        try:
            entries = await host(self).services.journal.entries(LIMIT)
        except WbtuiError as error:
            self.query_one("#journal-empty", Static).update(report(error).panel())
            return
        self.post_message(self._Loaded(entries))

    def on_journal_screen__loaded(self, message: _Loaded) -> None:
        # Unresolved entries come first.
        self._entries = tuple(sorted(message.entries, key=lambda entry: entry.status.settled))
        self._paint()

    def outcome_changed(self, entry: JournalEntry) -> None:
        self.load()

    def _paint(self) -> None:
        shown = [e for e in self._entries if not (self._unresolved_only and e.status.settled)]
        self.table.show(columns(host(self).now()), shown)
        self.table.display = bool(shown)
        empty = self.query_one("#journal-empty", Static)
        empty.display = not shown
        empty.update(safe(text.empty_list(unresolved_only=self._unresolved_only), _DIM))
        title = self.query(PanelTitle).first()
        title.text = safe(text.title(unresolved_only=self._unresolved_only))
        title.note = text.unresolved_note(sum(not entry.status.settled for entry in self._entries))
        if self.focused is None and shown:
            self.table.focus()
        self._show_entry()
        self.refresh_keys()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show_news(None)
        self._show_entry()
        self.refresh_keys()

    def _show_entry(self) -> None:
        entry = self.entry
        detail = self.query_one("#journal-detail", Static)
        if entry is None:
            detail.update("")
            return
        detail.update(text.entry_text(entry, host(self).now(), self._bodies.get(entry.key)))
        if entry.key not in self._bodies:
            start(self, self._read_body, entry.key, group="journal-body", latest=True)

    async def _read_body(self, key: str) -> None:
        try:
            self._bodies[key] = await host(self).services.journal.body(key)
        except WbtuiError as error:
            self._show_news(report(error).line())
            return
        if self.entry is not None and self.entry.key == key:
            self._show_entry()

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        needs_entry = command.verb in ("look_up", "resend", "abandon", "customer", "copy")
        if needs_entry and self.entry is None:
            return text.NO_SELECTION
        if command.verb in ("look_up", "resend", "abandon"):
            assert self.entry is not None
            if self.entry.status.settled:
                return text.OUTCOME_KNOWN
            if self._busy:
                return text.BUSY
        if command.verb == "resend":
            system = host(self).services.system
            if system is not None and not system.keys_honoured:
                return text.NO_KEYS
        return super().disabled_reason(command)

    @handles("look_up")
    def check_status(self) -> None:
        self._resolve(host(self).services.actions.reconcile, text.CHECKING)

    @handles("resend")
    def retry(self) -> None:
        self._resolve(host(self).services.actions.resend, text.RETRYING)

    @handles("abandon")
    def abandon(self) -> None:
        self._resolve(host(self).services.actions.abandon, text.ABANDONING)

    def _resolve(self, ask: Callable[[str], Awaitable[Outcome]], news: str) -> None:
        assert self.entry is not None
        self._busy = True
        self._show_news(safe(news, _DIM))
        start(self, self._ask, ask, self.entry.key, group="settle")

    async def _ask(self, ask: Callable[[str], Awaitable[Outcome]], key: str) -> None:
        try:
            outcome = await ask(key)
        except WbtuiError as error:
            self._show_news(report(error).panel())
        else:
            self._show_news(text.outcome_line(outcome))
        finally:
            self._busy = False
        self.load()

    def _show_news(self, news: Content | None) -> None:
        line = self.query_one("#journal-news", Static)
        line.update(news or "")
        line.display = news is not None

    @handles("unresolved")
    def toggle_unresolved(self) -> None:
        self._unresolved_only = not self._unresolved_only
        self._paint()

    @handles("customer")
    def open_customer(self) -> None:
        if self.entry is not None:
            host(self).open_customer(self.entry.customer_id)

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        subject = self.entry.subject if self.entry is not None else None
        if subject is not None and subject.type == "invoice":
            host(self).open_invoice(subject.id)

    @handles("copy")
    def copy_entry(self) -> None:
        if self.entry is not None:
            details = text.entry_text(self.entry, host(self).now(), None).plain
            host(self).copy(f"{self.entry.summary}, {self.entry.customer}\n{details}", "entry")

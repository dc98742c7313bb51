"""The journal screen: the agent's actions on this connection and their outcomes."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime

from textual import getters
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.preview import JournalEntry, Outcome, result_name
from wbtui.models.text import fold
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.exporting import export_rows
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.resolver import Resolver
from wbtui.ui.safe import DIM, safe
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.text import journal as text
from wbtui.ui.text.exports import journal_rows
from wbtui.ui.text.outcome import heading, outcome_line
from wbtui.ui.text.panels import filter_line
from wbtui.ui.widgets.columns import Cell, Column, amount, dim, state
from wbtui.ui.widgets.detail_pane import DetailPane
from wbtui.ui.widgets.filtered_panel import FilterForm, RowFilter
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

LIMIT = 500
"""Number of the newest entries that are shown without a filter; older ones are, too, while unresolved."""
POLL_INTERVAL = 2.0
"""Seconds between two looks for actions of other processes."""
_BESIDE = 160
"""Columns of a terminal from which the entry stands beside the list."""


def columns(now: datetime) -> tuple[Column[JournalEntry], ...]:
    """Declare the columns of the list."""
    return (
        dim("When", lambda e: fmt.instant(e.created, now), right=True),
        state("Outcome", states.outcome_state),
        Column("Action", lambda e: Cell(e.summary, "strong"), share=1),
        Column("Customer", lambda e: Cell(e.customer), share=1),
        amount("Amount", lambda e: e.money),
        Column("Ticket", lambda e: Cell(e.ticket or "", "dim"), most=14, rank=1),
        Column("Agent", lambda e: Cell(e.agent, "dim"), most=16, rank=2),
    )


def matches(entry: JournalEntry, chosen: RowFilter) -> bool:
    """Return whether an entry has one of the chosen outcomes and every word."""
    result = result_name(entry.status, entry.rule) if entry.status.settled else text.UNRESOLVED
    if chosen.kinds and result not in chosen.kinds:
        return False
    ids = [ref.id for ref in (entry.subject, *entry.objects) if ref is not None]
    named = (entry.summary, entry.customer, entry.ticket, entry.agent, entry.key, entry.customer_id, *ids)
    searched = fold(" ".join(filter(None, named)))
    return all(word in searched for word in fold(chosen.words).split())


class JournalScreen(BaseScreen):
    """List of actions above the details of the selected one, with the confirmed request."""

    SCOPE = "journal"
    ABOUT = text.ABOUT
    FILTER = FilterForm(text.FILTER_TITLE, "Outcome", text.OUTCOMES, text.FILTER_HINT, "journal.filter")
    is_loading = True
    table: getters.query_one[GridTable[JournalEntry]] = getters.query_one("#journal-table", GridTable)

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[JournalEntry, ...] = ()
        self._total = 0
        self._failure: Content | None = None
        """Why the journal could not be read the last time."""
        self._filter = RowFilter()
        self._resolver = Resolver(self, self._say, self._resolved)
        self._asked: JournalEntry | None = None
        """The entry whose outcome is, or was last, asked for."""
        self._bodies: dict[str, bytes] = {}

    def compose_body(self) -> ComposeResult:
        yield Static("", id="journal-lost")
        yield PanelTitle(safe("Journal"))
        yield SteadyStatic(id="journal-filter")
        with VerticalScroll(id="journal-list", can_focus=False):
            yield Static(safe(text.LOADING, DIM), id="journal-empty")
            yield GridTable[JournalEntry](
                key=lambda e: e.key, opens=lambda _table: self._invoice_id is not None, id="journal-table"
            )
        with Vertical(id="journal-entry"):
            yield PanelTitle(safe("Entry"))
            with DetailPane(id="journal-scroll", can_focus=True):
                yield SteadyStatic(id="journal-news")
                yield SteadyStatic(id="journal-detail")

    def on_mount(self) -> None:
        self.show_path(self.crumb)
        self.resized()
        self._show_news(None)
        self._show_lost()
        self.load()
        self.set_interval(POLL_INTERVAL, self._look, name="journal")

    def _show_lost(self) -> None:
        """Say what the journal has lost, and what the billing system has of it."""
        lost = host(self).services.lost_actions.lost
        line = self.query_one("#journal-lost", Static)
        line.display = bool(lost)
        if lost:
            line.update(text.lost(lost, None, host(self).now()))
            start(self, self._search_timelines, group="timelines", latest=True)

    async def _search_timelines(self) -> None:
        services = host(self).services
        found = await services.lost_actions.search_timelines(services.profiles, services.connection.agent)
        shown = text.lost(services.lost_actions.lost, found, services.now())
        await apply(self, self.query_one("#journal-lost", Static).update, shown)

    @property
    def entry(self) -> JournalEntry | None:
        """The selected entry."""
        return self.table.current

    @property
    def crumb(self) -> str:
        return "Journal"

    # ── loading ──
    def load(self) -> None:
        start(self, self._read, group="journal", latest=True)

    def _look(self) -> None:
        start(self, self._poll, group="journal-poll", latest=True)

    async def _poll(self) -> None:
        """List the actions again when another wbtui of this connection has recorded one."""
        with suppress(WbtuiError):  # reading them again says it
            if await host(self).services.journal.poll_changes():
                await apply(self, self.load)

    async def _read(self) -> None:
        try:
            journal = host(self).services.journal
            await journal.poll_changes()
            limit = sys.maxsize if self._filter else LIMIT
            entries, (total, _) = await journal.entries(limit, and_open=True), await journal.counts()
        except WbtuiError as error:
            await apply(self, self._show_failure, report(error).panel())
        else:
            await apply(self, self._show, entries, total)

    def _show_failure(self, panel: Content) -> None:
        self.is_loading, self._failure = False, panel
        self._paint()

    def _show(self, entries: Iterable[JournalEntry], total: int) -> None:
        self.is_loading, self._failure = False, None
        # Unresolved entries come first.
        self._entries = tuple(sorted(entries, key=lambda entry: entry.status.settled))
        self._total = total
        self._paint()

    def on_outcome_changed(self) -> None:
        self.load()

    def date_changed(self) -> None:
        self._paint()

    def _paint(self) -> None:
        shown = [entry for entry in self._entries if matches(entry, self._filter)]
        before = self.table.key
        self.table.show(columns(host(self).now()), shown)
        if self.table.key != before:
            self._show_news(None)  # it was about another entry
        self.table.display = bool(shown)
        empty = self.query_one("#journal-empty", Static)
        empty.display = not shown or self._failure is not None
        empty.update(self._failure or safe(text.empty_list(filtered=bool(self._filter)), DIM))
        title = self.query(PanelTitle).first()
        title.text = safe(text.title(len(shown), self._total))
        self._show_filter(len(shown))
        unresolved = sum(not entry.status.settled for entry in self._entries)
        title.note = text.unresolved_note(unresolved) if self._failure is None else Content("")
        if self.focused is None and shown:
            self.table.focus()
        self._show_entry()
        self.refresh_keys()

    def _show_filter(self, found: int) -> None:
        line = self.query_one("#journal-filter", SteadyStatic)
        key = host(self).keymap.shown(self.FILTER.command)
        kinds = [label for label, kind in self.FILTER.options if kind in self._filter.kinds]
        shown = filter_line(kinds, self._filter.words, text.found(found, self._total), key)
        line.show(shown if self._filter else None)

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show_news(None)
        self._show_entry()
        self.refresh_keys()

    def resized(self) -> None:
        self.set_class(self.app.size.width >= _BESIDE, "-beside")

    def _show_entry(self) -> None:
        entry = self.entry
        detail = self.query_one("#journal-detail", SteadyStatic)
        if entry is None:
            detail.update("")
            return
        body, now = self._bodies.get(entry.key), host(self).now()
        detail.fit(lambda width: text.entry_text(entry, now, body, width))
        if body is None:
            start(self, self._read_body, entry.key, group="journal-body", latest=True)

    async def _read_body(self, key: str) -> None:
        try:
            body = await host(self).services.journal.body(key)
        except WbtuiError as error:
            await apply(self, self._show_news, report(error).line())
        else:
            await apply(self, self._show_body, key, body)

    def _show_body(self, key: str, body: bytes) -> None:
        self._bodies[key] = body
        self._show_entry()

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        entry = self.entry
        if command.verb == "acknowledge" and not host(self).services.lost_actions.lost:
            return text.NOTHING_LOST
        if entry is None and self._failure is None and command.handled_by == "export":
            return text.empty_list(filtered=bool(self._filter))
        if entry is None and command.handled_by in ("resolve", "customer", "copy"):
            return text.NO_SELECTION
        reason = self._resolver.disabled_reason(command.verb, entry.status) if entry is not None else None
        return reason or super().disabled_reason(command)

    @handles("resolve")
    def resolve(self, verb: str) -> None:
        assert self.entry is not None
        self._asked = self.entry
        self._resolver.start(verb, self.entry.key, heading(self.entry.summary, self.entry.customer))

    def _resolved(self, outcome: Outcome | None) -> None:
        if outcome is not None:
            self._say(outcome_line(outcome))
        self.load()

    def _say(self, news: Content) -> None:
        """Show news of the entry that was asked for; in a toast where another one is selected by now."""
        asked = self._asked
        assert asked is not None
        if self.table.key == asked.key:
            self._show_news(news)
        else:
            host(self).show_toast(news.plain, title=heading(asked.summary, asked.customer))

    def _show_news(self, news: Content | None) -> None:
        self.query_one("#journal-news", SteadyStatic).show(news)

    def bar_commands(self) -> Iterable[Command]:
        """The acknowledgement of a loss comes first, and only after one."""
        lost = host(self).services.lost_actions.lost
        # Without a record of requests, only the agent can find out.
        hidden = ("was_done", "was_not_done") if self._resolver.keys_honoured else ("resend", "abandon")
        rows = [row for row in super().bar_commands() if row.verb not in hidden]
        rows = [row for row in rows if lost or row.verb != "acknowledge"]
        return sorted(rows, key=lambda row: row.verb != "acknowledge")

    @handles("acknowledge")
    def acknowledge_loss(self) -> None:
        start(self, self._acknowledge, group="acknowledge")

    async def _acknowledge(self) -> None:
        await host(self).services.lost_actions.acknowledge()
        await apply(self, self._acknowledged)

    def _acknowledged(self) -> None:
        self._show_lost()
        self.refresh_keys()

    @handles("filter")
    def choose_filter(self) -> None:
        from wbtui.ui.dialogs.row_filter import RowFilterDialog

        open_dialog(self, RowFilterDialog(self.FILTER, self._filter), self._use_filter)

    def _use_filter(self, chosen: RowFilter) -> None:
        self._filter = chosen
        self._paint()
        self.load()

    @handles("customer")
    def open_customer(self) -> None:
        assert self.entry is not None
        host(self).open_customer(self.entry.customer_id)

    @handles("export")
    def export(self) -> None:
        """Save all entries as CSV, or those that the filter lists."""
        start(self, self._export, group="export")

    async def _export(self) -> None:
        journal = host(self).services.journal
        saved = [one for one in await journal.entries(sys.maxsize) if matches(one, self._filter)]
        await export_rows(self, "journal", journal_rows(saved), fmt.plural(len(saved), "entry", "entries"))

    @property
    def _invoice_id(self) -> str | None:
        """The invoice that the selected entry is about."""
        subject = self.entry.subject if self.entry is not None else None
        return subject.id if subject is not None and subject.type == "invoice" else None

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        if (invoice_id := self._invoice_id) is not None:
            host(self).open_invoice(invoice_id)

    @handles("copy")
    def copy_entry(self) -> None:
        assert self.entry is not None
        details = text.entry_text(self.entry, host(self).now(), None).plain
        host(self).copy(f"{self.entry.summary}, {self.entry.customer}\n{details}", "entry")

"""The journal: what this agent did through this connection, and what became of it."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterator
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
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join, join_lines, safe
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.widgets.columns import Cell, Column, amount, dim, state
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.work import start

LIMIT = 500
"""How many entries are shown at most, newest first."""
_DIM = "$text-muted"


def columns(now: datetime) -> tuple[Column[JournalEntry], ...]:
    """Declare the columns of the list."""
    return (
        dim("When", lambda e: fmt.instant(e.created, now), right=True),
        state("Outcome", lambda e: fmt.outcome_status(e.status)),
        Column("What", lambda e: Cell(e.summary, "strong"), share=1),
        Column("Customer", lambda e: Cell(e.customer), share=1),
        amount("Amount", lambda e: e.money),
        Column("Ticket", lambda e: Cell(e.ticket or "", "dim"), most=14, rank=1),
        Column("Agent", lambda e: Cell(e.agent, "dim"), most=16, rank=2),
    )


class JournalScreen(BaseScreen):
    """The list over the detail of the highlighted entry, with the very body that was confirmed."""

    SCOPE = "journal"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("journal")
    CSS_PATH = "journal.tcss"
    ABOUT = (
        "What you did. An entry is written before anything is sent. ▲ unknown: it may have been carried out; "
        "look it up (l). When the server has no record, it may still arrive: send the same command again (s) "
        "or give it up (a). Nothing new for the same purpose is sent before that is settled."
    )

    class _Loaded(Message):
        def __init__(self, entries: tuple[JournalEntry, ...]) -> None:
            super().__init__()
            self.entries = entries

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[JournalEntry, ...] = ()
        self._only_open = False
        self._busy = False
        self._bodies: dict[str, bytes] = {}

    def compose_body(self) -> ComposeResult:
        yield PanelTitle(safe("Journal"))
        with VerticalScroll(id="journal-list", can_focus=False):
            yield Static(safe("Reading …", _DIM), id="journal-empty")
            yield GridTable[JournalEntry](key=lambda e: e.key, id="journal-table")
        yield PanelTitle(safe("Entry"), classes="journal-entry")
        with VerticalScroll(id="journal-scroll", can_focus=True):
            yield Static("", id="journal-news")
            yield Static("", id="journal-detail")

    def on_mount(self) -> None:
        self.set_crumbs(join(("‹ ", _DIM), ("Journal", "bold")))
        self._news(None)
        self.load()

    @property
    def table(self) -> GridTable[JournalEntry]:
        return self.query_one("#journal-table", GridTable)

    @property
    def entry(self) -> JournalEntry | None:
        """The highlighted entry."""
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
        # What is unresolved stands first.
        self._entries = tuple(sorted(message.entries, key=lambda entry: entry.status.settled))
        self._paint()

    def on_outcome_changed(self, _message: messages.OutcomeChanged) -> None:
        self.load()

    def _paint(self) -> None:
        shown = [e for e in self._entries if not (self._only_open and e.status.settled)]
        self.table.show(columns(host(self).now()), shown)
        self.table.display = bool(shown)
        empty = self.query_one("#journal-empty", Static)
        empty.display = not shown
        empty.update(
            safe("Nothing is unresolved." if self._only_open else "Nothing was done here yet.", _DIM)
        )
        open_ones = sum(not entry.status.settled for entry in self._entries)
        note = f"{open_ones} unresolved" if open_ones else "all settled"
        title = self.query(PanelTitle).first()
        title.text = safe("Journal, unresolved only" if self._only_open else "Journal")
        title.note = safe(note, "$warning" if open_ones else _DIM)
        if self.focused is None and shown:
            self.table.focus()
        self._show_entry()
        self.refresh_keys()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._news(None)
        self._show_entry()
        self.refresh_keys()

    def _show_entry(self) -> None:
        entry = self.entry
        detail = self.query_one("#journal-detail", Static)
        if entry is None:
            detail.update("")
            return
        detail.update(describe(entry, host(self).now(), self._bodies.get(entry.key)))
        if entry.key not in self._bodies:
            start(self, self._read_body, entry.key, group="journal-body", latest=True)

    async def _read_body(self, key: str) -> None:
        try:
            self._bodies[key] = await host(self).services.journal.body(key)
        except WbtuiError as error:
            self._news(report(error).line())
            return
        if self.entry is not None and self.entry.key == key:
            self._show_entry()

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.method in ("look_up", "resend", "abandon", "customer", "copy") and self.entry is None:
            return "No entry is highlighted."
        if command.method in ("look_up", "resend", "abandon"):
            assert self.entry is not None
            if self.entry.status.settled:
                return "The outcome is known: there is nothing left to settle."
            if self._busy:
                return "It is being asked; wait for the answer."
        if command.method == "resend":
            system = host(self).services.system
            if system is not None and not system.keys_honoured:
                return "This billing system may carry one key out twice: look it up or give it up."
        return super().disabled_reason(command)

    def action_look_up(self) -> None:
        self._settle(host(self).services.actions.reconcile, "Asking the server what became of it …")

    def action_resend(self) -> None:
        self._settle(
            host(self).services.actions.resend, "Sending the same command again under the same key …"
        )

    def action_abandon(self) -> None:
        self._settle(host(self).services.actions.abandon, "Giving it up …")

    def _settle(self, ask: Callable[[str], Awaitable[Outcome]], words: str) -> None:
        assert self.entry is not None
        self._busy = True
        self._news(safe(words, _DIM))
        start(self, self._ask, ask, self.entry.key, group="settle")

    async def _ask(self, ask: Callable[[str], Awaitable[Outcome]], key: str) -> None:
        try:
            outcome = await ask(key)
        except WbtuiError as error:
            self._news(report(error).panel())
        else:
            state = fmt.outcome_status(outcome.status)
            why = outcome.trouble or (outcome.rule.message if outcome.rule is not None else "")
            self._news(join((state.text, f"bold {state.style}"), f"  {why}"))
        finally:
            self._busy = False
        self.load()

    def _news(self, text: Content | None) -> None:
        line = self.query_one("#journal-news", Static)
        line.update(text or "")
        line.display = text is not None

    def action_unresolved(self) -> None:
        self._only_open = not self._only_open
        self._paint()

    def action_customer(self) -> None:
        if self.entry is not None:
            host(self).open_customer(self.entry.customer_id)

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        subject = self.entry.subject if self.entry is not None else None
        if subject is not None and subject.type == "invoice":
            host(self).open_invoice(subject.id)

    def action_copy(self) -> None:
        if self.entry is not None:
            text = describe(self.entry, host(self).now(), None).plain
            host(self).copy(f"{self.entry.summary}, {self.entry.customer}\n{text}", "the entry")


def describe(entry: JournalEntry, now: datetime, body: bytes | None) -> Content:
    """Everything the journal knows of one entry; `body` are the bytes that were confirmed."""
    state = fmt.outcome_status(entry.status)

    def at(value: datetime | None) -> str:
        return "" if value is None else f"{fmt.instant(value, now)} · {value:%Y-%m-%d %H:%M:%S} UTC"

    rows = [
        ("Customer", f"{entry.customer} · {entry.customer_id}"),
        ("Reason", (entry.reason or "").replace("_", " ")),
        ("Written down", at(entry.created)),
        ("Sent", at(entry.sent_at) or "never"),
        ("Settled", at(entry.settled_at)),
        ("Rule", f"{entry.rule.message} ({entry.rule.code})" if entry.rule is not None else ""),
        ("Known", entry.trouble or ""),
        ("For the customer", entry.customer_sentence or ""),
        (
            "Objects",
            ", ".join(f"{ref.type.replace('_', ' ')} {ref.label or ref.id}" for ref in entry.objects),
        ),
        ("Sendings", str(entry.attempts) if entry.attempts > 1 else ""),
        ("Key", entry.key),
    ]
    lines: list[object] = [join((state.text, f"bold {state.style}"), "  ", entry.summary)]
    lines += [join((f"{label:<17}", _DIM), value) for label, value in rows if value]
    if body is not None:
        said = list(flat(body))
        lines += ["", join(("The body as confirmed", _DIM))]
        lines += [join((f"  {name:<24}", _DIM), value) for name, value in said]
    return join_lines(*lines)


def flat(body: bytes) -> Iterator[tuple[str, str]]:
    """Members of a JSON body by path; the opaque basis is left out. No JSON: its size."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        yield "bytes", str(len(body))
        return
    yield from _members("", value)


def _members(path: str, value: object) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            yield path, f"{value['amount']} {value['currency']}"
            return
        for name, inner in value.items():
            if not (path == "" and name in ("basis", "key")):
                yield from _members(f"{path}.{name}".lstrip("."), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value, start=1):
            yield from _members(f"{path}.{index}", inner)
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)

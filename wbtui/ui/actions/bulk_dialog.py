"""Progress and result of a bulk action: every item with its outcome, stop, continue, save as CSV."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from math import ceil
from typing import ClassVar, TypeAlias, TypeVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.message import Message
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.bulk import Bulk, BulkItem, ItemStatus, LeftOut
from wbtui.services.actions.bulk_run import BulkRun
from wbtui.ui import messages
from wbtui.ui.actions.catalogue import title_of
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.commands import binding_for, bindings_for, command
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.exporting import export_rows
from wbtui.ui.format import dots, plural
from wbtui.ui.host import host
from wbtui.ui.safe import safe
from wbtui.ui.text import bulk as text
from wbtui.ui.text.actions import sending_state
from wbtui.ui.widgets.columns import Cell, Column, amount, details, dim, state
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

Row: TypeAlias = BulkItem | LeftOut
T = TypeVar("T")
COLUMNS: tuple[Column[Row], ...] = (
    dim("No.", lambda item: str(item.number or ""), right=True, rank=3),
    Column("Customer", lambda item: Cell(item.customer, "strong"), least=14, share=1, most=28),
    dim("Object", lambda item: item.label or "", rank=2),
    amount("Amount", lambda item: item.amount, rank=1, empty=""),
    state("Outcome", lambda item: text.STATES[item.status]),
    details("Details", lambda item: item.trouble or ""),
)


class BulkDialog(Dialog[None]):
    """Follows a run, or shows a bulk action that does not run; esc stops it, then closes.

    Attributes:
        crumb: its name in the breadcrumbs of screens above it.
        bulk: as last known.
        run: the run that is followed; None when nothing runs.
    """

    SCOPE = "bulk"
    BINDINGS: ClassVar[list[BindingType]] = [*bindings_for("bulk"), binding_for(command("app.journal"))]
    NAMES_ENVIRONMENT = True
    ABOUT = text.ABOUT
    crumb = text.TITLE
    DEFAULT_CSS = """
    BulkDialog > .dialog { width: 80%; min-width: 120; }
    BulkDialog .bulk-state { height: auto; padding: 0 0 1 1; }
    BulkDialog .bulk-detail { height: auto; padding: 1 1 0 2; color: $text-muted; }
    BulkDialog KeyBar { dock: none; padding: 0; margin-top: 1; }
    """

    @dataclass
    class RunChanged(Message, bubble=False):
        """Something became known of an item, or the run `ended`, by what `stopped` says."""

        ended: bool = False
        stopped: str | None = None

    def __init__(self, bulk: Bulk | BulkRun) -> None:
        self.run = bulk if isinstance(bulk, BulkRun) else None
        self.bulk = bulk.bulk if isinstance(bulk, BulkRun) else bulk
        super().__init__(text.heading(title_of(self.bulk.kind), len(self.bulk.rows)))
        self._stopped: str | None = None
        self._seconds = 0
        """Left to cancel all, as painted."""

    def compose_fixed(self) -> ComposeResult:
        yield SteadyStatic(classes="bulk-state")

    def compose_body(self) -> ComposeResult:
        yield GridTable[Row](
            key=lambda item: item.customer_id, opens=lambda _table: not self.stays_on_top, id="bulk-items"
        )

    def compose_foot(self) -> ComposeResult:
        yield Static("", classes="bulk-detail", markup=False)
        yield KeyBar()

    def opened(self) -> None:
        self.query_one(GridTable).focus()
        # Four times a second, so that the countdown is right; painted only when it changes.
        self.set_interval(0.25, self._tick)
        if self.run is not None:
            self._follow(self.run)
        self._paint()

    @property
    def running(self) -> bool:
        """Whether items are being sent or wait for the end of the undo window."""
        return self.run is not None and not self.run.finished

    @property
    def stays_on_top(self) -> bool:
        """While `u` has to work."""
        return self.run is not None and self.run.window.remaining > 0

    def _follow(self, run: BulkRun) -> None:
        self.run = run
        run.changed.subscribe(lambda _run: self._announce())
        start(self, self._wait, run, group="run")

    def _announce(self) -> None:
        """Called in the money thread."""
        if self.is_attached:
            self.post_message(self.RunChanged())

    async def _wait(self, run: BulkRun) -> None:
        """Wait for the end of a run; what ended it is shown."""
        stopped = None
        try:
            await run.wait()
        except WbtuiError as error:
            stopped = error.sentence
        self.post_message(self.RunChanged(ended=True, stopped=stopped))

    def on_bulk_dialog_run_changed(self, message: RunChanged) -> None:
        assert self.run is not None
        self.bulk = self.run.bulk
        if message.ended:
            self._stopped = self.run.stopped or message.stopped
            start(self, self._read, group="read", latest=True)
        self._paint()
        if message.ended:
            self.query_one(GridTable).go(0)

    async def _read(self) -> None:
        """Read whether it has ended."""
        await apply(self, self._show, await host(self).services.journal.bulks.read(self.bulk.id))

    def _show(self, bulk: Bulk) -> None:
        self.bulk = bulk
        self._paint()

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        """An unknown outcome may become known later."""
        if message.entry.bulk_id == self.bulk.id and not self.running:
            self.bulk = self.bulk.after(message.entry)
            self._paint()

    # ── painting ──
    def _tick(self) -> None:
        if self._seconds != self._seconds_left:
            self._paint_state()
            self.query_one(KeyBar).renew()

    @property
    def _seconds_left(self) -> int:
        return ceil(self.run.window.remaining) if self.run is not None and self.running else 0

    def _paint_state(self) -> None:
        run, self._seconds = self.run, self._seconds_left
        if run is None or run.finished:
            said = text.result(self.bulk, self._stopped, host(self).keymap.fill)
        elif self._seconds:
            said = safe(
                sending_state(self._seconds, host(self).keymap.shown("bulk.cancel"), late=False), "bold"
            )
        elif run.stopped is not None:
            said = safe(text.STOPPING, "$warning")
        else:
            said = text.progress(self.bulk, run.to_send)
        self.query_one(".bulk-state", SteadyStatic).update(said)

    def _paint(self) -> None:
        self._paint_state()
        rows = self.bulk.items if self.running else text.by_outcome(self.bulk)
        self.query_one(GridTable).show(COLUMNS, rows)
        self.query_one(KeyBar).renew()
        self._show_detail()

    def _show_detail(self) -> None:
        """Show what tells the customer from others of the name, and all of what the table may cut."""
        row: Row | None = self.query_one(GridTable).current
        if row is not None:
            said = dots(row.customer_id, row.trouble)
            self.query_one(".bulk-detail", Static).update(safe(said))

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show_detail()

    # ── commands ──
    def commands(self) -> Iterable[Command]:
        """Those of the dialog, and the journal, which has what is unknown."""
        return (*super().commands(), command("app.journal"))

    def bar_commands(self) -> Iterable[Command]:
        """Those that can be meant now, the journal for what is unknown; offline, to continue stays."""
        left = not self.running and self.bulk.left and self.bulk.ended is None
        for row in super().bar_commands():
            if row.verb == "back":
                yield replace(row, bar="stop" if self.running else "close")
            elif self.disabled_reason(row) is None or (left and row.verb == "resume"):
                yield row
        if self.bulk.counts[ItemStatus.UNKNOWN] and not self.running:
            yield replace(command("app.journal"), bar="journal")

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        if not self.stays_on_top:
            host(self).open_customer(event.key)

    def disabled_reason(self, command: Command) -> str | None:
        match command.verb:
            case "cancel" if not self.running:
                return text.NOT_RUNNING
            case "cancel" if not self.stays_on_top:
                return text.TOO_LATE
            case "resume" | "discard" | "journal" if self.running:
                return text.RUNNING
            case "resume" | "discard" if not self.bulk.left or self.bulk.ended is not None:
                return text.NOTHING_LEFT
            case "resume":
                return host(self).services.actions.send_reason(self.bulk.kind)
        return super().disabled_reason(command)

    @handles("cancel")
    def cancel(self) -> None:
        assert self.run is not None
        self.run.window.cancel()

    def interrupted(self) -> bool:
        """Stop after the current item, when ctrl+c is pressed; return whether there was something to stop."""
        if not self.running:
            return False
        assert self.run is not None
        self.run.stop()
        self._paint_state()
        return True

    def cancel_before_quitting(self) -> str | None:
        """Cancel all, or stop if it is too late for that; return the question. None when nothing runs."""
        if not self.running:
            return None
        assert self.run is not None
        cancelled = self.run.window.cancel()
        if not cancelled:
            self.interrupted()
        return text.quit_while_sending(self.bulk, cancelled=cancelled)

    def back(self) -> None:
        if self.interrupted():
            return
        if self.bulk.left and self.bulk.ended is None:
            host(self).show_toast(host(self).keymap.fill(text.kept_toast(len(self.bulk.left))))
        self.dismiss(None)

    @handles("resume")
    def resume(self) -> None:
        resume = partial(start, self, self._resume, group="resume")
        question = text.continue_question(self.bulk)
        ask(self, self._heading, question, resume, yes="Continue", no="Not now")

    async def _resume(self) -> None:
        resumed = await self._claimed(host(self).services.bulks.resume(self.bulk.id))
        await apply(self, self._resumed, resumed)

    def _resumed(self, run: BulkRun) -> None:
        self._stopped = None
        self._follow(run)
        self._paint()

    @handles("discard")
    def discard(self) -> None:
        discard = partial(start, self, self._discard, group="discard")
        question = text.discard_notice(len(self.bulk.left))
        ask(self, text.DISCARD, question, discard, yes="Discard", no="Keep")

    async def _discard(self) -> None:
        await self._claimed(host(self).services.bulks.end(self.bulk.id))
        await apply(self, self._discarded)
        await self._read()

    def _discarded(self) -> None:
        """Say what becomes of the rest, instead of why it stopped."""
        self._stopped = None

    async def _claimed(self, claim: Awaitable[T]) -> T:
        """Wait for a claim on what is left. If it fails, read what another wbtui has done with it."""
        try:
            return await claim
        except WbtuiError:
            await self._read()
            raise

    @handles("journal")
    async def journal(self) -> None:
        await self.run_action("app.command('app.journal')")

    @handles("save")
    def save(self) -> None:
        start(self, self._save, group="save")

    async def _save(self) -> None:
        await export_rows(self, self.bulk.kind, text.csv_rows(self.bulk), plural(len(self.bulk.rows), "item"))

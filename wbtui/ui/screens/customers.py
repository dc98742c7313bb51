"""The customers screen: a search box over the cached customers, a list, and a preview on wide terminals."""

from __future__ import annotations

from collections.abc import Iterable

from textual import events, getters, on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical
from textual.timer import Timer
from textual.widgets import Input

from wbtui.models.actions import ACTIONS
from wbtui.services.queue_cursor import Position
from wbtui.ui import format as fmt
from wbtui.ui import messages
from wbtui.ui.clipboard import of_customer, offered
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.commands import command
from wbtui.ui.exporting import choose_and_export_customers
from wbtui.ui.host import host
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.screens.customer_bulk import BulkMarks
from wbtui.ui.screens.customer_queue import QueueMarks, QueueOpener, QuickAccess
from wbtui.ui.screens.customers_parts import (
    DeadKeys,
    ListFoot,
    Preview,
    choose_filters,
    find_invoice,
    in_next_order,
    in_order_by,
    place,
    view_of,
)
from wbtui.ui.screens.search_session import SearchSession
from wbtui.ui.search_state import Placement, SearchState
from wbtui.ui.text import bulk as bulk_text
from wbtui.ui.text import customers as text
from wbtui.ui.text import queue as queue_text
from wbtui.ui.widgets.customer_columns import Row, marked_columns
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.widgets.search_field import SearchField
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import COMMANDS, start

REPAINT_AFTER = 1.0
"""Seconds between two repaints for changes in the background."""


class CustomersScreen(BaseScreen):
    """Search and list of customers; the first screen."""

    SCOPE = "customers"
    ABOUT = text.ABOUT
    bar = getters.query_one(SearchBar)
    table: getters.query_one[VirtualTable[Row]] = getters.query_one("#customers", VirtualTable)

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._first_query = query
        self._session = SearchSession(self, lambda: view_of(self.table))
        self._shown = SearchState()
        self._marks = QueueMarks(self, lambda: self.table.repaint())
        self._quick_access = QuickAccess(self, lambda line: self.bar.set_quick_access(line))
        self._opener = QueueOpener(self)
        self._bulk = BulkMarks(self, self._bulk_changed)
        self._opening = False
        """Whether Enter was pressed and what it opens is still looked for."""
        self._open_first = False
        """Whether that is the first customer, once the rows come."""
        self._listed: str | None = None
        """The search that the rows of the list belong to."""
        self._stale = False
        self._dead_keys = DeadKeys(self)
        self._repaint_timer: Timer | None = None

    def compose_body(self) -> ComposeResult:
        yield SearchBar(self._first_query)
        with Horizontal(id="finding"):
            with Vertical(id="listing"):
                columns = marked_columns(self._marks.word)
                yield VirtualTable[Row](columns, checked=self._bulk.has, id="customers")
                yield SteadyStatic(id="list-state")
            yield Preview(id="preview")
        yield ListFoot(id="foot")

    def on_mount(self) -> None:
        self.bar.field.focus()
        self._search(self.bar.text)
        self._session.load_completions()
        self._load_queue()

    @property
    def crumb(self) -> str:
        return "Customers"

    @property
    def is_loading(self) -> bool:
        """Whether keys wait: for what Enter opens, or in the list for the rows of the search."""
        return self._opening or (self.table.has_focus and self._listed != self._session.state.text)

    # ── search ──
    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        if event.value != self._session.state.text:
            self._open_first = self._opening = False
            self._search(event.value)

    def _search(self, query: str) -> None:
        self._session.search(query)
        self._marks.show(query)
        parsed = self._session.state.query
        assert parsed is not None
        self.bar.mark(parsed.problems)
        # Words are ranked by how well they match, unless an order was typed.
        by_name = ("" if parsed.words or parsed.phrases else "name", False)
        self.table.set_sorted(*((parsed.sort.field, parsed.sort.descending) if parsed.sort else by_name))

    @on(VirtualTable.Wanted)
    def _rows_wanted(self, event: VirtualTable.Wanted) -> None:
        self._session.fetch(event.start, event.size)

    @on(SearchSession.Changed)
    def _search_changed(self, event: SearchSession.Changed) -> None:
        state, before = event.state, self._shown
        if state.number != self._session.state.number:
            return
        self._shown = state
        if state.shown:
            self._listed = state.text
        if state.rows is not before.rows and state.rows is not None:
            place(state.rows, self.table)
        if state.failure is not None:
            self.table.clear()
        counted = state.counted and (not before.counted or state.number != before.number)
        if counted and state.failure is None:
            self.table.set_total(state.matching or 0)
            self._show_position()
        if state.rows is None or state.rows.placement is not Placement.AROUND or counted:
            self._show_state()
        if counted:
            self._marks.load()
            if self._stale:
                self._repaint_soon()
        if state.shown and self._open_first:
            self.open_selected()

    # ── background changes ──
    def data_changed(self, message: messages.DataChanged) -> None:
        self.date_changed()

    def date_changed(self) -> None:
        self._stale = True
        self._repaint_soon()

    def _repaint_soon(self) -> None:
        """Repeat the search after a moment; at once while the list is empty."""
        if not self.table.total:
            self._repeat_if_stale()
        elif self._repaint_timer is None:
            self._repaint_timer = self.set_timer(REPAINT_AFTER, self._repeat_if_stale, name="news")

    def _repeat_if_stale(self) -> None:
        """Repeat the search, unless one is running or another screen covers this one."""
        self._repaint_timer = None
        if self._stale and self._session.state.counted and self.is_current:
            self._stale = False
            self._session.repeat()
            self._load_queue()

    def sync_changed(self) -> None:
        if not self.table.total:
            self._show_state()

    def link_changed(self) -> None:
        self._show_state()
        self._session.ask_server()

    def resumed(self) -> None:
        self._repeat_if_stale()
        self._load_queue()
        reached = self._opener.reached(self._marks.queue)
        if reached is not None:
            self.table.move_to(reached)

    def resized(self) -> None:
        if self.is_mounted and self.table.current is not None:
            self._quick_access.paint()
            self.call_after_refresh(self.query_one(Preview).show, self.table.current)

    def _load_queue(self) -> None:
        self._quick_access.load()
        self._marks.load(searches=True)

    # ── painting ──
    def _show_state(self) -> None:
        services, state = host(self).services, self._shown
        sync, complete = services.sync, services.directory.is_complete()
        sources = text.Sources(services.link.state, sync.progress, complete, sync.confirmed_at is not None)
        self.bar.set_count(fmt.dots(bulk_text.marked(len(self._bulk)), text.count_line(state, sources)))
        empty = state.failure is not None or (state.shown and not self.table.total)
        self.set_class(empty, "-nothing")
        if empty:
            said = text.empty_list(state, sources, host(self).keymap)
            self.query_one("#list-state", SteadyStatic).update(said)
            self.query_one(ListFoot).clear()
        self.refresh_keys()

    @on(VirtualTable.Highlighted)
    def _row_changed(self, event: VirtualTable.Highlighted) -> None:
        self._show_position()
        if event.row is not None:
            self.query_one(Preview).show(event.row)
            self.query_one(ListFoot).load_matches(self._session, self.table)

    def _show_position(self) -> None:
        total = self._shown.matching or None if self.table.total else 0
        table = self.table
        self.query_one(ListFoot).show_position(table.cursor, total, table.current, table.sorted_by[0])

    def on_key(self, event: events.Key) -> None:
        if self.focused is self.table:
            self._dead_keys.pressed(event.key)

    # ── commands ──
    def bar_commands(self) -> Iterable[Command]:
        """Search and queue are commands of the app; actions are the first to be cut on a narrow terminal."""
        own = list(super().bar_commands())
        actions = [row for row in own if row.handled_by == "action"]
        rows = {row.verb: row for row in own if row not in actions}
        first, last = rows.pop("open"), (rows.pop("copy"), rows.pop("mark"))
        return (first, command("app.search"), *rows.values(), command("app.work_queue"), *last, *actions)

    def disabled_reason(self, command: Command) -> str | None:
        match command.handled_by:
            case "actions" | "mark_all" if self._bulk:
                pass
            case "open" | "copy" | "pin" | "actions" | "action" | "mark" if self.table.current is None:
                return text.NO_SELECTION
            case "export" if not self.table.total:
                return text.NOTHING_LISTED
            case "mark_all" | "export" | "insights" if self.bar.field.problems:
                return text.ignored(self.bar.field.problems[0].message)
            case "save_search" if not self.bar.text.strip():
                return queue_text.EMPTY_SEARCH
            case "quick_access" if self.bar.text:
                return queue_text.QUICK_ACCESS_HIDDEN
            case "quick_access" if self._quick_access.customer_id(*command.args) is None:  # type: ignore[arg-type]
                return queue_text.NO_QUICK_ACCESS
        reason = super().disabled_reason(command)
        if reason is None and command.handled_by == "action" and self.table.current is not None:
            action = ACTIONS[str(command.args[0])]
            if action.about == "customer":
                customer = self.table.current.value
                return action.disabled_reason_for(customer, customer)
        return reason

    @on(Input.Submitted)
    def _entered(self) -> None:
        """Open what was found; nobody where all that was typed is ignored: it would be the first of all."""
        if (query := self._session.state.query) is not None and query.is_empty and query.problems:
            host(self).show_toast(query.problems[0].message, tone="warning")
        else:
            self._opening = True
            start(self, find_invoice, self, self.bar.text, self._open_found, group="enter", latest=True)

    def _open_found(self, invoice_id: str | None) -> None:
        """Open the invoice whose number was typed, else the selected customer, once there is one."""
        if not self._opening:
            return  # the agent has gone on to something else
        rows_came = self._shown.shown and self._shown.number == self._session.state.number
        self._open_first = self._opening = invoice_id is None and not rows_came
        if invoice_id is not None:
            self.table.focus()
            host(self).open_invoice(invoice_id)
        elif rows_came:
            self.open_selected()

    @on(SearchField.Leave)
    def _left(self, event: SearchField.Leave) -> None:
        self._open_first = self._opening = False
        self.table.focus()
        if event.pages:
            self.table.move(event.pages, "page")

    @on(VirtualTable.Chosen)
    @handles("open")
    def open_selected(self) -> None:
        """Open the selected customer."""
        self._open_tab("")

    def _open_tab(self, tab: str) -> None:
        """Open a tab of the selected customer, at their position in this list."""
        self._open_first = self._opening = False
        if (row := self.table.current) is not None:
            # Coming back, keys move in the list.
            self.table.focus()
            position = Position(row.value.id, self.table.cursor)
            self._opener.open(self._marks.queue, self.bar.text, position, self._shown.matching, tab=tab)

    def focus_search(self) -> None:
        """Go to the search box."""
        self.bar.field.enter()

    @handles("clear")
    def clear_search(self) -> None:
        self.bar.text = ""

    @on(VirtualTable.HeadingClicked)
    def _heading_clicked(self, event: VirtualTable.HeadingClicked) -> None:
        self.bar.text = in_order_by(self.bar.text, event.sort, self.table.sorted_by)

    @handles("sort")
    def next_sort(self) -> None:
        self.bar.text = in_next_order(self.bar.text)

    @handles("filters")
    def choose_filters(self) -> None:
        start(self, choose_filters, self, self.bar.text, self.bar.use, group=COMMANDS)

    @handles("copy")
    def copy_from_selected(self) -> None:
        from wbtui.ui.dialogs.copy_menu import CopyMenu

        assert self.table.current is not None
        self.app.push_screen(CopyMenu(offered(*of_customer(self.table.current.value))))

    @handles("actions")
    def open_actions(self) -> None:
        """Open the menu of the marked customers, else of the selected one and their only subscription."""
        from wbtui.ui.actions.opening import open_menu_of_row

        if self._bulk:
            self._bulk.open_menu()
        elif self.table.current is not None:
            open_menu_of_row(self, self.table.current.value, scope=self.SCOPE)

    @handles("action")
    def open_action(self, kind: str) -> None:
        """Open an action on the selected customer, or their profile to select what it is about."""
        from wbtui.ui.actions.opening import open_action_of_row

        assert self.table.current is not None
        open_action_of_row(self, kind, self.table.current.value, open_tab=self._open_tab)

    # ── marks for a bulk action ──
    def _bulk_changed(self) -> None:
        self.table.repaint()
        self._show_state()

    @handles("mark")
    def mark_selected(self) -> None:
        """Mark or unmark the selected customer, and go to the next row."""
        assert self.table.current is not None
        if self._bulk.toggle(self.table.current.value):
            self.table.move(1)

    @handles("mark_all")
    async def mark_all(self) -> None:
        """Unmark all, or mark those found that are neither done nor snoozed."""
        await self._bulk.toggle_all(self.bar.text, (await self._marks.stored()).__contains__)

    @handles("insights")
    def open_insights(self) -> None:
        from wbtui.ui.screens.insights import InsightsScreen

        self.app.push_screen(InsightsScreen(self.bar.text))

    @handles("export")
    def export(self) -> None:
        """Save the customers listed as CSV, with columns to choose."""
        start(self, choose_and_export_customers, self, self.bar.text, group=COMMANDS)

    def choose_queue(self) -> None:
        """Open the dialog of the work queues."""
        self._opener.choose(self.bar.text, self.show_search)

    def show_search(self, query: str) -> None:
        """Search for what was chosen, and go to the list."""
        self.bar.text = query
        self.table.focus()

    @handles("save_search")
    def save_search(self) -> None:
        self._marks.save(self.bar.text.strip())

    @handles("pin")
    def pin_selected(self) -> None:
        assert self.table.current is not None
        self._quick_access.pin(self.table.current.value)

    @handles("quick_access")
    def open_quick_access(self, number: int) -> None:
        """Open the pinned or recent customer on a number key."""
        if (customer_id := self._quick_access.customer_id(number)) is not None:
            host(self).open_customer(customer_id)

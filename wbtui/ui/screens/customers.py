"""Customers: one search box over everything held, the server asked behind it, a virtual list."""

from __future__ import annotations

import logging

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.timer import Timer
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.query import filter_values, with_filter
from wbtui.ui import messages
from wbtui.ui.clipboard import Copyable, offered
from wbtui.ui.command import Command
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import join, safe
from wbtui.ui.screens import customers_text as words
from wbtui.ui.screens.customers_queue import QueueScreen
from wbtui.ui.screens.search_session import (
    AheadCame,
    Counted,
    Failed,
    PageCame,
    PageLost,
    SearchSession,
    ServerAsked,
    WhyCame,
)
from wbtui.ui.widgets.customer_columns import Row, marked_columns
from wbtui.ui.widgets.customer_preview import preview_content
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import start

log = logging.getLogger(__name__)

CALM = 1.0
"""Seconds between two repaints that the background's news may cause."""
SORTS = ("", "-owes", "-since", "status")
"""What `s` walks through; empty: by name."""


class CustomersScreen(QueueScreen):
    """The first screen. Typing searches what is held; Enter opens the highlighted customer."""

    SCOPE = "customers"
    BINDINGS = bindings_for("customers")
    CSS_PATH = "customers.tcss"
    ABOUT = words.ABOUT
    AUTO_FOCUS = ""

    def __init__(self, query: str = "") -> None:
        super().__init__()
        self._first_text = query
        self.finding = SearchSession(self)
        self._open_on_arrival = False
        self._dirty = False
        self._news: Timer | None = None
        self._why_shown = ""

    # ── what is seen ──
    def compose_body(self) -> ComposeResult:
        yield SearchBar(self._first_text)
        with Horizontal(id="finding"):
            with Vertical(id="listing"):
                yield VirtualTable[Row](marked_columns(self.mark_words), id="customers")
                yield Static(id="list-state", markup=False)
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(id="preview-text", markup=False)
        with Horizontal(id="foot"):
            yield Static(id="why", markup=False)
            yield Static(id="position", markup=False)

    @property
    def matching(self) -> int | None:
        return self.finding.matching

    def on_mount(self) -> None:
        self.bar.field.focus()
        self._look(self.bar.text)
        self._learn_words()
        self.read_desk()

    # ── searching: every key ──
    @on(SearchBar.Changed)
    def _typed(self, event: SearchBar.Changed) -> None:
        event.stop()
        if event.text != self.finding.text:
            self._look(event.text)

    def _look(self, text: str) -> None:
        """A new search: the cursor goes to the first row once rows have come."""
        self.finding.look(text, self.table)
        self.forget_marks()
        assert self.finding.search is not None
        query = self.finding.search.query
        self.bar.mark(query.problems)
        sort = query.sort
        self.table.set_sorted(*((sort.field, sort.descending) if sort else ("name", False)))

    def _look_again(self) -> None:
        """The same search because held data changed; the cursor stays on its customer."""
        self._dirty = False
        self.finding.look(self.finding.text or "", self.table, again=True)
        self._learn_words()
        self.read_desk()

    def _learn_words(self) -> None:
        """Names of plans and countries, which the box offers: read anew whenever held data has changed."""
        start(self, self._read_words, group="words", latest=True)

    async def _read_words(self) -> None:
        try:
            await host(self).services.directory.plan_names()
            await host(self).services.directory.countries()
        except WbtuiError:
            pass  # a courtesy: the search itself tells when the cache cannot be read

    @on(VirtualTable.Wanted)
    def _scrolled(self, event: VirtualTable.Wanted) -> None:
        self.finding.page(event.start, event.size)

    @on(PageCame)
    def _show_page(self, event: PageCame) -> None:
        if event.turn != self.finding.turn:
            return
        self.finding.arrived = True
        table, window = self.table, event.window
        if not window.rows and not window.start:
            table.clear()
        else:
            table.put_window(window.start, window.rows, keep_cursor=not event.fresh)
            if event.position is not None:
                table.move_to(event.position)
        self._show_state()
        if self._open_on_arrival:
            self._open_on_arrival = False
            self.action_open()

    @on(AheadCame)
    def _keep_ahead(self, event: AheadCame) -> None:
        if event.turn == self.finding.turn:
            self.table.put_ahead(event.window.start, event.window.rows)

    @on(PageLost)
    def _ask_again(self, event: PageLost) -> None:
        if event.turn == self.finding.turn:
            self.table.ask_again()

    @on(Counted)
    def _show_count(self, event: Counted) -> None:
        finding = self.finding
        if event.turn != finding.turn:
            return
        finding.matching, finding.everyone, finding.counted = event.matching, event.everyone, True
        self.table.set_total(event.matching)
        self._show_state()
        self._show_position()
        self.read_marks()
        if self._dirty:
            self._hear_news()

    @on(Failed)
    def _show_failure(self, event: Failed) -> None:
        if event.turn != self.finding.turn:
            return
        if not isinstance(event.error, WbtuiError):
            log.error("The search failed: %s", type(event.error).__name__)
        self.finding.arrived = self.finding.counted = True
        self.table.clear()
        self._show_state(report(event.error).panel())

    @on(ServerAsked)
    def _server_asked(self, event: ServerAsked) -> None:
        finding = self.finding
        if event.text != finding.text:
            return
        finding.asking, finding.trouble = event.state, event.trouble
        if event.asked is not None and event.asked.found:
            self._look_again()
        self._show_state()

    # ── news from behind ──
    def on_data_changed(self, _message: messages.DataChanged) -> None:
        self._dirty = True
        self._hear_news()

    def _hear_news(self) -> None:
        """Repaint soon; at once while there is nothing to look at."""
        if not self.table.total:
            self._catch_up()
        elif self._news is None:
            self._news = self.set_timer(CALM, self._catch_up, name="news")

    def _catch_up(self) -> None:
        """Repaint what the background changed; not while a key is answered, not behind another screen."""
        self._news = None
        if self._dirty and self.finding.counted and self.is_current:
            self._look_again()

    def on_sync_changed(self, message: messages.SyncChanged) -> None:
        super().on_sync_changed(message)
        if not self.table.total:
            self._show_state()

    def on_link_changed(self, message: messages.LinkChanged) -> None:
        super().on_link_changed(message)
        self._show_state()
        if self.finding.asking is not words.Asking.DONE:
            self.finding.ask_behind()

    def on_screen_resume(self) -> None:
        self._catch_up()

    # ── words around the list ──
    def _show_state(self, failure: object | None = None) -> None:
        services, finding = host(self).services, self.finding
        said = words.Situation(
            text=self.bar.text, narrowed=finding.narrowed, matching=finding.matching,
            everyone=finding.everyone, arrived=finding.arrived, asking=finding.asking,
            trouble=finding.trouble, link=services.link.state, progress=services.sync.progress,
            complete=services.directory.is_complete(),
        )  # fmt: skip
        self.bar.set_count(words.count_line(said))
        nothing = failure is not None or (self.finding.arrived and not self.table.total)
        self.set_class(nothing, "-nothing")
        if nothing:
            content = failure if failure is not None else words.nothing(said)
            self.query_one("#list-state", Static).update(join(content))
            self._say_why(safe(""))
            self.query_one("#position", Static).update(safe(""), layout=False)
        self.refresh_keys()

    @on(VirtualTable.Highlighted)
    def _row_changed(self, event: VirtualTable.Highlighted) -> None:
        self._show_position()
        if event.row is None:
            return
        self._show_preview(event.row)
        self.finding.explain(event.index, event.row)

    def _show_preview(self, row: Row) -> None:
        if self.has_class("-wide"):
            box = self.query_one("#preview-text", Static)
            box.update(preview_content(row.value, host(self).today(), max(box.size.width, 30)))

    def on_resize(self, event: object) -> None:
        super().on_resize(event)  # type: ignore[arg-type]
        if self.is_mounted and self.table.current is not None:
            self.call_after_refresh(self._show_preview, self.table.current)

    @on(WhyCame)
    def _show_why(self, event: WhyCame) -> None:
        if event.index == self.table.cursor:
            self._say_why(words.why_line(event.matches))

    def _say_why(self, line: Content) -> None:
        # An unchanged line is not written again: moving the cursor stays cheap on a slow link.
        if line.markup != self._why_shown:
            self._why_shown = line.markup
            self.query_one("#why", Static).update(line, layout=False)

    def _show_position(self) -> None:
        table, app = self.table, host(self)
        text = words.position_line(
            table.cursor, self.finding.matching or table.total, table.current, app.now()
        )
        self.query_one("#position", Static).update(text if table.total else safe(""), layout=False)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.id in ("customers.open", "customers.copy") and self.table.current is None:
            return "No customer is highlighted."
        if command.id == "customers.clear" and not self.bar.text:
            return None
        return super().disabled_reason(command)

    @on(SearchBar.Entered)
    def _entered(self, event: SearchBar.Entered) -> None:
        event.stop()
        if self.finding.arrived:
            if self.table.current is not None:
                self.action_open()
        else:
            self._open_on_arrival = True

    @on(SearchBar.Left)
    def _left(self, event: SearchBar.Left) -> None:
        event.stop()
        self.table.focus()

    @on(VirtualTable.Chosen)
    def _clicked(self, _event: VirtualTable.Chosen) -> None:
        self.action_open()

    def action_open(self) -> None:
        if self.table.current is not None:
            self.open_in_list(self.table.current, self.table.cursor)

    def action_search(self) -> None:
        self.bar.field.focus()
        self.bar.field.cursor_position = len(self.bar.text)

    def action_clear(self) -> None:
        if self.bar.text:
            self.bar.text = ""

    def action_sort(self) -> None:
        now = ",".join(filter_values(self.bar.text, "sort"))
        after = SORTS[(SORTS.index(now) + 1) % len(SORTS)] if now in SORTS else ""
        self.bar.text = with_filter(self.bar.text, "sort", [after] if after else [])

    async def action_filters(self) -> None:
        start(self, self._open_filters, group="filters", latest=True)

    async def _open_filters(self) -> None:
        from wbtui.ui.dialogs.filters import FilterDialog

        try:
            plans = await host(self).services.directory.plan_names()
        except WbtuiError as error:
            host(self).tell_error(error)
            plans = ()

        def written(text: str | None) -> None:
            if text is not None:
                self.bar.text = text

        self.app.push_screen(FilterDialog(self.bar.text, plans), written)

    def action_copy(self) -> None:
        from wbtui.ui.dialogs.copy_menu import CopyMenu

        row = self.table.current
        if row is None:
            return
        one = row.value
        things = offered(
            Copyable("i", "Id", one.id),
            Copyable("e", "E-mail", one.email or ""),
            Copyable("n", "Name", one.title),
            Copyable("r", "Reference", one.reference or ""),
        )
        self.app.push_screen(CopyMenu(things))

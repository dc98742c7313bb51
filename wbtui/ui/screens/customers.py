"""Customers: one search box over everything held, the server asked behind it, a virtual list."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from textual import on
from textual.app import ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.content import Content
from textual.message import Message
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.query import filter_values, with_filter
from wbtui.ui import messages
from wbtui.ui.clipboard import Copyable, offered
from wbtui.ui.command import Command
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.plain import joined, plain
from wbtui.ui.report import report
from wbtui.ui.screens import customers_words as words
from wbtui.ui.screens.customers_queue import QueueScreen
from wbtui.ui.widgets.customer_columns import Row, marked_columns
from wbtui.ui.widgets.customer_preview import preview_content
from wbtui.ui.widgets.line_table import LineTable
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.work import start

if TYPE_CHECKING:
    from wbtui.services.directory import Asked, Search
    from wbtui.store.cache import Window

log = logging.getLogger(__name__)

DEBOUNCE = 0.3
"""Seconds after the last key before the server is asked."""
CALM = 1.0
"""Seconds between two repaints that the background's news may cause."""
SORTS = ("", "-owes", "-since", "status")
"""What `s` walks through; empty: by name."""


class _Page(Message):
    def __init__(self, turn: int, window: Window, position: int | None) -> None:
        super().__init__()
        self.turn, self.window, self.position = turn, window, position


class _Count(Message):
    def __init__(self, turn: int, matching: int, everyone: int) -> None:
        super().__init__()
        self.turn, self.matching, self.everyone = turn, matching, everyone


class _Asking(Message):
    def __init__(self, turn: int, asked: Asked | None, trouble: Exception | None, busy: bool) -> None:
        super().__init__()
        self.turn, self.asked, self.trouble, self.busy = turn, asked, trouble, busy


class _Why(Message):
    def __init__(self, index: int, line: object) -> None:
        super().__init__()
        self.index, self.line = index, line


class _Failed(Message):
    def __init__(self, turn: int, error: Exception) -> None:
        super().__init__()
        self.turn, self.error = turn, error


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
        self._turn = 0
        self._search: Search | None = None
        self._matching: int | None = None
        self._everyone = 0
        self._arrived = False
        self._open_on_arrival = False
        self._to_top = True
        self._asking = words.Asking.NOT
        self._trouble: Exception | None = None
        self._dirty = False
        self._why_shown = ""

    # ── what is seen ──
    def compose_body(self) -> ComposeResult:
        yield SearchBar(self._first_text)
        with Horizontal(id="finding"):
            with Vertical(id="listing"):
                yield LineTable[Row](marked_columns(self.mark_words), id="customers")
                yield Static(id="list-state", markup=False)
            with VerticalScroll(id="preview", can_focus=False):
                yield Static(id="preview-text", markup=False)
        with Horizontal(id="foot"):
            yield Static(id="why", markup=False)
            yield Static(id="position", markup=False)

    @property
    def matching(self) -> int | None:
        return self._matching

    def on_mount(self) -> None:
        self.bar.field.focus()
        self._look(self.bar.text)
        self.read_desk()
        self.set_interval(CALM, self._catch_up, name="catch-up")

    # ── searching: every key ──
    @on(SearchBar.Changed)
    def _typed(self, event: SearchBar.Changed) -> None:
        event.stop()
        self._look(event.text)

    def _look(self, text: str, *, same: bool = False) -> None:
        """Search; `same`: the same text again because held data changed, the cursor stays on its customer."""
        if not same and self._search is not None and text == self._search.text:
            return
        self._turn += 1
        self._arrived = False
        self._dirty = False
        search = host(self).services.directory.open(text)
        self._search = search
        if not same:
            # What is typed puts its best match on top, and the cursor there.
            self._to_top = True
            self.forget_marks()
            self._asking, self._trouble = words.Asking.NOT, None
            self.bar.mark(search.query.problems)
            sort = search.query.sort
            self.table.set_sorted(*((sort.field, sort.descending) if sort else ("name", False)))
            self._ask_behind()
        start(self, self._find, search, self._turn, same, group="search", latest=True)

    async def _find(self, search: Search, turn: int, same: bool) -> None:
        table = self.table
        try:
            first, position = 0, None
            if same and table.current is not None and (table.cursor or table.first_shown):
                position = await search.position_of(table.current.value.id)
                shift = 0 if position is None else position - table.cursor
                first = max(table.first_shown + shift - table.page, 0)
            window = await search.page(first, table.page * 3)
            self.post_message(_Page(turn, window, position))
            matching = await search.count()
            everyone = matching
            if not search.query.is_empty:
                everyone = (await host(self).services.cache.counts()).customers
            self.post_message(_Count(turn, matching, everyone))
        except Exception as error:  # noqa: BLE001 - told in the list, never ends the app
            if not _superseded(error):
                self.post_message(_Failed(turn, error))

    @on(LineTable.Wanted)
    def _scrolled(self, event: LineTable.Wanted) -> None:
        if self._search is not None:
            start(
                self,
                self._page,
                self._search,
                self._turn,
                event.start,
                event.size,
                group="window",
                latest=True,
            )

    async def _page(self, search: Search, turn: int, start: int, size: int) -> None:
        try:
            self.post_message(_Page(turn, await search.page(start, size), None))
        except Exception as error:  # noqa: BLE001 - told in the list, never ends the app
            if not _superseded(error):
                self.post_message(_Failed(turn, error))

    @on(_Page)
    def _show_page(self, event: _Page) -> None:
        if event.turn != self._turn:
            return
        fresh, self._arrived = not self._arrived, True
        same = event.position is not None or not self._to_top
        self._to_top = False
        table = self.table
        if fresh and event.window.start == 0 and not event.window.rows:
            table.clear()
        elif event.position is not None:
            table.put_window(event.window.start, event.window.rows)
            table.move_to(event.position)
        else:
            table.put_window(event.window.start, event.window.rows, keep_cursor=same or not fresh)
        self._show_state()
        if self._open_on_arrival:
            self._open_on_arrival = False
            self.action_open()

    @on(_Count)
    def _show_count(self, event: _Count) -> None:
        if event.turn != self._turn:
            return
        self._matching, self._everyone = event.matching, event.everyone
        self.table.set_total(event.matching)
        self._show_state()
        self._show_position()
        self.read_marks()

    @on(_Failed)
    def _show_failure(self, event: _Failed) -> None:
        if event.turn != self._turn:
            return
        if not isinstance(event.error, WbtuiError):
            log.error("The search failed: %s", type(event.error).__name__)
        self._arrived = True
        self.table.clear()
        self._show_state(report(event.error).panel())

    # ── the server, asked behind ──
    def _ask_behind(self) -> None:
        search = self._search
        if search is None:
            return
        if search.is_complete or not search.can_ask or not host(self).services.link.reachable:
            self.workers.cancel_group(self, "ask")
            return
        start(self, self._ask, search, self._turn, group="ask", latest=True)

    async def _ask(self, search: Search, turn: int) -> None:
        await asyncio.sleep(DEBOUNCE)
        self.post_message(_Asking(turn, None, None, busy=True))
        try:
            asked = await search.ask_server()
        except Exception as error:  # noqa: BLE001 - said beside the count, never ends the app
            if not _superseded(error):
                self.post_message(_Asking(turn, None, error, busy=False))
        else:
            self.post_message(_Asking(turn, asked, None, busy=False))

    @on(_Asking)
    def _asked(self, event: _Asking) -> None:
        if self._search is None or event.turn > self._turn or self._asking is words.Asking.DONE:
            return
        if event.busy:
            self._asking = words.Asking.BUSY
        elif event.trouble is not None:
            self._asking, self._trouble = words.Asking.FAILED, event.trouble
        else:
            self._asking = words.Asking.DONE
            if event.asked is not None and event.asked.found:
                self._look(self._search.text, same=True)
        self._show_state()

    # ── news from behind ──
    def on_data_changed(self, _message: messages.DataChanged) -> None:
        self._dirty = True
        if not self.table.total:
            self._catch_up()

    def on_sync_changed(self, message: messages.SyncChanged) -> None:
        super().on_sync_changed(message)
        if not self.table.total:
            self._show_state()

    def on_link_changed(self, message: messages.LinkChanged) -> None:
        super().on_link_changed(message)
        self._show_state()
        if self._asking is not words.Asking.DONE:
            self._ask_behind()

    def _catch_up(self) -> None:
        """Repaint what the background changed; called once in CALM seconds, never while a key is answered."""
        if self._dirty and self._arrived and self._search is not None and self.is_current:
            self._look(self._search.text, same=True)

    def on_screen_resume(self) -> None:
        self._catch_up()

    # ── words around the list ──
    def _show_state(self, failure: object | None = None) -> None:
        services = host(self).services
        said = words.Situation(
            text=self.bar.text, narrowed=self._search is not None and not self._search.query.is_empty,
            matching=self._matching, everyone=self._everyone, arrived=self._arrived,
            asking=self._asking, trouble=self._trouble, link=services.link.state,
            progress=services.sync.progress, complete=services.directory.is_complete(),
        )  # fmt: skip
        self.bar.set_count(words.count_line(said))
        nothing = failure is not None or (self._arrived and not self.table.total)
        self.set_class(nothing, "-nothing")
        if nothing:
            content = failure if failure is not None else words.nothing(said)
            self.query_one("#list-state", Static).update(joined(content))
            self._say_why(plain(""))
            self.query_one("#position", Static).update(plain(""), layout=False)
        self.refresh_keys()

    @on(LineTable.Highlighted)
    def _row_changed(self, event: LineTable.Highlighted) -> None:
        self._show_position()
        if event.row is None:
            return
        self._show_preview(event.row)
        if self._search is not None:
            start(self, self._explain, self._search, event.index, event.row, group="why", latest=True)

    def _show_preview(self, row: Row) -> None:
        if self.has_class("-wide"):
            box = self.query_one("#preview-text", Static)
            box.update(preview_content(row.value, host(self).today(), max(box.size.width, 30)))

    def on_resize(self, event: object) -> None:
        super().on_resize(event)  # type: ignore[arg-type]
        if self.is_mounted and self.table.current is not None:
            self.call_after_refresh(self._show_preview, self.table.current)

    async def _explain(self, search: Search, index: int, row: Row) -> None:
        try:
            matches = await search.why(row.value)
        except Exception as error:  # noqa: BLE001 - the line stays empty, never ends the app
            log.error("Why a row matched is not known: %s", type(error).__name__)
            return
        self.post_message(_Why(index, words.why_line(matches)))

    @on(_Why)
    def _show_why(self, event: _Why) -> None:
        if event.index == self.table.cursor:
            self._say_why(joined(event.line))

    def _say_why(self, line: Content) -> None:
        # An unchanged line is not written again: moving the cursor stays cheap on a slow link.
        if line.markup != self._why_shown:
            self._why_shown = line.markup
            self.query_one("#why", Static).update(line, layout=False)

    def _show_position(self) -> None:
        table, app = self.table, host(self)
        text = words.position_line(table.cursor, self._matching or table.total, table.current, app.now())
        self.query_one("#position", Static).update(text if table.total else plain(""), layout=False)

    # ── commands ──
    def why_not(self, command: Command) -> str | None:
        if command.id in ("customers.open", "customers.copy") and self.table.current is None:
            return "No customer is highlighted."
        if command.id == "customers.clear" and not self.bar.text:
            return None
        return super().why_not(command)

    @on(SearchBar.Entered)
    def _entered(self, event: SearchBar.Entered) -> None:
        event.stop()
        if self._arrived:
            if self.table.current is not None:
                self.action_open()
        else:
            self._open_on_arrival = True

    @on(SearchBar.Left)
    def _left(self, event: SearchBar.Left) -> None:
        event.stop()
        self.table.focus()

    @on(LineTable.Chosen)
    def _clicked(self, _event: LineTable.Chosen) -> None:
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


def _superseded(error: Exception) -> bool:
    """A newer search interrupted this one: nothing to say."""
    return type(error).__name__ == "Superseded"

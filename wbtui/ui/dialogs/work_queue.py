"""The work queue: built-in and saved searches with their counts; one is started, renamed or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from textual import getters, on
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.widgets import Static

from wbtui.errors import Superseded, WbtuiError
from wbtui.models.saved import ALL_CUSTOMERS, SavedSearch
from wbtui.services.queue import CancelToken, Counted
from wbtui.ui import format as fmt
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.dialogs.base import Dialog, open_dialog
from wbtui.ui.dialogs.search_name import SearchNameDialog
from wbtui.ui.host import host
from wbtui.ui.safe import join
from wbtui.ui.text import queue as text
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import apply, start

AGAIN = 2.0
"""Seconds between two counts that changed data may cause."""


@dataclass(frozen=True, slots=True)
class Line:
    """A search and what was counted of it."""

    search: SavedSearch
    counted: Counted | None = None
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """Result of the dialog: a search, and whether to open its first customer."""

    search: SavedSearch
    begin: bool


def _left(line: Line) -> Cell:
    if not line.understood:
        return Cell("▲ not understood", "warn")
    if line.counted is None:
        return Cell("…", "dim")
    if not line.counted.known:
        left = line.counted.left
        return Cell(f"at least {fmt.count(left)}") if left else Cell(fmt.UNKNOWN, "dim")
    if line.counted.aside:
        return Cell(f"{fmt.count(line.counted.left)} of {fmt.count(line.counted.total)}")
    return Cell(fmt.count(line.counted.total), "plain" if line.counted.total else "dim")


COLUMNS: tuple[Column[Line], ...] = (
    Column("Queue", lambda line: Cell(line.search.name), least=20, share=8, most=33),
    Column("Filter", lambda line: Cell(line.search.query or ALL_CUSTOMERS, "dim"), least=12, share=3,
           rank=1),
    Column("Remaining", _left, least=16, right=True),
)  # fmt: skip


class WorkQueueDialog(Dialog[Chosen]):
    """Counts one search after the other while it is open, and only then. `query` is the search box's text."""

    SCOPE = "work_queue"
    ABOUT = text.ABOUT
    GROWS = True
    DEFAULT_CSS = """
    WorkQueueDialog > .dialog { min-width: 84; }
    WorkQueueDialog VirtualTable { margin: 0 0 1 0; }
    WorkQueueDialog .queue-text { height: 1; padding: 0 2; margin: 0 0 1 0; color: $text-muted; }
    WorkQueueDialog KeyBar { dock: none; padding: 0; }
    """
    is_loading = True
    table: getters.query_one[VirtualTable[Line]] = getters.query_one(VirtualTable)

    def __init__(self, query: str) -> None:
        super().__init__("Work queue")
        self._query = query.strip()
        self._lines: tuple[Line, ...] = ()
        self._token = CancelToken()
        self._counting = False
        self._dirty = False

    def compose_fixed(self) -> ComposeResult:
        yield VirtualTable[Line](COLUMNS, id="queues")
        yield Static(classes="queue-text", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield KeyBar()

    def opened(self) -> None:
        self.table.focus()
        self._list("")
        self.set_interval(AGAIN, self._catch_up, name="count-again")

    def on_unmount(self) -> None:
        # A count that goes on would only take a reader from the search box.
        self._token.cancel()

    # ── the list ──
    def _list(self, search_id: str) -> None:
        start(self, self._read, search_id, group="list", latest=True)

    async def _read(self, search_id: str) -> None:
        services = host(self).services
        lines = []
        try:
            searches = await services.queues.searches()
        except WbtuiError as error:
            host(self).show_error(error)
            searches = ()
        for one in searches:
            understood = not services.directory.open(one.query).query.problems
            lines.append(Line(one, services.queues.counted.get(one.id), understood))
        await apply(self, self._show, lines, search_id)

    def _show(self, lines: Sequence[Line], search_id: str) -> None:
        self._lines, self.is_loading = tuple(lines), False
        self.on_resize()
        at = next((i for i, line in enumerate(lines) if line.search.id == search_id), None)
        table = self.table
        table.put_window(0, lines)
        table.set_total(len(lines))
        if at is not None:
            table.move_to(at)
        self._count()

    def on_resize(self) -> None:
        self.table.styles.height = max(min(len(self._lines) + 1, self.app.size.height - 7), 3)

    @on(VirtualTable.Highlighted)
    def _highlighted(self, event: VirtualTable.Highlighted) -> None:
        if event.row is not None:
            self.query_one(".queue-text", Static).update(
                join(("/ ", "bold $primary"), event.row.search.query or ALL_CUSTOMERS)
            )
        self.query_one(KeyBar).refresh()

    @on(VirtualTable.Chosen)
    def _clicked(self) -> None:
        self.choose(True)

    # ── counts ──
    def _count(self) -> None:
        self._token.cancel()
        self._token, self._dirty, self._counting = CancelToken(), False, True
        start(self, self._count_all, self._lines, self._token, group="count", latest=True)

    async def _count_all(self, lines: tuple[Line, ...], token: CancelToken) -> None:
        trouble: WbtuiError | None = None
        for line in lines:
            if line.understood:
                try:
                    counted = await host(self).services.queues.count(line.search, token)
                except Superseded:
                    return
                except WbtuiError as error:
                    trouble = error
                    counted = line.counted or Counted(0, 0, known=False)
                await apply(self, self._show_count, line.search.id, counted)
        await apply(self, self._all_counted, trouble)

    def _all_counted(self, trouble: WbtuiError | None) -> None:
        self._counting = False
        if trouble is not None:
            host(self).show_error(trouble)

    def _show_count(self, search_id: str, counted: Counted) -> None:
        self._lines = tuple(
            Line(line.search, counted) if line.search.id == search_id else line for line in self._lines
        )
        self.table.put_window(0, self._lines)

    def on_data_changed(self, _message: messages.DataChanged) -> None:
        self._dirty = True

    def on_date_changed(self) -> None:
        self._dirty = True

    def _catch_up(self) -> None:
        if self._dirty and not self._counting:
            self._count()

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        line = self.table.current
        if command.verb in ("rename", "delete") and line and line.search.built_in:
            return text.BUILT_IN
        if command.verb == "save" and not self._query:
            return text.EMPTY_SEARCH
        return super().disabled_reason(command)

    @handles("choose")
    def choose(self, begin: bool) -> None:
        line = self.table.current
        if line is not None:
            # A search that is not understood would begin with all customers.
            self.dismiss(Chosen(line.search, begin and line.understood))

    @handles("save")
    def save(self) -> None:
        open_dialog(self, save_dialog(self, self._query), self._changed)

    @handles("rename")
    def rename(self) -> None:
        line = self.table.current
        if line is None:
            return
        queues, search = host(self).services.queues, line.search
        dialog = SearchNameDialog(
            "Rename", search.query, lambda name: queues.rename(search, name), name=search.name
        )
        open_dialog(self, dialog, self._changed)

    def _changed(self, search: SavedSearch) -> None:
        self._list(search.id)

    @handles("delete")
    def delete(self) -> None:
        line = self.table.current
        if line is None:
            return
        delete = partial(start, self, self._delete, line.search, group="delete")
        question = text.delete_question(line.search.name)
        ask(self, text.DELETE, question, delete, yes="Delete", no="Keep it")

    async def _delete(self, search: SavedSearch) -> None:
        try:
            await host(self).services.queues.delete(search)
        finally:
            self._list("")


def save_dialog(node: DOMNode, query: str) -> SearchNameDialog:
    """The form that saves `query` under a name."""
    queues = host(node).services.queues
    return SearchNameDialog("Save this search", query, lambda name: queues.save(name, query))

"""The work queue: built-in and saved searches with their counts; one is started, renamed or deleted."""

from __future__ import annotations

from dataclasses import dataclass

from textual import events, on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.dom import DOMNode
from textual.message import Message
from textual.screen import ModalScreen
from textual.widgets import Static

from wbtui.errors import Superseded, WbtuiError
from wbtui.models.saved import EVERYONE, SavedSearch
from wbtui.services.queue import CancelToken, Counted
from wbtui.ui import format as fmt
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.ask import AskScreen
from wbtui.ui.dialogs.search_name import SearchNameDialog
from wbtui.ui.host import host
from wbtui.ui.safe import join, safe
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import start

AGAIN = 2.0
"""Seconds between two countings that news from behind may cause."""


@dataclass(frozen=True, slots=True)
class Line:
    """A search and what was counted of it."""

    search: SavedSearch
    counted: Counted | None = None
    understood: bool = True


@dataclass(frozen=True, slots=True)
class Chosen:
    """What the dialog answers: a search, and whether to open its first customer."""

    search: SavedSearch
    begin: bool


def _left(line: Line) -> Cell:
    if not line.understood:
        return Cell("▲ not understood", "warn")
    if line.counted is None:
        return Cell(fmt.NOTHING, "dim")
    if line.counted.aside:
        return Cell(f"{fmt.count(line.counted.left)} of {fmt.count(line.counted.total)}")
    return Cell(fmt.count(line.counted.total), "plain" if line.counted.total else "dim")


COLUMNS: tuple[Column[Line], ...] = (
    Column("Search", lambda line: Cell(line.search.name), least=20, share=8, most=34),
    Column("What it looks for", lambda line: Cell(line.search.query or EVERYONE, "dim"), least=12, share=3,
           rank=1),
    Column("Left", _left, least=16, right=True),
)  # fmt: skip


class _Listed(Message):
    def __init__(self, lines: tuple[Line, ...], search_id: str) -> None:
        super().__init__()
        self.lines, self.search_id = lines, search_id


class _Counted(Message):
    def __init__(self, search_id: str, counted: Counted) -> None:
        super().__init__()
        self.search_id, self.counted = search_id, counted


class WorkQueueDialog(ModalScreen[Chosen | None], CommandHost):
    """Counts one search after the other while it is open, and only then. `query` is what the box holds."""

    SCOPE = "work_queue"
    BINDINGS = bindings_for("work_queue")
    DEFAULT_CSS = """
    WorkQueueDialog .dialog { width: 84; padding: 0 1; }
    WorkQueueDialog VirtualTable { margin: 0 0 1 0; }
    WorkQueueDialog .queue-text { height: 1; padding: 0 2; margin: 0 0 1 0; color: $text-muted; }
    WorkQueueDialog KeyBar { dock: none; padding: 0; }
    """

    def __init__(self, query: str) -> None:
        super().__init__()
        self._query = query.strip()
        self._lines: tuple[Line, ...] = ()
        self._token = CancelToken()
        self._counting = False
        self._dirty = False

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = safe("Work queue")
            yield VirtualTable[Line](COLUMNS, id="queues")
            yield Static(classes="queue-text", markup=False)
            yield KeyBar()

    @property
    def table(self) -> VirtualTable[Line]:
        return self.query_one(VirtualTable)

    def on_mount(self) -> None:
        self.table.focus()
        self._list("")
        self.set_interval(AGAIN, self._catch_up, name="count-again")

    def on_unmount(self) -> None:
        # What still counts would only take a reader from the search box.
        self._token.cancel()

    # ── the list ──
    def _list(self, search_id: str) -> None:
        start(self, self._read, search_id, group="list", latest=True)

    async def _read(self, search_id: str) -> None:
        services = host(self).services
        try:
            searches = await services.queues.searches()
        except WbtuiError as error:
            host(self).tell_error(error)
            return
        lines = []
        for one in searches:
            understood = not services.directory.open(one.query).query.problems
            lines.append(Line(one, services.queues.counted.get(one.id), understood))
        self.post_message(_Listed(tuple(lines), search_id))

    @on(_Listed)
    def _show(self, event: _Listed) -> None:
        self._lines = event.lines
        at = next((i for i, line in enumerate(event.lines) if line.search.id == event.search_id), None)
        table = self.table
        self._fit()
        table.put_window(0, event.lines)
        table.set_total(len(event.lines))
        if at is not None:
            table.move_to(at)
        self._count()

    def _fit(self) -> None:
        self.table.styles.height = max(min(len(self._lines) + 1, self.app.size.height - 7), 3)

    def on_resize(self, _event: events.Resize) -> None:
        self._fit()

    @on(VirtualTable.Highlighted)
    def _highlighted(self, event: VirtualTable.Highlighted) -> None:
        if event.row is not None:
            self.query_one(".queue-text", Static).update(
                join(("/ ", "bold $primary"), event.row.search.query or EVERYONE)
            )
        self.query_one(KeyBar).refresh()

    @on(VirtualTable.Chosen)
    def _clicked(self, _event: VirtualTable.Chosen) -> None:
        self.action_start()

    # ── counts ──
    def _count(self) -> None:
        self._token.cancel()
        self._token, self._dirty, self._counting = CancelToken(), False, True
        start(self, self._count_all, self._lines, self._token, group="count", latest=True)

    async def _count_all(self, lines: tuple[Line, ...], token: CancelToken) -> None:
        trouble: WbtuiError | None = None
        try:
            for line in lines:
                if line.understood:
                    try:
                        counted = await host(self).services.queues.count(line.search, token)
                    except Superseded:
                        return
                    except WbtuiError as error:
                        trouble = error
                    else:
                        self.post_message(_Counted(line.search.id, counted))
            if trouble is not None:
                host(self).tell_error(trouble)
        finally:
            self._counting = token is not self._token

    @on(_Counted)
    def _show_count(self, event: _Counted) -> None:
        self._lines = tuple(
            Line(line.search, event.counted) if line.search.id == event.search_id else line
            for line in self._lines
        )
        self.table.put_window(0, self._lines)

    def on_data_changed(self, _message: messages.DataChanged) -> None:
        self._dirty = True

    def _catch_up(self) -> None:
        if self._dirty and not self._counting:
            self._count()

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        line = self.table.current
        if command.id in ("work_queue.rename", "work_queue.delete") and line and line.search.built_in:
            return "A built-in search stays as it is."
        if command.id == "work_queue.save" and not self._query:
            return "The search box is empty: type a search first."
        return super().disabled_reason(command)

    def action_start(self) -> None:
        self._choose(begin=True)

    def action_look(self) -> None:
        self._choose(begin=False)

    def _choose(self, *, begin: bool) -> None:
        line = self.table.current
        if line is not None:
            # A search that is not understood would begin with everyone.
            self.dismiss(Chosen(line.search, begin and line.understood))

    def action_back(self) -> None:
        self.dismiss(None)

    def action_save(self) -> None:
        self.app.push_screen(save_dialog(self, self._query), self._changed)

    def action_rename(self) -> None:
        line = self.table.current
        if line is None:
            return
        queues, search = host(self).services.queues, line.search
        self.app.push_screen(
            SearchNameDialog(
                "Rename", search.query, lambda name: queues.rename(search, name), name=search.name
            ),
            self._changed,
        )

    def _changed(self, search: SavedSearch | None) -> None:
        if search is not None:
            self._list(search.id)

    def action_delete(self) -> None:
        line = self.table.current
        if line is None:
            return

        def answered(yes: bool | None) -> None:
            if yes:
                start(self, self._delete, line.search, group="delete")

        question = f"{line.search.name}: the search and what is marked in its queue would be gone."
        self.app.push_screen(AskScreen("Delete the search?", question, yes="Delete", no="Keep it"), answered)

    async def _delete(self, search: SavedSearch) -> None:
        try:
            await host(self).services.queues.delete(search)
        except WbtuiError as error:
            host(self).tell_error(error)
        self._list("")


def save_dialog(node: DOMNode, query: str) -> SearchNameDialog:
    """The form that saves `query` under a name."""
    queues = host(node).services.queues
    return SearchNameDialog("Save this search", query, lambda name: queues.save(name, query))

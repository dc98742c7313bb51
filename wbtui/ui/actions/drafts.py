"""The drafts: forms that were kept, to be opened again or deleted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from textual import getters, on
from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.drafts import Draft
from wbtui.ui import format as fmt
from wbtui.ui.actions.catalogue import title_of
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.ask import ask
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, safe
from wbtui.ui.text import drafts as text
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import apply, start


class DraftsDialog(Dialog[Draft]):
    """Ends with the draft to open."""

    SCOPE = "drafts"
    ABOUT = text.ABOUT
    GROWS = True
    DEFAULT_CSS = """
    DraftsDialog .drafts-empty { padding: 1 2; display: none; }
    DraftsDialog KeyBar { dock: none; padding: 0; margin-top: 1; }
    """
    is_loading = True
    table: getters.query_one[VirtualTable[Draft]] = getters.query_one(VirtualTable)

    def __init__(self) -> None:
        super().__init__("Drafts")
        self._number = 0

    def compose_fixed(self) -> ComposeResult:
        columns: tuple[Column[Draft], ...] = (
            Column("Action", lambda one: Cell(self._draft_name(one), "strong"), least=18, share=2),
            Column("Customer", lambda one: Cell(one.customer), least=14, share=2),
            Column("Kept", lambda one: Cell(self._kept(one), "dim"), least=12, right=True),
        )  # fmt: skip
        yield VirtualTable[Draft](columns, id="drafts")
        yield Static(classes="drafts-empty", markup=False)

    def compose_foot(self) -> ComposeResult:
        yield KeyBar()

    def opened(self) -> None:
        self.table.focus()
        start(self, self._read, group="drafts", latest=True)

    def on_date_changed(self) -> None:
        self.table.repaint()

    async def _read(self) -> None:
        try:
            drafts = await host(self).services.drafts.all()
        except WbtuiError as error:
            await apply(self, self._show, (), report(error).panel())
        else:
            await apply(self, self._show, drafts, safe(host(self).keymap.fill(text.EMPTY), DIM))

    def _show(self, drafts: Sequence[Draft], empty: Content) -> None:
        """Show the drafts, or why there are none."""
        self._number, self.is_loading = len(drafts), False
        self.on_resize()
        self.table.put_window(0, drafts)
        self.table.set_total(len(drafts))
        self.table.display = bool(drafts)
        said = self.query_one(".drafts-empty", Static)
        said.update(empty)
        said.display = not drafts
        self.query_one(KeyBar).renew()

    def on_resize(self) -> None:
        self.table.styles.height = max(min(self._number + 1, self.app.size.height - 5), 3)

    def disabled_reason(self, command: Command) -> str | None:
        if command.verb in ("open", "delete") and self.table.current is None:
            return text.NO_SELECTION
        return super().disabled_reason(command)

    @on(VirtualTable.Chosen)
    @handles("open")
    def open_selected(self) -> None:
        if self.table.current is not None:
            self.dismiss(self.table.current)

    @handles("delete")
    def delete(self) -> None:
        draft = self.table.current
        assert draft is not None
        delete = partial(start, self, self._delete, draft.id, group="delete")
        question = text.delete_question(f"{self._draft_name(draft)} · {draft.customer}")
        ask(self, text.DELETE, question, delete, yes="Delete", no="Keep it")

    def _draft_name(self, draft: Draft) -> str:
        return f"{title_of(draft.kind)} {draft.label}".strip()

    def _kept(self, draft: Draft) -> str:
        return fmt.instant(draft.saved_at, host(self).now())

    async def _delete(self, draft_id: str) -> None:
        try:
            await host(self).services.drafts.discard(draft_id)
        finally:
            await self._read()

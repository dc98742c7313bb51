"""The form that asks for the name of a saved search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from textual.app import ComposeResult
from textual.widgets import Static

from wbtui.errors import BadInput
from wbtui.models.saved import ALL_CUSTOMERS, MAX_NAME, SavedSearch
from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.safe import DIM, join
from wbtui.ui.widgets.text_field import LineField, printable
from wbtui.ui.work import COMMANDS, start


class SearchNameDialog(FormDialog[SavedSearch]):
    """Ends with the search as it was saved. `save` stores it under a name and may raise BadInput."""

    go_on_label = "Save"
    FOOT = ("submit", "", "back")
    FIRST = "#name"
    DEFAULT_CSS = "SearchNameDialog > .dialog { width: 72; }"

    def __init__(
        self, title: str, query: str, save: Callable[[str], Awaitable[SavedSearch]], *, name: str = ""
    ) -> None:
        super().__init__(title)
        self._query = query
        self._save_as = save
        self._before = printable(name, lines=False)

    def compose_body(self) -> ComposeResult:
        yield Field("Name", LineField(self._before, max_length=MAX_NAME, id="name"), id="name-field")
        yield Static(join(("Search      ", DIM), self._query or ALL_CUSTOMERS), markup=False)

    @property
    def typed(self) -> str:
        return self.query_one("#name", LineField).value

    def go_on(self) -> None:
        start(self, self._save, group=COMMANDS)

    async def _save(self) -> None:
        try:
            self.dismiss(await self._save_as(self.typed))
        except BadInput as problem:
            self.query_one("#name-field", Field).show_problem(problem.sentence)

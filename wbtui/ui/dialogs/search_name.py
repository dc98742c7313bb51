"""The form that asks for the name of a saved search."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input, Static

from wbtui.errors import BadInput, WbtuiError
from wbtui.models.saved import ALL_CUSTOMERS, MAX_NAME, SavedSearch
from wbtui.ui.dialogs.base import Field, FormDialog
from wbtui.ui.host import host
from wbtui.ui.safe import join
from wbtui.ui.widgets.line_field import LineField, seen
from wbtui.ui.work import start


class SearchNameDialog(FormDialog[SavedSearch]):
    """Answers the search as it was kept. `keep` stores it under a name and may raise BadInput."""

    go_on_label: ClassVar[str] = "Save"
    DEFAULT_CSS = "SearchNameDialog > .dialog { width: 72; }"

    def __init__(
        self, title: str, query: str, keep: Callable[[str], Awaitable[SavedSearch]], *, name: str = ""
    ) -> None:
        super().__init__(title)
        self._query = query
        self._keep = keep
        self._named = seen(name, lines=False)

    def compose_body(self) -> ComposeResult:
        yield Field("Name", LineField(self._named, max_length=MAX_NAME, id="name"), id="name-field")
        yield Static(join(("Search      ", "$text-muted"), self._query or ALL_CUSTOMERS), markup=False)

    def on_mount(self) -> None:
        self.query_one("#name").focus()

    @property
    def typed(self) -> str:
        return self.query_one("#name", LineField).value

    def unsent(self) -> str | None:
        return "the name" if self.typed.strip() not in ("", self._named.strip()) else None

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        # Nothing leaves this machine: Enter in the field is enough, and does not go to the next one.
        event.stop()
        event.prevent_default()
        self.action_go_on()

    def action_go_on(self) -> None:
        start(self, self._save, group="save")

    async def _save(self) -> None:
        try:
            kept = await self._keep(self.typed)
        except BadInput as problem:
            self.query_one("#name-field", Field).say(problem.sentence)
        except WbtuiError as error:
            host(self).tell_error(error)
        else:
            self.dismiss(kept)

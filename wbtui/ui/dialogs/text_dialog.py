"""Some text to read in a dialog: what a line of an invoice means, step by step."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import BindingType
from textual.content import Content
from textual.widgets import Static

from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host


class TextDialog(Dialog[None]):
    """Some text to read: what a line on an invoice means."""

    SCOPE = "words"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("words")

    def __init__(self, title: str, text: Content, *, environment: str) -> None:
        super().__init__(title, environment=environment)
        self._text = text

    def compose_body(self) -> ComposeResult:
        yield Static(self._text, markup=False)

    def opened(self) -> None:
        self.query_one("#dialog-back").focus()

    @handles("copy")
    def action_copy(self) -> None:
        host(self).copy(self._text.plain, "the explanation")

    @handles("close")
    def action_close(self) -> None:
        self.dismiss(None)

"""A text to read and copy: how a line of an invoice was calculated, or a portal link that is shown once."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.content import Content
from textual.widgets import Static

from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host


class TextDialog(Dialog[None]):
    """Shows `text`. `copied` is copied under the name `what`; by default the whole text."""

    SCOPE = "text"
    FOOT = ("close", "", "copy")
    GROWS = True
    NAMES_ENVIRONMENT = True

    def __init__(self, title: str, text: Content, *, what: str, copied: str = "") -> None:
        super().__init__(title)
        self._text = text
        self._what = what
        self._copied = copied or text.plain

    def compose_body(self) -> ComposeResult:
        yield Static(self._text, markup=False)

    @handles("copy")
    def copy(self) -> None:
        host(self).copy(self._copied, self._what)

"""A yes-or-no question; the focus starts on the harmless button."""

from __future__ import annotations

from collections.abc import Callable

from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.widgets import Static

from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog, open_dialog
from wbtui.ui.safe import safe


class AskScreen(Dialog[bool]):
    """Ends with True for yes, with None for no. Title, text and buttons are cleaned here."""

    SCOPE = "ask"
    FOOT = ("no", "yes")
    FOCUSABLE = ("yes", "back")
    DEFAULT_CSS = "AskScreen > .dialog { width: 60; }"

    def __init__(self, title: str, text: str, *, yes: str, no: str) -> None:
        super().__init__(title)
        self._text = text
        self._answers = {"yes": yes, "no": no}

    def compose_body(self) -> ComposeResult:
        yield Static(safe(self._text), markup=False)

    def foot_label(self, row: Command) -> str:
        return self._answers[row.verb]

    @handles("yes")
    def yes(self) -> None:
        self.dismiss(True)


def ask(node: DOMNode, title: str, question: str, then: Callable[[], object], *, yes: str, no: str) -> None:
    """Ask a question above all screens; call `then` when the answer is yes."""
    open_dialog(node, AskScreen(title, question, yes=yes, no=no), lambda _yes: then())


def confirm_discard(node: DOMNode, unsent: str | None, then: Callable[[], object]) -> None:
    """Call `then`, which discards the input that `unsent` names, once confirmed; at once if there is none."""
    if unsent is None:
        then()
    else:
        ask(node, "Discard", f"Discard {unsent}?", then, yes="Discard", no="Keep editing")

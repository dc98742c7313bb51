"""A yes-or-no question; the focus starts on the harmless button."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding
from textual.containers import Horizontal, Vertical
from textual.widgets import Button, Static

from wbtui.ui.modal import Modal
from wbtui.ui.safe import safe


class AskScreen(Modal[bool]):
    """Answers True for yes. Title, text and buttons are cleaned here."""

    BINDINGS = [Binding("escape", "no", show=False)]
    DEFAULT_CSS = """
    AskScreen .dialog { width: 60; }
    AskScreen Horizontal { height: 1; margin-top: 1; }
    AskScreen Button { margin-right: 2; }
    """

    def __init__(self, title: str, text: str, *, yes: str, no: str) -> None:
        super().__init__()
        self._texts = (title, text, yes, no)

    def compose(self) -> ComposeResult:
        title, text, yes, no = self._texts
        with Vertical(classes="dialog") as box:
            box.border_title = safe(title)
            yield Static(safe(text), markup=False)
            with Horizontal():
                yield Button(safe(no), id="no")
                yield Button(safe(yes), id="yes")

    def on_mount(self) -> None:
        self.query_one("#no").focus()

    @on(Button.Pressed)
    def _answer(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_no(self) -> None:
        self.dismiss(False)

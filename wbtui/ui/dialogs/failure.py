"""A failure that stays until it is closed and can be copied whole: for writes, where every word counts."""

from __future__ import annotations

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.widgets import Button, Static

from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.modal import Modal
from wbtui.ui.report import Report
from wbtui.ui.safe import join_lines, safe, safe_lines
from wbtui.ui.widgets.key_bar import KeyBar


class FailureDialog(Modal[None]):
    """Names what is known and what is not. `known` adds sentences of the caller's own."""

    SCOPE = "failure"
    BINDINGS = bindings_for("failure")
    DEFAULT_CSS = """
    FailureDialog .dialog { border: round $error; max-height: 90%; }
    FailureDialog VerticalScroll { height: auto; max-height: 20; }
    FailureDialog Button { margin-top: 1; }
    FailureDialog KeyBar { dock: none; padding: 0; }
    """

    def __init__(self, said: Report, *, known: str = "") -> None:
        super().__init__()
        self.said = said
        self.known = known

    def compose(self) -> ComposeResult:
        with Vertical(classes="dialog") as box:
            box.border_title = safe(self.said.title)
            with VerticalScroll(can_focus=False):
                lines: list[object] = [safe_lines(self.said.sentence)]
                if self.known:
                    lines += ["", safe_lines(self.known)]
                if self.said.hint:
                    lines += ["", safe_lines(self.said.hint, "$text-muted")]
                if self.said.request_id:
                    lines += ["", safe(f"Request id {self.said.request_id}", "$text-muted")]
                yield Static(join_lines(*lines), markup=False)
            yield Button("Close", id="close", compact=True)
            yield KeyBar()

    def on_mount(self) -> None:
        self.query_one("#close").focus()

    def text(self) -> str:
        """Everything it says, for the clipboard."""
        return "\n".join(part for part in (self.said.text(), self.known) if part)

    @on(Button.Pressed)
    def _close(self) -> None:
        self.dismiss()

    @handles("back")
    def action_back(self) -> None:
        self.dismiss()

    @handles("copy")
    def action_copy(self) -> None:
        host(self).copy(self.text(), "The message")

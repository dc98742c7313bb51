"""`y` then a letter: what can be copied here, sent to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from wbtui.ui.clipboard import Copyable
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.modal import Modal
from wbtui.ui.safe import fit, join, join_lines, safe


class CopyMenu(Modal[None]):
    """A short list of letters; each copies its text and closes the menu."""

    SCOPE = "copy"
    BINDINGS = bindings_for("copy")
    DEFAULT_CSS = """
    CopyMenu .dialog { width: 64; padding: 0 1; }
    """

    def __init__(self, things: Sequence[Copyable]) -> None:
        super().__init__()
        self.things = tuple(things)

    def compose(self) -> ComposeResult:
        lines = [
            join(
                (f"{thing.letter}  ", "bold"),
                (fit(thing.name, 12), "$text-muted"),
                fit(thing.text, 42).rstrip(),
            )
            for thing in self.things
        ]
        with Vertical(classes="dialog") as box:
            box.border_title = safe("Copy")
            yield Static(join_lines(*lines) if lines else safe("Nothing to copy here."), markup=False)

    def on_key(self, event: events.Key) -> None:
        for thing in self.things:
            if event.character == thing.letter:
                event.stop()
                event.prevent_default()
                self.dismiss()
                host(self).copy(thing.text, thing.name)
                return

    @handles("back")
    def action_back(self) -> None:
        self.dismiss()

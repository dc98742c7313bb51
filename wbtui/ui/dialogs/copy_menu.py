"""`y` then a letter: what can be copied here, sent to the terminal's clipboard."""

from __future__ import annotations

from collections.abc import Sequence

from textual import events
from textual.app import ComposeResult
from textual.widgets import Static

from wbtui.ui.clipboard import Copyable
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import fit, join, join_lines, safe


class CopyMenu(Dialog[None]):
    """A short list of letters; each copies its text and closes the menu."""

    SCOPE = "copy"
    DEFAULT_CSS = "CopyMenu > .dialog { width: 64; }"

    def __init__(self, things: Sequence[Copyable]) -> None:
        super().__init__("Copy")
        self.things = tuple(things)

    def compose_body(self) -> ComposeResult:
        lines = [
            join(
                (f"{thing.letter}  ", "bold"),
                (fit(thing.name, 12), "$text-muted"),
                fit(thing.text, 42).rstrip(),
            )
            for thing in self.things
        ]
        yield Static(join_lines(*lines) if lines else safe("Nothing to copy here."), markup=False)

    def on_key(self, event: events.Key) -> None:
        for thing in self.things:
            if event.character == thing.letter:
                event.stop()
                event.prevent_default()
                self.dismiss()
                host(self).copy(thing.text, thing.name, one_line=True)
                return

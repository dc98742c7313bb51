"""`y` then a letter: what can be copied here, sent to the terminal's clipboard."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

from textual import events
from textual.app import ComposeResult
from textual.dom import DOMNode
from textual.widgets import Static

from wbtui.models.instants import local
from wbtui.models.text import plain
from wbtui.paths import write_new
from wbtui.ui.clipboard import MAX_COPY, Copyable
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, fit, join, join_lines, safe
from wbtui.ui.text import commands as text
from wbtui.ui.work import start


class CopyMenu(Dialog[None]):
    """A short list of letters; each copies its text and closes the menu."""

    SCOPE = "copy"
    DEFAULT_CSS = "CopyMenu > .dialog { width: 70; }"

    def __init__(self, things: Sequence[Copyable]) -> None:
        super().__init__("Copy")
        self.things = tuple(things)

    def compose_body(self) -> ComposeResult:
        # The long names of texts that are made when chosen take nothing from the IDs above them.
        names = {
            made: [one.name for one in self.things if (one.make is not None) is made]
            for made in (False, True)
        }
        widths = {made: max([12, *(len(name) + 1 for name in names[made])]) for made in names}
        lines = []
        for thing in self.things:
            width = widths[thing.make is not None]
            text = fit(thing.text, 60 - width).rstrip()
            lines.append(join((f"{thing.letter}  ", "bold"), (fit(thing.name, width), DIM), text))
        said = join_lines(*lines) if lines else safe("Nothing to copy here.")
        yield Static(said, id="copy-list", markup=False)

    def on_key(self, event: events.Key) -> None:
        for thing in self.things:
            if event.character == thing.letter:
                event.stop()
                event.prevent_default()
                self._copy(thing)
                return

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self.query_one("#copy-list"))
        if at is not None and at.y < len(self.things):
            self._copy(self.things[at.y])

    def _copy(self, thing: Copyable) -> None:
        self.dismiss()
        if thing.make is not None:
            start(self.app, _copy_made, self.app, thing.name, thing.make, group="copy")
        else:
            host(self).copy(thing.text, thing.name, one_line=True)


async def _copy_made(node: DOMNode, name: str, make: Callable[[], str]) -> None:
    """Copy what `make` returns, or save it as a new file where it is too long for the clipboard."""
    app, made = host(node), await asyncio.to_thread(make)
    if len(made) <= MAX_COPY:
        app.copy(made, name)
        return
    file_name = f"timeline-{local(app.now()):%Y-%m-%d-%H%M%S}.txt"
    path = await asyncio.to_thread(write_new, app.services.documents, file_name, [plain(made).encode()])
    app.show_toast(text.too_long(name, path))

"""A field of one line; what is pasted into it loses everything that cannot be seen."""

from __future__ import annotations

import unicodedata

from textual import events
from textual.geometry import Size
from textual.reactive import Reactive
from textual.widgets import Input

from wbtui.ui.commanding import CommandHost

_UNSEEN = frozenset(["Cc", "Cf", "Cs", "Co", "Cn"])


def seen(text: str, *, lines: bool) -> str:
    """`text` without control, format and unassigned characters; line breaks stay with `lines`.

    Unlike the cleaner for display this shortens what will be sent: an agent's own words hold nothing hidden.
    """
    out = []
    for char in text.replace("\r\n", "\n").replace("\r", "\n"):
        if char in "\n\u2028\u2029\x85\x0b\x0c":
            out.append("\n" if lines else " ")
        elif char == "\t":
            out.append(" ")
        elif unicodedata.category(char) not in _UNSEEN:
            out.append(char)
    return "".join(out)


class SteadyInput(Input, CommandHost):
    """Input whose cursor does not blink, so that an idle screen writes nothing."""

    # The width of a line that scrolls is given to it: what is typed asks for no new layout of the screen.
    virtual_size = Reactive(Size(0, 0))

    def on_mount(self) -> None:
        self.cursor_blink = False


class LineField(SteadyInput):
    """One line of words."""

    def _on_paste(self, event: events.Paste) -> None:
        # The base class handles the event after this and sees the cleaned text.
        event.text = seen(event.text, lines=False)

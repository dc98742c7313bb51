"""The offers under the search box: what may follow what is typed, each with what it means.

They lie over the list, which does not move; of more than eight the ones around the chosen one are shown.
"""

from __future__ import annotations

from collections.abc import Sequence

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wbtui.models.query import Completion
from wbtui.ui.safe import fit, join

LINES = 8
_WIDTH = 74
_LEFT = 2


class Suggestions(Widget, can_focus=False):
    """Hidden while there is nothing to offer."""

    DEFAULT_CSS = f"""
    Suggestions {{
        overlay: screen; display: none; width: {_WIDTH}; max-width: 100%; margin: 0 0 0 {_LEFT};
        background: $panel; color: $foreground;
    }}
    """

    class Clicked(Message):
        """The offer of that number was clicked."""

        def __init__(self, number: int) -> None:
            super().__init__()
            self.number = number

    def __init__(self) -> None:
        super().__init__()
        self._suggestions: Sequence[Completion] = ()
        self._at = 0
        self._first = 0
        self._key = ""

    def show(self, suggestions: Sequence[Completion], at: int, key: str) -> None:
        """These, with the one at `at` chosen; `key` takes it. None: hide."""
        if (tuple(suggestions), at, key) == (tuple(self._suggestions), self._at, self._key):
            return
        self._suggestions, self._at, self._key = tuple(suggestions), at, key
        lines = min(len(suggestions), LINES)
        self._first = max(min(self._first, at), at - LINES + 1, 0) if lines == LINES else 0
        self.display = bool(suggestions)
        if suggestions:
            self.styles.height = lines
        self.refresh()

    def render(self) -> Content:
        width = self.size.width
        shown = list(enumerate(self._suggestions))[self._first : self._first + LINES]
        names = min(max((cell_len(offer.insert) for _, offer in shown), default=0), 28)
        more = len(self._suggestions) - self._first - len(shown)
        lines = []
        for number, offer in shown:
            chosen = number == self._at
            tail = self._key if chosen else f"{more} more" if more and number == shown[-1][0] else ""
            room = width - names - len(tail) - 5
            lines.append(
                join(
                    ("▌" if chosen else "│", "$primary" if chosen else "$rule"),
                    (fit(offer.insert, names), "bold" if chosen else ""),
                    "  ",
                    (fit(offer.sentence, max(room, 0)), "$text-muted"),
                    (f" {tail} ", "bold $primary" if chosen else "$text-muted"),
                )
            )
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        number = self._first + event.y
        if number < len(self._suggestions):
            self.post_message(self.Clicked(number))

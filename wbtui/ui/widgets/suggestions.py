"""Suggestions under the search box: what can follow the text, each with its meaning.

They cover the top of the list, which does not move; eight of them are shown, around the chosen one.
"""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len
from textual import events
from textual.content import Content
from textual.message import Message
from textual.widget import Widget

from wbtui.models.query.complete import Completion
from wbtui.ui.safe import DIM, fit, join

LINES = 8
_WIDTH = 74
_LEFT = 2


class Suggestions(Widget, can_focus=False):
    """Hidden while there are none."""

    DEFAULT_CSS = f"""
    Suggestions {{
        overlay: screen; display: none; width: {_WIDTH}; max-width: 100%; margin: 0 0 0 {_LEFT};
        background: $panel; color: $foreground;
    }}
    """

    @dataclass
    class Clicked(Message):
        """The suggestion with that number was clicked."""

        number: int

    def __init__(self) -> None:
        super().__init__()
        self._suggestions: tuple[Completion, ...] = ()
        self._at = 0
        self._first = 0
        self._key = ""

    def show(self, suggestions: tuple[Completion, ...], at: int, key: str) -> None:
        """Show these, with the one at `at` chosen; `key` accepts it. Without any, hide."""
        if (suggestions, at, key) == (self._suggestions, self._at, self._key):
            return
        self._suggestions, self._at, self._key = suggestions, at, key
        lines = min(len(suggestions), LINES)
        self._first = max(min(self._first, at), at - LINES + 1, 0) if lines == LINES else 0
        self.display = bool(suggestions)
        if suggestions:
            self.styles.height = lines
        self.refresh()

    def render(self) -> Content:
        width = self.size.width
        shown = list(enumerate(self._suggestions))[self._first : self._first + LINES]
        names = min(max((cell_len(one.insert) for _, one in shown), default=0), 28)
        more = len(self._suggestions) - self._first - len(shown)
        lines = []
        for number, one in shown:
            chosen = number == self._at
            tail = self._key if chosen else f"{more} more" if more and number == shown[-1][0] else ""
            room = width - names - len(tail) - 6
            lines.append(
                join(
                    ("▌" if chosen else "│", "$primary" if chosen else "$rule"),
                    (fit(one.insert, names), "bold" if chosen else ""),
                    "  ",
                    (fit(one.sentence, max(room, 0)), DIM),
                    (f" {tail} ", "bold $primary" if chosen else DIM),
                    ("│", "$rule"),
                )
            )
        return Content("\n").join(lines)

    def on_click(self, event: events.Click) -> None:
        event.stop()
        number = self._first + event.y
        if number < len(self._suggestions):
            self.post_message(self.Clicked(number))

"""The key bar: one line with the keys of the focused widget and around it, made from the command registry."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from textual import events
from textual.app import App
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, TextArea

from wbtui.ui.commanding import Obstacle, obstacle, places
from wbtui.ui.commands import show_key, types_a_character
from wbtui.ui.host import host
from wbtui.ui.safe import DIM

_NEEDED = ("back", "actions")
"""Verbs of commands that are left out last where there is no room."""


class _Key(NamedTuple):
    """One command in the bar."""

    press: str
    key: str
    word: str
    obstacle: Obstacle | None
    of_app: bool
    needed: bool

    def render(self) -> Content:
        off = self.obstacle is not None and self.obstacle.blocks
        key = Content.styled(self.key, "$text-disabled" if off else "bold $foreground")
        word = Content.styled(f" {self.word}", "$text-disabled" if off else DIM)
        if self.obstacle is None:
            return key + word
        return key + word + Content.styled(f" {self.obstacle.sign}", "$text-disabled")


class KeyBar(Widget):
    """Keys bright, words dim; a command that cannot run now is dimmer, with ✕, and its key says why.

    ○ stands beside one whose form can be kept as a draft, but not sent now. A click presses the key.

    While the focus is in a text field, keys that would be typed into it are left out.
    """

    DEFAULT_CSS = "KeyBar { height: 1; width: 100%; dock: bottom; padding: 0 1; background: $background; }"

    def __init__(self) -> None:
        super().__init__()
        self._shown: list[_Key] = []
        self._outdated = False
        self._spots: list[tuple[range, str]] = []

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.renew())

    def renew(self) -> None:
        """Check after the next drawing which commands can run; redraw only a changed line."""
        if not self._outdated:
            self._outdated = True
            self.call_after_refresh(self._redraw_changes)

    def _redraw_changes(self) -> None:
        self._outdated = False
        if self.is_attached and self._keys() != self._shown:
            self.refresh()

    def _keys(self) -> list[_Key]:
        """Return the keys of all active commands in order, also those that do not fit."""
        keymap = host(self).keymap
        found: list[_Key] = []
        words: set[str] = set()
        typing = isinstance(self.screen.focused, Input | TextArea)
        for place in places(self.screen):
            for row in place.bar_commands():
                keys = [key for key in keymap.of(row.id) if not (typing and types_a_character(key))]
                if not keys or row.bar in words:
                    continue
                words.add(row.bar)
                found.append(
                    _Key(
                        keys[0],
                        show_key(keys[0]),
                        row.bar,
                        obstacle(self, row.needs, place.disabled_reason(row)),
                        of_app=isinstance(place, App),
                        needed=row.verb in _NEEDED,
                    )
                )
        return found

    def render(self) -> Content:
        self._shown = self._keys()
        pieces = [(one, one.render()) for one in self._shown]
        tail = [pair for pair in reversed(pieces) if pair[0].of_app]
        others = [pair for pair in pieces if not pair[0].of_app]
        width = self.size.width
        used = sum(piece.cell_length + 2 for _, piece in tail)
        fitting = set[int]()
        for at in sorted(range(len(others)), key=lambda at: not others[at][0].needed):
            cells = others[at][1].cell_length
            if used + cells <= width:
                fitting.add(at)
                used += cells + 2
        shown = [pair for at, pair in enumerate(others) if at in fitting]
        gap = max(width + 2 - used, 0)
        left = Content("  ").join(piece for _, piece in shown) + Content(" " * (gap + (2 if shown else 0)))
        self._spots = [*_spots(shown, 0), *_spots(tail, left.cell_length)]
        return left + Content("  ").join(piece for _, piece in tail)

    def on_click(self, event: events.Click) -> None:
        at = event.get_content_offset(self)
        for cells, key in self._spots:
            if at is not None and at.x in cells:
                self.app.simulate_key(key)


def _spots(pieces: Iterable[tuple[_Key, Content]], x: int) -> Iterator[tuple[range, str]]:
    """Return the cells of each piece, the first from `x` on, and the key that a click on them presses."""
    for one, piece in pieces:
        yield range(x, x + piece.cell_length), one.press
        x += piece.cell_length + 2

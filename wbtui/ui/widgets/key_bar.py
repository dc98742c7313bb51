"""The key bar: one line with the keys of the focused widget and around it, made from the command registry."""

from __future__ import annotations

from textual.app import App
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, TextArea

from wbtui.ui.commanding import obstacle, places
from wbtui.ui.commands import show_key, types_a_character
from wbtui.ui.host import host
from wbtui.ui.safe import DIM

_NEEDED = ("back", "actions")
"""Verbs of commands that are left out last where there is no room."""


class KeyBar(Widget):
    """Keys bright, words dim; a command that cannot run now is dimmer, with ✕, and its key says why.

    ○ stands beside one whose form can be kept as a draft, but not sent now.

    While the focus is in a text field, keys that would be typed into it are left out.
    """

    DEFAULT_CSS = """
    KeyBar { height: 1; width: 100%; dock: bottom; padding: 0 1; background: $background; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._shown = Content("")
        self._outdated = False

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, lambda _screen: self.renew())

    def renew(self) -> None:
        """Check after the next drawing which commands can run; redraw only a changed line."""
        if not self._outdated:
            self._outdated = True
            self.call_after_refresh(self._redraw_changes)

    def _redraw_changes(self) -> None:
        self._outdated = False
        if self.is_attached and not self._line().is_same(self._shown):
            self.refresh()

    def render(self) -> Content:
        self._shown = self._line()
        return self._shown

    def _line(self) -> Content:
        keymap = host(self).keymap
        pieces: list[Content] = []
        needed: list[bool] = []
        tail: list[Content] = []
        words: set[str] = set()
        typing = isinstance(self.screen.focused, Input | TextArea)
        named = [(place, row) for place in places(self.screen) for row in place.bar_commands()]
        for place, row in named:
            keys = [key for key in keymap.of(row.id) if not (typing and types_a_character(key))]
            if not keys or row.bar in words:
                continue
            words.add(row.bar)
            found = obstacle(self, row.needs, place.disabled_reason(row))
            off = found is not None and found.blocks
            key = Content.styled(show_key(keys[0]), "$text-disabled" if off else "bold $foreground")
            word = Content.styled(f" {row.bar}", "$text-disabled" if off else DIM)
            sign = Content("") if found is None else Content.styled(f" {found.sign}", "$text-disabled")
            piece = key + word + sign
            if isinstance(place, App):
                tail.append(piece)
            else:
                pieces.append(piece)
                needed.append(row.verb in _NEEDED)
        width = self.size.width
        used = sum(piece.cell_length + 2 for piece in tail)
        fitting = set[int]()
        for at in sorted(range(len(pieces)), key=lambda at: not needed[at]):
            if used + pieces[at].cell_length <= width:
                fitting.add(at)
                used += pieces[at].cell_length + 2
        shown = [piece for at, piece in enumerate(pieces) if at in fitting]
        gap = max(width + 2 - used, 0)
        left = Content("  ").join(shown)
        right = Content("  ").join(reversed(tail))
        return left + Content(" " * (gap + (2 if shown else 0))) + right

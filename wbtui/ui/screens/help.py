"""The help screen: what the current screen is for, its terms, and its keys."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Self

from textual.app import App, ComposeResult
from textual.content import Content
from textual.screen import Screen
from textual.widgets import Static

from wbtui.ui.command import Command
from wbtui.ui.commanding import CommandHost, obstacle, places
from wbtui.ui.commands import scopes, show_key
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join, join_lines, labelled, safe, safe_lines, safe_text
from wbtui.ui.text.search import EXAMPLE

_KEYS, _TITLE = 16, 20
_INDENT = 2 + _KEYS + _TITLE
"""Cells before the sentence of a command."""
_Place = tuple[CommandHost, Sequence[Command]]


class HelpScreen(Dialog[None]):
    """The screen's purpose, then the commands of every active host; disabled ones with the reason."""

    SCOPE = "help"
    DEFAULT_CSS = "HelpScreen > .dialog { width: 96; max-height: 90%; padding: 1 2 0 2; }"

    def __init__(self, about: str, where: Sequence[_Place]) -> None:
        super().__init__("Help")
        self._about = about
        self._where = where

    @classmethod
    def about(cls, screen: Screen[object]) -> Self:
        """The help for the focused widget of a screen."""
        where = places(screen)
        # The help of the focused widget wins over that of the screen around it.
        about = next((text for place in (*where, screen) if (text := getattr(place, "ABOUT", ""))), "")
        # The screen's own commands come first.
        where.sort(key=lambda place: 0 if isinstance(place, Screen) else 2 if isinstance(place, App) else 1)
        listed = [(place, list(place.commands())) for place in where]
        if screen.is_modal:
            # These keys of the app work in dialogs, too.
            app = screen.app
            assert isinstance(app, CommandHost)
            here = ("app.help",) if isinstance(screen, Dialog) else ()
            listed.append((app, [row for row in app.commands() if row.everywhere or row.id in here]))
        return cls(about, listed)

    def compose_body(self) -> ComposeResult:
        yield Static(self._text(), markup=False)

    def opened(self) -> None:
        self.frame.border_subtitle = safe("↑ ↓ scroll")
        self.body.can_focus = True
        self.body.focus()

    def _text(self) -> Content:
        blocks: list[object] = []
        keymap = host(self).keymap
        if self._about:
            blocks += [*map(self._about_line, keymap.fill(self._about).splitlines()), ""]
        for place, commands in self._where:
            # The menu has all actions; those without a key would be most of the help.
            if rows := [row for row in commands if keymap.of(row.id) or row.handled_by != "action"]:
                blocks += [safe(scopes()[place.SCOPE].title, "bold $primary")]
                blocks += [self._row(place, row) for row in rows]
                blocks += [""]
        return join_lines(*blocks)

    def _about_line(self, line: str) -> Content:
        at = EXAMPLE if line.startswith("  ") else 0
        return labelled(safe(line[:at]), safe(line[at:]), at, self._width)

    def _row(self, place: CommandHost, row: Command) -> Content:
        keys = " ".join(show_key(key) for key in host(self).keymap.of(row.id)) or "palette"
        found = obstacle(self, row.needs, place.disabled_reason(row))
        key, title = f"  {keys:<{_KEYS - 1}} ", f"{row.title:<{_TITLE}}"
        line = join((key, "bold"), title, self._hanging(row.sentence, DIM))
        if found is None:
            return line
        return join(line, Content("\n" + " " * _INDENT), self._hanging(found.sentence, "$warning"))

    @property
    def _width(self) -> int:
        """Cells of a line."""
        return min(self.app.size.width, 96) - 8

    def _hanging(self, text: str, style: str) -> Content:
        """Wrap a sentence into the right column."""
        lines = textwrap.wrap(safe_text(text), max(self._width - _INDENT, 20)) or [""]
        return safe_lines(("\n" + " " * _INDENT).join(lines), style)

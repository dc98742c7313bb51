"""Fields of one or several lines; invisible characters are removed from what is pasted into them."""

from __future__ import annotations

import unicodedata
from typing import Any

from textual import events
from textual._types import WatchCallbackType
from textual.actions import SkipAction
from textual.dom import DOMNode
from textual.widgets import Input, TextArea

from wbtui.ui.commanding import CommandHost
from wbtui.ui.host import host
from wbtui.ui.text import commands as text

_REMOVED = frozenset(["Cc", "Cf", "Cs", "Co", "Cn"])


def printable(typed: str, *, lines: bool) -> str:
    """Return the text without control, format and unassigned characters; `lines` keeps line breaks.

    Unlike the cleaner for display this removes them: nothing hidden is sent in an agent's name.
    """
    out = []
    for char in typed.replace("\r\n", "\n").replace("\r", "\n"):
        if char in "\n\u2028\u2029\x85\x0b\x0c":
            out.append("\n" if lines else " ")
        elif char == "\t":
            out.append(" ")
        elif unicodedata.category(char) not in _REMOVED:
            out.append(char)
    return "".join(out)


class SteadyInput(Input, CommandHost):
    """Input whose cursor does not blink, so that an idle screen writes nothing."""

    def __init__(self, *args: Any, **options: Any) -> None:
        # Textual (8.2.8) draws only the caret of a focused empty field in the field's style.
        options["placeholder"] = options.get("placeholder") or " "
        # Textual's validation, without validators, would set a class and so style the field again.
        super().__init__(*args, validate_on=(), **options)

    def on_mount(self) -> None:
        self.cursor_blink = False

    def _watch_value(self, value: str) -> None:
        first = self._initial_value
        super()._watch_value(value)
        if first and self.is_mounted:
            # Textual (8.2.8) moves the cursor to the end of the first text without scrolling to it.
            self._watch_selection(self.selection)


class LineField(SteadyInput):
    """One line of text. `given` is its initial text."""

    def __init__(self, value: str = "", **options: Any) -> None:
        super().__init__(value, **options)
        self.given = value

    @property
    def typed(self) -> bool:
        """Whether it contains text other than `given`."""
        return self.value.strip() not in ("", self.given.strip())

    def _on_paste(self, event: events.Paste) -> None:
        # The base class handles the event after this and sees the cleaned text.
        event.text = printable(event.text, lines=False)
        kept = len(self.value) - len(self.selected_text)
        if self.max_length and kept + len(event.text) > self.max_length:
            host(self).show_toast(text.paste_too_long(len(event.text), self.max_length), tone="warning")
            event.text = ""


class TextField(TextArea):
    """Several lines of text. Tab, and the arrows on the first and the last line, leave it."""

    def __init__(self, *, id: str | None = None, limit: int = 5000, placeholder: str = "") -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            placeholder=placeholder,
            highlight_cursor_line=False,
        )
        self._limit = limit
        self.cursor_blink = False

    def watch(
        self, obj: DOMNode, attribute_name: str, callback: WatchCallbackType, init: bool = True
    ) -> None:
        """Follow the theme by its signal, which removed widgets can leave.

        Textual (8.2.8) keeps each text area that watched the theme until the theme changes.
        """
        if obj is self.app and attribute_name == "theme":
            self.app.theme_changed_signal.subscribe(self, lambda _: self._app_theme_changed())
        else:
            super().watch(obj, attribute_name, callback, init)

    def action_cursor_up(self, select: bool = False) -> None:
        if not select and self.navigator.is_first_wrapped_line(self.cursor_location):
            raise SkipAction
        super().action_cursor_up(select)

    def action_cursor_down(self, select: bool = False) -> None:
        if not select and self.navigator.is_last_wrapped_line(self.cursor_location):
            raise SkipAction
        super().action_cursor_down(select)

    def on_unmount(self) -> None:
        self.app.theme_changed_signal.unsubscribe(self)

    async def _on_paste(self, event: events.Paste) -> None:
        whole = printable(event.text, lines=True)
        event.text = whole[: self._limit]
        if event.text != whole:
            host(self).show_toast(text.paste_cut(self._limit), tone="warning")

"""A field of several lines; invisible characters are removed from what is pasted into it."""

from __future__ import annotations

from textual import events
from textual.widgets import TextArea

from wbtui.ui.host import host
from wbtui.ui.text import fields as text
from wbtui.ui.widgets.line_field import LineField, seen

__all__ = ["LineField", "TextField", "seen"]


class TextField(TextArea):
    """Several lines of text. Tab goes to the next field."""

    def __init__(self, *, id: str | None = None, limit: int = 5000, placeholder: str = "") -> None:
        super().__init__(
            id=id,
            soft_wrap=True,
            show_line_numbers=False,
            tab_behavior="focus",
            compact=True,
            placeholder=placeholder,
            highlight_cursor_line=False,
        )
        self._limit = limit
        self.cursor_blink = False

    async def _on_paste(self, event: events.Paste) -> None:
        whole = seen(event.text, lines=True)
        event.text = whole[: self._limit]
        if event.text != whole:
            host(self).tell(text.paste_cut(self._limit), tone="warning")

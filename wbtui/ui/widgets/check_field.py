"""A yes-or-no field: `[x]` yes, `[ ]` no."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.ui.safe import join, safe_text


class CheckField(Widget, can_focus=True):
    """Space toggles it. Enter is left to the form around it."""

    DEFAULT_CSS = """
    CheckField { height: 1; width: 1fr; }
    CheckField:focus { color: $accent; text-style: bold underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "toggle_value", "Toggle", show=False),
    ]

    value: reactive[bool] = reactive(False)
    """Whether it is checked."""

    class Changed(Message):
        """The value changed."""

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = safe_text(label, limit=200)

    def render(self) -> Content:
        return join(f"[{'x' if self.value else ' '}] {self._label}")

    def action_toggle_value(self) -> None:
        self.value = not self.value

    def on_click(self) -> None:
        self.action_toggle_value()

    def watch_value(self) -> None:
        if self.is_mounted:
            self.post_message(self.Changed())

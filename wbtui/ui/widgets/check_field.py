"""A yes-or-no field whose state is a sign: [x] yes, [ ] no."""

from __future__ import annotations

from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.ui.safe import join, safe_text


class CheckField(Widget, can_focus=True):
    """Space turns it. Enter does not: it goes to the next field, as everywhere in a form."""

    DEFAULT_CSS = """
    CheckField { height: 1; width: 1fr; }
    CheckField:focus { color: $accent; text-style: bold underline; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("space", "turn", "Turn", show=False),
        Binding("enter", "screen.focus_next", "Next field", show=False),
    ]

    value: reactive[bool] = reactive(False)
    """Whether it is ticked."""

    class Changed(Message):
        """It was turned."""

        def __init__(self, tick: CheckField) -> None:
            super().__init__()
            self.tick = tick

        @property
        def control(self) -> CheckField:
            return self.tick

    def __init__(self, label: str, *, id: str | None = None) -> None:
        super().__init__(id=id)
        self._label = safe_text(label, limit=200)

    def render(self) -> Content:
        return join(f"[{'x' if self.value else ' '}] {self._label}")

    def action_turn(self) -> None:
        self.value = not self.value

    def on_click(self) -> None:
        self.action_turn()

    def watch_value(self) -> None:
        if self.is_mounted:
            self.post_message(self.Changed(self))

"""A list of which several options can be checked: `[x] Pro`, `[ ] Business`."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, ClassVar

from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from wbtui.ui.safe import fit


class Checklist(Widget, can_focus=True):
    """One option on each line; arrows or j and k move, space checks. Labels are cleaned here."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"check--row", "check--cursor", "check--on"}
    DEFAULT_CSS = """
    Checklist { height: auto; width: 1fr; }
    Checklist > .check--row { color: $foreground; }
    Checklist > .check--on { color: $foreground; text-style: bold; }
    Checklist:focus > .check--cursor { background: $row; }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down,j", "step(1)", "Next", show=False),
        Binding("up,k", "step(-1)", "Previous", show=False),
        Binding("space,x", "mark", "Mark", show=False),
    ]

    class Changed(Message):
        """An option was checked or unchecked."""

    def __init__(
        self, options: Sequence[tuple[str, Any]], chosen: Collection[Any] = (), *, id: str | None = None
    ) -> None:
        """`options` are pairs of label and value."""
        super().__init__(id=id)
        self._options = tuple(options)
        self._on = {value for _, value in options if value in chosen}
        self._cursor = 0

    @property
    def chosen(self) -> list[Any]:
        """The checked values, in the order of the list."""
        return [value for _, value in self._options if value in self._on]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return max(len(self._options), 1)

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        if y >= len(self._options):
            return Strip.blank(width, self.rich_style)
        label, value = self._options[y]
        on = value in self._on
        names = ["check--on" if on else "check--row"]
        if y == self._cursor and self.has_focus:
            names.append("check--cursor")
        style = self.get_component_rich_style(*names)
        pointer = "▌" if y == self._cursor and self.has_focus else " "
        return Strip([Segment(pointer + fit(f"[{'x' if on else ' '}] {label}", width - 1), style)])

    def action_step(self, by: int) -> None:
        """Move the cursor; it stops at the ends of the list."""
        self._cursor = max(min(self._cursor + by, len(self._options) - 1), 0)
        self.refresh()

    def action_mark(self) -> None:
        if self._options:
            self._on ^= {self._options[self._cursor][1]}
            self.refresh()
            self.post_message(self.Changed())

    def on_click(self, event: events.Click) -> None:
        if event.y < len(self._options):
            self._cursor = event.y
            self.action_mark()

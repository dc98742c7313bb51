"""One option of a few, all of them visible: `(•) now  ( ) at renewal`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from rich.cells import cell_len
from rich.segment import Segment
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Size
from textual.message import Message
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from wbtui.ui.safe import fit_clean, safe_text

T = TypeVar("T")
_ARROWS = "← →"
"""The keys that choose, shown while the focus is here."""


class Choice(Widget, Generic[T], can_focus=True):
    """Arrows, h and l or space choose. Enter is left to the form around it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"choice--on", "choice--off"}
    DEFAULT_CSS = """
    Choice {
        height: auto; width: 1fr;
        & > .choice--off { color: $text-muted; }
        & > .choice--on { text-style: bold; }
        &:focus > .choice--on { color: $accent; text-style: bold underline; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("right,l,space", "step(1)", "Next", show=False),
        Binding("left,h", "step(-1)", "Previous", show=False),
    ]

    index: reactive[int | None] = reactive(None)
    """Index of the chosen option; None while there is none."""

    @dataclass
    class Changed(Message):
        """Another option was chosen."""

        choice: Choice[Any]

    def __init__(
        self,
        options: Sequence[tuple[str, T]],
        *,
        chosen: int | None = None,
        column: bool = False,
        id: str | None = None,
    ) -> None:
        """`options` are pairs of label and value; `column` puts each on a line of its own."""
        super().__init__(id=id)
        self._set(options)
        self._column = column
        self.set_reactive(Choice.index, chosen)

    def _set(self, options: Sequence[tuple[str, T]]) -> None:
        self._labels = tuple(safe_text(label, limit=200) for label, _ in options)
        self._values = tuple(value for _, value in options)

    def offer(self, options: Sequence[tuple[str, T]]) -> None:
        """Replace the options. The chosen value stays if it is one of them, else the first is chosen."""
        before, value = (self._labels, self._values), self.value
        self._set(options)
        if (self._labels, self._values) != before:
            self.set_reactive(Choice.index, self._values.index(value) if value in self._values else 0)
            self.refresh(layout=True)

    @property
    def value(self) -> T | None:
        """The value of the chosen option."""
        return None if self.index is None else self._values[self.index]

    @property
    def label(self) -> str | None:
        """The marked option's label."""
        return None if self.index is None else self._labels[self.index]

    def select_text(self, text: str) -> bool:
        """Choose the option whose value is written as `text`, None as ""; return whether there is one."""
        texts = ["" if value is None else str(value) for value in self._values]
        found = texts.index(text) if text in texts else None
        if found is not None:
            self.index = found
        return found is not None

    def _lines(self, width: int) -> list[list[int]]:
        """The indexes of the options on each line."""
        if self._column:
            return [[index] for index in range(len(self._labels))]
        lines: list[list[int]] = [[]]
        used = 0
        for index, label in enumerate(self._labels):
            needed = cell_len(label) + 6
            arrows = cell_len(_ARROWS) + 2 if index == len(self._labels) - 1 else 0
            if lines[-1] and used + needed - 2 + arrows > width:
                lines.append([])
                used = 0
            lines[-1].append(index)
            used += needed
        return lines

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self._lines(width))

    def render_line(self, y: int) -> Strip:
        lines = self._lines(self.size.width)
        segments = []
        base = self.rich_style
        for index in lines[y] if y < len(lines) else []:
            on = index == self.index
            style = base + self.get_component_rich_style(f"choice--{'on' if on else 'off'}", partial=True)
            text = f"{self._sign(index, on=on)} {self._labels[index]}"
            if cell_len(text) > self.size.width:
                text = fit_clean(text, self.size.width)
            segments.append(Segment(text, style))
            segments.append(Segment("  ", base))
        room = self.size.width - sum(segment.cell_length for segment in segments)
        if self.has_focus and not self._column and y == len(lines) - 1 and room >= cell_len(_ARROWS):
            segments.append(
                Segment(_ARROWS, base + self.get_component_rich_style("choice--off", partial=True))
            )
        return Strip(segments).adjust_cell_length(self.size.width, base)

    def _sign(self, index: int, *, on: bool) -> str:
        """Return the sign before an option; `on`: it is the chosen one."""
        return "(•)" if on else "( )"

    def action_step(self, by: int) -> None:
        count = len(self._values)
        if count:
            start = -1 if self.index is None and by > 0 else (self.index or 0)
            self.index = (start + by) % count

    def on_key(self, event: events.Key) -> None:
        """In a column, up and down choose, and at its ends go to the field above or below."""
        if self._column and event.key in ("up", "down"):
            target = (self.index if self.index is not None else -1) + (1 if event.key == "down" else -1)
            if 0 <= target < len(self._values):
                self.index = target
                event.stop()
                event.prevent_default()

    def on_click(self, event: events.Click) -> None:
        lines = self._lines(self.size.width)
        x = 0
        for index in lines[event.y] if event.y < len(lines) else []:
            width = cell_len(self._labels[index]) + 4
            if x <= event.x < x + width:
                self.index = index
            x += width + 2

    def watch_index(self) -> None:
        if self.is_mounted:
            self.refresh()
            self.post_message(self.Changed(self))

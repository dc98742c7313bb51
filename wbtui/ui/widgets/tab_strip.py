"""The line of tabs: number and name, the open one in reverse and bold, so that it shows without colour."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from textual import events
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.ui.safe import DIM, join, safe


class TabStrip(Widget):
    """` 1 Overview   2 Subscriptions   3 Billing …`; short names where the line is narrow."""

    DEFAULT_CSS = "TabStrip { height: 1; width: 1fr; padding: 0 1; }"

    open: reactive[int] = reactive(0)

    @dataclass
    class Chosen(Message):
        """A tab was clicked."""

        index: int

    def __init__(self, names: Sequence[tuple[str, str]]) -> None:
        """Long and short name of each tab."""
        super().__init__()
        self._names = tuple(names)

    def _labels(self) -> list[str]:
        long = [f" {at} {names[0]} " for at, names in enumerate(self._names, start=1)]
        if sum(map(len, long)) + len(long) <= self.size.width:
            return long
        return [f" {at} {names[1]} " for at, names in enumerate(self._names, start=1)]

    def render(self) -> Content:
        pieces = []
        for index, label in enumerate(self._labels()):
            if index == self.open:
                pieces.append(join((label, "bold reverse")))
            else:
                pieces.append(join((label[:3], "bold"), (label[3:], DIM)))
        return safe(" ").join(pieces)

    def on_click(self, event: events.Click) -> None:
        x = 1
        for index, label in enumerate(self._labels()):
            if x <= event.x < x + len(label):
                self.post_message(self.Chosen(index))
            x += len(label) + 1

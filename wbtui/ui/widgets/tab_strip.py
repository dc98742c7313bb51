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
    """` 1 Overview   2 Subscriptions   3 Billing …`; short names and less space where the line is narrow."""

    DEFAULT_CSS = "TabStrip { height: 1; width: 1fr; padding-left: 1; }"

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
        long, short = (
            [f" {at} {name} " for at, name in enumerate(names, start=1)]
            for names in zip(*self._names, strict=True)
        )
        if len(" ".join(long)) < self.size.width - 1:
            return long
        return short if len(" ".join(short)) <= self.size.width else [label.strip() for label in short]

    def render(self) -> Content:
        pieces = []
        for index, label in enumerate(self._labels()):
            if index == self.open:
                pieces.append(join((label, "bold reverse")))
            else:
                name_at = label.index(" ", 1) + 1
                pieces.append(join((label[:name_at], "bold"), (label[name_at:], DIM)))
        return safe(" ").join(pieces)

    def on_click(self, event: events.Click) -> None:
        x = 1
        for index, label in enumerate(self._labels()):
            if x <= event.x < x + len(label):
                self.post_message(self.Chosen(index))
            x += len(label) + 1

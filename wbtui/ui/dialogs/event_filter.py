"""The form that asks which events of a timeline are listed."""

from __future__ import annotations

from collections.abc import Collection
from typing import ClassVar

from textual.app import ComposeResult

from wbtui.models.activity import EventKind
from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.safe import safe
from wbtui.ui.text import activity as text
from wbtui.ui.widgets.checklist import Checklist
from wbtui.ui.widgets.line_field import LineField, seen

EventChoice = tuple[tuple[EventKind, ...], str]
"""Kinds and words."""


class EventFilterDialog(FormDialog[EventChoice]):
    """Ends with kinds and words; neither lists every event."""

    go_on_label: ClassVar[str] = "Filter"
    FOOT = ("submit", "", "back")
    DEFAULT_CSS = "EventFilterDialog > .dialog { width: 64; }"

    def __init__(self, kinds: Collection[EventKind], words: str) -> None:
        super().__init__(text.FILTER_TITLE)
        self._kinds = kinds
        self._words = seen(words, lines=False)

    def compose_body(self) -> ComposeResult:
        yield Field("Text", LineField(self._words, placeholder=text.FILTER_HINT, max_length=100, id="words"))
        options = [(kind.value, kind) for kind in EventKind if kind is not EventKind.UNKNOWN]
        yield Field("Kind", Checklist(options, self._kinds, id="kinds"))

    def opened(self) -> None:
        self.frame.border_subtitle = safe("space selects")
        self.query_one("#words").focus()

    def go_on(self) -> None:
        self.dismiss((tuple(self.query_one(Checklist).chosen), self.query_one("#words", LineField).value))

"""The form that asks until when a customer is put off in a queue."""

from __future__ import annotations

from datetime import date, timedelta
from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.widgets import Input

from wbtui.errors import BadInput
from wbtui.models.saved import read_day
from wbtui.ui import format as fmt
from wbtui.ui.dialogs.base import Field, FormDialog
from wbtui.ui.host import host
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.line_field import LineField

_DATE = 0
"""The choice that is a date typed below."""
_CHOICES = (("tomorrow", 1), ("in 3 days", 3), ("in a week", 7))


class SnoozeDialog(FormDialog[date]):
    """Answers the day on which the customer comes back into the queue."""

    go_on_label: ClassVar[str] = "Snooze"
    DEFAULT_CSS = """
    SnoozeDialog > .dialog { width: 64; }
    SnoozeDialog #date-field { display: none; }
    SnoozeDialog.-date #date-field { display: block; }
    """

    def __init__(self, customer: str, queue: str) -> None:
        super().__init__(f"Snooze · {customer} · {queue}")

    def compose_body(self) -> ComposeResult:
        today = host(self).today()
        options = [(f"{word}, {fmt.full_day(today + timedelta(days=days))}", days) for word, days in _CHOICES]
        yield Field("Until", Choice([*options, ("a date", _DATE)], chosen=0, column=True, id="until"))
        yield Field("Date", LineField(placeholder="2026-12-01 or 10d", max_length=20, id="date"),
                    id="date-field")  # fmt: skip

    def opened(self) -> None:
        self.query_one("#until").focus()

    @on(Choice.Changed)
    def _chosen(self) -> None:
        self.set_class(self.query_one("#until", Choice).value == _DATE, "-date")
        self._fit()

    @on(Input.Submitted)
    def _entered(self, event: Input.Submitted) -> None:
        # Nothing leaves this machine: Enter in the field is enough, and does not go to the next one.
        event.stop()
        event.prevent_default()
        self.action_go_on()

    def action_go_on(self) -> None:
        today = host(self).today()
        days = self.query_one("#until", Choice).value
        if days != _DATE:
            self.dismiss(today + timedelta(days=days or 1))
            return
        try:
            self.dismiss(read_day(self.query_one("#date", LineField).value, today))
        except BadInput as problem:
            self.query_one("#date-field", Field).say(problem.sentence)

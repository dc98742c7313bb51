"""The form that asks until when a customer is snoozed in a queue."""

from __future__ import annotations

from datetime import date, timedelta

from textual import events, on
from textual.app import ComposeResult

from wbtui.errors import BadInput
from wbtui.models.dates import read_day, two_ways_to_type
from wbtui.ui import format as fmt
from wbtui.ui.dialogs.form import Field, FormDialog
from wbtui.ui.host import host
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.text_field import LineField

_DATE = 0
"""The choice that is a date typed below."""
_CHOICES = (("tomorrow", 1), ("in 3 days", 3), ("in a week", 7))


class SnoozeDialog(FormDialog[date]):
    """Ends with the day on which the customer comes back into the queue."""

    go_on_label = "Snooze"
    FOOT = ("submit", "", "back")
    FIRST = "#until"
    DEFAULT_CSS = """
    SnoozeDialog > .dialog { width: 64; }
    SnoozeDialog #date-field { display: none; }
    SnoozeDialog.-date #date-field { display: block; }
    """

    def __init__(self, customer: str, queue: str) -> None:
        super().__init__(f"Snooze · {customer} · {queue}")

    def compose_body(self) -> ComposeResult:
        self._shown_on = today = host(self).today()
        options = [(f"{word}, {fmt.full_day(today + timedelta(days=days))}", days) for word, days in _CHOICES]
        yield Field("Until", Choice([*options, ("a date", _DATE)], chosen=0, column=True, id="until"))
        date_field = LineField(placeholder=two_ways_to_type(today, 10), max_length=20, id="date")
        yield Field("Date", date_field, id="date-field")

    @on(Choice.Changed)
    def _show_date(self) -> None:
        self.set_class(self.query_one("#until", Choice).value == _DATE, "-date")

    @on(events.DescendantBlur)
    @on(LineField.Changed, "#date")
    def _renew_problem(self, event: events.DescendantBlur | LineField.Changed) -> None:
        """Say what is wrong once the date is left, and clear it as soon as it is right."""
        field, line, problem = self.query_one("#date-field", Field), self.query_one("#date", LineField), None
        if isinstance(event, events.DescendantBlur) and event.widget is not line:
            return  # the focus came from elsewhere, perhaps because no date was typed
        try:
            if typed := line.value:
                read_day(typed, host(self).today())
        except BadInput as error:
            problem = error.sentence
        if problem is None or (self.app.app_focus and not field.has_focus_within):
            field.show_problem(problem)

    def go_on(self) -> None:
        days = self.query_one("#until", Choice).value
        if days != _DATE:
            # The date that is shown, also where the dialog was open over midnight.
            self.dismiss(self._shown_on + timedelta(days=days or 1))
            return
        try:
            self.dismiss(read_day(self.query_one("#date", LineField).value, host(self).today()))
        except BadInput as problem:
            self.query_one("#date-field", Field).show_problem(problem.sentence)
            self.query_one("#date", LineField).focus()

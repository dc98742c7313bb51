"""Controls that forms need and widgets do not offer: amount with currency, date, lines, units, address."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from wbtui.errors import BadInput
from wbtui.models.dates import YEARS, read_day, two_ways_to_type
from wbtui.models.invoice import Address, Line
from wbtui.models.money import Money, add_known
from wbtui.models.units import as_typed, number
from wbtui.ui.format import days_between, full_day
from wbtui.ui.safe import DIM, fit, safe
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.money_input import MoneyInput
from wbtui.ui.widgets.text_field import LineField, printable

MAX_UNITS = 14
"""Characters of a number of units."""


def read_date(text: str, today: date, *, past: bool = False, or_today: bool = False) -> date:
    """Read a day of an action: ahead, `past`, or ahead `or_today`. Raises BadInput."""
    return read_day(text, today, years=YEARS, past=past, or_today=or_today)


class PickList(Choice[Any]):
    """A choice with one option a line, at most `in_view` of them in view around the chosen one."""

    in_view = 6

    def _lines(self, width: int) -> list[list[int]]:
        lines = super()._lines(width)
        top = max(min((self.index or 0) - self.in_view // 2, len(lines) - self.in_view), 0)
        return lines[top : top + self.in_view]

    @property
    def place(self) -> str:
        """`7 of 13`, the place of the chosen option; empty where all are in view."""
        count, at = len(self._values), "none" if self.index is None else self.index + 1
        return "" if count <= self.in_view else f"{at} of {count}  ↑ ↓"


class OrderList(PickList):
    """Options that K and J move up and down, one a line."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("K,shift+up", "move(-1)", "Move up", show=False),
        Binding("J,shift+down", "move(1)", "Move down", show=False),
    ]

    def __init__(self, options: Sequence[tuple[str, Any]], *, id: str | None = None) -> None:
        super().__init__(options, chosen=0, column=True, id=id)
        self._start = self._values

    def _sign(self, index: int, *, on: bool) -> str:
        return f"{'▸' if on else ' '}{index + 1}."

    @property
    def order(self) -> tuple[Any, ...]:
        """The values in the order in which they stand."""
        return self._values

    @property
    def labels(self) -> tuple[str, ...]:
        """The labels in the same order."""
        return self._labels

    @property
    def moved(self) -> bool:
        """Whether the order is another than at first."""
        return self._values != self._start

    def action_move(self, by: int) -> None:
        """Exchange the chosen option with the one above or below."""
        at = self.index or 0
        to = at + by
        if not 0 <= to < len(self._values):
            return
        rows = list(zip(self._labels, self._values, strict=True))
        rows[at], rows[to] = rows[to], rows[at]
        self._labels, self._values = zip(*rows, strict=True)
        self.index = to


class MoneyControl(Vertical):
    """An amount; with several currencies, also which."""

    DEFAULT_CSS = "MoneyControl { height: auto; }"
    amount = getters.query_one(MoneyInput)

    def __init__(
        self,
        currencies: Sequence[str],
        limit: Money | None,
        *,
        chosen: str | None,
        id: str | None = None,
    ) -> None:
        """`chosen`: the currency at first; None: the agent chooses."""
        super().__init__(id=id)
        self._currencies = tuple(currencies)
        self._chosen = chosen
        self._limit = limit

    def compose(self) -> ComposeResult:
        yield MoneyInput(self._chosen, self._limit)
        if len(self._currencies) > 1:
            at = self._currencies.index(self._chosen) if self._chosen is not None else None
            yield Choice([(code.upper(), code) for code in self._currencies], chosen=at)

    def on_choice_changed(self, event: Choice.Changed) -> None:
        # Goes on to the form: what the input says of itself while this runs ends here (Textual 8.2.8).
        self.amount.set_currency(str(event.choice.value))


class DateControl(Horizontal):
    """A day, with what it means beside it: "1 Dec 2026 · in 9 days".

    `past`: today or before; `or_today`: today or later.
    """

    DEFAULT_CSS = """
    DateControl { height: auto; }
    DateControl > Input { width: 24; }
    DateControl > Static { width: 1fr; height: auto; padding-left: 2; color: $text-muted; }
    """

    def __init__(
        self, today: date, hint: str, *, past: bool = False, or_today: bool = False, id: str | None = None
    ) -> None:
        super().__init__(id=id)
        self.today = today
        self.past = past
        self._or_today = or_today
        self._hint = hint

    def compose(self) -> ComposeResult:
        example = two_ways_to_type(self.today, -3 if self.past else 30)
        yield LineField(placeholder=example, max_length=20)
        yield Static(safe(self._hint))

    @property
    def text(self) -> str:
        return self.query_one(Input).value.strip()

    def day(self) -> date | None:
        """Return the day; None for an empty field. Raises BadInput."""
        if not self.text:
            return None
        return read_date(self.text, self.today, past=self.past, or_today=self._or_today)

    def on_input_changed(self) -> None:
        self.query_one(Static).update(safe(self._meaning()))

    def _meaning(self) -> str:
        try:
            day = self.day()
        except BadInput:
            return ""
        if day is None:
            return self._hint
        if day == self.today:
            return f"{full_day(day)} · today"
        days = days_between(min(self.today, day), max(self.today, day))
        return f"{full_day(day)} · {f'{days} ago' if self.past else f'in {days}'}"


class LineRow(Vertical):
    """One invoice line: ticked or not, and how much of it; empty means all that is left."""

    DEFAULT_CSS = "LineRow { height: auto; } LineRow MoneyInput { padding-left: 4; display: none; }"
    amount = getters.query_one(MoneyInput)

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def compose(self) -> ComposeResult:
        left = line_left(self.line)
        yield CheckField(f"{self.line.name}  {left}")
        yield MoneyInput(left.currency, left, placeholder="amount")

    @property
    def ticked(self) -> bool:
        return self.query_one(CheckField).value

    def on_check_field_changed(self) -> None:
        self.amount.display = self.ticked


class LinesControl(Vertical):
    """The lines of an invoice to choose from."""

    DEFAULT_CSS = "LinesControl { height: auto; }"

    def __init__(self, lines: Sequence[Line], *, id: str | None = None) -> None:
        super().__init__(*(LineRow(line) for line in lines), id=id)

    @property
    def ticked(self) -> list[LineRow]:
        return [row for row in self.walk_children(LineRow) if row.ticked]


def line_left(line: Line) -> Money:
    """Return what has not been refunded of a line; all of it where that is not known."""
    left = add_known(line.total, -line.refunded) if line.refunded is not None else None
    return line.total if left is None else left


_LABEL = 17
"""Cells of a label inside a control, with a space on either side."""


class Labelled(Vertical):
    """A one-line field after a dim label, which the widget draws itself."""

    DEFAULT_CSS = f"""
    Labelled {{ height: 1; }}
    Labelled > Input {{ margin-left: {_LABEL}; max-width: 44; }}
    """

    def __init__(self, label: str, value: str, *, name: str, limit: int) -> None:
        self._input = LineField(value=printable(value, lines=False), max_length=limit, select_on_focus=False)
        super().__init__(self._input, name=name)
        self.label = label

    def render(self) -> Content:
        return safe(f" {fit(self.label, _LABEL - 2)}", DIM)

    @property
    def value(self) -> str:
        return self._input.value.strip()

    def set_text(self, text: str) -> None:
        """Replace the text; the cursor stands behind it, as behind the first one."""
        self._input.value = text
        self._input.cursor_position = len(text)


class UnitsControl(Vertical):
    """A number for each feature that is billed by units. What was typed stays when the plan changes."""

    DEFAULT_CSS = "UnitsControl { height: auto; } UnitsControl Labelled > Input { max-width: 14; }"

    def __init__(self, rows: Sequence[tuple[str, str, str]], *, id: str | None = None) -> None:
        """`rows` are the values shown at first; see `show`."""
        asked = (Labelled(name, start, name=slug, limit=MAX_UNITS) for slug, name, start in rows)
        super().__init__(*asked, id=id)
        self._starts = {slug: start for slug, _, start in rows}

    def show(self, rows: Sequence[tuple[str, str, str]]) -> None:
        """Ask for these: slug, name and the number to start with."""
        there = {str(row.name): row for row in self.walk_children(Labelled)}
        wanted = {slug: (name, start) for slug, name, start in rows}
        for slug, row in there.items():
            row.display = slug in wanted
            if row.display and row.value == self._starts[slug]:  # nothing was typed
                row.set_text(wanted[slug][1])
        self._starts |= {slug: start for slug, (_, start) in wanted.items()}
        self.mount_all(
            Labelled(name, start, name=slug, limit=MAX_UNITS)
            for slug, (name, start) in wanted.items()
            if slug not in there
        )

    @property
    def units(self) -> dict[str, str]:
        return {str(row.name): as_typed(row.value) for row in self._given}

    @property
    def changed(self) -> bool:
        """Whether another number stands in a field than at first."""
        return any(number(count) != number(self._starts[name]) for name, count in self.units.items())

    @property
    def text(self) -> str:
        """The numbers with the names of the features: `Seats 9`."""
        return ", ".join(f"{row.label} {as_typed(row.value)}" for row in self._given)

    @property
    def incomplete(self) -> bool:
        """Whether a number is missing."""
        return any(row.display and not row.value for row in self.walk_children(Labelled))

    @property
    def _given(self) -> list[Labelled]:
        return [row for row in self.walk_children(Labelled) if row.display and row.value]


class AddressControl(Vertical):
    """Six lines of a postal address."""

    DEFAULT_CSS = "AddressControl { height: auto; }"
    LABELS = (
        ("line_1", "Street"), ("line_2", "Street, line 2"), ("zip", "Postal code"), ("city", "City"),
        ("state", "State"), ("country", "Country"),
    )  # fmt: skip

    def __init__(self, address: Address | None, *, id: str | None = None) -> None:
        rows = (
            Labelled(label, getattr(address, name, None) or "", name=name, limit=200)
            for name, label in self.LABELS
        )
        super().__init__(*rows, id=id)

    @property
    def parts(self) -> dict[str, str]:
        """The parts that are not empty."""
        return {str(row.name): row.value for row in self.walk_children(Labelled) if row.value}

    def part(self, name: str) -> Widget:
        """Return the field of a part."""
        return next(row.query_one(LineField) for row in self.walk_children(Labelled) if row.name == name)

"""Fields of a form: what each asks, its control, and the member of the action that it answers.

A field does not check what the action's model checks. Its own problems are about text that is no value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import KW_ONLY, dataclass
from datetime import date
from typing import Any, TypeAlias

from textual.widget import Widget
from textual.widgets import Static

from wbtui.errors import BadInput
from wbtui.models.money import Money
from wbtui.ui.actions.controls import DateControl, MoneyControl, PickList
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.format import full_day
from wbtui.ui.safe import safe
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.text_field import LineField, printable
from wbtui.ui.widgets.text_field import TextField as TextBox

Options: TypeAlias = Sequence[tuple[str, Any]]
"""Label and value of each option."""


@dataclass(frozen=True)
class FormField:
    """One question of a form.

    Attributes:
        name: member of the action or of its context; dots lead into an object (`changes.name`).
        show: whether it is asked now; by default always. A field name and a value: while that is the answer.
        note: a dim line below the control; one that begins with ▲ is a warning.
        ask: what is said where the answer is needed and missing.
        on_sheet: whether the preview sheet repeats the answer.
    """

    name: str
    label: str
    _: KW_ONLY
    place: Place = Place.AMOUNT
    show: Callable[[FormData], bool] | tuple[str, Any] | None = None
    note: Callable[[FormData], str | None] | None = None
    ask: str = "Fill this in."
    on_sheet: bool = True

    def is_asked(self, data: FormData) -> bool:
        """Whether it is asked with these answers."""
        if isinstance(self.show, tuple):
            name, value = self.show
            return bool(data[name] == value)
        return self.show is None or self.show(data)

    @property
    def sheet_label(self) -> str:
        """The label of the answer on the preview sheet."""
        return self.label

    @property
    def id(self) -> str:
        """Widget id of the control."""
        return self.name.replace(".", "-")

    def current(self, data: FormData) -> Any:
        """Return the customer's value, for a member of `changes`; None for one of the action itself."""
        _, dot, name = self.name.rpartition(".")
        return getattr(data.customer, name) if dot else None

    def control(self, data: FormData) -> Widget:
        """Return a new control."""
        raise NotImplementedError

    def value(self, control: Any) -> Any:
        """Return the answer; None when there is none."""
        raise NotImplementedError

    def raw(self, control: Any) -> object:
        """Return what was typed or chosen, to see whether leaving loses something."""
        return self.value(control)

    def problem(self, control: Any) -> str | None:
        """Return why what was typed is no value; None when it is one or nothing was typed."""
        return None

    def ask_for(self, part: str) -> str:
        """Return what to do where that part of the answer is missing."""
        return f"Enter the {part.replace('_', ' ')}."

    def wrong_part(self, control: Any) -> Widget | None:
        """Return the part of the control that is wrong; None where it has no parts."""
        return None

    def note_below(self, control: Any, data: FormData) -> str | None:
        """Return the note below the control."""
        return self.note(data) if self.note is not None else None

    def refresh(self, control: Any, data: FormData) -> None:
        """Adjust the control to the other answers."""

    def members(self, value: Any, data: FormData) -> dict[str, Any]:
        """Return the members of the action that the answer sets."""
        return {self.name: value}

    def unsupported_reason(self, value: Any, data: FormData) -> str | None:
        """Return why the connected system cannot do an answer; None where it can."""
        return data.unsupported_reason(self.members(value, data))

    def chosen(self, control: Any) -> str | None:
        """Return the answer as the sheet and the commit key say it."""
        value = self.value(control)
        if isinstance(value, date):
            return full_day(value)
        return None if value is None else str(value)


@dataclass(frozen=True)
class ChoiceField(FormField):
    """One of a few options, all of them visible.

    Attributes:
        default: the value chosen at first, or a function that returns it; None: none is.
        sets: the members set from an option whose value is a tuple.
        former: returns the value that the object has, to undo a change to another one; it sees the answers.
    """

    options: Options | Callable[[FormData], Options] = ()
    _: KW_ONLY
    default: Any = None
    sets: tuple[str, ...] = ()
    former: Callable[[FormData], Any] | None = None
    ask: str = "Choose one."

    def offered(self, data: FormData) -> Options:
        """Return the options that the connected system can do."""
        return [one for one in self._all(data) if self.unsupported_reason(one[1], data) is None]

    def _all(self, data: FormData) -> Options:
        return self.options(data) if callable(self.options) else self.options

    def note_below(self, control: Any, data: FormData) -> str | None:
        reasons = dict.fromkeys(self.unsupported_reason(value, data) for _, value in self._all(data))
        return "\n".join(filter(None, (super().note_below(control, data), *reasons))) or None

    def control(self, data: FormData) -> Widget:
        options = self.offered(data)
        return Choice(options, chosen=self._start(options, data), id=self.id)

    def _start(self, options: Options, data: FormData) -> int | None:
        default = self.default(data) if callable(self.default) else self.default
        values = [value for _, value in options]
        return values.index(default) if default in values else None

    def value(self, control: Any) -> Any:
        return control.value

    def members(self, value: Any, data: FormData) -> dict[str, Any]:
        if self.sets:
            return {} if value is None else dict(zip(self.sets, value, strict=True))
        return {self.name: value}

    def chosen(self, control: Any) -> str | None:
        label: str | None = control.label
        return label if control.value is not None else None


def first_of(options: Callable[[FormData], Options]) -> Callable[[FormData], Any]:
    """Return a default: the first of these options, None where there is none."""
    return lambda data: next((value for _, value in options(data)), None)


class OnlyOption(Static):
    """The one option there is, or – where there is none: nothing to choose."""

    def __init__(self, label: str, value: Any, *, id: str | None = None) -> None:
        super().__init__(safe(label), id=id, markup=False)
        self.label = label
        self.value = value


@dataclass(frozen=True, kw_only=True)
class PickField(ChoiceField):
    """One of a list of objects, one a line; without a default the first is chosen.

    Attributes:
        in_view: how many lines it has at most.
        left_open: whether none is chosen at first where the default is not offered.
    """

    in_view: int = PickList.in_view
    left_open: bool = False

    def control(self, data: FormData) -> Widget:
        options = self.offered(data)
        if len(options) < 2:
            return OnlyOption(*(options[0] if options else ("–", None)), id=self.id)
        chosen = self._start(options, data)
        if chosen is None and not self.left_open:
            chosen = 0
        listed = PickList(options, chosen=chosen, column=True, id=self.id)
        listed.in_view = self.in_view
        return listed

    def note_below(self, control: Any, data: FormData) -> str | None:
        place = control.place if isinstance(control, PickList) else ""
        return "\n".join(filter(None, (place, super().note_below(control, data))))


@dataclass(frozen=True)
class FollowingPickField(PickField):
    """A pick of which the answers above it may leave fewer options than there are without them."""

    def refresh(self, control: Any, data: FormData) -> None:
        if isinstance(control, PickList):
            control.offer(self.offered(data))


@dataclass(frozen=True)
class FlagField(FormField):
    """Yes or no; the label stands beside the box."""

    sheet_label = ""

    def control(self, data: FormData) -> Widget:
        if self.unsupported_reason(True, data) is not None:
            return OnlyOption(f"✕ {self.label}", None, id=self.id)
        return CheckField(self.label, id=self.id)

    def note_below(self, control: Any, data: FormData) -> str | None:
        return self.unsupported_reason(True, data) or super().note_below(control, data)

    def value(self, control: Any) -> Any:
        return control.value

    def chosen(self, control: Any) -> str | None:
        return f"✓ {self.label}" if control.value else None


@dataclass(frozen=True, kw_only=True)
class MoneyField(FormField):
    """An amount, in one of `currencies`; `limit` is the most that can be entered.

    `usual` returns the currency that is chosen at first where there are several, None for none.
    """

    currencies: Callable[[FormData], Sequence[str]] = lambda data: (data.subject.currency,)
    usual: Callable[[FormData], str | None] | None = None
    limit: Callable[[FormData], Money | None] | None = None
    ask: str = "Enter an amount."

    def control(self, data: FormData) -> Widget:
        limit = self.limit(data) if self.limit is not None else None
        codes = tuple(dict.fromkeys(self.currencies(data)))
        chosen = codes[0] if self.usual is None or len(codes) == 1 else self.usual(data)
        return MoneyControl(codes, limit, chosen=chosen, id=self.id)

    def value(self, control: Any) -> Any:
        return control.amount.money

    def raw(self, control: Any) -> object:
        return control.amount.text, control.amount.currency

    def problem(self, control: Any) -> str | None:
        problem: str | None = control.amount.problem
        return problem

    def refresh(self, control: Any, data: FormData) -> None:
        if self.limit is not None:
            control.amount.set_limit(self.limit(data))


@dataclass(frozen=True, kw_only=True)
class PercentField(FormField):
    """A percentage as decimal text: "25", "12,5", "25 %"; of the amount paid that `of` returns."""

    of: Callable[[FormData], Money | None]
    ask: str = "Enter a percentage."

    def control(self, data: FormData) -> Widget:
        return LineField(placeholder="percent", max_length=10, id=self.id, classes="-short")

    def note_below(self, control: Any, data: FormData) -> str | None:
        paid = self.of(data)
        return None if paid is None else f"% of {paid} paid"

    def value(self, control: Any) -> Any:
        return control.value.strip().rstrip("%").strip().replace(",", ".") or None

    def chosen(self, control: Any) -> str | None:
        value = self.value(control)
        return None if value is None else f"{value} %"


@dataclass(frozen=True, kw_only=True)
class DateField(FormField):
    """A day: 2026-12-01, or from today: 10d. `hint` says what an empty field means.

    `past`: a day up to today; 10d is ten days ago. `or_today`: today or a later day.
    """

    hint: str = "optional"
    past: bool = False
    or_today: bool = False

    def control(self, data: FormData) -> Widget:
        return DateControl(data.today, self.hint, past=self.past, or_today=self.or_today, id=self.id)

    def value(self, control: Any) -> Any:
        try:
            return control.day()
        except BadInput:
            return None

    def raw(self, control: Any) -> object:
        return control.text

    def problem(self, control: Any) -> str | None:
        try:
            control.day()
        except BadInput as error:
            return error.sentence
        return None


@dataclass(frozen=True, kw_only=True)
class TextField(FormField):
    """Words; `lines` is the height of the box. `start` fills it in, by default with the current value."""

    lines: int = 1
    limit: int = 200
    start: Callable[[FormData], str | None] | None = None
    placeholder: str = ""

    def control(self, data: FormData) -> Widget:
        # Data that is filled in is cleaned like pasted text: a hidden character is neither shown nor kept.
        filled_in = self.start(data) if self.start is not None else self.current(data)
        start = printable(filled_in or "", lines=self.lines > 1)
        if self.lines == 1:
            return LineField(
                value=start,
                placeholder=self.placeholder,
                max_length=self.limit,
                select_on_focus=False,
                id=self.id,
            )
        box = TextBox(id=self.id, limit=self.limit, placeholder=self.placeholder)
        box.text = start
        box.styles.height = self.lines
        return box

    def value(self, control: Any) -> Any:
        text = control.value if isinstance(control, LineField) else control.text
        return text.strip() or None

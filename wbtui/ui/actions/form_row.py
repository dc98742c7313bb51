"""One field of an action's form: label, control, note and problem; and the action of several answers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from textual.widget import Widget
from textual.widgets import Static

from wbtui.errors import Rejected, WbtuiError
from wbtui.models.actions import Action
from wbtui.models.drafts import Answer
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import FlagField, FormField
from wbtui.ui.actions.form import Form, Problems, build, server_problems
from wbtui.ui.dialogs.form import Field
from wbtui.ui.safe import DIM, join_lines, safe
from wbtui.ui.text.actions import CORRECT, no_estimate

_OPENING = object()
"""In place of a first answer, while the form is opened."""


class FormRow(Field):
    """A field of the form with the note below its control."""

    DEFAULT_CSS = """
    FormRow { display: none; }
    FormRow .field-note { padding-left: 1; }
    FormRow Input.-short { width: 14; }
    """

    def __init__(self, field: FormField, control: Widget) -> None:
        label = "" if isinstance(field, FlagField) else field.label
        super().__init__(label, control, id=f"{field.id}-field")
        self.field = field
        self.control: Any = control
        self.start: object = _OPENING
        """What stood there in the empty form."""
        self.former: Answer | None = None
        """The value that the object has, as content of the controls; None where it has none: a choice."""
        self.kept: object = None
        """What stood there in the draft, or in the empty form: more is lost on leaving."""
        self.problem: str | None = None
        self.rejected: tuple[object] | None = None
        """What the server rejected, as typed: the problem stays while it stands there."""

    @property
    def _focus_sort_key(self) -> tuple[int, int]:
        """The order of the form; Textual (8.2.8) sorts by places, and a row just shown has none yet."""
        assert self.parent is not None
        return self.parent.children.index(self), 0

    def show_problem(self, problem: str | None) -> None:
        self.problem = problem
        super().show_problem(problem)

    def keep_problem(self) -> None:
        """Keep the server's problem until the answer changes."""
        self.rejected = (self.field.raw(self.control),) if self.problem is not None else None

    def renew_problem(self, problems: Mapping[str, str]) -> None:
        """Show the problem of the answer now, but no other one while the agent is in the field.

        An answer that the server rejected keeps the server's.
        """
        if self.rejected != (self.field.raw(self.control),):
            self.rejected = None
            problem = problems.get(self.field.name)
            self.show_problem(None if self.has_focus_within and problem != self.problem else problem)

    @property
    def is_answered(self) -> bool:
        """Whether the field is asked and differs from the empty form."""
        return self.is_asked and self.field.raw(self.control) != self.start

    @property
    def can_be_wrong(self) -> bool:
        """Whether something was entered, or a problem is shown."""
        return self.problem is not None or self.start not in (_OPENING, self.field.raw(self.control))

    def read(self, data: FormData) -> None:
        """Put the answer into `data`, where there is one."""
        value = self.field.value(self.control)
        if value is not None:
            data.answers[self.field.name] = value
            if (said := self.field.chosen(self.control)) is not None:
                data.chosen[self.field.name] = said

    def show_note(self, text: str | None) -> None:
        """Show a note, its warnings bright and its other lines dim; None hides it."""
        lines = text.split("\n") if text else ()
        shown = ((line, "$warning" if line.startswith("▲") else DIM) for line in lines)
        self.show_below("field-note", join_lines(*shown) if text else None)

    @property
    def is_asked(self) -> bool:
        return self.display

    @is_asked.setter
    def is_asked(self, asked: bool) -> None:
        # Not by a class, which would style everything in the row again.
        self.display = asked


def dim_line(text: str, classes: str) -> Static:
    """Return a dim text between the fields."""
    return Static(safe(text, DIM), classes=classes, markup=False)


def read_rows(rows: Sequence[FormRow], data: FormData) -> None:
    """Put the answers into `data`, and show and hide fields by them."""
    # A field may be shown because of one before it, so the answers are read in order.
    data.answers, data.chosen = {}, {}
    for row in rows:
        row.is_asked = row.field.is_asked(data)
        if row.is_asked:
            row.field.refresh(row.control, data)
            row.read(data)
    for row in rows:
        row.show_note(row.field.note_below(row.control, data))


def show_problems(rows: Sequence[FormRow], problems: Mapping[str, str]) -> None:
    """Say every problem at its field, and go to the first, or to the part of its answer that is wrong."""
    for row in rows:
        row.show_problem(problems.get(row.field.name))
    first = next((row for row in rows if row.problem is not None), None)
    if first is not None:
        controls = (w for w in first.query("*") if w.focusable and w.display)
        control = first.field.wrong_part(first.control) or next(controls, None)
        if control is not None:
            control.focus()
            for shown in (first, control):
                shown.call_after_refresh(shown.scroll_visible, animate=False)


def show_rejected(form: Form, rows: Sequence[FormRow], error: WbtuiError | None) -> str:
    """Say what the server rejects at its fields; return what is said in place of the estimate.

    What it rejected while another field had another answer, such as the units of another plan, is cleared.
    """
    problems = server_problems(form, error.fields) if isinstance(error, Rejected) else {}
    for row in rows if error is None or problems else ():
        if row.rejected is not None and row.field in form.fields:
            row.rejected = None
            row.show_problem(None)
    if error is None:
        return ""
    if not problems:
        return no_estimate(error.sentence)
    for row in rows:
        if row.is_asked and row.field.name in problems:
            row.show_problem(problems.pop(row.field.name))
            row.keep_problem()
    labels = {field.name: f"{field.label}: " for field in form.all_fields} | {"": ""}
    rest = " ".join(labels[name] + problem for name, problem in problems.items())
    return no_estimate(rest) if rest else CORRECT


def action_of(
    form: Form, data: FormData, rows: Iterable[FormRow], *, draft: bool = False, **instead: Any
) -> Action:
    """Return the action of the answers. Raises Problems. `instead` replaces answers by field name."""
    members: dict[str, Any] = {}
    context: dict[str, Any] = {}
    typed: dict[str, str] = {}
    for row in rows:
        field = row.field
        if not row.is_asked:
            continue
        if (problem := field.problem(row.control)) is not None:
            typed[field.name] = problem
        value = instead.get(field.name, field.value(row.control))
        if field in form.context_fields:
            context[field.name] = value
        elif field.raw(row.control) != row.start if form.only_changes else value is not None:
            members |= field.members(value, data)
    try:
        action = build(form, data, members, context, draft=draft)
    except Problems as problems:
        raise Problems(problems.by_field | typed) from None
    if typed:
        raise Problems(typed)
    return action

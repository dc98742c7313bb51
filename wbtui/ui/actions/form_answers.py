"""Read the answers of a form and put them back: those of a draft, or those that undo an action."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from textual.widget import Widget
from textual.widgets import Input, TextArea

from wbtui.models.drafts import Answer, named
from wbtui.models.money import Money
from wbtui.ui.actions.controls import Labelled, LineRow, OrderList
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import ChoiceField, FlagField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.form_row import FormRow
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice

_KINDS = (OrderList, Choice, CheckField, Widget)


def read_answers(rows: Iterable[FormRow]) -> dict[str, Answer]:
    """Return what stands in the fields that are asked and differ from the empty form."""
    return {row.field.name: content_of(row) for row in rows if row.is_answered}


def remember_start(rows: Iterable[FormRow]) -> None:
    """Remember what the fields hold before anything is answered."""
    for row in rows:
        row.start = row.kept = row.field.raw(row.control)
        if not isinstance(row.field, ChoiceField | FlagField):
            row.former = content_of(row)


def undoing_answers(form: Form, data: FormData, rows: Iterable[FormRow]) -> dict[str, Mapping[str, Answer]]:
    """Return the answers that undo the action, by kind of the action that they are for.

    For one of the same kind: the values before, and the same choices, such as when.
    """
    asked = [row for row in rows if row.is_asked and row.field in form.fields]
    answers = {row.field.name: (former_of(row, data), content_of(row)) for row in asked}
    former = {name: now if was is None else was for name, (was, now) in answers.items() if was != now}
    return {form.kind: former, **form.undo(data)}


def former_of(row: FormRow, data: FormData) -> Answer | None:
    """Return the answer with the value that the object has now; None where the field shows none."""
    field = row.field
    if isinstance(field, ChoiceField) and field.former is not None:
        return choice_answer(field.former(data))
    return row.former


def content_of(row: FormRow) -> Answer:
    """Return what stands in the controls of one field."""
    return {name: _read(control) for name, control in _controls(row) if not _is_hidden(control)}


def amount_answer(money: Money) -> Answer:
    """Return an amount as it stands in the controls of a MoneyField."""
    return {Choice.__name__: money.currency, Widget.__name__: money.amount}


def choice_answer(value: object) -> Answer:
    """Return the value of an option as it stands in the control of a ChoiceField."""
    return {Choice.__name__: _chosen(value)}


def text_answer(text: str) -> Answer:
    """Return a text as it stands in the control of a field of one line, such as a DateField."""
    return {Widget.__name__: text}


def order_answer(values: Iterable[object]) -> Answer:
    """Return the values in order as they stand in the control of an OrderField."""
    return {OrderList.__name__: tuple(map(str, values))}


def units_answer(units: Mapping[str, str]) -> Answer:
    """Return the units by feature slug as they stand in the controls of a UnitsField."""
    return {f"{slug} {Widget.__name__}": count for slug, count in units.items()}


def restore_answers(
    rows: Iterable[FormRow], answers: Mapping[str, Answer], seen: Mapping[str, Any]
) -> list[str]:
    """Restore answers. Return the labels of those that fail, with the line or feature that no longer exists.

    `seen`: the object as it was, which has their names.
    """
    lost: list[str] = []
    for row in rows:
        saved, controls = answers.get(row.field.name, {}), dict(_controls(row))
        restored = [_restore(control, saved[name]) for name, control in controls.items() if name in saved]
        if not all(restored):
            lost.append(row.field.label)
        lost += [f"{row.field.label} ({part})" for part in _gone(saved, controls, seen)]
    return lost


def _gone(saved: Answer, controls: Mapping[str, Widget], seen: Mapping[str, Any]) -> Iterator[str]:
    """Yield the parts of a field that are no longer asked for, each with what was entered."""
    parts: dict[str, list[str]] = {}
    for name, value in saved.items():
        part = name.rpartition(" ")[0]
        if part and value and (name not in controls or _is_hidden(controls[name])):
            parts.setdefault(part, []).extend([value] if isinstance(value, str) else [])
    for part, entered in parts.items():
        if saved.get(f"{part} {CheckField.__name__}") is not False:
            yield " ".join([named(seen, part) or part, *entered])


def _is_hidden(control: Widget) -> bool:
    """Whether the plan that is chosen has no such feature."""
    return any(isinstance(node, Labelled) and not node.display for node in control.ancestors)


def _controls(row: FormRow) -> Iterator[tuple[str, Widget]]:
    """Yield what can be filled in, by what it is about within the field and its kind."""
    for control in row.query("*"):
        if isinstance(control, Choice | CheckField | Input | TextArea):
            part = next((name for node in control.ancestors if (name := _part(node))), "")
            kind = next(one.__name__ for one in _KINDS if isinstance(control, one))
            yield f"{part} {kind}".strip(), control


def _part(node: Any) -> str:
    """The feature, the part of an address, or the invoice line that a control is about."""
    if isinstance(node, LineRow):
        return node.line.id
    return str(node.name) if isinstance(node, Labelled) else ""


def _read(control: Widget) -> str | bool | tuple[str, ...]:
    match control:
        case OrderList():
            return tuple(map(str, control.order))
        case Choice():
            return _chosen(control.value)
        case CheckField() | Input():
            return control.value
        case TextArea():
            return control.text
    raise TypeError(f"{control!r} holds no answer.")


def _chosen(value: object) -> str:
    """Return the value of an option as text, empty for none."""
    return "" if value is None else str(value)


def _restore(control: Widget, saved: Any) -> bool:
    """Put one answer back; False where the choice is no longer offered."""
    match control:
        case OrderList():
            return _restore_order(control, list(saved))
        case Choice():
            return control.select_text(str(saved)) or not saved
        case CheckField():
            control.value = bool(saved)
        case Input():
            control.value = str(saved)
        case TextArea():
            control.text = str(saved)
    return True


def _restore_order(listed: OrderList, saved: list[str]) -> bool:
    if sorted(saved) != sorted(map(str, listed.order)):
        return False
    for place, wanted in enumerate(saved):
        listed.select_text(wanted)
        while str(listed.order[place]) != wanted:
            listed.action_move(-1)
    return True

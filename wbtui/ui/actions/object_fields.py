"""Fields whose answer is an object: e-mail addresses, a postal address, metadata, invoice lines, units."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError
from textual.widget import Widget

from wbtui.models.actions.members import CompleteAddress, LineAmount
from wbtui.models.customer import Email
from wbtui.models.invoice import Line
from wbtui.models.plan import Feature
from wbtui.ui.actions.controls import AddressControl, LinesControl, OrderList, UnitsControl, line_left
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import FormField, Options, TextField


@dataclass(frozen=True, kw_only=True)
class MetadataField(TextField):
    """One entry of the customer's metadata. All entries are sent when it changes; empty removes it."""

    key: str

    def current(self, data: FormData) -> Any:
        return data.customer.metadata.get(self.key)

    def members(self, value: Any, data: FormData) -> dict[str, Any]:
        others = {name: text for name, text in data.customer.metadata.items() if name != self.key}
        return {self.name: others if value is None else {**others, self.key: value}}


@dataclass(frozen=True, kw_only=True)
class EmailsField(TextField):
    """E-mail addresses, one a line: `main: anna@lumen.example`."""

    lines: int = 3
    limit: int = 5000

    def current(self, data: FormData) -> Any:
        return "\n".join(f"{one.label}: {one.address}" for one in data.customer.emails)

    def value(self, control: Any) -> Any:
        rows = [line.strip() for line in control.text.splitlines() if line.strip()]
        return tuple(_email(row, first=number == 0) for number, row in enumerate(rows)) or None


def _email(row: str, *, first: bool) -> Email:
    label, colon, address = row.partition(":")
    if colon:
        return Email(label=label.strip(), address=address.strip())
    return Email(label="main" if first else "other", address=row)


@dataclass(frozen=True)
class AddressField(FormField):
    """A postal address; all parts are sent when one changes."""

    def control(self, data: FormData) -> Widget:
        return AddressControl(self.current(data), id=self.id)

    def value(self, control: Any) -> Any:
        return control.parts or None

    def ask_for(self, part: str) -> str:
        return f"Enter the {dict(AddressControl.LABELS)[part].lower()}."

    def wrong_part(self, control: Any) -> Widget | None:
        try:
            CompleteAddress.model_validate(control.parts)
        except ValidationError as error:
            (name, *_) = error.errors(include_url=False)[0]["loc"]
            wrong: Widget = control.part(name)
            return wrong
        return None


@dataclass(frozen=True, kw_only=True)
class LinesField(FormField):
    """Some of an invoice's lines, each whole or in part."""

    lines: Callable[[FormData], Sequence[Line]]

    def control(self, data: FormData) -> Widget:
        return LinesControl(self.lines(data), id=self.id)

    def value(self, control: Any) -> Any:
        ticked = tuple(LineAmount(line_id=row.line.id, amount=row.amount.money) for row in control.ticked)
        return ticked or None

    def raw(self, control: Any) -> object:
        return [(row.line.id, row.amount.text) for row in control.ticked]

    def problem(self, control: Any) -> str | None:
        wrong = (row for row in control.ticked if row.amount.problem)
        return next((f"{row.line.name}: {row.amount.problem}" for row in wrong), None)

    def chosen(self, control: Any) -> str | None:
        return ", ".join(
            f"{row.line.name} {row.amount.money or line_left(row.line)}" for row in control.ticked
        )


@dataclass(frozen=True, kw_only=True)
class UnitsField(FormField):
    """A number of units for each of the features that `features` names.

    `only_new`: the numbers at first, those that the subscription has, are no answer.
    """

    only_new: bool = False
    features: Callable[[FormData], Sequence[Feature]]
    start: Callable[[FormData, Feature], str]

    def control(self, data: FormData) -> Widget:
        return UnitsControl(self._rows(data), id=self.id)

    def _rows(self, data: FormData) -> Sequence[tuple[str, str, str]]:
        return [(one.slug, one.name, self.start(data, one)) for one in self.features(data)]

    def refresh(self, control: Any, data: FormData) -> None:
        control.show(self._rows(data))

    def value(self, control: Any) -> Any:
        return None if self.only_new and not control.changed else control.units or None

    def raw(self, control: Any) -> object:
        return control.units

    def problem(self, control: Any) -> str | None:
        return self.ask if control.incomplete else None

    def chosen(self, control: Any) -> str | None:
        return control.text or None


@dataclass(frozen=True, kw_only=True)
class OrderField(FormField):
    """Objects put in another order; all of them are sent."""

    options: Callable[[FormData], Options]
    ask: str = "Move one up or down first."

    def control(self, data: FormData) -> Widget:
        return OrderList(self.options(data), id=self.id)

    def value(self, control: Any) -> Any:
        return control.order if control.moved else None

    def note_below(self, control: Any, data: FormData) -> str | None:
        return "↑ ↓ select · K J move up and down"

    def chosen(self, control: Any) -> str | None:
        return ", ".join(control.labels) if control.moved else None

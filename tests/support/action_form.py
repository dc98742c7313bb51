"""Open an action's form on made-up services and answer it, for tests of any action."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from textual.widgets import Input

from tests.screens.driver import Driver
from tests.support.action_cases.base import Subject
from tests.support.anna import (
    ANNA,
    CREDIT,
    DISCOUNTS,
    INVOICE,
    METHODS,
    PAYMENT,
    PLANS,
    REFUND,
    SUBSCRIPTION,
    USAGE,
)
from tests.support.customers import NOW
from tests.support.fake_actions import FakeActions
from tests.support.fake_services import FakeServices, fake_services
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice
from wbtui.models.page import Source, Stamped
from wbtui.models.payment import PaymentMethod
from wbtui.models.subscription import Subscription
from wbtui.ui.actions.controls import (
    DateControl,
    Labelled,
    LineRow,
    LinesControl,
    MoneyControl,
    OrderList,
    UnitsControl,
)
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.form_row import FormRow
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import open_action, open_menu
from wbtui.ui.actions.sheet import PreviewSheet, SheetEnd
from wbtui.ui.widgets.check_field import CheckField
from wbtui.ui.widgets.choice import Choice
from wbtui.ui.widgets.text_field import LineField, TextField

SUBJECTS: Subjects = {
    "invoice": ("Inv_1", "INV-0041"),
    "subscription": ("Cont_1", "Pro · monthly"),
    "method": ("Pm_1", "Visa ••4242"),
    "credit": ("Cred_1", "€15.00"),
    "payment": ("Pay_1", "€49.00"),
    "refund": ("Ref_1", "€22.40"),
}
PARTS: Mapping[tuple[str, str], Any] = {
    ("customer", "Cust_1"): ANNA,
    ("invoice", "Inv_1"): INVOICE,
    ("subscriptions", "Cust_1"): (SUBSCRIPTION,),
    ("credits", "Cust_1"): (CREDIT,),
    ("payments", "Cust_1"): (PAYMENT,),
    ("refunds", "Cust_1"): (REFUND,),
    ("methods", "Cust_1"): METHODS,
    ("plans", ""): PLANS,
    ("discounts", ""): DISCOUNTS,
    ("usage", "Cust_1"): USAGE,
    ("invoices", "Cust_1"): (),
    ("wallets", "Cust_1"): (),
}


def services_with_anna(subject: Subject | None = None) -> tuple[FakeServices, FakeActions]:
    """Services that know Anna, her invoice and subscription (or `subject` in its place), and the plans."""
    services = fake_services(3)
    parts = dict(PARTS)
    match subject:
        case Invoice():
            parts["invoice", "Inv_1"] = subject
        case Subscription():
            parts["subscriptions", "Cust_1"] = (subject,)
        case Customer():
            parts["customer", "Cust_1"] = subject
        case PaymentMethod():
            parts["methods", "Cust_1"] = (subject, *METHODS[1:])
    services.profiles.answers = {key: Stamped(value, NOW, Source.SERVER) for key, value in parts.items()}
    return services, services.actions


async def begin(d: Driver, kind: str, ends: list[SheetEnd | None] | None = None) -> None:
    """Open the action for Anna; wait until its form, or its sheet, is there."""
    open_for_anna(d, kind, ends)
    await d.wait_for(lambda: _ready(d), f"the form of {kind}")


def open_for_anna(d: Driver, kind: str, ends: list[SheetEnd | None] | None = None) -> None:
    """Open the action for Anna; what it ends with is added to `ends`."""
    missing: list[str] = []

    def ended(end: SheetEnd | None) -> None:
        if ends is not None:
            ends.append(end)

    open_action(d.screen, kind, ANNA, SUBJECTS, ended=ended, missing=lambda one: missing.append(one.kind))
    assert not missing


def _ready(d: Driver) -> bool:
    if isinstance(d.screen, ActionForm):
        return d.screen.data is not None
    return isinstance(d.screen, PreviewSheet)


def menu(d: Driver, scope: str = "profile", subjects: Subjects = SUBJECTS) -> None:
    """Open the menu of Anna."""
    actions = d.app.services.actions
    open_menu(
        d.screen, ANNA, subjects, scope=scope, unavailable=lambda one: actions.disabled_reason(one.kind)
    )


def form_of(d: Driver) -> ActionForm:
    assert isinstance(d.screen, ActionForm)
    return d.screen


def row_of(d: Driver, name: str) -> FormRow:
    """The row of a field, by the field's name."""
    return next(row for row in form_of(d).query(FormRow) if row.field.name == name)


async def answer(d: Driver, name: str, value: Any) -> None:
    """Answer a field as an agent would: text typed, options chosen."""
    row = row_of(d, name)
    await d.wait_for(lambda: row.is_asked, f"{name} is asked")
    match row.control:
        case OrderList() as listed:
            for place, wanted in enumerate([listed.order[before] for before in value]):
                listed.select_text(wanted)
                while listed.order[place] != wanted:
                    listed.action_move(-1)
        case Choice() as choice:
            assert choice.select_text("" if value is None else str(value)), f"{value} is no option of {name}"
        case CheckField() as box:
            box.value = value
        case MoneyControl() | DateControl() as control:
            control.query_one(Input).value = value
        case LinesControl() as control:
            for line in control.query(LineRow):
                chosen = value is True or line.line.id in value
                line.query_one(CheckField).value = chosen
                if chosen and value is not True:
                    line.amount.field.value = value[line.line.id]
        case UnitsControl() as control:
            for number in control.query(Labelled):
                if number.name in value:
                    number.set_text(value[number.name])
        case LineField() as line:
            line.value = value
        case TextField() as text:
            text.text = value
        case other:
            raise AssertionError(f"no way to answer {other!r}")
    await d.pilot.pause()

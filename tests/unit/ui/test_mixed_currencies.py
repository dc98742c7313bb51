"""Amounts of several currencies in one object, which the API description allows, end no screen."""

from __future__ import annotations

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.anna import INVOICE, SUBSCRIPTION
from tests.support.billing_parts import eur, invoice
from tests.support.customers import TODAY
from tests.support.examples import examples
from tests.unit.api.specimens import of
from wbtui.api.wingback import records
from wbtui.api.wingback.wire import Wire
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.money import Money
from wbtui.models.parts import DISCOUNTS, INVOICES, METHODS, PAYMENTS, PLANS, USAGE, WALLETS, Part
from wbtui.models.payment import CreditEntry, Payment, PaymentMethod, Refund, Wallet
from wbtui.models.plan import Discount, Plan
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries
from wbtui.ui import states
from wbtui.ui.actions.controls import line_left
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import ChoiceField, MoneyField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.payment_fields import refundable
from wbtui.ui.widgets.money_input import MoneyInput

USD = Money(100_000, "usd")
_OBJECTS = {"customer": (Customer, "CustomerRow"), "payment": (Payment, "Payment"),
            "refund": (Refund, "Refund-Output"), "credit": (CreditEntry, "CreditEntry"),
            "method": (PaymentMethod, "Method"), "subscription": (Subscription, "Contract")}  # fmt: skip
_PARTS: dict[Part[Any], tuple[Any, str]] = {
    PLANS: (Plan, "Plan"), USAGE: (UsageSeries, "UsageSeries"), INVOICES: (InvoiceRow, "InvoiceRow"),
    PAYMENTS: (Payment, "Payment"), WALLETS: (Wallet, "Wallet"), METHODS: (PaymentMethod, "Method"),
    DISCOUNTS: (Discount, "Discount"),
}  # fmt: skip
seeds = st.integers(0, 2**32).map(random.Random)


def made(model: Any, schema: str, rng: random.Random) -> Any:
    return records.read(model, Wire(of(schema, rng)))


@settings(max_examples=examples(40))
@given(rng=seeds)
def test_the_state_of_any_invoice_is_shown(rng: random.Random) -> None:
    row = made(InvoiceRow, "InvoiceRow", rng)
    assert states.invoice_state(row, TODAY, refunded=row.refunded) in states.INVOICE_STATES
    assert states.state_of(records.invoice(Wire(of("Invoice", rng))), TODAY) in states.INVOICE_STATES


@pytest.mark.parametrize("form", FORMS.values(), ids=lambda form: form.kind)
@settings(max_examples=examples(10))
@given(rng=seeds)
def test_every_form_opens_on_any_object(form: Form, rng: random.Random) -> None:
    made_of = {about: made(*which, rng) for about, which in _OBJECTS.items()}
    made_of["invoice"] = records.invoice(Wire(of("Invoice", rng)))
    customer, subject = made_of["customer"], made_of[form.model.about]
    parts = {part.name: tuple(made(*which, rng) for _ in range(3)) for part, which in _PARTS.items()}
    data = FormData(customer, subject, TODAY, "jo", parts=parts)
    data.answers = {"payment_id": next((one.id for one in made_of["invoice"].payments), None)}
    form.model.disabled_reason_for(customer, subject)
    for field in form.all_fields:
        field.is_asked(data)
        if isinstance(field, ChoiceField):
            field.control(data)
        if isinstance(field, MoneyField) and field.limit is not None:
            field.limit(data)


def test_a_refund_in_another_currency_does_not_make_an_invoice_refunded() -> None:
    assert states.invoice_state(invoice(1), TODAY, refunded=USD).word == "paid"
    assert states.invoice_state(invoice(1), TODAY, refunded=eur(100)).word == "refunded"


def test_what_is_left_in_another_currency_is_not_subtracted() -> None:
    line = INVOICE.lines[0]
    assert line_left(line.model_copy(update={"refunded": USD})) == line.total
    data = FormData(None, INVOICE.model_copy(update={"refundable": USD}), TODAY, "jo")  # type: ignore[arg-type]
    payment = INVOICE.payments[0]
    data.answers = {"payment_id": payment.id}
    assert refundable(data) == payment.refundable


def test_an_amount_has_no_limit_in_another_currency() -> None:
    field = MoneyInput("eur", USD)
    assert field._read("22.40") == (eur(2240), None)


def test_the_price_that_was_signed_in_another_currency_is_not_compared_with_list_prices() -> None:
    assert SUBSCRIPTION.model_copy(update={"price_signed": USD}).contract_price == SUBSCRIPTION.amount

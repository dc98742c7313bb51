"""A customer as of a date: past due once an unpaid invoice was due before it; nothing else is guessed."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.support.customers import TODAY, customers, owing
from wbtui.models.customer import BillingStatus, Customer, CustomerStatus
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money

TOMORROW = TODAY + timedelta(days=1)


def with_invoice(customer: Customer, **members: object) -> Customer:
    first, *others = customer.latest_invoices or ()
    return customer.model_copy(update={"latest_invoices": (first.model_copy(update=members), *others)})


@pytest.mark.parametrize(
    "status", [one for one in BillingStatus if one not in (BillingStatus.FROZEN, BillingStatus.PAST_DUE)]
)
def test_a_customer_is_past_due_from_the_day_after_an_unpaid_invoice_is_due(status: BillingStatus) -> None:
    customer = owing(1, TODAY, status)
    assert customer.as_of(TODAY) is customer
    late = customer.as_of(TOMORROW)
    assert (late.billing_status, late.overdue_since) == (BillingStatus.PAST_DUE, TODAY)
    kept = {"billing_status": customer.billing_status, "overdue_since": customer.overdue_since}
    assert late.model_copy(update=kept) == customer, "nothing else changes"
    assert late.as_of(TOMORROW + timedelta(days=9)) is late


def test_it_is_past_due_since_the_oldest_of_its_overdue_invoices() -> None:
    customer = owing(1, TODAY - timedelta(days=1))
    first, second, third = customer.latest_invoices or ()
    older = first.model_copy(update={"due": TODAY - timedelta(days=31)})
    later = first.model_copy(update={"due": TOMORROW})
    three = customer.model_copy(update={"latest_invoices": (later, first, older)})
    assert three.as_of(TODAY).overdue_since == TODAY - timedelta(days=31)
    paid = customer.model_copy(update={"latest_invoices": (later, second, third)})
    assert paid.as_of(TODAY) is paid


@pytest.mark.parametrize(
    "members",
    [
        {"due": None},
        {"open": Money(0, "eur")},
        {"state": InvoiceState.PAID},
        {"state": InvoiceState.VOIDED},
        {"state": InvoiceState.WRITTEN_OFF},
        {"state": InvoiceState.UNKNOWN},
    ],
)
def test_an_invoice_that_is_not_owed_or_has_no_due_date_changes_nothing(members: dict[str, object]) -> None:
    customer = with_invoice(owing(1, TODAY), **members)
    assert customer.as_of(TOMORROW) is customer


@pytest.mark.parametrize(
    "members",
    [
        {"billing_status": BillingStatus.FROZEN},
        {"status": CustomerStatus.INACTIVE},
        {"status": CustomerStatus.UNKNOWN, "billing_status": BillingStatus.UNKNOWN},
        {"billing_status": BillingStatus.PAST_DUE, "overdue_since": TODAY - timedelta(days=90)},
        {"latest_invoices": None},
    ],
)
def test_who_is_or_may_be_frozen_who_is_past_due_and_who_has_no_invoices_stays_as_sent(
    members: dict[str, object],
) -> None:
    customer = owing(1, TODAY).model_copy(update=members)
    assert customer.as_of(TOMORROW) is customer


def test_time_alone_changes_nobody_without_an_unpaid_invoice() -> None:
    for customer in customers(300):
        assert customer.as_of(TODAY + timedelta(days=4000)) is customer

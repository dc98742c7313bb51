"""Later due dates, pauses of dunning, and validated invoices, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.sandbox_api.test_invoice_vectors import DECLINING, changed, unpaid, usd
from tests.support.billing import Billing, amounts
from wbtui.sandbox.engine import clock
from wbtui.sandbox.problems import Problem


# ── due date ──
def test_an_extended_due_date_ends_overdue_until_it_has_passed(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-10")
    assert billing.read("row", customer)["billing_status"] == "past_due"
    preview = billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-20")
    assert preview["amount"] is None
    changes = changed(preview)
    assert changes["due"] == ("2026-05-01", "2026-05-20")
    assert changes["billing_status"] == ("past_due", "active")
    for day, since in (("2026-05-20", None), ("2026-05-21", "2026-05-20")):
        billing.go_to(day)
        assert billing.read("row", customer)["overdue_since"] == since


@pytest.mark.parametrize(
    ("due", "code"),
    [("2026-05-01", "date_in_past"), ("2026-05-09", "date_in_past"), ("2026-05-20", "nothing_to_do")],
)
def test_a_due_date_only_moves_to_a_later_day(billing: Billing, due: str, code: str) -> None:
    customer, invoice = unpaid(billing)
    billing.go_to("2026-05-10")
    billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-20")
    refused = billing.preview("extend_due_date", customer, invoice_id=invoice["id"], due=due)["refused"]
    assert refused["code"] == code


def test_a_due_date_is_at_most_a_year_ahead(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"]}
    assert billing.preview("extend_due_date", customer, **this, due="2027-05-01")["refused"] is None
    with pytest.raises(Problem) as caught:
        billing.preview("extend_due_date", customer, **this, due="2027-05-02")
    assert caught.value.fields == {"due": "At most 365 days from today."}


@pytest.mark.parametrize(
    ("due", "warned"),
    [("2026-05-08", []), ("2026-05-09", ["retry_planned"])],
)
def test_the_planned_charge_stays_and_is_said(billing: Billing, due: str, warned: list[str]) -> None:
    customer, invoice = unpaid(billing)
    preview = billing.do("extend_due_date", customer, invoice_id=invoice["id"], due=due)
    assert [each["code"] for each in preview["warnings"]] == warned
    assert ("we will charge it again on 8 May 2026" in preview["customer_sentence"]) == bool(warned)
    billing.go_to("2026-05-08")
    assert len(billing.invoices(customer)[0]["attempts"]) == 2


def test_non_payment_ends_the_subscription_60_days_after_the_later_due_date(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    billing.do("extend_due_date", customer, invoice_id=invoice["id"], due="2026-05-31")
    for day, status in (("2026-07-29", "active"), ("2026-07-30", "canceled")):
        billing.go_to(day)
        assert billing.read("contracts", customer)[0]["status"] == status


# ── pause dunning ──
def test_dunning_pauses_until_the_day_and_resumes_on_it(billing: Billing) -> None:
    customer, invoice = unpaid(billing)  # declined on 1 May, next charge on 8 May
    preview = billing.do("pause_dunning", customer, invoice_id=invoice["id"], until="2026-05-12")
    assert changed(preview) == {
        "next_retry": ("2026-05-08T06:00:00Z", "2026-05-12T06:00:00Z"),
        "dunning_paused_until": (None, "2026-05-12"),
    }
    assert [each["code"] for each in preview["warnings"]] == ["due_date_stays"]
    for day, attempts, mails in (("2026-05-11", 1, 2), ("2026-05-12", 2, 3)):
        billing.go_to(day)
        [now] = billing.invoices(customer)
        assert (len(now["attempts"]), len(now["emails"])) == (attempts, mails)
    # The retry after it is a week later, as ever.
    assert now["next_retry"] == "2026-05-19T06:00:00Z"


def test_a_pause_is_shortened_and_ends_before_the_planned_charge(billing: Billing) -> None:
    customer, invoice = unpaid(billing)
    this = {"invoice_id": invoice["id"]}
    billing.do("pause_dunning", customer, **this, until="2026-05-20")
    preview = billing.do("pause_dunning", customer, **this, until="2026-05-03")
    assert changed(preview)["next_retry"] == ("2026-05-20T06:00:00Z", "2026-05-08T06:00:00Z")


@pytest.mark.parametrize(
    ("until", "code"), [("2026-05-01", "date_in_past"), ("2026-05-12", "nothing_to_do"), ("2026-05-02", None)]
)
def test_dunning_pauses_until_a_day_after_today(billing: Billing, until: str, code: str | None) -> None:
    customer, invoice = unpaid(billing)
    billing.do("pause_dunning", customer, invoice_id=invoice["id"], until="2026-05-12")
    refused = billing.preview("pause_dunning", customer, invoice_id=invoice["id"], until=until)["refused"]
    assert (refused and refused["code"]) == code


def test_a_subscription_does_not_end_for_non_payment_during_the_pause(billing: Billing) -> None:
    customer, invoice = unpaid(billing)  # due on 1 May, 60 days are over on 30 June
    billing.do("pause_dunning", customer, invoice_id=invoice["id"], until="2026-07-10")
    for day, status in (("2026-07-09", "active"), ("2026-07-10", "canceled")):
        billing.go_to(day)
        assert billing.read("contracts", customer)[0]["status"] == status


# ── validate ──
def pending(billing: Billing, price: str, *, credit: str = "", **more: Any) -> tuple[str, dict[str, Any]]:
    """A customer with an invoice of 1 June that waits for validation, and that invoice."""
    customer = billing.subscribe(price, "2026-05-01", **more)
    if credit:
        billing.do("grant_credit", customer, amount=usd(credit, price[-3:]))
    with billing.store.write() as tx, clock.changing(tx, customer) as (account, _):
        account.contracts[0].validate_invoices = True
    billing.go_to("2026-06-03")
    invoice = billing.invoices(customer)[0]
    assert (invoice["state"], invoice["attempts"], invoice["emails"]) == ("pending_validation", [], [])
    return customer, invoice


@pytest.mark.parametrize(
    ("price", "country", "credit", "charged", "used"),
    [
        ("P20_usd", "US", "", "20.00", "0.00"),
        ("P20_eur", "DE", "5.00", "18.80", "5.00"),  # 20.00 + 19 % − 5.00
        ("P10_jpy", "US", "300", "700", "300"),
    ],
)
def test_a_validated_invoice_uses_credit_and_is_charged(
    billing: Billing, price: str, country: str, credit: str, charged: str, used: str
) -> None:
    customer, invoice = pending(billing, price, country=country, credit=credit)
    preview = billing.do("validate_invoice", customer, invoice_id=invoice["id"])
    assert preview["amount"] == usd(charged, price[-3:])
    assert preview["lines"][0]["label"] == "Charge Visa ••4242"
    assert preview["emails"] == ["invoice to ada@example.com", "receipt to ada@example.com"]
    assert changed(preview)["state"] == ("pending_validation", "paid")
    now = billing.invoices(customer)[0]
    assert amounts([now["credited"], now["paid"]]) == [used, charged]
    refused = billing.preview("validate_invoice", customer, invoice_id=invoice["id"])["refused"]
    assert refused["code"] == "invoice_not_pending"


def test_credit_pays_all_of_a_validated_invoice(billing: Billing) -> None:
    customer, invoice = pending(billing, "P20_usd", credit="50.00")
    preview = billing.do("validate_invoice", customer, invoice_id=invoice["id"])
    assert (preview["amount"], preview["lines"][0]["explanation"]) == (None, "$20.00 account credit used")
    assert preview["customer_sentence"] == f"Invoice {invoice['number']} of $20.00 is final and paid."
    now = billing.invoices(customer)[0]
    assert (now["state"], now["payments"]) == ("paid", [])


def test_a_decline_of_the_first_charge_is_said_before_and_dunning_begins(billing: Billing) -> None:
    customer, invoice = pending(billing, "P20_usd", behaviour={**DECLINING, "from": "2026-06-01"})
    preview = billing.do("validate_invoice", customer, invoice_id=invoice["id"])
    [warned] = preview["warnings"]
    assert (warned["code"], warned["confirm"]) == ("payment_fails", True)
    assert "insufficient funds. The invoice stays open." in warned["text"]
    now = billing.invoices(customer)[0]
    assert (now["state"], now["next_retry"]) == ("ready_for_payment", "2026-06-10T06:00:00Z")


@pytest.mark.parametrize(("on", "due"), [("2026-06-03", "17 Jun"), ("2026-07-10", "24 Jul")])
def test_an_invoice_that_is_not_charged_is_due_counted_from_its_validation(
    billing: Billing, on: str, due: str
) -> None:
    """The customer gets it only then; 14 days later it is due."""
    customer, invoice = pending(billing, "P20_usd", automatic_payment=False)
    billing.go_to(on)
    preview = billing.do("validate_invoice", customer, invoice_id=invoice["id"])
    assert preview["lines"][0]["label"] == f"Open until {due} 2026"
    assert preview["customer_sentence"].endswith("is final; $20.00 remains to pay.")
    assert preview["emails"] == ["invoice to ada@example.com"]
    assert "due" in changed(preview)
    now = next(one for one in billing.invoices(customer) if one["id"] == invoice["id"])
    assert now["state"] == "ready_for_payment"


def test_nothing_of_a_frozen_customer_is_validated(billing: Billing) -> None:
    customer, invoice = pending(billing, "P20_usd")
    billing.do("freeze_customer", customer)
    refused = billing.preview("validate_invoice", customer, invoice_id=invoice["id"])["refused"]
    assert refused["code"] == "customer_inactive"

"""Canceled refunds, and refunds that were paid elsewhere, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.sandbox_api.test_invoice_vectors import changed, usd
from tests.support.billing import Billing, amounts
from wbtui.sandbox.engine import views

STUCK = {"refund": "stuck"}


def paid(billing: Billing, price: str = "P20_usd", **more: Any) -> tuple[str, dict[str, Any]]:
    """A customer who has paid the invoice of 1 May, and the payment."""
    customer = billing.subscribe(price, "2026-05-01", **more)
    [payment] = billing.read("payments", customer)
    return customer, payment


def refunded(billing: Billing, price: str, amount: str, **more: Any) -> tuple[str, dict[str, Any]]:
    """A customer with a pending refund, and the refund."""
    country = more.pop("country", "US")
    customer, payment = paid(billing, price, country=country, behaviour=STUCK)
    billing.do("refund", customer, payment_id=payment["id"], mode="amount", amount=usd(amount, price[-3:]),
               **more)  # fmt: skip
    [refund] = billing.read("refunds", customer)
    assert (refund["status"], refund["cancelable"]) == ("pending", True)
    return customer, refund


# ── cancel a refund ──
@pytest.mark.parametrize(
    ("price", "country", "amount", "left", "whole"),
    [
        ("P20_usd", "US", "7.50", "12.50", "20.00"),
        ("P20_eur", "DE", "23.80", "0.00", "23.80"),  # 20.00 + 19 %
        ("P10_jpy", "US", "300", "700", "1000"),
    ],
)
def test_what_was_cancelled_can_be_refunded_again(
    billing: Billing, price: str, country: str, amount: str, left: str, whole: str
) -> None:
    customer, refund = refunded(billing, price, amount, country=country)
    currency = price[-3:]
    preview = billing.do("cancel_refund", customer, refund_id=refund["id"])
    assert preview["amount"] == usd(amount, currency)
    changes = changed(preview)
    assert changes["status"] == ("pending", "canceled")
    assert changes["refundable"] == (f"{left} {currency}", f"{whole} {currency}")
    assert changes["refunds_pending"] == ("1", "0")
    assert preview["warnings"] == []
    billing.do("refund", customer, payment_id=refund["payment_id"], mode="full")
    assert amounts([each["money"] for each in billing.read("refunds", customer)]) == [whole, amount]
    again = billing.preview("cancel_refund", customer, refund_id=refund["id"])["refused"]
    assert (again["code"], again["message"]) == ("refund_not_cancelable", "The refund is already cancelled.")


def test_the_credit_note_of_a_cancelled_refund_stays_and_is_said(billing: Billing) -> None:
    customer, refund = refunded(billing, "P20_usd", "7.50", adjust_invoice=True)
    [note] = billing.read("credit_notes", customer)
    [warned] = billing.do("cancel_refund", customer, refund_id=refund["id"])["warnings"]
    assert (warned["code"], warned["confirm"]) == ("credit_note_stays", True)
    assert note["number"] in warned["text"]
    assert billing.read("credit_notes", customer) == [note]


@pytest.mark.parametrize("noted", [False, True])
def test_a_refund_that_can_be_cancelled_says_that_its_credit_note_stays(
    billing: Billing, noted: bool
) -> None:
    customer, payment = paid(billing, behaviour=STUCK)
    this = {"payment_id": payment["id"], "mode": "full", "adjust_invoice": noted}
    preview = billing.preview("refund", customer, **this)
    assert preview["reversible"]["by"] == "cancel_refund"
    assert ("credit_note_stays" in [one["code"] for one in preview["warnings"]]) is noted


def test_a_refund_that_was_paid_out_cannot_be_cancelled(billing: Billing) -> None:
    customer, payment = paid(billing)
    billing.do("refund", customer, payment_id=payment["id"], mode="full")
    [refund] = billing.read("refunds", customer)
    refused = billing.preview("cancel_refund", customer, refund_id=refund["id"])["refused"]
    assert (refused["code"], refused["message"]) == ("refund_not_cancelable", "The refund was paid out.")


# ── a refund paid elsewhere ──
@pytest.mark.parametrize(
    ("price", "country", "amount", "left"),
    [
        ("P20_usd", "US", "7.50", "12.50"),
        ("P20_eur", "DE", "10.00", "13.80"),  # of 20.00 + 19 %
        ("P10_jpy", "US", "1000", "0"),
    ],
)
def test_a_refund_paid_elsewhere_lowers_what_can_be_refunded(
    billing: Billing, price: str, country: str, amount: str, left: str
) -> None:
    customer, payment = paid(billing, price, country=country)
    this = {"payment_id": payment["id"], "amount": usd(amount, price[-3:]), "reference": "SEPA 77"}
    preview = billing.do("record_external_refund", customer, **this)
    assert preview["amount"] == usd(amount, price[-3:])
    [warned] = preview["warnings"]
    assert (warned["code"], warned["confirm"]) == ("records_only", True)
    assert warned["text"] == "No money is sent. To refund to Visa ••4242, use Refund instead."
    [refund] = billing.read("refunds", customer)
    assert (refund["external"], refund["status"], refund["reference"]) == (True, "succeeded", "SEPA 77")
    [now] = billing.read("payments", customer)
    assert now["refundable"]["amount"] == left
    refused = billing.preview("cancel_refund", customer, refund_id=refund["id"])["refused"]
    assert refused["code"] == "refund_not_cancelable"


def test_more_than_is_left_is_not_recorded(billing: Billing) -> None:
    customer, payment = paid(billing)
    billing.do("refund", customer, payment_id=payment["id"], mode="amount", amount=usd("7.50"))
    this = {"payment_id": payment["id"], "reference": "SEPA 77"}
    refused = billing.preview("record_external_refund", customer, **this, amount=usd("12.51"))["refused"]
    assert (refused["code"], refused["limit"]) == ("exceeds_refundable", usd("12.50"))
    refused = billing.preview("record_external_refund", customer, **this, amount=usd("0.00"))["refused"]
    assert refused["code"] == "amount_zero"


def test_a_refund_and_a_recorded_one_of_the_same_amount_look_alike(billing: Billing) -> None:
    customer, payment = paid(billing)
    this = {"payment_id": payment["id"], "amount": usd("5.00")}
    billing.do("refund", customer, **this, mode="amount")
    recorded = billing.preview("record_external_refund", customer, **this, reference="SEPA 77")
    assert len(recorded["lookalikes"]) == 1
    billing.do("record_external_refund", customer, **this, reference="SEPA 77")
    assert len(billing.preview("refund", customer, **this, mode="amount")["lookalikes"]) == 2


def test_money_that_came_in_elsewhere_is_paid_back_elsewhere(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", automatic_payment=False)
    [invoice] = billing.invoices(customer)
    billing.do("record_payment", customer, invoice_id=invoice["id"], amount=usd("20.00"), on="2026-05-01",
               reference="Cash")  # fmt: skip
    [payment] = billing.read("payments", customer)
    this = {"payment_id": payment["id"], "amount": usd("20.00")}
    assert billing.preview("refund", customer, **this, mode="amount")["refused"]["code"] == "not_refundable"
    preview = billing.do("record_external_refund", customer, **this, reference="Cash")
    assert [each["text"] for each in preview["warnings"]] == ["No money is sent: pay the customer elsewhere."]


def test_the_timeline_says_why_a_refund_was_cancelled(billing: Billing) -> None:
    customer, refund = refunded(billing, "P20_usd", "7.50")
    why = {"agent": "Sam Okafor", "reason": "duplicate", "comment": "Paid by transfer"}
    billing.do("cancel_refund", customer, refund_id=refund["id"], context=why)
    with billing.store.read() as tx:
        [newest, *_], *_ = views.activity(tx, customer)
    assert newest["what"].startswith("Refund cancelled: $7.50 of ")
    assert (newest["reason"], newest["comment"]) == ("duplicate", "Paid by transfer")

"""One bank transfer that pays several invoices, computed by hand: 20.00 of one and 40.00 of the other."""

from __future__ import annotations

from typing import Any

import pytest

from tests.services.sandbox_api.test_invoice_vectors import usd
from tests.support.billing import Billing, amounts
from wbtui.sandbox.engine import clock, refunds, subscriptions
from wbtui.sandbox.engine.account import SCHEDULER
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.store import SandboxError

TRANSFER = ("vban_bank_transfer_eu", None)


@pytest.fixture
def customer(billing: Billing) -> str:
    """A customer whose transfer of 60.00 has paid both subscriptions of May."""
    customer = billing.subscribe(
        "P20_usd", "2026-05-01", method=TRANSFER, automatic_payment=False, behaviour={"pays_after": 9}
    )
    with billing.store.write() as tx, clock.changing(tx, customer) as (account, at):
        prices = account.engine.catalogue.price_sets["P40_usd"]
        subscriptions.create_contract(account, at, prices, automatic_payment=False)
    assert [one["state"] for one in billing.invoices(customer)] == ["ready_for_payment"] * 2
    billing.go_to("2026-05-20")
    return customer


def refund(billing: Billing, customer: str, number: int, **members: Any) -> dict[str, Any]:
    """The preview of a refund of one of the two invoices, oldest first."""
    [payment] = billing.read("payments", customer)
    invoice = billing.invoices(customer)[::-1][number]["id"]
    return billing.preview("refund", customer, payment_id=payment["id"], invoice_id=invoice, **members)


def test_it_pays_each_of_its_invoices(billing: Billing, customer: str) -> None:
    [payment] = billing.read("payments", customer)
    both = billing.invoices(customer)[::-1]
    assert payment["money"]["amount"] == "60.00"
    assert sorted(payment["invoice_ids"]) == sorted(one["id"] for one in both)
    assert [one["state"] for one in both] == ["paid", "paid"]
    for name in ("paid", "refundable"):
        assert amounts([one[name] for one in both]) == ["20.00", "40.00"]
    assert [one["payments"][0]["id"] for one in both] == [payment["id"]] * 2
    assert billing.read("row", customer)["owed"] == []


def test_only_the_share_of_an_invoice_is_refunded_for_it(billing: Billing, customer: str) -> None:
    [payment] = billing.read("payments", customer)
    first, second = (one["id"] for one in billing.invoices(customer)[::-1])
    more = {"mode": "amount", "amount": {"amount": "20.01", "currency": "usd"}}
    refused = refund(billing, customer, 0, **more)["refused"]
    assert (refused["code"], refused["limit"]["amount"]) == ("exceeds_refundable", "20.00")
    assert refund(billing, customer, 0, mode="percent", percent="50")["amount"]["amount"] == "10.00"
    preview = billing.do("refund", customer, payment_id=payment["id"], invoice_id=first, mode="full")
    assert preview["amount"]["amount"] == "20.00"
    both = billing.invoices(customer)[::-1]
    assert amounts([one["refunded"] for one in both]) == ["20.00", "0.00"]
    assert amounts([one["refundable"] for one in both]) == ["0.00", "40.00"]
    refused = refund(billing, customer, 0, mode="full")["refused"]
    number = both[0]["number"]
    assert (refused["code"], refused["message"]) == (
        "already_refunded", f"The part of this payment for {number} is already fully refunded."
    )  # fmt: skip
    billing.do("refund", customer, payment_id=payment["id"], invoice_id=second, mode="full")
    [payment] = billing.read("payments", customer)
    assert amounts([payment["refunded"], payment["refundable"]]) == ["60.00", "0.00"]
    refused = refund(billing, customer, 0, mode="full")["refused"]
    assert refused["message"] == "This payment is already fully refunded."


def test_a_refund_has_to_name_one_of_the_invoices(billing: Billing, customer: str) -> None:
    [payment] = billing.read("payments", customer)
    with pytest.raises(Problem) as caught:
        billing.preview("refund", customer, payment_id=payment["id"], mode="full")
    assert caught.value.fields == {
        "invoice_id": "This payment settled several invoices. Name the one to refund."
    }


def test_the_end_of_one_subscription_refunds_its_own_share(billing: Billing, customer: str) -> None:
    """On 20 May 12 of 31 days of 40.00 are unused: 15.48."""
    contract = next(one for one in billing.read("contracts", customer) if one["plan"] == "P40")
    preview = billing.do(
        "cancel_subscription", customer, contract_id=contract["id"], when="now", cancel_reason="unused",
        unused_time="prorated_refund", unbilled_usage="bill", open_invoices="leave", credits="keep",
    )  # fmt: skip
    assert preview["amount"]["amount"] == "15.48"
    assert amounts([one["refunded"] for one in billing.invoices(customer)[::-1]]) == ["0.00", "15.48"]


@pytest.mark.parametrize(
    ("amount", "refunded", "left"),
    [
        ("60.00", ["20.00", "40.00"], ["0.00", "0.00"]),
        ("40.00", ["0.00", "40.00"], ["20.00", "0.00"]),
        ("50.00", ["10.00", "40.00"], ["10.00", "0.00"]),
    ],
)
def test_a_refund_paid_elsewhere_is_of_the_invoices_with_most_left(
    billing: Billing, customer: str, amount: str, refunded: list[str], left: list[str]
) -> None:
    [payment] = billing.read("payments", customer)
    this = {"payment_id": payment["id"], "reference": "T1"}
    refused = billing.preview("record_external_refund", customer, **this, amount=usd("60.01"))["refused"]
    assert (refused["code"], refused["limit"]) == ("exceeds_refundable", usd("60.00"))
    billing.do("record_external_refund", customer, **this, amount=usd(amount))
    both = billing.invoices(customer)[::-1]
    assert amounts([one["refunded"] for one in both]) == refunded
    assert amounts([one["refundable"] for one in both]) == left
    [made] = billing.read("refunds", customer)
    of = [one["id"] for one in both if one["refunds"]]
    assert made["money"]["amount"] == amount
    assert made["invoice_id"] == (of[0] if len(of) == 1 else None)


def test_what_is_left_of_each_invoice_can_be_refunded_after_one_paid_elsewhere(
    billing: Billing, customer: str
) -> None:
    [payment] = billing.read("payments", customer)
    this = {"payment_id": payment["id"], "amount": usd("50.00"), "reference": "T1"}
    billing.do("record_external_refund", customer, **this)
    assert refund(billing, customer, 1, mode="full")["refused"]["code"] == "already_refunded"
    assert refund(billing, customer, 0, mode="full")["amount"] == usd("10.00")


@pytest.mark.parametrize("more", [{"adjust_invoice": True}, {"lines": {"Line_1": 5000}}])
def test_lines_and_a_credit_note_are_of_one_invoice(
    billing: Billing, customer: str, more: dict[str, Any]
) -> None:
    with billing.store.write() as tx, clock.changing(tx, customer) as (account, at):
        [payment] = account.payments
        with pytest.raises(SandboxError, match="one invoice"):
            refunds.create_refund(account, at, payment, 5000, actor=SCHEDULER, reason="courtesy", **more)
        assert (account.refunds, payment.refunded) == ([], 0)

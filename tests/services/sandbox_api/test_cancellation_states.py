"""Cancellations after a refund, of a frozen customer, and before the start, computed by hand."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.support.billing import URL
from tests.support.cancelling import DECLINED, Cancelling, codes, lines, metered
from wbtui.sandbox.actions import runner
from wbtui.sandbox.engine import clock
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store


@pytest.fixture
def billing(empty_store: Store) -> Cancelling:
    return Cancelling(empty_store)


# ── in part given back before ──
@pytest.mark.parametrize(
    ("before", "members", "refunded", "credited"),
    [
        ("15.00", {"when": "now"}, "5.00", None),
        ("0.01", {"when": "now"}, "19.99", None),
        ("15.00", {"when": "date", "date": "2026-05-21"}, "5.00", None),
    ],
)
def test_a_full_refund_gives_back_what_is_left(
    billing: Cancelling, before: str, members: dict[str, str], refunded: str, credited: str | None
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    [payment] = billing.read("payments", customer)
    money = {"amount": before, "currency": "usd"}
    billing.do("refund", customer, payment_id=payment["id"], mode="amount", amount=money)
    preview = billing.cancel(customer, unused_time="full_refund", **members)
    assert preview["amount"]["amount"] == refunded
    said = f"${before} of this billing period was given back before. The remaining ${refunded} is refunded."
    assert said in [warning["text"] for warning in preview["warnings"]]
    assert [amount for _, amount in lines(preview)] == [refunded]
    billing.go_to("2026-05-21")
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == [refunded, before]
    assert billing.read("wallets", customer) == []


def test_a_full_refund_of_what_is_given_back_already_is_refused(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    [payment] = billing.read("payments", customer)
    billing.do("refund", customer, payment_id=payment["id"], mode="full")
    assert billing.asked(customer, unused_time="full_refund")["refused"]["code"] == "already_refunded"


def test_a_full_refund_of_a_period_paid_with_account_credit_is_credit_in_part(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("grant_credit", customer, amount={"amount": "8.00", "currency": "usd"})
    billing.go_to("2026-06-11")
    preview = billing.cancel(customer, unused_time="full_refund")
    assert preview["amount"]["amount"] == "20.00"
    assert "$8.00 was not paid by a payment method. It becomes account credit." in [
        warning["text"] for warning in preview["warnings"]
    ]
    assert [one["money"]["amount"] for one in billing.read("refunds", customer)] == ["12.00"]
    assert billing.read("wallets", customer)[0]["balance"] == "8.00"


def test_an_invoice_that_billing_saves_meanwhile_does_not_change_the_basis(billing: Cancelling) -> None:
    """The preview knows the renewal's invoice before billing has saved it."""
    declined = {"from": "2026-06-01", "code": "do_not_honor"}
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=declined)
    with billing.store.write() as tx:
        clock.set_forward(tx, "2026-06-02T12:00:00Z")
    preview, body = billing.asked(customer), billing._body("cancel_subscription", customer, {})
    assert "open_invoices" in codes(preview)
    with billing.store.write() as tx, clock.changing(tx, customer):
        pass
    with billing.store.write() as tx:
        outcome = runner.perform(tx, str(uuid4()), "digest", read_action(body), preview["basis"], URL)
    assert outcome["status"] == "done"


# ── frozen, or not started ──
def test_a_frozen_subscription_ends_now_without_a_charge(billing: Cancelling) -> None:
    """Usage until the end of the paid period is invoiced, but not charged; later days are in no period."""
    customer = metered(billing)
    billing.do("freeze_customer", customer)
    refused = billing.asked(customer, open_invoices="collect")["refused"]
    assert refused is None, "nothing is unpaid"
    billing.use(customer, "2026-06-10", 10_000)
    billing.go_to("2026-07-20")
    preview = billing.cancel(customer)
    assert "not_charged" in codes(preview)
    last = billing.invoices(customer)[0]
    assert (last["total"], last["state"]) == (preview["due_now"][0], "ready_for_payment")
    assert last["lines"][0]["period"][1] == "2026-05-31"
    assert billing.read("contracts", customer)[0]["status"] == "canceled"


def test_a_frozen_customer_is_not_told_to_use_it_until_the_end(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("freeze_customer", customer)
    said = billing.asked(customer, when="period_end")["customer_sentence"]
    assert said == "Your subscription to P20 ends on 1 Jun 2026."


def test_unpaid_invoices_of_a_frozen_customer_are_not_collected(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", behaviour=DECLINED)
    billing.go_to("2026-05-11")
    billing.do("freeze_customer", customer)
    assert billing.asked(customer, open_invoices="collect")["refused"]["code"] == "customer_inactive"
    assert billing.cancel(customer, open_invoices="write_off")["amount"]["amount"] == "20.00"


@pytest.mark.parametrize("when", [{"when": "period_end"}, {"when": "date", "date": "2026-06-01"}])
def test_a_frozen_subscription_ends_on_its_day(billing: Cancelling, when: dict[str, str]) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("freeze_customer", customer)
    billing.cancel(customer, **when)
    billing.go_to("2026-06-02")
    [contract] = billing.read("contracts", customer)
    assert (contract["status"], contract["end"]) == ("canceled", "2026-06-01")
    assert len(billing.invoices(customer)) == 1
    assert billing.do("activate_customer", customer)["due_now"] == []


def test_a_long_frozen_subscription_ends_with_the_period_of_today(billing: Cancelling) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("freeze_customer", customer)
    billing.go_to("2026-07-20")
    assert billing.asked(customer, unused_time="prorated_credit")["refused"]["code"] == "amount_zero"
    billing.cancel(customer, when="period_end")
    assert billing.read("contracts", customer)[0]["cancel_at"] == "2026-08-01"


@pytest.mark.parametrize(
    "terms",
    [
        {"pending": True},
        {"start": "2026-06-01"},
        {"start": "2026-06-01", "trial_days": 14, "notice_period_days": 30},
    ],
)
def test_a_subscription_that_has_not_started_never_starts(billing: Cancelling, terms: dict[str, Any]) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    billing.go_to("2026-05-11")
    for members in ({"when": "period_end"}, {"when": "date", "date": "2026-05-20"}):
        assert billing.asked(customer, **members)["refused"]["code"] == "contract_not_active"
    assert billing.asked(customer, unused_time="full_refund")["refused"]["code"] == "amount_zero"
    preview = billing.cancel(customer)
    assert (preview["amount"], preview["due_now"], preview["next_invoice"]) == (None, [], None)
    assert preview["customer_sentence"] == "Your subscription to P20 will not start."
    billing.go_to("2026-09-01")
    [contract] = billing.read("contracts", customer)
    assert (contract["status"], contract["end"], billing.invoices(customer)) == ("canceled", "2026-05-11", [])

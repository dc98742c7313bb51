"""Renewals, activations and longer trials, computed by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from wbtui.sandbox.problems import Problem


# ── renew_subscription ──
@pytest.mark.parametrize(
    ("prices", "terms", "price", "due", "afterwards"),
    [
        ("P20_usd_before", {}, "as_before", "15.00", "15.00"),
        ("P20_usd_before", {}, "today", "20.00", "20.00"),
        ("Team_usd_before", {"units": {"seats": "5"}}, "as_before", "10.00", "10.00"),  # 5 × 2.00
        ("Team_usd_before", {"units": {"seats": "5"}}, "today", "15.00", "15.00"),  # 5 × 3.00
        # One of two cycles at half the price is left.
        ("P20_usd", {"discount_id": "Twice_50"}, "as_before", "10.00", "20.00"),
        ("P20_usd", {"discount_id": "Twice_50"}, "today", "20.00", "20.00"),
        ("P10_eur", {"country": "DE"}, "as_before", "11.90", "11.90"),  # with 19 % tax
        ("P10_jpy", {}, "as_before", "1000", "1000"),
    ],
)
def test_a_renewal_charges_a_whole_period_today(
    billing: Billing, prices: str, terms: dict[str, Any], price: str, due: str, afterwards: str
) -> None:
    customer = billing.subscribe(prices, "2026-04-01", **terms)
    billing.end(customer, "2026-04-16")
    billing.go_to("2026-05-11")
    preview = billing.do("renew_subscription", customer, price=price)
    assert amounts(preview["due_now"]) == [due] and preview["amount"]["amount"] == due
    new, old = billing.read("contracts", customer)
    assert (old["status"], new["status"], new["start"]) == ("canceled", "active", "2026-05-11")
    assert (new["period"], new["units"]) == (["2026-05-11", "2026-06-10"], old["units"])
    invoice = billing.invoices(customer)[0]
    assert (invoice["total"]["amount"], invoice["state"]) == (due, "paid")
    assert preview["next_invoice"]["date"] == "2026-06-11"
    assert preview["next_invoice"]["total"]["amount"] == afterwards
    billing.go_to("2026-06-11")
    assert billing.invoices(customer)[0]["total"]["amount"] == afterwards


def test_a_renewal_uses_account_credit(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-04-01")
    billing.end(customer, "2026-04-16")
    billing.do("grant_credit", customer, amount={"amount": "7.50", "currency": "usd"})
    assert amounts(billing.do("renew_subscription", customer, price="today")["due_now"]) == ["12.50"]


def test_a_renewal_on_a_later_day_is_charged_on_that_day(billing: Billing) -> None:
    """From 31 January the periods end with the month: the second charge is on 28 February."""
    customer = billing.subscribe("P20_usd", "2026-04-01")
    billing.end(customer, "2026-04-16")
    preview = billing.do("renew_subscription", customer, price="as_before", start="2027-01-31")
    assert (preview["due_now"], preview["amount"]) == ([], None)
    assert preview["next_invoice"] == {"date": "2027-01-31", "total": {"amount": "20.00", "currency": "usd"}}
    assert preview["lines"][0]["explanation"] == "per month from 31 Jan 2027"
    assert billing.read("contracts", customer)[0]["status"] == "scheduled"
    billing.go_to("2027-02-28")
    made = [(invoice["date"], invoice["total"]["amount"]) for invoice in billing.invoices(customer)]
    assert made[:2] == [("2027-02-28", "20.00"), ("2027-01-31", "20.00")]


def test_a_renewal_warns_of_what_an_agent_might_not_know(billing: Billing) -> None:
    unpaid = {"code": "card_declined", "from": "2026-04-01"}
    customer = billing.subscribe("P20_usd", "2026-04-01", behaviour=unpaid)
    billing.end(customer, "2026-04-16")
    first = billing.do("renew_subscription", customer, price="as_before")
    assert [warning["code"] for warning in first["warnings"]] == ["open_invoices", "payment_fails"]
    ended = billing.read("contracts", customer)[1]["id"]
    again = billing.preview("renew_subscription", customer, contract_id=ended, price="as_before")
    assert again["warnings"][0]["code"] == "second_subscription" and again["warnings"][0]["confirm"]
    assert again["lookalikes"]


def test_an_archived_plan_is_renewed_at_its_old_price_only(billing: Billing) -> None:
    customer = billing.subscribe("Old_usd", "2026-04-01")
    billing.end(customer, "2026-04-16")
    today = billing.preview("renew_subscription", customer, price="today")
    assert today["refused"]["code"] == "plan_archived"
    before = billing.preview("renew_subscription", customer, price="as_before")
    assert (amounts(before["due_now"]), before["warnings"][0]["code"]) == (["10.00"], "plan_archived")


def test_only_an_ended_subscription_is_renewed(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-04-01")
    refused = billing.preview("renew_subscription", customer, price="today")["refused"]
    assert refused["code"] == "contract_not_ended"
    billing.do("change_plan", customer, to="P40_usd")
    moved = billing.read("contracts", customer)[1]["id"]
    refused = billing.preview("renew_subscription", customer, contract_id=moved, price="today")["refused"]
    assert refused["code"] == "contract_moved"
    billing.end(customer, "2026-04-16")
    past = billing.preview("renew_subscription", customer, price="today", start="2026-04-15")
    assert past["refused"]["code"] == "date_in_past"


# ── activate_subscription ──
@pytest.mark.parametrize(
    ("terms", "start", "due", "first"),
    [
        ({"pending": True}, None, ["20.00"], "2026-06-11"),
        ({"pending": True}, "2026-05-31", [], "2026-05-31"),
        ({"start": "2026-06-01"}, None, ["20.00"], "2026-06-11"),
        ({"start": "2026-06-01"}, "2026-07-15", [], "2026-07-15"),
        # The trial of 14 days begins 21 days earlier, and ends so.
        ({"start": "2026-06-01", "trial_days": 14}, None, [], "2026-05-25"),
        ({"start": "2026-06-01", "trial_days": 14}, "2026-06-10", [], "2026-06-24"),
    ],
)
def test_an_activation_starts_the_first_period_or_the_trial(
    billing: Billing, terms: dict[str, Any], start: str | None, due: list[str], first: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    billing.go_to("2026-05-11")
    preview = billing.do("activate_subscription", customer, **({"start": start} if start else {}))
    assert amounts(preview["due_now"]) == due
    assert preview["next_invoice"] == {"date": first, "total": {"amount": "20.00", "currency": "usd"}}
    assert amounts([invoice["total"] for invoice in billing.invoices(customer)]) == due
    billing.go_to(first)
    newest = billing.invoices(customer)[0]
    assert (newest["date"], newest["total"]["amount"]) == (first, "20.00")


@pytest.mark.parametrize(
    ("terms", "start", "code"),
    [
        ({}, None, "contract_not_pending"),
        ({"pending": True}, "2026-05-10", "date_in_past"),
        ({"start": "2026-06-01"}, "2026-06-01", "nothing_to_do"),
    ],
)
def test_rules_of_an_activation(
    billing: Billing, terms: dict[str, Any], start: str | None, code: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    billing.go_to("2026-05-11")
    preview = billing.preview("activate_subscription", customer, start=start)
    assert preview["refused"]["code"] == code


# ── extend_trial ──
@pytest.mark.parametrize(
    ("end", "second"),
    [("2026-05-16", "2026-06-16"), ("2026-05-31", "2026-06-30"), ("2026-06-10", "2026-07-10")],
)
def test_a_longer_trial_moves_the_first_charge(billing: Billing, end: str, second: str) -> None:
    """The trial of 14 days from 1 May would end on the 15th; later charges follow the new day."""
    customer = billing.subscribe("P20_usd", "2026-05-01", trial_days=14)
    billing.go_to("2026-05-11")
    preview = billing.do("extend_trial", customer, trial_end=end)
    assert (preview["due_now"], preview["amount"]) == ([], None)
    assert preview["next_invoice"] == {"date": end, "total": {"amount": "20.00", "currency": "usd"}}
    billing.go_to("2026-05-15")
    assert billing.invoices(customer) == []
    billing.go_to(second)
    assert [invoice["date"] for invoice in billing.invoices(customer)] == [second, end]


@pytest.mark.parametrize(
    ("terms", "day", "end", "code"),
    [
        ({}, "2026-05-11", "2026-06-01", "no_trial"),
        ({"trial_days": 14}, "2026-05-15", "2026-06-01", "trial_ended"),
        ({"trial_days": 14}, "2026-05-11", "2026-05-15", "nothing_to_do"),
        ({"trial_days": 14}, "2026-05-11", "2026-05-12", "nothing_to_do"),
        ({"pending": True}, "2026-05-11", "2026-06-01", "contract_not_active"),
    ],
)
def test_rules_of_a_longer_trial(
    billing: Billing, terms: dict[str, Any], day: str, end: str, code: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    billing.go_to(day)
    assert billing.preview("extend_trial", customer, trial_end=end)["refused"]["code"] == code


def test_a_trial_ends_within_a_year_and_waits_for_no_other_change(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", trial_days=14)
    billing.go_to("2026-05-11")
    with pytest.raises(Problem) as caught:
        billing.preview("extend_trial", customer, trial_end="2027-05-12")
    assert caught.value.fields == {"trial_end": "At most 365 days from today."}
    billing.do("change_plan", customer, to="P40_usd", when="period_end")
    refused = billing.preview("extend_trial", customer, trial_end="2026-06-01")["refused"]
    assert refused["code"] == "scheduled_change_exists"

"""New subscriptions, renewals, activations and longer trials, computed by hand."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from wbtui.sandbox.problems import Problem


# ── create_subscription ──
@pytest.mark.parametrize(
    ("members", "due", "next_charge"),
    [
        ({"to": "P40_usd"}, ["40.00"], ("2026-06-11", "40.00")),
        ({"to": "P40_usd", "discount_id": "Once_50"}, ["20.00"], ("2026-06-11", "40.00")),
        ({"to": "P40_usd", "discount_id": "Always_10"}, ["36.00"], ("2026-06-11", "36.00")),
        ({"to": "P200_usd"}, ["200.00"], ("2027-05-11", "200.00")),
        ({"to": "Team_usd", "units": {"seats": "5"}}, ["15.00"], ("2026-06-11", "15.00")),  # 5 × 3.00
        ({"to": "Tiers_usd", "units": {"seats": "12"}}, ["37.00"], ("2026-06-11", "37.00")),  # 30 + 5 + 2
        ({"to": "P10_jpy"}, ["1000"], ("2026-06-11", "1000")),
        ({"to": "P40_usd", "start": "2026-05-31"}, [], ("2026-05-31", "40.00")),
        ({"to": "P40_usd", "trial_days": 30}, [], ("2026-06-10", "40.00")),
        ({"to": "P40_usd", "trial_days": 30, "start": "2026-05-31"}, [], ("2026-06-30", "40.00")),
        ({"to": "Trial_usd"}, [], ("2026-05-25", "20.00")),  # the plan's own 14 days
        ({"to": "Trial_usd", "trial_days": 0}, ["20.00"], ("2026-06-11", "20.00")),
        ({"to": "P40_usd", "automatic_payment": False}, ["40.00"], ("2026-06-11", "40.00")),
    ],
)
def test_a_new_subscription_is_charged_today_or_on_its_first_paid_day(
    billing: Billing, members: dict[str, Any], due: list[str], next_charge: tuple[str, str]
) -> None:
    customer = billing.subscribe("P10_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("create_subscription", customer, **members)
    assert amounts(preview["due_now"]) == due
    assert preview["amount"] == (preview["due_now"][0] if due else None)
    day, total = next_charge
    assert (preview["next_invoice"]["date"], preview["next_invoice"]["total"]["amount"]) == (day, total)
    new, old = billing.read("contracts", customer)
    assert (old["status"], new["next_charge"]) == ("active", preview["next_invoice"])
    made = [one for one in billing.invoices(customer) if one["lines"][0]["contract_id"] == new["id"]]
    assert amounts([invoice["total"] for invoice in made]) == due
    by_invoice = members.get("automatic_payment") is False
    assert [one["state"] for one in made] == ["ready_for_payment" if by_invoice else "paid"] * len(due)
    assert [one["due"] for one in made] == ["2026-05-25" if by_invoice else "2026-05-11"] * len(due)
    if due:
        then = " is due on 25 May 2026." if by_invoice else " has been charged to Visa ••"
        assert then in preview["customer_sentence"]
        undo = f"Cancel the subscription and {'void' if by_invoice else 'refund'} its invoice."
        assert preview["reversible"]["by"] == undo
    billing.go_to(day)
    made = [one for one in billing.invoices(customer) if one["lines"][0]["contract_id"] == new["id"]]
    assert (made[0]["date"], made[0]["total"]["amount"]) == (day, total)


def test_a_pending_subscription_keeps_its_trial_for_the_activation(billing: Billing) -> None:
    customer = billing.subscribe("P10_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    preview = billing.do("create_subscription", customer, to="Trial_usd", pending=True)
    assert (preview["due_now"], preview["next_invoice"]) == ([], None)
    explained = "per month from the activation, with a trial of 14 days"
    assert preview["lines"][0]["explanation"] == explained
    assert preview["customer_sentence"] == (
        "Your Trial subscription has been created and starts once it is activated, with a trial of 14 days."
    )
    assert "trial_end" not in {change["path"].rpartition("/")[2] for change in preview["changes"]}
    pending = billing.read("contracts", customer)[0]
    assert (pending["status"], pending["start"], pending["trial_end"]) == ("pending", None, None)
    billing.go_to("2026-05-20")
    asked = billing.preview("activate_subscription", customer, contract_id=pending["id"])
    trial = [one["after"] for one in asked["changes"] if one["path"].endswith("/trial_end")]
    assert trial == ["2026-06-03"]
    active = billing.do("activate_subscription", customer, contract_id=pending["id"])
    assert active["next_invoice"] == {"date": "2026-06-03", "total": {"amount": "20.00", "currency": "usd"}}
    assert active["customer_sentence"] == (
        "Your Trial subscription has started, with a trial of 14 days; "
        "the first invoice is $20.00 on 3 Jun 2026."
    )


@pytest.mark.parametrize(
    ("code", "warned", "end"),
    [
        (
            "insufficient_funds",
            "will be declined: insufficient funds.",
            "could not be charged to Visa ••4242; we will try again on 18 May 2026.",
        ),
        (
            "lost_card",
            "will be declined: the card was reported lost.",
            "could not be charged to Visa ••4242; please add another payment method.",
        ),
        (
            "authentication_required",
            "waits until the customer confirms it with the bank.",
            "is charged to Visa ••4242 once you have confirmed it with your bank.",
        ),
    ],
)
def test_a_customer_is_told_that_the_first_charge_failed_and_what_to_do(
    billing: Billing, code: str, warned: str, end: str
) -> None:
    customer = billing.subscribe("P10_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    billing.do("create_subscription", customer, to="P20_usd", pending=True)
    behaviour = json.dumps({"from": "2026-05-11", "code": code})
    with billing.store.write() as tx:
        tx.execute("UPDATE methods SET behaviour = ?", (behaviour,))
    contract = billing.read("contracts", customer)[0]["id"]
    active = billing.do("activate_subscription", customer, contract_id=contract)
    [warning] = active["warnings"]
    assert warning["text"].startswith(f"The charge {warned}")
    assert active["customer_sentence"] == f"Your P20 subscription has started; $20.00 {end}"


def test_a_new_subscription_warns_of_a_second_one_and_of_a_missing_method(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    with billing.store.write() as tx:
        tx.execute("UPDATE methods SET status = 'inactive'")
    preview = billing.preview("create_subscription", customer, to="P20_usd")
    assert [(one["code"], one["confirm"]) for one in preview["warnings"]] == [
        ("second_subscription", True), ("payment_fails", True),
    ]  # fmt: skip
    assert preview["customer_sentence"].endswith("; $20.00 is due; please add a payment method.")
    billing.go_to("2026-05-01", "06:00:45")
    later = billing.preview("create_subscription", customer, to="P20_usd")
    assert later["changes"] == preview["changes"], "the seconds of an action are in no figure"


def test_only_another_start_looks_like_a_duplicate_of_a_start(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.end(customer, "2026-05-11")
    assert billing.preview("create_subscription", customer, to="P20_usd")["lookalikes"] == []
    billing.do("create_subscription", customer, to="P20_usd", pending=True)
    [found] = billing.preview("create_subscription", customer, to="P20_usd")["lookalikes"]
    assert found["what"] == "Subscription to P20 created, pending activation"
    pending = billing.read("contracts", customer)[0]["id"]
    assert billing.preview("activate_subscription", customer, contract_id=pending)["lookalikes"] == []


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"to": "Old_usd"}, "plan_archived"),
        ({"to": "P40_usd", "start": "2026-05-10"}, "date_in_past"),
        ({"to": "P40_usd", "discount_id": "Disc_x"}, "discount_unknown"),
        ({"to": "P40_usd", "discount_id": "Off_5_eur"}, "currency_mismatch"),
        ({"to": "Team_usd", "units": {"seats": "0"}}, "units_out_of_range"),
        ({"to": "Team_usd", "units": {"seats": "51"}}, "units_out_of_range"),
    ],
)
def test_rules_of_a_new_subscription(billing: Billing, members: dict[str, Any], code: str) -> None:
    customer = billing.subscribe("P10_usd", "2026-05-01")
    billing.go_to("2026-05-11")
    assert billing.preview("create_subscription", customer, **members)["refused"]["code"] == code
    billing.do("freeze_customer", customer)
    frozen = billing.preview("create_subscription", customer, to="P40_usd")
    assert frozen["refused"]["code"] == "customer_inactive"


@pytest.mark.parametrize(
    ("members", "field"),
    [
        ({"pending": True, "start": "2026-06-01"}, "start"),
        ({"trial_days": -1}, "trial_days"),
        ({"trial_days": 366}, "trial_days"),
        ({"units": {"seats": "1"}}, "units"),
        ({"pricing_id": "P40_gbp"}, "pricing_id"),
    ],
)
def test_an_invalid_subscription_names_its_members(
    billing: Billing, members: dict[str, Any], field: str
) -> None:
    customer = billing.subscribe("P10_usd", "2026-05-01")
    with pytest.raises(Problem) as caught:
        billing.preview("create_subscription", customer, **{"pricing_id": "P40_usd", **members})
    assert [path.split(".")[0] for path in caught.value.fields] == [field]


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
    text = "The previous discount, First two months, 50 % off for 2 cycles, does not continue."
    lost = [text] if price == "today" and "discount_id" in terms else []
    assert [one["text"] for one in preview["warnings"]] == lost
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
    first_invoice, its_own = [invoice["number"] for invoice in billing.invoices(customer)][::-1]
    still_open = f"Still open: {first_invoice}, {its_own}."
    assert still_open in [warning["text"] for warning in again["warnings"]], "of every subscription"


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

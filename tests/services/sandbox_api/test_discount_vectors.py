"""Discounts set and removed, computed by hand: they hold from the next charge on."""

from __future__ import annotations

from typing import Any

import pytest

from tests.support.billing import Billing, amounts
from tests.support.cancelling import Cancelling, metered
from wbtui.sandbox.store import Store


@pytest.mark.parametrize(
    ("terms", "discount", "charges"),
    [
        ({}, "Always_10", ["18.00", "18.00", "18.00"]),
        ({}, "Twice_50", ["10.00", "10.00", "20.00"]),
        ({"discount_id": "Always_10"}, None, ["20.00", "20.00", "20.00"]),
        ({"discount_id": "Always_10"}, "Once_50", ["10.00", "20.00", "20.00"]),
        # One of two cycles is used: setting the same discount again begins with two.
        ({"discount_id": "Twice_50"}, "Twice_50", ["10.00", "10.00", "20.00"]),
        ({"trial_days": 31}, "Once_50", ["10.00", "20.00", "20.00"]),
        ({"start": "2026-06-01"}, "Once_50", ["10.00", "20.00", "20.00"]),
    ],
)
def test_a_discount_lowers_the_charges_from_the_next_one_on(
    billing: Billing, terms: dict[str, Any], discount: str | None, charges: list[str]
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    before = amounts([invoice["total"] for invoice in billing.invoices(customer)])
    billing.go_to("2026-05-11")
    preview = billing.do("set_discount", customer, discount_id=discount)
    assert (preview["due_now"], preview["amount"]) == ([], None)
    charge = preview["next_invoice"]
    assert (charge["date"], charge["total"]["amount"]) == ("2026-06-01", charges[0])
    # Of the invoice: account credit may lower what is charged.
    assert preview["customer_sentence"].endswith(f"; the next invoice is ${charges[0]} on 1 Jun 2026.")
    assert amounts([invoice["total"] for invoice in billing.invoices(customer)]) == before
    billing.go_to("2026-08-01")
    totals = amounts([invoice["total"] for invoice in billing.invoices(customer)])
    assert totals[::-1] == before + charges


def test_the_customer_is_told_that_usage_is_added(empty_store: Store) -> None:
    billing = Cancelling(empty_store)
    customer = metered(billing)
    said = billing.do("set_discount", customer, discount_id="Always_10")["customer_sentence"]
    assert said.endswith("; the next invoice is $9.00 plus usage on 1 Jun 2026.")


@pytest.mark.parametrize(
    ("price", "country", "total"),
    [("P20_eur", "US", "15.00"), ("P20_eur", "DE", "17.85")],  # 20.00 − 5.00; + 19 %
)
def test_an_amount_is_taken_off_before_tax_for_its_cycles(
    billing: Billing, price: str, country: str, total: str
) -> None:
    customer = billing.subscribe(price, "2026-05-01", country=country)
    preview = billing.do("set_discount", customer, discount_id="Off_5_eur")
    assert preview["next_invoice"]["total"]["amount"] == total
    assert preview["lines"][0]["explanation"] == "Welcome, from 1 Jun 2026"
    assert " has a discount: Welcome, €5.00 off for 3 cycles; " in preview["customer_sentence"]
    changes = {change["label"]: (change["before"], change["after"]) for change in preview["changes"]}
    assert changes["Discount of P20"] == (None, "Welcome")
    assert changes["Remaining cycles of the discount"] == (None, "3")
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == total
    assert billing.read("contracts", customer)[0]["discount"]["cycles"] == 2


def test_what_was_charged_for_the_period_decides_what_is_given_back(billing: Billing) -> None:
    """18.00 was charged for May: of that 21 of 31 days are 12.19, whatever the discount is afterwards."""
    customer = billing.subscribe("P20_usd", "2026-05-01", discount_id="Always_10")
    billing.go_to("2026-05-11")
    for discount in (None, "Once_50"):
        billing.do("set_discount", customer, discount_id=discount)
        changed = billing.preview("change_plan", customer, to="P40_usd")
        assert [line["money"]["amount"] for line in changed["lines"]] == ["-12.19", "24.39"]  # 27.10 − 2.71
    assert changed["next_invoice"]["total"]["amount"] == "20.00"  # 40.00 with the new discount


def test_a_discount_reaches_the_charge_of_a_scheduled_change(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("change_plan", customer, to="P40_usd", when="period_end")
    preview = billing.do("set_discount", customer, discount_id="Always_10")
    assert preview["next_invoice"]["total"]["amount"] == "36.00"
    billing.go_to("2026-06-01")
    assert billing.invoices(customer)[0]["total"]["amount"] == "36.00"


def test_a_discount_without_a_further_charge_is_warned_about(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    cancel = {"unused_time": "none", "unbilled_usage": "bill", "open_invoices": "leave", "credits": "keep"}
    billing.do("cancel_subscription", customer, when="period_end", cancel_reason="unused", **cancel)
    preview = billing.do("set_discount", customer, discount_id="Always_10")
    assert [one["code"] for one in preview["warnings"]] == ["no_next_charge"]
    assert (preview["lines"], preview["next_invoice"]) == ([], None)


@pytest.mark.parametrize(
    ("terms", "discount", "code"),
    [
        ({}, None, "nothing_to_do"),
        ({"discount_id": "Once_50"}, None, "nothing_to_do"),  # its only cycle is used
        ({"discount_id": "Always_10"}, "Always_10", "nothing_to_do"),
        ({}, "Disc_x", "discount_unknown"),
        ({}, "Off_5_eur", "currency_mismatch"),
    ],
)
def test_rules_of_a_discount(
    billing: Billing, terms: dict[str, Any], discount: str | None, code: str
) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01", **terms)
    assert billing.preview("set_discount", customer, discount_id=discount)["refused"]["code"] == code


def test_a_discount_in_another_currency_is_refused_with_both(billing: Billing) -> None:
    customer = billing.subscribe("P20_usd", "2026-05-01")
    refused = billing.preview("set_discount", customer, discount_id="Off_5_eur")["refused"]
    assert refused["message"] == "The discount Welcome is in EUR, the price in USD."


def test_removing_a_discount_is_no_duplicate_of_setting_it(billing: Billing) -> None:
    """Undoing one had to be confirmed as a possible duplicate of what it undid."""
    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("set_discount", customer, discount_id="Always_10")
    other = billing.preview("set_discount", customer, discount_id="Once_50")["lookalikes"]
    assert [one["what"] for one in other] == ["Discount of P20 set: Loyalty (10 %)"]
    assert billing.do("set_discount", customer, discount_id=None)["lookalikes"] == []
    billing.do("set_discount", customer, discount_id="Once_50")
    again = billing.preview("set_discount", customer, discount_id=None)["lookalikes"]
    assert [one["what"] for one in again] == ["Discount of P20 removed"]


def test_states_without_a_discount_to_set(billing: Billing) -> None:
    def refused(customer: str, **members: Any) -> str:
        preview = billing.preview("set_discount", customer, discount_id="Always_10", **members)
        return str(preview["refused"]["code"])

    customer = billing.subscribe("P20_usd", "2026-05-01")
    billing.do("change_plan", customer, to="P40_usd", when="period_end", discount_id="Once_50")
    assert refused(customer) == "scheduled_change_exists"
    billing.do("undo_scheduled_change", customer)
    billing.do("change_plan", customer, to="P40_usd")
    moved = billing.read("contracts", customer)[1]["id"]
    assert refused(customer, contract_id=moved) == "contract_moved"
    billing.do("freeze_customer", customer)
    assert refused(customer) == "customer_inactive"
    billing.do("activate_customer", customer)
    billing.end(customer, "2026-05-16")
    assert refused(customer) == "contract_not_active"

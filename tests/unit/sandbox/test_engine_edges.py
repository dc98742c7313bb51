"""Charges around freezes, voided invoices, free plans, partial debits and several changes in one period."""

from __future__ import annotations

import pytest

from tests.unit.sandbox.test_money_moves import AGENT, MAY, account_in, subscribe
from wbtui.sandbox.engine import (
    billing,
    changes,
    invoices,
    ledger,
    meter,
    payments,
    rows,
    shapes,
    subscriptions,
)
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import Discount
from wbtui.sandbox.engine.changes import AppliedChange
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.store import SandboxError

LATER = "2026-05-11T12:00:00Z"
"""21 of the 31 days of the first period are left."""


def change(
    account: Account, price_set_id: str, at: str = LATER, proration: str = "invoice_now"
) -> AppliedChange:
    prices = account.engine.catalogue.price_sets[price_set_id]
    return changes.change_now(
        account, account.contracts[-1], at, prices, {}, actor=AGENT, proration=proration
    )


def lines_of(made: AppliedChange) -> list[tuple[str, int]]:
    return [(line["kind"], line["gross"]) for line in made.lines]


def frozen(account: Account, until: str) -> None:
    subscriptions.freeze(account, LATER, actor=AGENT)
    billing.advance(account, until)
    subscriptions.activate(account, until, actor=AGENT)
    billing.advance(account, until)


# ── after a freeze ──
def test_a_start_that_passed_in_a_freeze_is_billed_once_from_today_on() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000", start="2026-05-20")
    frozen(account, "2026-08-15T12:00:00Z")
    assert (contract.status, contract.start, contract.period_end) == ("active", "2026-08-15", "2026-09-14")
    assert [invoice.date for invoice in account.invoices] == ["2026-08-15"]


def test_a_trial_whose_start_passed_in_a_freeze_keeps_its_length() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000", start="2026-05-20", trial_days=14)
    frozen(account, "2026-08-15T12:00:00Z")
    assert (contract.start, contract.trial_end, contract.period_index) == ("2026-08-15", "2026-08-29", 0)
    assert account.invoices == []


def test_a_change_that_was_due_in_a_freeze_shows_the_day_on_which_it_is_made() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000")
    prices = account.engine.catalogue.price_sets["x_1000"]
    changes.schedule_change(account, contract, MAY, prices, {}, actor=AGENT)
    frozen(account, "2026-08-15T12:00:00Z")
    assert contract.scheduled is not None and contract.scheduled["on"] == "2026-09-01"
    billing.advance(account, "2026-09-01T06:00:00Z")
    assert (contract.ended_on, account.invoices[-1].total) == ("2026-09-01", 1000)


def test_a_period_that_begins_on_the_day_of_the_activation_is_billed() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000")
    frozen(account, "2026-07-01T12:00:00Z")
    assert (contract.period_start, account.invoices[-1].date) == ("2026-07-01", "2026-07-01")


# ── what was not charged is not credited ──
def test_a_period_that_was_not_billed_is_not_credited() -> None:
    account = account_in()
    subscribe(account, "x_2000")
    frozen(account, "2026-06-10T12:00:00Z")
    made = change(account, "x_1000", "2026-06-16T12:00:00Z")
    assert lines_of(made) == [("proration", 500)]
    assert ledger.balance(account, "usd") == 0


def test_a_voided_charge_is_not_credited() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "code": "do_not_honor"})
    subscribe(account, "x_4000")
    invoices.void_invoice(account, account.invoices[0], MAY, AGENT)
    assert lines_of(change(account, "x_1000")) == [("proration", 677)]
    assert account.credits == []


def test_a_change_without_charge_is_credited_at_the_price_that_was_charged() -> None:
    account = account_in()
    subscribe(account, "x_1000")
    change(account, "x_4000", proration="none")
    assert lines_of(change(account, "x_2000")) == [("credit", -677), ("proration", 1355)]


def test_a_change_that_became_credit_is_credited_at_its_own_price_and_discount() -> None:
    account = account_in()
    account.engine.catalogue.discounts["Disc_half"] = Discount("Disc_half", "Half", percent=50, cycles=1)
    subscribe(account, "x_4000", discount_id="Disc_half")
    change(account, "x_2000")
    assert ledger.balance(account, "usd") == 678
    made = change(account, "x_4000", "2026-05-11T13:00:00Z")
    assert [(line["gross"], line["discount"]) for line in made.lines] == [(-1355, -678), (2710, 1355)]


def test_a_credit_takes_back_the_tax_that_was_charged() -> None:
    account = account_in("DE")
    subscribe(account, "x_2000")
    assert account.invoices[0].total == 2380
    assert account.customer.address is not None
    account.customer.address["country"] = "FR"
    made = change(account, "x_4000")
    assert made.invoice is not None
    taxes = [(line["gross"], line["tax_rate"], line["total"]) for line in made.invoice.lines]
    assert taxes == [(-1355, "0.19", -1612), (2710, "0.20", 3252)]


# ── what waits for the next invoice ──
def test_a_credit_that_waits_for_the_next_invoice_arrives_on_a_free_plan() -> None:
    account = account_in()
    prices = account.engine.catalogue.price_sets
    subscribe(account, "Price_pro_month_usd")
    before = account.contracts[-1]
    made = changes.change_now(
        account, before, LATER, prices["Price_free_month_usd"], {}, actor=AGENT, proration="next_invoice"
    )
    assert (made.invoice, account.credits) == (None, [])
    assert rows.priced(account, made.successor)[1] is not None
    billing.advance(account, "2026-06-01T06:00:00Z")
    assert ledger.balance(account, "usd") == -sum(line["gross"] for line in made.lines) > 0
    assert rows.priced(account, made.successor)[1] is None


def test_a_change_without_charge_leaves_what_waits_for_the_next_invoice() -> None:
    account = account_in()
    subscribe(account, "x_2000")
    waiting = change(account, "x_4000", proration="next_invoice").lines
    made = change(account, "x_10000", proration="none")
    assert (made.lines, made.invoice) == ([], None)
    billing.advance(account, "2026-06-01T06:00:00Z")
    assert account.invoices[-1].total == 10000 + sum(line["gross"] for line in waiting)


# ── payments and usage ──
def test_the_rest_of_a_partial_debit_is_collected_later() -> None:
    account = account_in(kind="sepa_debit", behaviour={"from": "2026-05-01", "until": "2026-05-01"})
    subscribe(account, "x_2000")
    invoice = account.invoices[0]
    billing.advance(account, "2026-05-07T12:00:00Z")
    payments.charge_invoice(account, invoice, "2026-05-07T12:00:00Z", actor=AGENT, amount=500)
    billing.advance(account, "2026-05-12T12:00:00Z")
    assert (invoice.open, invoice.next_retry) == (1500, "2026-05-19T06:00:00Z")
    billing.advance(account, "2026-05-24T12:00:00Z")
    assert (invoice.state, invoice.open) == ("paid", 0)


def test_a_bank_transfer_is_never_charged() -> None:
    account = account_in(kind="vban_bank_transfer_eu", brand=None)
    subscribe(account, "x_2000")
    assert (account.invoices[0].open, account.payments) == (2000, [])
    assert not shapes.methods(account)[0]["is_default"]
    with pytest.raises(SandboxError, match="can be charged"):
        payments.charge_invoice(account, account.invoices[0], MAY, actor=AGENT)


def test_an_invoice_unpaid_for_too_long_ends_what_its_subscription_was_changed_to() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "until": "2026-06-15", "code": "do_not_honor"})
    subscribe(account, "x_2000")
    account.invoices[0].attempts = payments.MAX_ATTEMPTS
    account.invoices[0].next_retry = None
    successor = change(account, "x_4000").successor
    assert successor.changed_by == AGENT.name
    billing.advance(account, "2026-06-30T06:00:00Z")
    assert (successor.status, successor.ended_reason) == ("canceled", "non_payment")
    assert successor.changed_by is None, "the agent who changed it did not end it"


def test_a_charge_that_is_processing_holds_off_the_end_for_non_payment() -> None:
    account = account_in(kind="sepa_debit", behaviour={"from": "2026-05-01", "until": "2026-06-27"})
    contract = subscribe(account, "Price_pro_year_usd")
    invoice = account.invoices[0]
    billing.advance(account, "2026-06-28T12:00:00Z")
    payments.charge_invoice(account, invoice, "2026-06-28T12:00:00Z", actor=AGENT)
    billing.advance(account, "2026-07-20T12:00:00Z")
    assert (invoice.state, contract.status) == ("paid", "active")


def test_the_usage_alert_counts_from_a_change_in_mid_period() -> None:
    account = account_in()
    contract: Contract = subscribe(account, "Price_starter_month_usd", meter_rates={"api_calls": 700})
    assert contract.usage_alert_on == "2026-05-14"
    successor = change(account, "Price_free_month_usd").successor
    day = successor.usage_alert_on
    feature = account.price_set(successor).feature("api_calls")
    assert day is not None and day >= "2026-05-11"
    assert sum(meter.daily_units(account, successor, feature, "2026-05-11", day)) >= 900


@pytest.mark.parametrize("first", ["2026-05-01", "2026-05-20", "2026-06-03"])
@pytest.mark.parametrize("trial_days", [None, 14, 40])
def test_a_limit_holds_in_each_earlier_period(first: str, trial_days: int | None) -> None:
    """1,000 calls a period; 150 a day reach them in each."""
    account = account_in()
    rates = {"api_calls": 150}
    contract = subscribe(account, "Price_free_month_usd", meter_rates=rates, trial_days=trial_days)
    feature = account.price_set(contract).feature("api_calls")
    assert feature.limit == 1000
    by_day: dict[str, str] = {}
    for today in (f"2026-{month:02}-{day:02}" for month in (5, 6, 7) for day in range(1, 31)):
        billing.advance(account, f"{today}T12:00:00Z")
        series = shapes.usage_series(account, contract, feature, today, None, None)
        assert series is not None
        by_day |= {bucket["date"]: bucket["units"] for bucket in series["buckets"]}
    later = shapes.usage_series(account, contract, feature, "2026-07-30", first, None)
    assert later is not None
    shown = {bucket["date"]: bucket["units"] for bucket in later["buckets"]}
    assert min(shown) == first
    assert {day: shown[day] for day in by_day if day >= first} == {
        day: units for day, units in by_day.items() if day >= first
    }


@pytest.mark.parametrize(("first", "days"), [("2026-06-06", 5), ("2026-06-01", 10), ("2026-05-20", 22)])
def test_days_of_usage_agree_with_the_usage_of_the_period(first: str, days: int) -> None:
    account = account_in()
    contract = subscribe(account, "Price_free_month_usd", meter_rates={"api_calls": 150})
    billing.advance(account, "2026-06-10T12:00:00Z")
    feature = account.price_set(contract).feature("api_calls")
    whole = shapes.usage_series(account, contract, feature, "2026-06-10", None, None)
    some = shapes.usage_series(account, contract, feature, "2026-06-10", first, None)
    assert whole is not None and some is not None and len(some["buckets"]) == days
    assert sum(int(bucket["units"]) for bucket in whole["buckets"]) == int(whole["used"])
    shown = min(days, 10)
    assert some["buckets"][-shown:] == whole["buckets"][-shown:]

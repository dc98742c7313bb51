"""Refunds, plan changes, retries, credit and cancellation on one account in memory."""

from __future__ import annotations

from random import Random
from typing import Any

import pytest

from wbtui.sandbox.engine import (
    billing,
    changes,
    credit_notes,
    customers,
    invoices,
    ledger,
    payments,
    refunds,
    repository,
    shapes,
    subscriptions,
)
from wbtui.sandbox.engine.account import Account, Actor, EngineContext, seeded_bits
from wbtui.sandbox.engine.catalogue import Catalogue, FeatureDef, Plan, PriceSet
from wbtui.sandbox.engine.records import Contract, Customer, Invoice, Method, Payment
from wbtui.sandbox.seed_histories import History
from wbtui.sandbox.seed_plans import build_catalogue
from wbtui.sandbox.store import SandboxError

AGENT = Actor("agent", "Priya Nair")
MAY = "2026-05-01T06:00:00Z"


def account_in(country: str = "US", **method: Any) -> Account:
    """An active customer with one method (by default a card that is never declined)."""
    catalogue = build_catalogue("2026-05-01")
    plans = {**catalogue.plans, "Plan_x": Plan("Plan_x", "x", "X", None, "active", None)}
    seats = FeatureDef("seats", "Seats", "seat", "per_unit", 0, None, unit_price=0)
    sets = {
        f"x_{price}": PriceSet(
            f"x_{price}", "Plan_x", f"x_{price}", "usd", "month", "flat", price, "exclusive", (seats,),
            "2000-01-01", True,
        )
        for price in (1000, 2000, 2495, 4000, 4133, 10000)
    }  # fmt: skip
    engine = EngineContext(
        Catalogue(plans, {**catalogue.price_sets, **sets}, catalogue.discounts), seeded_bits(1)
    )
    address = {"line_1": "1", "line_2": None, "zip": "1", "city": "X", "state": None, "country": country}
    emails: Any = [{"label": "main", "address": "a@x.example"}]
    customer = Customer(
        "Cust_1", MAY, "A", emails, None, "active", address, None, None, {}, "06:00:00", billed_until=MAY
    )
    account = Account(engine, customer)
    fields = {"kind": "card", "brand": "visa", "last_digits": "4242", "expires": None, **method}
    account.methods.append(
        Method(
            "Pm_1",
            "Cust_1",
            status="active",
            holder=None,
            position=1,
            provider="stripe",
            created=MAY,
            **fields,
        )
    )
    return account


def subscribe(account: Account, price_set_id: str, at: str = MAY, **more: Any) -> Contract:
    price_set = account.engine.catalogue.price_sets[price_set_id]
    return subscriptions.create_contract(account, at, price_set, **more)


def paid(account: Account, price_set_id: str = "x_2495") -> tuple[Invoice, Payment]:
    subscribe(account, price_set_id)
    return account.invoices[-1], account.payments[-1]


def give(account: Account, payment: Payment, amount: int, at: str = MAY, **more: Any) -> Any:
    return refunds.create_refund(account, at, payment, amount, actor=AGENT, reason="courtesy", **more)


# ── refunds ──
def test_partial_refunds_then_the_rest_then_no_more() -> None:
    account = account_in()
    invoice, payment = paid(account)
    give(account, payment, 2240)
    assert refunds.refundable(payment) == refunds.invoice_refundable(account, invoice) == 255
    with pytest.raises(SandboxError, match=r"\$2.55"):
        give(account, payment, 256)
    give(account, payment, 255)
    assert (payment.refunded, invoice.refunded, refunds.refundable(payment)) == (2495, 2495, 0)
    with pytest.raises(SandboxError):
        give(account, payment, 1)
    with pytest.raises(SandboxError):
        give(account, payment, 0)
    assert len(account.refunds) == 2


def test_processing_and_disputed_payments_are_not_refundable() -> None:
    account = account_in(kind="sepa_debit", brand=None)
    invoice, payment = paid(account)
    assert (payment.status, refunds.refundable(payment)) == ("processing", 0)
    billing.advance(account, "2026-05-07T00:00:00Z")
    assert (payment.status, invoice.state, refunds.refundable(payment)) == ("succeeded", "paid", 2495)
    payments.open_dispute(account, payment, "2026-05-08T00:00:00Z")
    assert refunds.refundable(payment) == 0
    with pytest.raises(SandboxError):
        give(account, payment, 100)


def test_a_card_is_refunded_at_once_a_bank_account_after_days() -> None:
    card, bank = account_in(), account_in(kind="sepa_debit", brand=None)
    _, by_card = paid(card)
    assert give(card, by_card, 100).status == "succeeded"
    _, by_bank = paid(bank)
    billing.advance(bank, "2026-05-07T00:00:00Z")
    refund = give(bank, by_bank, 100, "2026-05-07T09:00:00Z")
    assert (refund.status, refund.cancelable, by_bank.refunded) == ("pending", 1, 100)
    billing.advance(bank, "2026-05-12T08:59:59Z")
    assert refund.status == "pending"
    billing.advance(bank, "2026-05-12T09:00:00Z")
    assert (refund.status, refund.cancelable, by_bank.refunded) == ("succeeded", 0, 100)
    with pytest.raises(SandboxError):
        refunds.cancel_refund(bank, refund, "2026-05-12T09:00:00Z", actor=AGENT)


@pytest.mark.parametrize("how", ["fails", "canceled"])
def test_a_failed_or_cancelled_refund_can_be_repeated(how: str) -> None:
    account = account_in(
        kind="sepa_debit", brand=None, behaviour={"refund": "fails"} if how == "fails" else {}
    )
    invoice, payment = paid(account)
    billing.advance(account, "2026-05-07T00:00:00Z")
    refund = give(account, payment, 2495, "2026-05-07T09:00:00Z")
    assert refunds.refundable(payment) == 0
    if how == "fails":
        billing.advance(account, "2026-05-20T00:00:00Z")
        assert (refund.status, refund.failure_reason) == ("failed", "The account no longer exists.")
    else:
        refunds.cancel_refund(account, refund, "2026-05-08T00:00:00Z", actor=AGENT)
        assert refund.status == "canceled"
    assert (payment.refunded, invoice.refunded, refunds.refundable(payment)) == (0, 0, 2495)
    assert refunds.line_refunded(account, invoice) == {}
    give(account, payment, 2495, "2026-05-21T00:00:00Z")


def test_refunds_by_line() -> None:
    account = account_in("DE")
    subscribe(account, "Price_business_month_eur", units={"seats": "60"})
    invoice, payment = account.invoices[-1], account.payments[-1]
    base, seats = invoice.lines
    assert (base["total"], seats["total"], invoice.total) == (23681, 4760, 28441)
    give(account, payment, 4760, lines={seats["id"]: 4760}, adjust_invoice=True)
    assert refunds.line_remaining(account, invoice) == {base["id"]: 23681, seats["id"]: 0}
    for lines in ({seats["id"]: 1}, {base["id"]: 2}, {"Line_x": 1}, {}):
        with pytest.raises(SandboxError):
            give(account, payment, 1, lines=lines)
    give(account, payment, 681)  # a free amount goes where something is left
    assert refunds.line_refunded(account, invoice) == {seats["id"]: 4760, base["id"]: 681}
    note = account.credit_notes[-1]
    assert (note.amount, note.tax, note.target) == (4760, 760, "refund")


def test_the_credit_note_of_a_refund_is_of_what_earlier_notes_left() -> None:
    account = account_in("DE")
    subscribe(account, "Price_business_month_eur", units={"seats": "60"})
    invoice, payment = account.invoices[-1], account.payments[-1]
    base, seats = (line["id"] for line in invoice.lines)
    why: Any = {"reason": "courtesy", "actor": AGENT}
    credit_notes.issue_credit_note(account, invoice, MAY, {seats: 4760}, "credit", **why)
    give(account, payment, 23681, adjust_invoice=True)  # the refund is of both lines
    assert account.credit_notes[-1].lines == {base: 23681}
    assert sum(note.tax for note in account.credit_notes) == invoice.tax


@pytest.mark.date_free
@pytest.mark.parametrize("part", [1, 3, 4, 7, 793, 2379, 2380])
def test_parts_of_a_line_of_any_size_have_its_tax_in_sum(part: int) -> None:
    """Three cents have no tax inside, four have one cent: what is left never has more tax than money."""
    account = account_in("DE")
    invoice, _ = paid(account, "x_2000")
    [line] = invoice.lines
    parts = [{line["id"]: min(part, 2380 - taken)} for taken in range(0, 2380, part)]
    taxes = [
        (amount, tax)
        for count, one in enumerate(parts)
        for amount, tax in zip(
            one.values(), credit_notes.line_taxes(invoice, one, parts[:count]).values(), strict=True
        )
    ]
    assert sum(tax for _, tax in taxes) == line["tax"] == 380
    assert all(0 <= tax <= amount for amount, tax in taxes)


def test_an_external_refund_only_records() -> None:
    account = account_in()
    _, payment = paid(account)
    refund = give(account, payment, 100, external_reference="SEPA 2026-11-20/77")
    assert (refund.external, refund.status, refund.reference) == (1, "succeeded", "SEPA 2026-11-20/77")
    assert refunds.refundable(payment) == 2395


# ── changes ──
@pytest.mark.parametrize(
    ("old", "new", "day", "due"),
    [(2000, 4000, "2026-05-11", 1355), (1000, 2000, "2026-05-16", 516), (4133, 10000, "2026-05-01", 5867)],
)
def test_a_change_in_mid_period(old: int, new: int, day: str, due: int) -> None:
    account = account_in()
    contract = subscribe(account, f"x_{old}")
    price_set = account.engine.catalogue.price_sets[f"x_{new}"]
    follower, invoice, _lines = changes.change_now(
        account, contract, f"{day}T12:00:00Z", price_set, {}, actor=AGENT
    )
    assert invoice is not None and (invoice.total, invoice.state) == (due, "paid")
    credit, debit = invoice.lines
    assert (credit["kind"], debit["kind"], credit["total"] + debit["total"]) == ("credit", "proration", due)
    assert (contract.status, contract.moved_to, follower.moved_from) == ("moved", follower.id, contract.id)
    assert (follower.period_start, follower.period_end) == ("2026-05-01", "2026-05-31")
    billing.advance(account, "2026-06-02T00:00:00Z")
    assert account.invoices[-1].total == new and account.invoices[-1].date == "2026-06-01"
    assert len(account.invoices) == 3


def test_a_cheaper_plan_in_mid_period_becomes_credit_that_the_next_invoice_uses() -> None:
    account = account_in()
    contract = subscribe(account, "x_4000")
    price_set = account.engine.catalogue.price_sets["x_2000"]
    _, invoice, _lines = changes.change_now(
        account, contract, "2026-05-11T12:00:00Z", price_set, {}, actor=AGENT
    )
    assert invoice is None and ledger.balance(account, "usd") == 1355
    billing.advance(account, "2026-06-02T00:00:00Z")
    latest = account.invoices[-1]
    assert (latest.total, latest.credited, latest.paid, latest.state) == (2000, 1355, 645, "paid")
    assert ledger.balance(account, "usd") == 0


def test_another_cycle_starts_a_new_period() -> None:
    account = account_in("DE")
    contract = subscribe(account, "Price_pro_month_eur")
    yearly = account.engine.catalogue.price_sets["Price_pro_year_eur"]
    follower, invoice, _lines = changes.change_now(
        account, contract, "2026-05-11T12:00:00Z", yearly, {}, actor=AGENT
    )
    assert (follower.period_start, follower.period_end) == ("2026-05-11", "2027-05-10")
    assert invoice is not None and invoice.total == 49000 - 3319


def test_a_scheduled_change_applies_at_the_end_of_the_period() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000", units={"seats": "3"})
    contract.invoice_trigger = '{"periodic": {"cycle_count": 3, "cycle": "month"}}'
    price_set = account.engine.catalogue.price_sets["x_4000"]
    why = "price_change"
    changes.schedule_change(account, contract, MAY, price_set, {"seats": "5"}, actor=AGENT, reason=why)
    planned = shapes.contract(account, contract)
    assert planned["scheduled_change"] == {
        "kind": "change_plan", "on": "2026-06-01", "to_plan": "X", "to_units": {"seats": "5"},
        "by": "Priya Nair",
    }  # fmt: skip
    assert planned["next_charge"] == {"date": "2026-06-01", "total": {"amount": "40.00", "currency": "usd"}}
    billing.advance(account, "2026-06-01T06:00:00Z")
    follower = account.contracts[-1]
    assert (contract.status, follower.units, follower.period_index) == ("moved", {"seats": "5"}, 2)
    assert (contract.ended_reason, contract.changed_by) == (why, "Priya Nair")
    assert follower.invoice_trigger == contract.invoice_trigger, "an upgrade does not change it"
    assert account.invoices[-1].total == 4000


# ── time ──
def test_a_trial_is_free_and_then_billed() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000", trial_days=14)
    repository.refresh_row(account, MAY)
    assert (account.customer.billing_status, account.invoices) == ("trialing", [])
    assert (contract.period_start, contract.period_end) == ("2026-05-01", "2026-05-14")
    billing.advance(account, "2026-05-15T06:00:00Z")
    assert [(i.date, i.total, i.state) for i in account.invoices] == [("2026-05-15", 2000, "paid")]
    assert (contract.period_end, contract.period_index) == ("2026-06-14", 1)


def test_declined_charges_are_retried_and_then_end_the_subscription() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "code": "lost_card"})
    contract = subscribe(account, "x_2000")
    billing.advance(account, "2026-05-31T00:00:00Z")
    invoice = account.invoices[0]
    assert [p.at[:10] for p in account.payments] == ["2026-05-01", "2026-05-08", "2026-05-15", "2026-05-22"]
    assert {p.decline_code for p in account.payments} == {"lost_card"} and invoice.next_retry is None
    repository.refresh_row(account, "2026-05-31T00:00:00Z")
    assert account.customer.billing_status == "past_due"
    billing.advance(account, "2026-08-01T00:00:00Z")
    assert (contract.status, contract.ended_reason) == ("canceled", "non_payment")
    assert any(event.what.endswith(" ended (non-payment)") for event in account.events)
    assert billing.next_step(account) is not None or len(account.invoices) == 2


def test_a_charge_that_the_customer_must_confirm() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "code": "authentication_required"})
    subscribe(account, "x_2000")
    payment = shapes.payment(account, account.payments[0])
    assert (payment["status"], payment["next_retry"]) == ("requires_action", "2026-05-08T06:00:00Z")
    assert payment["refundable"]["amount"] == "0.00"


def test_a_not_ready_subscription_starts_after_setup() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000", pending=True)
    contract.status = "not_ready"
    billing.advance(account, "2026-05-01T06:04:59Z")
    assert (contract.status, account.invoices) == ("not_ready", [])
    billing.advance(account, "2026-05-01T06:05:00Z")
    assert (contract.status, contract.start, account.invoices[0].state) == ("active", "2026-05-01", "paid")


def test_a_pause_of_dunning_moves_the_retry() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "until": "2026-05-02", "code": "do_not_honor"})
    subscribe(account, "x_2000")
    account.invoices[0].dunning_paused_until = "2026-05-12"
    billing.advance(account, "2026-05-12T05:59:59Z")
    assert account.invoices[0].state == "ready_for_payment"
    billing.advance(account, "2026-05-12T06:00:00Z")
    assert account.invoices[0].state == "paid"


def test_a_cancelled_subscription_ends_on_its_date_unless_withdrawn() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000")
    subscriptions.schedule_cancel(account, contract, MAY, "unused", actor=AGENT)
    repository.refresh_row(account, MAY)
    assert (contract.cancel_at, account.customer.billing_status) == ("2026-06-01", "canceling")
    subscriptions.undo_cancel(account, contract, MAY, actor=AGENT)
    subscriptions.schedule_cancel(account, contract, MAY, "unused", actor=AGENT, on="2026-05-20")
    billing.advance(account, "2026-07-01T00:00:00Z")
    assert (contract.status, contract.ended_on, len(account.invoices)) == ("canceled", "2026-05-20", 1)
    repository.refresh_row(account, "2026-07-01T00:00:00Z")
    assert account.customer.billing_status == "ended"


def test_a_frozen_customer_is_not_billed_and_resumes_in_the_current_period() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000")
    subscriptions.freeze(account, "2026-05-10T00:00:00Z", actor=AGENT)
    billing.advance(account, "2026-08-20T00:00:00Z")
    assert len(account.invoices) == 1
    repository.refresh_row(account, "2026-08-20T00:00:00Z")
    assert account.customer.billing_status == "frozen"
    subscriptions.activate(account, "2026-08-20T00:00:00Z", actor=AGENT)
    assert (contract.period_start, contract.period_end) == ("2026-08-01", "2026-08-31")
    billing.advance(account, "2026-09-01T06:00:00Z")
    assert [i.date for i in account.invoices] == ["2026-05-01", "2026-09-01"]


def test_bank_transfers_arrive_and_credit_expires() -> None:
    account = account_in(kind="vban_bank_transfer_eu", brand=None, behaviour={"pays_after": 5})
    ledger.grant_credit(account, MAY, 500, "eur", actor=AGENT, expires="2026-05-03")
    subscribe(account, "x_2000", automatic_payment=False)
    invoice = account.invoices[0]
    assert (invoice.state, invoice.due) == ("ready_for_payment", "2026-05-15")
    billing.advance(account, "2026-05-14T00:00:00Z")
    assert (invoice.state, account.payments[0].external_reference) == ("paid", f"Transfer {invoice.number}")
    assert ledger.balance(account, "eur") == 0
    assert [(e.kind, e.amount) for e in account.credits] == [("grant", 500), ("expiry", -500)]


def test_an_amount_being_collected_cannot_be_collected_twice() -> None:
    account = account_in(kind="sepa_debit")
    subscribe(account, "x_2000")
    invoice = account.invoices[0]
    assert (invoice.open, account.payments[0].status) == (2000, "processing")
    line = {invoice.lines[0]["id"]: 1}
    for again in (
        lambda: payments.record_payment(account, invoice, MAY, 1, "Transfer", actor=AGENT),
        lambda: credit_notes.issue_credit_note(
            account, invoice, MAY, line, "invoice", reason="courtesy", actor=AGENT
        ),
        lambda: invoices.void_invoice(account, invoice, MAY, AGENT),
        lambda: invoices.write_off_invoice(account, invoice, MAY, AGENT),
        lambda: payments.charge_invoice(account, invoice, MAY, actor=AGENT),
    ):
        with pytest.raises(SandboxError, match=r"processing|Only .* is open"):
            again()
    billing.advance(account, "2026-05-06T06:00:00Z")
    assert (invoice.state, invoice.paid, invoice.open) == ("paid", 2000, 0)


# ── documents and notes ──
def test_voiding_returns_applied_credit_and_a_credit_note_lowers_the_open_amount() -> None:
    account = account_in(behaviour={"from": "2026-01-01", "code": "do_not_honor"})
    ledger.grant_credit(account, MAY, 500, "usd", actor=AGENT)
    subscribe(account, "x_2000")
    invoice = account.invoices[0]
    assert (invoice.credited, invoice.open) == (500, 1500)
    line = invoice.lines[0]["id"]
    credit_notes.issue_credit_note(
        account, invoice, MAY, {line: 300}, "invoice", reason="courtesy", actor=AGENT
    )
    assert invoice.open == 1200
    with pytest.raises(SandboxError):
        credit_notes.issue_credit_note(
            account, invoice, MAY, {line: 1201}, "invoice", reason="courtesy", actor=AGENT
        )
    invoices.void_invoice(account, invoice, MAY, AGENT)
    assert (invoice.open, invoice.state, ledger.balance(account, "usd")) == (0, "voided", 500)
    with pytest.raises(SandboxError):
        payments.charge_invoice(account, invoice, MAY)


def test_notes_are_appended_with_date_and_agent() -> None:
    account = account_in()
    customers.append_note(account, MAY, "First", actor=AGENT)
    customers.append_note(account, MAY, "Second [/b]\nline", actor=AGENT, ticket="ZD-1")
    assert account.customer.notes == (
        "2026-05-01 Priya Nair: First\n2026-05-01 Priya Nair: Second [/b]\nline"
    )
    assert [(e.kind, e.comment, e.ticket) for e in account.events] == [
        ("note", "First", None),
        ("note", "Second [/b]\nline", "ZD-1"),
    ]


def test_an_edit_is_logged_in_words() -> None:
    account = account_in()
    changes = {"name": "A", "vat_id": "DE1", "metadata": {"company": "X", "crm": "7"}}
    assert customers.edit(account, MAY, changes, actor=AGENT) == ["vat_id", "metadata"]
    assert account.events[-1].what == "Contact data changed: VAT ID, company, crm"


def test_the_seed_does_not_change_subscriptions_of_a_frozen_customer() -> None:
    account = account_in()
    contract = subscribe(account, "x_2000")
    history = History(account, Random(1), MAY)
    assert history.unchanged() is contract
    subscriptions.freeze(account, MAY, actor=AGENT)
    assert history.unchanged() is None

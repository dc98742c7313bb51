"""Model-based test of the engine: balances stay consistent after any sequence of operations.

Invoices add up, refunds never exceed what was paid, the ledger equals the balance, and what was saved is what
is read.
"""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.support.examples import examples
from tests.support.sandbox import move_clock
from tests.unit.sandbox.conftest import at_now
from tests.unit.sandbox.test_seeded_views import check_invoice, check_ledger
from wbtui.sandbox.engine import (
    billing,
    cancellation,
    changes,
    clock,
    credit_notes,
    customers,
    invoices,
    ledger,
    payments,
    refunds,
    repository,
    subscriptions,
    views,
)
from wbtui.sandbox.engine.account import Account, Actor
from wbtui.sandbox.engine.catalogue import store_catalogue
from wbtui.sandbox.engine.clocktext import later_days
from wbtui.sandbox.engine.records import Method
from wbtui.sandbox.seed_plans import build_catalogue
from wbtui.sandbox.store import SandboxError, Store

START = "2026-01-31T09:00:00Z"
AGENT = Actor("agent", "Maya Rivera")
WHEN = st.sampled_from(["period_end", "invoice_now", "next_invoice", "none"])
PRICINGS = st.sampled_from(
    [
        f"Price_{slug}_{cycle}_{currency}"
        for slug, cycle in (
            ("free", "month"), ("starter", "month"), ("pro", "month"), ("pro", "year"), ("team", "month"),
            ("business", "quarter"), ("enterprise", "quarter"), ("storage", "month"),
        )
        for currency in ("eur", "jpy")
    ]
)  # fmt: skip
SEATS = st.integers(1, 300)
PICK = st.integers(0, 10**6)


class Books(RuleBasedStateMachine):
    """One customer in a real file; every rule is a transaction of its own."""

    customers = Bundle("customers")

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        self.store = Store(Path(self.folder.name) / "books.db", wall_clock=at_now)
        self.id = ""
        self.versions: dict[str, int] = {}

    def teardown(self) -> None:
        self.store.close()
        self.folder.cleanup()

    # ── the frame of every rule ──
    def do(self, operation: Any) -> None:
        """Load, bill, run `operation`, save; a refused operation changes nothing."""
        with self.store.read() as tx:
            before = [tuple(row) for row in tx.all("SELECT row FROM customers")]
        try:
            with self.store.write() as tx:
                at = clock.now(tx)
                account = repository.load(tx, self.id)
                billing.advance(account, at)
                operation(account, at)
                billing.advance(account, at)
                repository.save(tx, account, at)
        except SandboxError:
            with self.store.read() as tx:
                assert [tuple(row) for row in tx.all("SELECT row FROM customers")] == before

    @initialize(
        country=st.sampled_from(["DE", "JP", "US"]), pricing=PRICINGS, seats=SEATS, pays=st.booleans()
    )
    def begin(self, country: str, pricing: str, seats: int, pays: bool) -> None:
        with self.store.write() as tx:
            store_catalogue(tx, build_catalogue(START[:10]))
            clock.freeze(tx, START)
            address = {
                "line_1": "1",
                "line_2": None,
                "zip": "1",
                "city": "X",
                "state": None,
                "country": country,
            }
            account = repository.new_customer(
                tx, START, name="Model", status="active", address=address,
                emails=[{"label": "main", "address": "m@x.example"}],
            )  # fmt: skip
            repository.save(tx, account, START)
            self.id = account.customer.id
        self.add_method("card" if pays else "sepa_debit", 0, None)
        self.subscribe(pricing, seats, None, 0, None, True, False)

    # ── what people do ──
    @rule(kind=st.sampled_from(["card", "sepa_debit", "vban_bank_transfer_eu"]),
          rate=st.sampled_from([0, 4000, 10_000]),
          refund=st.sampled_from([None, "stuck", "fails"]))  # fmt: skip
    def add_method(self, kind: str, rate: int, refund: str | None) -> None:
        def operation(account: Account, at: str) -> None:
            behaviour = {"rate": rate} if refund is None else {"rate": rate, "refund": refund}
            account.methods.append(
                Method(
                    account.engine.new_id("Pm"), self.id, kind, None, "4242", None, "active", None,
                    len(account.methods), "stripe", at, behaviour,
                )
            )  # fmt: skip

        self.do(operation)

    @rule(pricing=PRICINGS, seats=SEATS, trial=st.sampled_from([None, 14]), later=st.sampled_from([0, 0, 9]),
          discount=st.sampled_from([None, "Disc_loyal_10", "Disc_welcome_eur", "Disc_first_free"]),
          automatic=st.booleans(), pending=st.sampled_from([False, False, True]))  # fmt: skip
    def subscribe(
        self, pricing: str, seats: int, trial: int | None, later: int, discount: str | None,
        automatic: bool, pending: bool,
    ) -> None:  # fmt: skip
        def operation(account: Account, at: str) -> None:
            prices = account.engine.catalogue.signed_on(pricing, at[:10])
            rates = {f.slug: (f.limit or 400) // 25 for f in prices.features if f.metered}
            subscriptions.create_contract(
                account, at, prices, units={"seats": str(seats)}, trial_days=trial,
                start=later_days(at, later)[:10] if later else None, discount_id=discount, pending=pending,
                automatic_payment=automatic, meter_rates=rates,
            )  # fmt: skip

        self.do(operation)

    @rule(pick=PICK, pricing=PRICINGS, seats=SEATS, when=WHEN)
    def change(self, pick: int, pricing: str, seats: int, when: str) -> None:
        def operation(account: Account, at: str) -> None:
            contract = chosen([c for c in account.contracts if c.status == "active"], pick)
            old = account.price_set(contract)
            prices = account.engine.catalogue.signed_on(pricing[:-3] + old.currency, at[:10])
            units = {"seats": str(seats)}
            if when == "period_end":
                changes.schedule_change(account, contract, at, prices, units, actor=AGENT)
            else:
                changes.change_now(account, contract, at, prices, units, actor=AGENT, proration=when)

        self.do(operation)

    @rule(pick=PICK, how=st.sampled_from(["period_end", "date", "now", "undo", "activate"]),
          unused=st.sampled_from(["none", "prorated_credit", "prorated_refund", "full_refund"]),
          usage=st.sampled_from(["bill", "drop"]), credit=st.sampled_from(["keep", "refund"]))  # fmt: skip
    def end_or_keep(self, pick: int, how: str, unused: str, usage: str, credit: str) -> None:
        terms = {"unused_time": unused, "unbilled_usage": usage, "credits": credit}

        def operation(account: Account, at: str) -> None:
            contract = chosen(account.contracts, pick)
            if how == "undo":
                subscriptions.undo_cancel(account, contract, at, actor=AGENT)
            elif how == "activate":
                subscriptions.start_contract(account, contract, at, AGENT)
            elif how == "now" and contract.status == "active":
                cancellation.end(account, contract, at, at[:10], "unused", terms, actor=AGENT)
            else:
                on = later_days(at, 5)[:10] if how == "date" else None
                subscriptions.schedule_cancel(
                    account, contract, at, "too_complex", actor=AGENT, on=on, terms=terms
                )

        self.do(operation)

    @rule(
        pick=PICK, share=st.sampled_from([1, 33, 50, 100, 101]), adjust=st.booleans(), external=st.booleans()
    )
    def refund(self, pick: int, share: int, adjust: bool, external: bool) -> None:
        def operation(account: Account, at: str) -> None:
            payment = chosen([p for p in account.payments if p.status != "failed"], pick)
            amount = payment.amount * share // 100
            made = refunds.create_refund(
                account, at, payment, amount, actor=AGENT, reason="courtesy", adjust_invoice=adjust,
                external_reference="by hand" if external else None,
            )  # fmt: skip
            assert made.amount == amount > 0
            assert payment.status == "succeeded" and payment.settled and not payment.disputed
            too_much = payment.amount - given_back(account, payment.id) + 1
            with pytest.raises(SandboxError):
                refunds.create_refund(account, at, payment, too_much, actor=AGENT, reason="courtesy")

        self.do(operation)

    @rule(pick=PICK)
    def refund_a_line(self, pick: int) -> None:
        def operation(account: Account, at: str) -> None:
            payment = chosen([p for p in account.payments if refunds.refundable(p)], pick)
            invoice = account.invoice(payment.invoice_id or "")
            line_id, left = chosen(sorted(refunds.line_remaining(account, invoice).items()), pick)
            refunds.create_refund(
                account, at, payment, left, actor=AGENT, reason="billing_error", lines={line_id: left}
            )
            assert refunds.line_remaining(account, invoice)[line_id] == 0

        self.do(operation)

    @rule(pick=PICK)
    def call_a_refund_back(self, pick: int) -> None:
        self.do(
            lambda account, at: refunds.cancel_refund(
                account, chosen([r for r in account.refunds if r.status == "pending"], pick), at, actor=AGENT
            )
        )

    @rule(pick=PICK, how=st.sampled_from(["charge", "record", "void", "write_off", "note", "dispute"]),
          amount=st.integers(1, 10**5))  # fmt: skip
    def act_on_an_invoice(self, pick: int, how: str, amount: int) -> None:
        def operation(account: Account, at: str) -> None:
            invoice = chosen(account.invoices, pick)
            if how == "charge":
                payments.charge_invoice(account, invoice, at, actor=AGENT, amount=amount)
            elif how == "record":
                payments.record_payment(
                    account, invoice, at, min(amount, invoice.open), "Transfer", actor=AGENT
                )
            elif how == "void":
                invoices.void_invoice(account, invoice, at, AGENT)
            elif how == "write_off":
                invoices.write_off_invoice(account, invoice, at, AGENT)
            elif how == "dispute":
                payments.open_dispute(account, chosen(invoices.payments_of(account, invoice), pick), at)
            else:
                credit_notes.issue_credit_note(
                    account, invoice, at, {invoice.lines[0]["id"]: amount},
                    "invoice" if invoice.open else "credit", reason="courtesy", actor=AGENT,
                )  # fmt: skip

        self.do(operation)

    @rule(
        amount=st.integers(-5, 10**5),
        currency=st.sampled_from(["eur", "jpy"]),
        days=st.sampled_from([None, 3, 40]),
    )
    def grant(self, amount: int, currency: str, days: int | None) -> None:
        self.do(
            lambda account, at: ledger.grant_credit(
                account, at, amount, currency, actor=AGENT, reason="courtesy",
                expires=None if days is None else later_days(at, days)[:10],
            )
        )  # fmt: skip

    @rule(pick=PICK, amount=st.integers(1, 10**5))
    def cancel(self, pick: int, amount: int) -> None:
        self.do(
            lambda account, at: ledger.reverse(
                account, at, chosen(account.credits, pick), amount, actor=AGENT
            )
        )

    @rule()
    def freeze_or_wake(self) -> None:
        def operation(account: Account, at: str) -> None:
            if account.customer.status == "inactive":
                subscriptions.activate(account, at, actor=AGENT)
            else:
                subscriptions.freeze(account, at, actor=AGENT)

        self.do(operation)

    @rule(text=st.text(min_size=1, max_size=20))
    def note(self, text: str) -> None:
        self.do(lambda account, at: customers.append_note(account, at, text, actor=AGENT))

    @rule(days=st.sampled_from([0, 1, 5, 7, 28, 31, 95]))
    def time_passes(self, days: int) -> None:
        with self.store.write() as tx:
            move_clock(tx, later_days(clock.now(tx), days))

    # ── what holds at any time ──
    @precondition(lambda self: self.id)
    @invariant()
    def the_books_hold(self) -> None:
        with self.store.read() as tx:
            account = repository.load(tx, self.id)
            check_ledger(account)
            for invoice in account.invoices:
                check_invoice(views.invoice(tx, invoice.id))
                assert 0 <= invoice.refunded <= invoice.paid
                assert 0 <= invoice.open <= invoice.total
                noted = sum(n.amount for n in account.credit_notes if n.invoice_id == invoice.id)
                assert noted <= invoice.total
            for payment in account.payments:
                assert payment.refunded == given_back(account, payment.id) <= payment.amount
                assert refunds.refundable(payment) >= 0
            self.rows_are_fresh(account, clock.now(tx))
            self.subscriptions_hold(account)
            self.versions_grow(account)

    def rows_are_fresh(self, account: Account, now: str) -> None:
        row = json.loads(account.customer.row)
        repository.refresh_row(account, now)
        assert json.loads(account.customer.row) == row
        assert account.customer.next_event is None or account.customer.next_event > now

    def subscriptions_hold(self, account: Account) -> None:
        for contract in account.contracts:
            assert (contract.status == "moved") == (contract.moved_to is not None)
            assert (contract.ended_on is not None) == (contract.status in ("moved", "canceled"))
            if contract.status == "active" and contract.period_end is not None:
                assert contract.period_start is not None and contract.period_start <= contract.period_end

    def versions_grow(self, account: Account) -> None:
        versions = {i.id: i.version for i in account.invoices} | {
            account.customer.id: account.customer.version
        }
        assert all(versions[key] >= version for key, version in self.versions.items())
        self.versions = versions


def given_back(account: Account, payment_id: str) -> int:
    """The sum of the refunds of a payment that did not fail, computed independently."""
    done = [r for r in account.refunds if r.payment_id == payment_id]
    return sum(r.amount for r in done if r.status not in ("failed", "canceled"))


def chosen(items: Any, pick: int) -> Any:
    if not items:
        raise SandboxError("nothing to choose from")
    return items[pick % len(items)]


TestBooks = Books.TestCase
TestBooks.settings = settings(
    max_examples=examples(12),
    stateful_step_count=25,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)


def test_a_payment_recorded_while_a_debit_collects_the_invoice() -> None:
    """Regression: the invoice ended one cent overpaid."""
    books = Books()
    try:
        books.begin("DE", "Price_starter_month_eur", 1, False)
        books.act_on_an_invoice(0, "record", 1)
        books.time_passes(5)
        books.the_books_hold()
    finally:
        books.teardown()

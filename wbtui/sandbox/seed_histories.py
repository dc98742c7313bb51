"""Histories of customers over two years, run through the billing engine.

A history is a list of instants and steps (subscribe, upgrade, cancel, refund …). The engine bills between the
steps, so that every invoice, payment and balance follows from its rules.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from random import Random

from wbtui.sandbox.engine import (
    billing,
    changes,
    credit_notes,
    customers,
    invoices,
    ledger,
    payments,
    refunds,
    subscriptions,
)
from wbtui.sandbox.engine.account import Account, Actor
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Contract, Invoice, Method, Wallet
from wbtui.sandbox.store import SandboxError

AGENTS = ("Jörg Müller", "Priya Nair", "Sam Okafor", "Chloé Lefèvre", "Maya Rivera")
HistoryStep = Callable[[Account, str], None]
PricingChoice = Callable[[Account, Contract], PriceSet | None]
"""Chooses the price set a subscription changes to; None for no change."""

_CANCEL_REASONS = (
    "too_expensive missing_features switched_service unused customer_service too_complex other".split()
)
_REFUND_REASONS = (
    ("service_issue", "Outage on the day of a launch"),
    ("courtesy", "Long-standing customer"),
    ("billing_error", "Charged for seats that were removed"),
    ("duplicate", "Paid by card and by transfer"),
    ("customer_request", None),
    ("cancellation", "Cancelled within the first week"),
)
_NOTES = (
    "Prefers e-mail.",
    "Contract signed by the CFO.",
    "Ask for Dana in accounting.",
    "Wants invoices before the 5th.",
    "Moved offices in spring.",
    "VIP: call before any change.",
    "Needs the purchase order number on every invoice.",
)
_TICKETS = ("ZD", "HD", "SUP")


class History:
    """Steps with their instants, run in order."""

    def __init__(self, account: Account, rng: Random, now: str) -> None:
        self.account = account
        self.rng = rng
        self.now = now
        self._steps: list[tuple[str, int, HistoryStep]] = []

    # ── build ──
    def at(self, instant: str, step: HistoryStep) -> None:
        """Add a step; one in the future is ignored."""
        if instant <= self.now:
            self._steps.append((instant, len(self._steps), step))

    def office_hours(self, day: str) -> str:
        """A random instant in office hours."""
        rng = self.rng
        return f"{day}T{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}Z"

    def agent(self) -> Actor:
        return Actor("agent", self.rng.choice(AGENTS))

    def ticket(self) -> str | None:
        rng = self.rng
        return f"{rng.choice(_TICKETS)}-{rng.randint(1000, 9999)}" if rng.random() < 0.7 else None

    # ── run ──
    def run(self) -> None:
        """Run the steps in order and bill up to now. A step that a rule refuses is skipped."""
        for instant, _, step in sorted(self._steps, key=lambda entry: entry[:2]):
            billing.advance(self.account, instant)
            with suppress(SandboxError):
                step(self.account, instant)
        billing.advance(self.account, self.now)


# ── steps; a step does nothing when its object does not exist at its instant ──
def subscribe(
    price_set: PriceSet,
    *,
    units: dict[str, str] | None = None,
    start: str | None = None,
    trial_days: int | None = None,
    discount_id: str | None = None,
    pending: bool = False,
    automatic: bool = True,
    rates: dict[str, int] | None = None,
    notice: int | None = None,
) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        subscriptions.create_contract(
            account,
            at,
            price_set,
            units=units,
            start=start,
            trial_days=trial_days,
            discount_id=discount_id,
            pending=pending,
            automatic_payment=automatic,
            meter_rates=rates,
            notice_period_days=notice,
        )

    return step


def sign_not_ready(price_set: PriceSet) -> HistoryStep:
    """Subscribe with status not_ready: the billing engine is still setting it up."""

    def step(account: Account, at: str) -> None:
        contract = subscriptions.create_contract(account, at, price_set, units={"seats": "3"}, pending=True)
        contract.status = "not_ready"

    return step


def running(account: Account) -> Contract | None:
    """The newest active subscription; None without one."""
    return next((c for c in reversed(account.contracts) if c.status == "active"), None)


def switch(pricing: PricingChoice, seats: int | None, history: History) -> HistoryStep:
    """Change the plan or the seats today."""

    def step(account: Account, at: str) -> None:
        contract = running(account)
        if contract is None or contract.cancel_at is not None or contract.scheduled is not None:
            return
        price_set = pricing(account, contract)
        if price_set is None:
            return
        units = dict(contract.units) if seats is None else {**contract.units, "seats": str(seats)}
        actor = history.agent() if history.rng.random() < 0.4 else Actor("customer", account.customer.name)
        changes.change_now(account, contract, at, price_set, units, actor=actor)

    return step


def schedule_switch(pricing: PricingChoice, history: History) -> HistoryStep:
    """Change the plan at the end of the period."""

    def step(account: Account, at: str) -> None:
        contract = running(account)
        if contract is None or contract.cancel_at is not None or contract.scheduled is not None:
            return
        price_set = pricing(account, contract)
        if price_set is not None and contract.period_end is not None:
            changes.schedule_change(
                account, contract, at, price_set, dict(contract.units), actor=history.agent()
            )

    return step


def cancel(history: History, *, immediately: bool = False) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        contract = running(account)
        if contract is None or contract.cancel_at is not None:
            return
        reason = history.rng.choice(_CANCEL_REASONS)
        if immediately:
            subscriptions.end_contract(account, contract, at, at[:10], reason, actor=history.agent())
        else:
            contract.scheduled = None
            subscriptions.schedule_cancel(
                account,
                contract,
                at,
                reason,
                actor=Actor("customer", account.customer.name),
                comment="By the customer in the portal",
            )

    return step


def grant(history: History) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        if not account.invoices:
            return
        currency = account.invoices[-1].currency
        minor = history.rng.choice((500, 1000, 1500, 2500)) * (1 if currency != "jpy" else 2)
        expires = plus_days(at[:10], 365) if history.rng.random() < 0.3 else None
        reason, comment = history.rng.choice(_REFUND_REASONS[:3])
        ledger.grant_credit(
            account,
            at,
            minor,
            currency,
            actor=history.agent(),
            reason=reason,
            comment=comment,
            ticket=history.ticket(),
            expires=expires,
        )

    return step


def _latest_paid(account: Account) -> Invoice | None:
    for invoice in reversed(account.invoices):
        if invoice.state == "paid" and refunds.invoice_refundable(account, invoice):
            return invoice
    return None


def refund_share(history: History, share: int, *, adjust: bool = False) -> HistoryStep:
    """Refund `share` percent of what is refundable of the latest paid invoice."""

    def step(account: Account, at: str) -> None:
        invoice = _latest_paid(account)
        if invoice is None:
            return
        payment = next(p for p in invoices.payments_of(account, invoice) if refunds.refundable(p))
        amount = max(1, refunds.refundable(payment) * share // 100)
        reason, comment = history.rng.choice(_REFUND_REASONS)
        noted = adjust and amount <= credit_notes.room(account, invoice)
        refunds.create_refund(
            account,
            at,
            payment,
            amount,
            actor=history.agent(),
            reason=reason,
            comment=comment,
            ticket=history.ticket(),
            adjust_invoice=noted,
            notify=history.rng.random() < 0.5,
        )

    return step


def credit_note(history: History) -> HistoryStep:
    """Issue a credit note on the latest paid invoice, as account credit."""

    def step(account: Account, at: str) -> None:
        invoice = _latest_paid(account)
        if invoice is None:
            return
        line = max(invoice.lines, key=lambda each: each["total"])
        if line["total"] < 4 or line["total"] // 4 > credit_notes.room(account, invoice):
            return
        credit_notes.issue_credit_note(
            account,
            invoice,
            at,
            {line["id"]: line["total"] // 4},
            "credit",
            reason="billing_error",
            actor=history.agent(),
            ticket=history.ticket(),
        )

    return step


def dispute(account: Account, at: str) -> None:
    invoice = _latest_paid(account)
    if invoice is not None:
        payment = next(p for p in invoices.payments_of(account, invoice) if refunds.refundable(p))
        payments.open_dispute(account, payment, at)


def void_or_write_off(history: History, *, void: bool) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        late = [i for i in account.invoices if i.open and i.state == "ready_for_payment" and not i.paid]
        if not late or any(p.status == "processing" for p in invoices.payments_of(account, late[0])):
            return
        end = invoices.void_invoice if void else invoices.write_off_invoice
        end(
            account,
            late[0],
            at,
            history.agent(),
            reason="other",
            comment="Agreed with finance",
            ticket=history.ticket(),
        )

    return step


def note(history: History) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        customers.append_note(
            account, at, history.rng.choice(_NOTES), actor=history.agent(), ticket=history.ticket()
        )

    return step


def freeze(history: History) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        subscriptions.freeze(account, at, "Requested by the account owner", actor=history.agent())

    return step


def stop_paying(code: str) -> HistoryStep:
    """Decline charges of active methods from now on."""

    def step(account: Account, at: str) -> None:
        for method in account.methods:
            if method.status == "active":
                method.behaviour = {**method.behaviour, "from": at[:10], "code": code}

    return step


def wait_for_validation(account: Account, at: str) -> None:
    """Require validation of this subscription's invoices from now on."""
    contract = running(account)
    if contract is not None:
        contract.validate_invoices = 1


def virtual_wallet(history: History) -> HistoryStep:
    def step(account: Account, at: str) -> None:
        units = history.rng.randint(1, 40) * 25
        account.wallets.append(
            Wallet(
                account.engine.new_id("Wal"), account.customer.id, "API credits", "api_credits", str(units)
            )
        )

    return step


def add_method(
    kind: str,
    at: str,
    *,
    brand: str | None,
    last_digits: str,
    expires: str | None,
    status: str = "active",
    provider: str = "stripe",
    behaviour: dict[str, object] | None = None,
) -> HistoryStep:
    def step(account: Account, instant: str) -> None:
        account.methods.append(
            Method(
                account.engine.new_id("Pm"),
                account.customer.id,
                kind,
                brand,
                last_digits,
                expires,
                status,
                account.customer.metadata.get("contact") or account.customer.name,
                len(account.methods) + 1,
                provider,
                at,
                dict(behaviour or {}),
            )
        )
        words = {"card": f"Card {brand} ••{last_digits}", "sepa_debit": f"Direct debit ••{last_digits}"}
        account.log(
            at,
            "account",
            f"{words.get(kind, 'Bank transfer')} added",
            Actor("customer", account.customer.name),
        )

    return step

"""Histories of customers over two years, run through the billing engine.

A history is a list of instants and steps (subscribe, upgrade, cancel, refund …). The engine bills between the
steps, so that every invoice, payment and balance follows from its rules.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from random import Random
from typing import Any, Concatenate, ParamSpec

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
from wbtui.sandbox.engine.periods import days_between, plus_days
from wbtui.sandbox.engine.records import Contract, Invoice, Method, Payment, Wallet
from wbtui.sandbox.store import SandboxError

AGENTS = ("Jörg Müller", "Priya Nair", "Sam Okafor", "Chloé Lefèvre", "Maya Rivera")
_P = ParamSpec("_P")

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
_DEBIT_DECLINES = {
    "authentication_required": "debit_not_authorized",
    "card_declined": "insufficient_funds",
    "lost_card": "account_closed",
}
"""Decline code of a card → that of a direct debit."""
_TICKETS = ("ZD", "HD", "SUP")


class History:
    """Steps with their instants, run in order."""

    def __init__(self, account: Account, rng: Random, now: str) -> None:
        self.account = account
        self.rng = rng
        self.now = now
        self._steps: list[tuple[str, int, Callable[[], object]]] = []

    # ── build ──
    def at(
        self,
        instant: str,
        step: Callable[Concatenate[History, str, _P], object],
        *arguments: _P.args,
        **named: _P.kwargs,
    ) -> None:
        """Add the step `step(history, instant, …)`; one in the future is ignored."""
        if instant <= self.now:
            run = partial(step, self, instant, *arguments, **named)
            self._steps.append((instant, len(self._steps), run))

    @property
    def started(self) -> str:
        """The instant of the customer's creation."""
        return self.account.customer.created

    def some_day(self) -> str:
        """A random instant between the customer's creation and today."""
        span = days_between(self.started[:10], self.now[:10]) - 1
        return self.office_hours(plus_days(self.started[:10], self.rng.randint(0, max(0, span))))

    def days_ago(self, first: int, last: int) -> str:
        """A random instant between `first` and `last` days ago."""
        return self.office_hours(plus_days(self.now[:10], -self.rng.randint(first, last)))

    def office_hours(self, day: str) -> str:
        """A random instant in office hours."""
        rng = self.rng
        return f"{day}T{rng.randint(8, 17):02d}:{rng.randint(0, 59):02d}:{rng.randint(0, 59):02d}Z"

    def agent(self) -> Actor:
        return Actor("agent", self.rng.choice(AGENTS))

    def customer(self) -> Actor:
        return Actor("customer", self.account.customer.name)

    def ticket(self) -> str | None:
        rng = self.rng
        return f"{rng.choice(_TICKETS)}-{rng.randint(1000, 9999)}" if rng.random() < 0.7 else None

    def by_agent(self, reason: str, comment: str | None = None) -> dict[str, Any]:
        """Who did something and why, as the engine's functions take it."""
        return {"actor": self.agent(), "reason": reason, "comment": comment, "ticket": self.ticket()}

    # ── run ──
    def run(self) -> None:
        """Run the steps in order and bill up to now. A step that a rule refuses is skipped."""
        for instant, _, step in sorted(self._steps, key=lambda entry: entry[:2]):
            billing.advance(self.account, instant)
            with suppress(SandboxError):
                step()
        billing.advance(self.account, self.now)

    # ── objects at the instant of a step ──
    def running(self) -> Contract | None:
        """The newest active subscription; None without one."""
        return next((c for c in reversed(self.account.contracts) if c.status == "active"), None)

    def unchanged(self) -> Contract | None:
        """The newest active subscription, unless it ends or changes already or the account is frozen."""
        contract = self.running() if self.account.customer.status == "active" else None
        settled = contract is not None and contract.cancel_at is None and contract.scheduled is None
        return contract if settled else None

    def latest_paid(self) -> Invoice | None:
        """The newest paid invoice of which something can be refunded; None without one."""
        paid = (invoice for invoice in reversed(self.account.invoices) if invoice.state == "paid")
        return next((one for one in paid if refunds.invoice_refundable(self.account, one)), None)

    def refundable_payment(self, invoice: Invoice) -> Payment:
        return next(p for p in invoices.payments_of(self.account, invoice) if refunds.refundable(p))


# ── steps; a step does nothing when its object does not exist at its instant ──
def subscribe(history: History, at: str, /, price_set: PriceSet, **terms: Any) -> None:
    """Subscribe; `terms` are those of `subscriptions.create_contract`."""
    subscriptions.create_contract(history.account, at, price_set, **terms)


def sign_not_ready(history: History, at: str, price_set: PriceSet) -> None:
    """Subscribe with status not_ready: the billing engine is still setting it up."""
    contract = subscriptions.create_contract(
        history.account, at, price_set, units={"seats": "3"}, pending=True
    )
    contract.status = "not_ready"


def switch(history: History, at: str, plan: str | None, seats: int | None = None) -> None:
    """Change the plan (None: the same at its own prices) or the seats today."""
    account, found = history.account, _changeable(history, plan)
    if found is None:
        return
    contract, price_set = found
    units = changes.new_units(price_set, contract.units, {} if seats is None else {"seats": str(seats)})
    actor = history.agent() if history.rng.random() < 0.4 else history.customer()
    changes.change_now(account, contract, at, price_set, units, actor=actor, reason="customer_request")


def schedule_switch(history: History, at: str, plan: str) -> None:
    """Change the plan at the end of the period."""
    found = _changeable(history, plan)
    if found is not None and found[0].period_end is not None:
        contract, price_set = found
        units = changes.new_units(price_set, contract.units, {})
        actor = history.agent()
        changes.schedule_change(
            history.account, contract, at, price_set, units, actor=actor, reason="customer_request"
        )


def _changeable(history: History, plan: str | None) -> tuple[Contract, PriceSet] | None:
    """The subscription that can change, and a plan's prices in its cycle and currency (None: its own)."""
    contract = history.unchanged()
    if contract is None:
        return None
    own = history.account.price_set(contract)
    if plan is None:
        return contract, own
    prices = history.account.engine.catalogue.current(f"Price_{plan}_{own.cycle}_{own.currency}")
    return None if prices is None else (contract, prices)


def cancel(history: History, at: str, *, immediately: bool = False) -> None:
    account, contract = history.account, history.running()
    if contract is None or contract.cancel_at is not None:
        return
    reason = history.rng.choice(_CANCEL_REASONS)
    if immediately:
        subscriptions.end_contract(account, contract, at, at[:10], reason, actor=history.agent())
        return
    contract.scheduled = None
    comment = "By the customer in the portal"
    subscriptions.schedule_cancel(account, contract, at, reason, actor=history.customer(), comment=comment)


def grant(history: History, at: str) -> None:
    account, rng = history.account, history.rng
    if not account.invoices:
        return
    currency = account.invoices[-1].currency
    minor = rng.choice((500, 1000, 1500, 2500)) * (1 if currency != "jpy" else 2)
    expires = plus_days(at[:10], 365) if rng.random() < 0.3 else None
    why = history.by_agent(*rng.choice(_REFUND_REASONS[:3]))
    ledger.grant_credit(account, at, minor, currency, expires=expires, **why)


def refund_share(history: History, at: str, share: int, *, adjust: bool = False) -> None:
    """Refund `share` percent of what is refundable of the latest paid invoice."""
    account, invoice = history.account, history.latest_paid()
    if invoice is None:
        return
    payment = history.refundable_payment(invoice)
    amount = max(1, refunds.refundable(payment) * share // 100)
    why = history.by_agent(*history.rng.choice(_REFUND_REASONS))
    adjust = adjust and amount <= credit_notes.amount_left(account, invoice)
    notify = history.rng.random() < 0.5
    refunds.create_refund(account, at, payment, amount, adjust_invoice=adjust, notify=notify, **why)


def credit_note(history: History, at: str) -> None:
    """Issue a credit note on the latest paid invoice, as account credit."""
    account, invoice = history.account, history.latest_paid()
    if invoice is None:
        return
    line = max(invoice.lines, key=lambda each: each["total"])
    part = line["total"] // 4
    if 0 < part <= credit_notes.amount_left(account, invoice):
        why = history.by_agent("billing_error")
        credit_notes.issue_credit_note(account, invoice, at, {line["id"]: part}, "credit", **why)


def dispute(history: History, at: str) -> None:
    invoice = history.latest_paid()
    if invoice is not None:
        payments.open_dispute(history.account, history.refundable_payment(invoice), at)


def void_or_write_off(history: History, at: str, *, void: bool) -> None:
    account = history.account
    late = [i for i in account.invoices if i.open and i.state == "ready_for_payment" and not i.paid]
    if not late or invoices.under_way(account, late[0]):
        return
    end = invoices.void_invoice if void else invoices.write_off_invoice
    end(account, late[0], at, **history.by_agent("other", "Agreed with finance"))


def note(history: History, at: str) -> None:
    text, agent = history.rng.choice(_NOTES), history.agent()
    customers.append_note(history.account, at, text, actor=agent, ticket=history.ticket())


def freeze(history: History, at: str) -> None:
    subscriptions.freeze(history.account, at, actor=history.agent(), comment="Requested by the account owner")


def behave(history: History, at: str, /, **behaviour: object) -> None:
    """Change how charges and refunds of active methods end from now on (engine/payments.py)."""
    for method in history.account.methods:
        if method.status == "active":
            method.behaviour = {**method.behaviour, **behaviour}


def stop_paying(history: History, at: str, code: str) -> None:
    """Decline charges of active methods from now on; direct debits with the like of the card's `code`."""
    behave(history, at, **{"from": at[:10], "code": code})
    for method in history.account.methods:
        if method.kind == "sepa_debit" and method.behaviour.get("code") in _DEBIT_DECLINES:
            method.behaviour["code"] = _DEBIT_DECLINES[code]


def wait_for_validation(history: History, at: str) -> None:
    """Require validation of this subscription's invoices from now on."""
    contract = history.running()
    if contract is not None:
        contract.validate_invoices = True


def virtual_wallet(history: History, at: str) -> None:
    account, units = history.account, history.rng.randint(1, 40) * 25
    wallet_id = account.engine.new_id("Wal")
    account.wallets.append(Wallet(wallet_id, account.customer.id, "API credits", "api_credits", str(units)))


def add_method(
    history: History,
    at: str,
    kind: str,
    last_digits: str,
    *,
    brand: str | None = None,
    expires: str | None = None,
    status: str = "active",
    provider: str = "stripe",
    behaviour: dict[str, object] | None = None,
) -> None:
    account = history.account
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
    name = payments.method_name(kind, brand, last_digits)
    account.log(at, "account", f"{name} added", history.customer())

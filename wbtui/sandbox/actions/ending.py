"""The end of a subscription: its answers, its rules and its unpaid invoices."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Day, ObjectId
from wbtui.sandbox.actions.charges import not_collected
from wbtui.sandbox.actions.effect import Wire, line, warning
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.engine import cancellation, changes
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.invoices import payments_of
from wbtui.sandbox.engine.payments import default_method
from wbtui.sandbox.engine.periods import next_boundary, plus_days
from wbtui.sandbox.engine.records import Contract, Payment, Ref


class CancelSubscription(Action, moves_money=True):
    """End a subscription: when, and what happens to unused time, usage, unpaid invoices and credit."""

    kind: Literal["cancel_subscription"]
    contract_id: ObjectId
    when: Literal["now", "period_end", "date"]
    date: Day | None = None
    unused_time: Literal["none", "prorated_credit", "prorated_refund", "full_refund"]
    unbilled_usage: Literal["bill", "drop"]
    open_invoices: Literal["leave", "collect", "write_off"]
    credits: Literal["keep", "refund"]
    cancel_reason: Literal[
        "customer_service", "low_quality", "missing_features", "switched_service", "too_complex",
        "too_expensive", "unused", "non_payment", "other",
    ]  # fmt: skip

    def problems(self) -> dict[str, str]:
        return super().problems() | self.with_choice("when", "date")


NOT_STARTED = ("pending", "scheduled")
"""Statuses of a subscription that can only be cancelled at once; no notice period holds."""


# ── rules ──
def cancelable(run: Run, contract_id: str) -> Contract:
    """Return a subscription that can be cancelled. Raises Problem (not_found), Refused."""
    contract = run.contract(contract_id)
    text = "The subscription was replaced by another one. Cancel that one."
    run.refuse_if(contract.status == "moved", "contract_moved", text)
    run.refuse_if(contract.status == "canceled", "already_canceled", "The subscription has ended already.")
    text = f"The subscription is {contract.status.replace('_', ' ')}."
    run.refuse_if(contract.status not in ("active", *NOT_STARTED), "contract_not_active", text)
    if contract.cancel_at is not None:
        text = f"The subscription already ends on {say_date(contract.cancel_at)}. Undo that first."
        run.refuse_if(True, "already_canceled", text)
    return contract


def end_of(run: Run, contract: Contract, body: CancelSubscription) -> str:
    """Return the first day without service. Raises Refused for one that is not possible."""
    if contract.status in NOT_STARTED:
        text = "The subscription has not started yet. Cancel it now."
        run.refuse_if(body.when != "now", "contract_not_active", text)
        return run.today
    earliest = plus_days(run.today, contract.notice_period_days or 0)
    day = body.date or (run.today if body.when == "now" else _period_end(run, contract, earliest))
    past = body.when == "date" and day <= run.today
    run.refuse_if(past, "date_in_past", "The end must be after today. To end it today, cancel now.")
    text = (
        f"The notice period is {contract.notice_period_days} days: {say_date(earliest)} is the earliest end."
    )
    run.refuse_if(day < earliest, "date_in_past", text)
    if contract.scheduled is not None and day > contract.scheduled["on"]:
        what, on = changes.scheduled_target(contract.scheduled), say_date(contract.scheduled["on"])
        text = f"A change {what} is scheduled for {on}. Undo it first, or choose an earlier end."
        run.refuse_if(True, "scheduled_change_exists", text)
    return day


def _period_end(run: Run, contract: Contract, earliest: str) -> str:
    """Return the first end of a period from `earliest` on."""
    return next(day for day in _renewals(run.account, contract) if day >= earliest)


def _renewals(account: Account, contract: Contract) -> Iterator[str]:
    """Yield the first days of the periods after the current one."""
    assert contract.period_end is not None
    day = plus_days(contract.period_end, 1)
    anchor = (contract.anchor_day if contract.period_index else None) or int(day[8:])
    cycle = account.price_set(contract).cycle
    while True:
        yield day
        day = next_boundary(day, cycle, anchor)


def cut_period(account: Account, contract: Contract, end: str) -> str | None:
    """Return the first day of a later period within which a subscription ends; None if there is none."""
    before = ""
    for day in _renewals(account, contract) if contract.period_end is not None else ():
        if day >= end:
            return before if before and day > end else None
        before = day
    return None


def check_unused(run: Run, contract: Contract, body: CancelSubscription, end: str) -> list[Wire]:
    """Raise Refused unless the unused time was paid, and can be given back the way that is asked for.

    Returns a warning where a full refund is only what is left.
    """
    account, how = run.account, body.unused_time
    if how == "none":
        return []
    text = "No paid time is left then. Choose no compensation for unused time."
    if body.when != "now" and (first := cut_period(account, contract, end)) is not None:
        text = (
            f"The billing period from {say_date(first)} is not charged yet. Choose no compensation for"
            " unused time, and give credit for it when the subscription has ended."
        )
    after = contract.period_end is not None and end > contract.period_end
    run.refuse_if(body.when != "now" and after, "date_after_period", text)
    amount = cancellation.value_of(cancellation.unused_lines(account, contract, end, how))
    run.refuse_if(amount <= 0, "amount_zero", text)
    for invoice, _ in cancellation.period_invoices(account, contract):
        unpaid = invoice.state != "paid"
        text = f"{invoice.number} of this billing period is not paid, so there is no paid time to give back."
        run.refuse_if(unpaid, "not_refundable", text)
        disputed = any(payment.disputed for payment in payments_of(account, invoice))
        text = f"A payment of {invoice.number} is disputed. Nothing is given back until the dispute closes."
        run.refuse_if(disputed, "disputed", text)
    limit = Money(max(0, cancellation.charged(account, contract)), account.price_set(contract).currency)
    text = "Everything charged for this billing period has already been given back."
    run.refuse_if(not limit.minor, "already_refunded", text)
    if amount <= limit.minor:
        return []
    text = f"Only {limit} is left of what was charged for this billing period."
    run.refuse_if(how != "full_refund", "exceeds_refundable", text, limit)
    before = Money(amount - limit.minor, limit.currency)
    text = f"{before} of this billing period was given back before. The remaining {limit} is refunded."
    return [warning("partly_refunded", text)]


# ── unpaid invoices ──
_NOT_COLLECTED = "The customer is frozen, so nothing is charged. Leave the unpaid invoices or write them off."


@dataclass(frozen=True)
class Settled:
    """What became of the unpaid invoices, in minor units; `said` is a sentence to the customer."""

    charged: int = 0
    written_off: int = 0
    said: str = ""
    lines: list[Wire] = field(default_factory=list)
    objects: list[Ref] = field(default_factory=list)
    warnings: list[Wire] = field(default_factory=list)


def settle(run: Run, contract: Contract, how: str) -> Settled:
    account = run.account
    unpaid = cancellation.open_invoices(account, contract)
    several = [] if how == "leave" else [one for one in unpaid if one.state == "ready_for_payment"]
    if how == "collect":
        text = "There is no payment method that can be charged."
        run.refuse_if(several and default_method(account) is None, "no_active_method", text)
        run.refuse_if(several and account.customer.status == "inactive", "customer_inactive", _NOT_COLLECTED)
    owed = {invoice.id: Money(invoice.open, invoice.currency) for invoice in unpaid}
    for invoice in unpaid:
        run.invoice(invoice.id)
    made = cancellation.settle_invoices(account, several, run.at, how, **run.logged)
    left = [f"{invoice.number} ({owed[invoice.id]})" for invoice in unpaid if invoice not in several]
    warnings = [warning("open_invoices", f"Still unpaid: {', '.join(left)}.")] if left else []
    if how == "leave":
        return Settled(warnings=warnings)
    declined = {payment.invoice_id for payment in made if payment.decline_code is not None}
    word = "written off" if how == "write_off" else "charged"
    moved = sum(owed[invoice.id].minor for invoice in several)
    return Settled(
        charged=moved if how == "collect" else 0,
        written_off=moved if how == "write_off" else 0,
        said=_collected(account, [payment for payment in made if payment.decline_code is None]),
        lines=[line(f"{i.number} {'declined' if i.id in declined else word}", owed[i.id]) for i in several],
        objects=[*(invoice.ref for invoice in several), *(payment.ref for payment in made)],
        warnings=[
            *warnings,
            *(_declined(account, payment) for payment in made if payment.decline_code is not None),
        ],
    )


def _collected(account: Account, made: list[Payment]) -> str:
    """Return the sentence to the customer about charges that were not declined."""
    if not made:
        return ""
    total = Money(sum(payment.amount for payment in made), made[0].currency)
    numbers = ", ".join(account.invoice(payment.invoice_id).number for payment in made)
    settled = all(payment.status == "succeeded" for payment in made)
    return f" We have {'charged' if settled else 'started a payment of'} {total} for {numbers}."


def _declined(account: Account, payment: Payment) -> Wire:
    number = account.invoice(payment.invoice_id).number
    text = f"{not_collected(f'The charge of {number}', str(payment.decline_code))} The invoice stays open."
    return warning("payment_fails", text, confirm=True)

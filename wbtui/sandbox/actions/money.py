"""Actions that give money back, or keep it: refunds and account credit, and taking either back."""

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from pydantic import Field

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Day, Exact, LineAmounts, ObjectId, Percent, Text
from wbtui.sandbox.actions.charges import balance_use, billed_currencies
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, line, undone_by, warning
from wbtui.sandbox.actions.invoice_lines import chosen_lines
from wbtui.sandbox.actions.refunding import (
    REFUND_EVENTS,
    RefundTarget,
    credit_warnings,
    dispute_warnings,
    find_target,
    refund_effect,
    refuse_amount,
)
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import destination
from wbtui.sandbox.engine import ledger, refunds
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.records import Refund as RefundRecord
from wbtui.sandbox.engine.refunds import refundable


# ── refund ──
class Refund(Action, moves_money=True):
    """Refund a payment to the method it was paid with."""

    kind: Literal["refund"]
    payment_id: ObjectId
    invoice_id: ObjectId | None = None
    mode: Literal["full", "amount", "percent", "lines"]
    amount: Exact | None = None
    percent: Percent | None = None
    lines: LineAmounts = Field(default_factory=list)
    adjust_invoice: bool = False

    def problems(self) -> dict[str, str]:
        return super().problems() | self.with_choice("mode", "amount", "percent", "lines")


@handles(Refund)
def refund(run: Run, body: Refund) -> Effect:
    target = find_target(run, body.payment_id, body.invoice_id)
    payment, parts = target.payment, None
    amount = refunds.refundable_of(run.account, payment, target.invoice)
    if body.mode == "lines":
        parts = chosen_lines(run, target.invoice, body.lines, amount, noted=body.adjust_invoice)
        amount = sum(parts.values())
    elif body.percent is not None:
        amount = target.money(target.paid).times(Decimal(body.percent) / 100).minor
    elif body.amount is not None:
        amount = run.minor_in(body.amount, payment.currency, "payment")
    refuse_amount(run, target, amount, adjust_invoice=body.adjust_invoice)
    made = refunds.create_refund(
        run.account, run.at, payment, amount, invoice=target.invoice,
        lines=parts, adjust_invoice=body.adjust_invoice, notify=run.context.notify, **run.logged,
    )  # fmt: skip
    return refund_effect(run, target, made, by_line=parts is not None, noted=body.adjust_invoice)


# ── cancel a refund ──
class CancelRefund(Action, moves_money=True):
    """Cancel a pending refund."""

    kind: Literal["cancel_refund"]
    refund_id: ObjectId


_REFUND_ENDED = {
    "succeeded": "The refund was paid out.",
    "failed": "The refund failed: nothing was paid out.",
    "canceled": "The refund is already cancelled.",
}


@handles(CancelRefund)
def cancel_refund(run: Run, body: CancelRefund) -> Effect:
    account, made = run.account, run.refund(body.refund_id)
    text = _REFUND_ENDED.get(made.status, "Too late: the bank is paying it out.")
    run.refuse_if(made.status in _REFUND_ENDED or not made.cancelable, "refund_not_cancelable", text)
    payment, money = run.payment(made.payment_id), Money(made.amount, made.currency)
    refunds.cancel_refund(account, made, run.at, **run.logged)
    left = Money(refundable(payment), payment.currency)
    return Effect(
        lines=[line("Not paid out", money, explanation=f"{left} of the payment can be refunded again")],
        amount=money,
        objects=[made.ref, payment.ref],
        reversible=undone_by("Refund the payment again."),
        email="notice that the refund is cancelled",
        warnings=_note_stays(account, made),
        customer_sentence=f"We have cancelled the refund of {money}; it will not be paid out.",
    )


def _note_stays(account: Account, made: RefundRecord) -> list[Wire]:
    """Warn that the credit note that was issued with a refund stays."""
    notes = [n for n in account.credit_notes if n.target == "refund" and n.invoice_id == made.invoice_id]
    numbers = [n.number for n in notes if (n.at, n.amount) == (made.at, made.amount)]
    text = f"{', '.join(numbers)}, the credit note of this refund, stays: it can't be withdrawn."
    return [warning("credit_note_stays", text, confirm=True)] if numbers else []


# ── a refund paid elsewhere ──
class RecordExternalRefund(Action, moves_money=True):
    """Record a refund paid elsewhere; no money moves."""

    kind: Literal["record_external_refund"]
    payment_id: ObjectId
    amount: Exact
    reference: Text


@handles(RecordExternalRefund)
def record_external_refund(run: Run, body: RecordExternalRefund) -> Effect:
    target, money = find_target(run, body.payment_id, elsewhere=True), body.amount
    payment = target.payment
    refuse_amount(run, target, run.minor_in(money, payment.currency, "payment"))
    made = refunds.create_refund(
        run.account, run.at, payment, money.minor,
        notify=run.context.notify, external_reference=body.reference, **run.logged,
    )  # fmt: skip
    of = [run.account.invoice(invoice_id) for invoice_id in made.invoice_ids]
    left = f"{target.money(refundable(payment))} of {target.money(payment.amount)} can still be refunded"
    return Effect(
        lines=[line("Paid back elsewhere", money, explanation=f"only recorded; {left}")],
        amount=money,
        objects=[made.ref, payment.ref, *(one.ref for one in of)],
        reversible=final("A recorded refund can't be removed."),
        email="receipt of the refund" if of else None,
        warnings=[*_nothing_sent(target), *credit_warnings(run.account, of)],
        similar=Similar(REFUND_EVENTS, money),
        customer_sentence=f"We have paid {money} back to you; the reference is {body.reference}.",
    )


def _nothing_sent(target: RefundTarget) -> list[Wire]:
    """Warn that no money moves, twice where a refund to the payment method is possible."""
    method = target.method
    if method is None or method.status in ("detached", "invalid"):
        return [warning("records_only", "No money is sent: pay the customer elsewhere.")]
    text = f"No money is sent. To refund to {destination(method)}, use Refund instead."
    return [warning("records_only", text, confirm=True)]


# ── account credit ──
class GrantCredit(Action, moves_money=True):
    """Grant account credit, which lowers future invoices of its currency."""

    kind: Literal["grant_credit"]
    amount: Exact
    expires: Day | None = None


@handles(GrantCredit)
def grant_credit(run: Run, body: GrantCredit) -> Effect:
    account, money, expires = run.account, body.amount, body.expires
    run.customer()
    run.refuse_if(not money.minor, "amount_zero", "The amount is zero.")
    run.refuse_past(expires, "The credit would already have expired.")
    billed = billed_currencies(account)
    text = f"This customer is billed in {', '.join(sorted(billed)).upper()}, not {money.currency.upper()}."
    run.refuse_if(money.currency not in billed, "currency_mismatch", text)
    entry = ledger.grant_credit(account, run.at, money.minor, money.currency, expires=expires, **run.logged)
    charge, use = balance_use(account, money.currency)
    unused = expires is not None and (charge is None or expires < charge["date"])
    first = "" if unused else "; your next invoices use it first"
    until = "" if expires is None else f" It expires on {say_date(expires)}."
    return Effect(
        lines=[line("Account credit", money, explanation=use)],
        amount=money,
        next_invoice=charge,
        objects=[entry.ref],
        reversible=undone_by("reverse_credit"),
        email="notice of the credit",
        warnings=_credit_warnings(account, money.currency, unused=unused),
        similar=Similar((f"Credit of {money} granted",), money),
        customer_sentence=f"We have added a credit of {money} to your account{first}.{until}",
    )


def _credit_warnings(account: Account, currency: str, *, unused: bool) -> list[Wire]:
    found = dispute_warnings((p for p in account.payments if p.currency == currency), confirm=False)
    numbers = [i.number for i in account.invoices if i.open and i.currency == currency]
    if numbers:
        text = f"Credit lowers future invoices only. Still open: {', '.join(numbers)}."
        found.append(warning("open_invoices", text))
    if unused:
        found.append(warning("expires_unused", "The credit expires before the next invoice."))
    return found


# ── reverse credit ──
class ReverseCredit(Action, moves_money=True):
    """Reverse what is left of a grant, by an opposite entry."""

    kind: Literal["reverse_credit"]
    credit_id: ObjectId
    amount: Exact | None = None


@handles(ReverseCredit)
def reverse_credit(run: Run, body: ReverseCredit) -> Effect:
    account, credit = run.account, run.credit(body.credit_id)
    given = credit.kind in ("grant", "proration")
    run.refuse_if(not given, "nothing_to_do", "Only a credit that was given can be reversed.")
    left, total = Money(credit.remaining, credit.currency), Money(credit.amount, credit.currency)
    run.refuse_if(not left.minor, "credit_consumed", "Nothing is left of this credit.", left)
    money = left if body.amount is None else body.amount
    minor = run.minor_in(money, credit.currency, "credit")
    run.refuse_if(not minor, "amount_zero", "The amount is zero.")
    run.refuse_if(minor > left.minor, "credit_consumed", f"Only {left} is left of this credit.", left)
    entry = ledger.reverse(account, run.at, credit, minor, **run.logged)
    charge, use = balance_use(account, credit.currency)
    return Effect(
        lines=[line("Credit taken back", money, explanation=f"{left} of {total} is left. {use}")],
        amount=money,
        next_invoice=charge,
        objects=[entry.ref, credit.ref],
        reversible=undone_by("grant_credit"),
        email="notice of the reversed credit",
        similar=Similar((f"Credit of {money} reversed",), Money(-minor, credit.currency)),
        customer_sentence=f"We have taken back {money} of credit from your account.",
    )

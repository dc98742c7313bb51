"""The refund: which rules say no, how much it comes to, and what it changes.

The plan is made by running the engine's refund on the account in memory: the preview shows the figures before
and after, carrying it out is saving that same account. So a preview cannot promise anything else.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from wbtui.models.money import Money, div_half_even
from wbtui.sandbox.engine import invoices, repository
from wbtui.sandbox.engine.account import Account, Actor, ref
from wbtui.sandbox.engine.actions_context import ActionContext, contract_of, destination, method_of
from wbtui.sandbox.engine.actions_effect import Done, Effect, Refused, change, warning
from wbtui.sandbox.engine.actions_models import Refund
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.engine.credit_notes import tax_part
from wbtui.sandbox.engine.records import Contract, Invoice, Method, Payment
from wbtui.sandbox.engine.records import Refund as RefundRecord
from wbtui.sandbox.engine.refunds import (
    create_refund,
    invoice_refundable,
    line_refunded,
    line_remaining,
    refundable,
)
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.problems import invalid_fields
from wbtui.sandbox.store import Tx

_FINAL = {"how": "no", "until": None, "by": "Taking it back needs a new charge."}


@dataclass
class _Case:
    """The objects a refund is about."""

    account: Account
    payment: Payment
    invoice: Invoice | None
    method: Method | None

    def money(self, minor: int) -> Money:
        return Money(minor, self.payment.currency)


def refund(context: ActionContext, body: Refund) -> Effect:
    """Raises Refused when a rule says no, Problem when something named does not exist."""
    case = _case(context, body)
    _must_be_collected(case)
    lines = _wanted_lines(case, body)
    amount = sum(lines.values()) if lines is not None else _wanted_amount(case, body)
    _must_be_left(case, amount)
    if body.adjust_invoice:
        _note_must_fit(case, amount)
    at = instant(context.now)
    money = case.money(amount)
    twins = context.lookalikes(case.account.customer.id, "Refund made", "Refund started", amount=money)
    before = _figures(case, by_line=lines is not None)
    refund = create_refund(
        case.account,
        at,
        case.payment,
        amount,
        actor=Actor("agent", body.context.agent),
        reason=body.context.reason or "",
        comment=body.context.comment,
        ticket=body.context.ticket,
        lines=lines,
        adjust_invoice=body.adjust_invoice,
        notify=body.context.notify,
    )
    after = _figures(case, by_line=lines is not None)
    sentence = _sentence(case, refund)

    def carry_out(tx: Tx) -> Done:
        repository.save(tx, case.account, at)
        objects = [ref("refund", refund.id), ref("payment", case.payment.id)]
        if case.invoice is not None:
            objects.append(ref("invoice", case.invoice.id, case.invoice.number))
            if body.adjust_invoice:
                note = case.account.credit_notes[-1]
                objects.append(ref("credit_note", note.id, note.number))
        status = "done" if refund.status == "succeeded" else "pending"
        return Done(objects, status, refund.pending_reason, sentence)

    contract = None if case.invoice is None else contract_of(case.account, case.invoice)
    return Effect(
        context.versions,
        lines=_shown_lines(case, refund, by_line=lines is not None),
        amount=money,
        next_invoice=None if contract is None else priced(case.account, contract)[1],
        changes=[
            change(path, label, before[path, label], after[path, label])
            for path, label in before
            if before[path, label] != after[path, label]
        ],
        reversible=_FINAL,
        documents=_documents(case, money, body.adjust_invoice),
        emails=_emails(case, body.context.notify),
        warnings=_warnings(context, case, contract, body),
        lookalikes=twins,
        customer_sentence=sentence,
        carry_out=carry_out,
    )


# ── what it is about ──
def _case(context: ActionContext, body: Refund) -> _Case:
    account = context.account(body.customer_id)
    payment = context.payment(account, body.payment_id)
    if body.invoice_id is not None:
        context.invoice(account, body.invoice_id)
        if payment.invoice_id != body.invoice_id:
            raise invalid_fields({"invoice_id": "This payment did not pay this invoice."})
    invoice = None if payment.invoice_id is None else context.invoice(account, payment.invoice_id)
    return _Case(account, payment, invoice, method_of(account, payment))


def _must_be_collected(case: _Case) -> None:
    payment = case.payment
    if payment.status == "processing" or (payment.status == "succeeded" and not payment.settled):
        raise Refused("not_settled", "The payment is still processing; refund it once it has settled.")
    if payment.status != "succeeded":
        raise Refused("not_refundable", "Nothing was collected by this payment.")
    if payment.disputed:
        raise Refused("disputed", "A dispute about this payment is open at the bank.")
    if payment.method_id is None:
        raise Refused("not_refundable", "This was paid elsewhere; there is no method to send money back to.")
    if not refundable(payment):
        raise Refused("already_refunded", "All of this payment is refunded already.", case.money(0))


# ── how much ──
def _wanted_amount(case: _Case, body: Refund) -> int:
    payment = case.payment
    if body.mode == "full":
        return refundable(payment)
    if body.mode == "percent":
        share = Decimal(body.percent or "0") / 100
        return case.money(payment.amount).times(share).minor
    return _minor(case, body.amount)


def _minor(case: _Case, money: Money | None) -> int:
    if money is None:
        return 0
    if money.currency != case.payment.currency:
        raise Refused(
            "currency_mismatch",
            f"The payment was in {case.payment.currency.upper()}, not {money.currency.upper()}.",
        )
    return money.minor


def _wanted_lines(case: _Case, body: Refund) -> dict[str, int] | None:
    """Line id → minor units for mode lines, None for the other modes. An open amount takes what is left."""
    if body.mode != "lines":
        return None
    if case.invoice is None:
        raise invalid_fields({"lines": "This payment has no invoice."})
    left, budget = line_remaining(case.account, case.invoice), refundable(case.payment)
    lines: dict[str, int] = {}
    for place, wanted in enumerate(body.lines):
        if wanted.line_id not in left:
            raise invalid_fields({f"lines.{place}.line_id": "Not a line of this invoice."})
        rest = left[wanted.line_id]
        part = min(rest, budget) if wanted.amount is None else _minor(case, wanted.amount)
        if part <= 0:
            raise Refused(
                "already_refunded" if wanted.amount is None else "amount_zero", _nothing_of(wanted.amount)
            )
        if part > rest:
            raise Refused(
                "exceeds_refundable", f"Only {case.money(rest)} is left of this line.", case.money(rest)
            )
        lines[wanted.line_id] = part
        budget -= part
    return lines


def _nothing_of(amount: Money | None) -> str:
    return "Nothing is left of this line." if amount is None else "The amount of a line is nothing."


def _must_be_left(case: _Case, amount: int) -> None:
    if amount <= 0:
        raise Refused("amount_zero", "The amount is nothing.")
    left = refundable(case.payment)
    if amount > left:
        raise Refused(
            "exceeds_refundable", f"Only {case.money(left)} can still be refunded.", case.money(left)
        )


def _note_must_fit(case: _Case, amount: int) -> None:
    if case.invoice is None:
        raise invalid_fields({"adjust_invoice": "This payment has no invoice."})
    noted = sum(n.amount for n in case.account.credit_notes if n.invoice_id == case.invoice.id)
    left = case.invoice.total - noted
    if amount > left:
        raise Refused(
            "exceeds_invoice_total",
            f"Credit notes can lower {case.invoice.number} by {case.money(left)} at most.",
            case.money(left),
        )


# ── what it changes ──
def _figures(case: _Case, *, by_line: bool) -> dict[tuple[str, str], str]:
    """(path, label) → canonical text of what a refund may change, in the order the sheet shows it.

    Single lines only when they were chosen: else their share is a matter of bookkeeping.
    """
    account, payment, invoice = case.account, case.payment, case.invoice
    figures: dict[tuple[str, str], Money | str] = {}
    if invoice is not None:
        path = f"invoice/{invoice.id}"
        figures[f"{path}/refunded", f"Refunded of {invoice.number}"] = case.money(invoice.refunded)
        figures[f"{path}/refundable", f"Refundable of {invoice.number}"] = case.money(
            invoice_refundable(account, invoice)
        )
        done = line_refunded(account, invoice)
        for line in invoice.lines if by_line else ():
            figures[f"{path}/lines/{line['id']}/refunded", f"Refunded of {line['name']}"] = case.money(
                done.get(line["id"], 0)
            )
    figures[f"payment/{payment.id}/refundable", "Refundable of the payment"] = case.money(refundable(payment))
    pending = sum(r.status in ("pending", "requires_action") for r in account.refunds)
    figures[f"customer/{account.customer.id}/refunds_pending", "Refunds under way"] = str(pending)
    return {key: value.canonical() if isinstance(value, Money) else value for key, value in figures.items()}


def _shown_lines(case: _Case, refund: RefundRecord, *, by_line: bool) -> list[dict[str, Any]]:
    if by_line and case.invoice is not None:
        return [_line_of(case, case.invoice, line_id, part) for line_id, part in refund.lines.items()]
    amount, paid, earlier = (
        case.money(minor).amount
        for minor in (refund.amount, case.payment.amount, case.payment.refunded - refund.amount)
    )
    return [
        {
            "label": f"Refund to {destination(case.method)}",
            "money": case.money(refund.amount).wire(),
            "tax": None if case.invoice is None else case.money(_tax(case.invoice, refund)).wire(),
            "explanation": f"{amount} of {paid} paid, {earlier} refunded before",
        }
    ]


def _line_of(case: _Case, invoice: Invoice, line_id: str, part: int) -> dict[str, Any]:
    line = next(line for line in invoice.lines if line["id"] == line_id)
    return {
        "label": line["name"],
        "money": case.money(part).wire(),
        "tax": case.money(tax_part(invoice, {line_id: part})).wire(),
        "explanation": f"{case.money(part).amount} of {case.money(line['total']).amount} charged",
    }


def _tax(invoice: Invoice, refund: RefundRecord) -> int:
    """The tax inside a refund, in proportion to the invoice's."""
    return div_half_even(refund.amount * invoice.tax, invoice.total) if invoice.total > 0 else 0


def _documents(case: _Case, money: Money, adjust: bool) -> list[str]:
    return (
        [f"credit note on {case.invoice.number} over {money}"] if adjust and case.invoice is not None else []
    )


def _emails(case: _Case, notify: bool) -> list[str]:
    address = invoices.invoice_email(case.account)
    return [f"receipt of the refund to {address}"] if notify and address and case.invoice is not None else []


def _sentence(case: _Case, refund: RefundRecord) -> str:
    where = destination(case.method)
    if case.method is not None:
        where = f"{where.partition(' ••')[0]} ending in {case.method.last_digits}"
    when = (
        "5 to 10 business days"
        if case.method is not None and case.method.kind == "card"
        else "5 business days"
    )
    start = "We have refunded" if refund.status == "succeeded" else "We have started a refund of"
    return f"{start} {case.money(refund.amount)} to your {where}; it usually arrives within {when}."


def _warnings(
    context: ActionContext, case: _Case, contract: Contract | None, body: Refund
) -> list[dict[str, Any]]:
    """What an agent should know before committing."""
    found = []
    if (
        contract is not None
        and contract.status in ("active", "scheduled", "pending")
        and contract.cancel_at is None
    ):
        found.append(warning("subscription_goes_on", "A refund does not end the subscription."))
    if body.context.reason == "fraud":
        found.append(
            warning(
                "fraud",
                "A refund for fraud does not block the card or the account; do that too.",
                confirm=True,
            )
        )
    if case.method is not None and case.method.status in ("detached", "invalid"):
        found.append(
            warning(
                "method_gone", f"{destination(case.method)} is {case.method.status}; the refund may fail."
            )
        )
    elif case.method is not None and case.method.expires and case.method.expires < context.today[:7]:
        found.append(
            warning("card_expired", "The card has expired; banks usually pass the refund on to the new one.")
        )
    if body.context.notify and invoices.invoice_email(case.account) is None:
        found.append(warning("no_email", "The customer has no e-mail address; nothing will be sent."))
    if case.account.customer.status == "inactive":
        found.append(warning("customer_inactive", "The customer is frozen; the refund is made all the same."))
    return found

"""Credit notes on an invoice."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, LineAmounts, ObjectId
from wbtui.sandbox.actions.charges import balance_use
from wbtui.sandbox.actions.effect import Effect, Similar, final
from wbtui.sandbox.actions.invoice_lines import chosen_lines, line_rows
from wbtui.sandbox.actions.invoice_rules import creditable_invoice, refundable_target
from wbtui.sandbox.actions.refunding import dispute_warnings, refund_effect
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import remaining
from wbtui.sandbox.engine import credit_notes, refunds
from wbtui.sandbox.engine.account import ref
from wbtui.sandbox.engine.invoices import payments_of
from wbtui.sandbox.engine.records import Invoice


class IssueCreditNote(Action, moves_money=True):
    """Lower what an open invoice owes; of a paid one the amount becomes credit or a refund."""

    kind: Literal["issue_credit_note"]
    invoice_id: ObjectId
    lines: Annotated[LineAmounts, Field(min_length=1)]
    to: Literal["invoice", "credit", "refund"]


@handles(IssueCreditNote)
def issue_credit_note(run: Run, body: IssueCreditNote) -> Effect:
    invoice = creditable_invoice(run, body.invoice_id, owed=body.to == "invoice")
    if body.to == "refund":
        return _refunded(run, body, invoice)
    account = run.account
    most = invoice.open if body.to == "invoice" else credit_notes.paid_left(account, invoice)
    money, parts = _chosen(run, body, invoice, most, credit_notes.lines_left(account, invoice))
    note = credit_notes.issue_credit_note(account, invoice, run.at, parts, body.to, **run.logged)
    owed = Money(invoice.open, invoice.currency)
    said = f"We have lowered invoice {invoice.number} by {money}; {remaining(owed)}."
    if body.to == "credit":
        said = f"We have added {money} of {invoice.number} to your account credit for the next invoices."
    charge, use = balance_use(account, invoice.currency) if body.to == "credit" else (None, "")
    return Effect(
        lines=line_rows(invoice, parts, credit_notes.notes_of(account, invoice)[:-1], use),
        amount=money,
        next_invoice=charge,
        objects=[ref("credit_note", note.id, note.number), invoice.ref],
        reversible=final("A credit note can't be changed or withdrawn."),
        documents=[f"credit note of {money} on {invoice.number}"],
        email="credit note",
        warnings=dispute_warnings(payments_of(account, invoice), confirm=True),
        similar=Similar(("Credit note",), money),
        customer_sentence=said,
    )


def _refunded(run: Run, body: IssueCreditNote, invoice: Invoice) -> Effect:
    """The credit note of a refund to the payment of which most can be refunded."""
    target = refundable_target(run, invoice)
    most = refunds.refundable_of(run.account, target.payment, invoice)
    money, parts = _chosen(run, body, invoice, most, None)
    made = refunds.create_refund(run.account, run.at, target.payment, money.minor, invoice=invoice,
        lines=parts, adjust_invoice=True, notify=run.context.notify, **run.logged)  # fmt: skip
    return refund_effect(run, target, made, by_line=True, noted=True)


def _chosen(
    run: Run, body: IssueCreditNote, invoice: Invoice, most: int, left: dict[str, int] | None
) -> tuple[Money, dict[str, int]]:
    """Return sum and parts of lines (`left` None: of a refund). Raises Refused beyond `most` or the total."""
    limit = Money(min(most, credit_notes.amount_left(run.account, invoice)), invoice.currency)
    text = f"Everything paid of {invoice.number} was already refunded or given back as credit."
    run.refuse_if(not limit.minor, "already_refunded", text, limit)
    parts = chosen_lines(run, invoice, body.lines, limit.minor, left, noted=left is None)
    money = Money(sum(parts.values()), invoice.currency)
    text = f"A credit note on {invoice.number} can have at most {limit} here."
    run.refuse_if(money.minor > limit.minor, "exceeds_invoice_total", text, limit)
    return money, parts

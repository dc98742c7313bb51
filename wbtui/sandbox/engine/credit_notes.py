"""Credit notes: documents that lower the charged amount of an invoice."""

from __future__ import annotations

from typing import Unpack

from wbtui.models.money import Money
from wbtui.sandbox.engine import invoices, ledger, tax
from wbtui.sandbox.engine.account import Account, Actor, Why, ref
from wbtui.sandbox.engine.records import CreditNote, Invoice, Refund
from wbtui.sandbox.store import SandboxError


def room(account: Account, invoice: Invoice) -> int:
    """The amount that further credit notes of an invoice may have: its total minus earlier ones."""
    return invoice.total - sum(note.amount for note in account.credit_notes if note.invoice_id == invoice.id)


def line_room(account: Account, invoice: Invoice) -> dict[str, int]:
    """The amount per line id that further credit notes may have; 0 for lines that credit something."""
    left = {line["id"]: line["total"] for line in invoice.lines}
    for note in account.credit_notes:
        if note.invoice_id == invoice.id:
            for line_id, amount in note.lines.items():
                left[line_id] -= amount
    return {line_id: max(0, rest) for line_id, rest in left.items()}


def paid_room(account: Account, invoice: Invoice) -> int:
    """What was paid of an invoice, and neither refunded nor turned into credit by an earlier note."""
    notes = [n for n in account.credit_notes if n.invoice_id == invoice.id and n.target == "credit"]
    return max(0, invoice.paid - invoice.refunded - sum(note.amount for note in notes))


def given_as_credit(account: Account, invoice: Invoice) -> int:
    """Minor units that credit notes of an invoice gave as account credit, minus reversals."""
    entries = [entry for entry in account.credits if entry.invoice_id == invoice.id]
    granted = sum(entry.amount for entry in entries if entry.kind == "grant")
    return granted + sum(min(0, entry.amount) for entry in entries if entry.kind == "reversal")


def tax_part(invoice: Invoice, lines: dict[str, int]) -> int:
    """The tax inside amounts of lines (totals, tax included), by each line's rate, half-even per line."""
    part = 0
    for line in invoice.lines:
        amount = lines.get(line["id"], 0)
        if amount == line["total"]:
            part += line["tax"] + line["rounding"]
        elif amount:
            part += tax.inclusive(amount, line["tax_rate"])
    return part


def note_for_refund(account: Account, invoice: Invoice, refund: Refund, at: str, actor: Actor) -> CreditNote:
    """Issue the credit note of a refund that lowers the invoice. Raises SandboxError beyond the total."""
    why = Why(reason=refund.reason, comment=refund.comment, ticket=refund.ticket)
    return _make(account, invoice, at, dict(refund.lines), refund.amount, "refund", actor, why)


def issue_credit_note(
    account: Account,
    invoice: Invoice,
    at: str,
    lines: dict[str, int],
    target: str,
    *,
    actor: Actor,
    **why: Unpack[Why],
) -> CreditNote:
    """Issue a credit note: `target` invoice lowers the open amount, credit grants account credit.

    Raises SandboxError beyond the invoice's total, or beyond what is open and not being collected.
    """
    amount = sum(lines.values())
    left = invoice.open - invoices.under_way(account, invoice)
    if target == "invoice" and amount > left:
        raise SandboxError(f"Only {Money(left, invoice.currency)} is open on {invoice.number}.")
    note = _make(account, invoice, at, lines, amount, target, actor, why)
    if target == "invoice":
        invoice.noted += amount
        invoices.refresh(account, invoice)
    else:
        reason, currency = why.get("reason"), invoice.currency
        ledger.grant_credit(account, at, amount, currency, actor=actor, reason=reason, invoice_id=invoice.id)
    return note


def _make(
    account: Account,
    invoice: Invoice,
    at: str,
    lines: dict[str, int],
    amount: int,
    target: str,
    actor: Actor,
    why: Why,
) -> CreditNote:
    if not 0 < amount <= room(account, invoice):
        raise SandboxError(f"Credit notes of {invoice.number} would exceed its total.")
    note = CreditNote(
        account.engine.new_id("Cn"),
        account.customer.id,
        account.engine.credit_note_number(),
        invoice.id,
        amount,
        tax_part(invoice, lines),
        invoice.currency,
        target,
        why.get("reason") or "other",
        at,
        actor.name,
        lines,
    )
    account.credit_notes.append(note)
    money = Money(amount, invoice.currency)
    what = f"Credit note {note.number} on {invoice.number}: {money}"
    refs = ref("credit_note", note.id, note.number), invoice.ref
    account.log(at, "billing", what, actor, *refs, money=money, **why)
    return note

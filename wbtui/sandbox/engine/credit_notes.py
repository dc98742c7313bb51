"""Credit notes: documents that lower the charged amount of an invoice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Unpack

from wbtui.models.money import Money, split_by_weight
from wbtui.sandbox.engine import invoices, ledger, tax
from wbtui.sandbox.engine.account import Account, Actor, Why, ref
from wbtui.sandbox.engine.records import CreditNote, Invoice, Refund
from wbtui.sandbox.store import SandboxError


def notes_of(account: Account, invoice: Invoice) -> list[CreditNote]:
    """The credit notes of an invoice, oldest first."""
    return [note for note in account.credit_notes if note.invoice_id == invoice.id]


def amount_left(account: Account, invoice: Invoice) -> int:
    """The amount that further credit notes of an invoice may have: its total minus earlier ones."""
    return invoice.total - sum(note.amount for note in notes_of(account, invoice))


def lines_left(account: Account, invoice: Invoice) -> dict[str, int]:
    """The amount per line id that further credit notes may have; 0 for lines that credit something."""
    left = {line["id"]: line["total"] for line in invoice.lines}
    for note in notes_of(account, invoice):
        for line_id, amount in note.lines.items():
            left[line_id] -= amount
    return {line_id: max(0, rest) for line_id, rest in left.items()}


def paid_left(account: Account, invoice: Invoice) -> int:
    """Return the paid part of an invoice that was neither refunded nor turned into credit by a note."""
    notes = [note.amount for note in notes_of(account, invoice) if note.target == "credit"]
    return max(0, invoice.paid - invoice.refunded - sum(notes))


def given_as_credit(account: Account, invoice: Invoice) -> int:
    """Minor units that credit notes of an invoice gave as account credit, minus reversals."""
    entries = [entry for entry in account.credits if entry.invoice_id == invoice.id]
    granted = sum(entry.amount for entry in entries if entry.kind == "grant")
    return granted + sum(min(0, entry.amount) for entry in entries if entry.kind == "reversal")


def line_taxes(
    invoice: Invoice, parts: Mapping[str, int], earlier: Iterable[Mapping[str, int]]
) -> dict[str, int]:
    """The tax inside parts of lines (line id → minor units, tax included), after `earlier` parts of them.

    By each line's rate, half-even; the part that completes a line has what is left of the line's tax.
    """
    taken, taxes = [*earlier, parts], {}
    for line in invoice.lines:
        left, left_tax = line["total"], line["tax"] + line["rounding"]
        for amount in (each[line["id"]] for each in taken if line["id"] in each):
            left -= amount
            # The tax that is left is never more than the amount that is left.
            part = min(left_tax, max(tax.inclusive(amount, line["tax_rate"]), left_tax - max(left, 0)))
            left_tax -= part
            taxes[line["id"]] = part
    return {line_id: taxes[line_id] for line_id in parts}


def note_for_refund(account: Account, invoice: Invoice, refund: Refund, at: str, actor: Actor) -> None:
    """Issue the credit note of a refund that lowers the invoice. Raises SandboxError beyond the total.

    It is of the refund's lines; where earlier notes leave less of one, of all lines by what is left of them.
    """
    why = Why(reason=refund.reason, comment=refund.comment, ticket=refund.ticket)
    lines, left = dict(refund.lines), lines_left(account, invoice)
    if any(part > left[line_id] for line_id, part in lines.items()):
        shares = split_by_weight(Money(refund.amount, invoice.currency), list(left.values()))
        lines = {line_id: share.minor for line_id, share in zip(left, shares, strict=True) if share.minor}
    _make(account, invoice, at, lines, refund.amount, "refund", actor, why)


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
    if not 0 < amount <= amount_left(account, invoice):
        raise SandboxError(f"Credit notes of {invoice.number} would exceed its total.")
    earlier = [note.lines for note in notes_of(account, invoice)]
    note = CreditNote(
        account.engine.new_id("Cn"),
        account.customer.id,
        account.engine.credit_note_number(),
        invoice.id,
        amount,
        sum(line_taxes(invoice, lines, earlier).values()),
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

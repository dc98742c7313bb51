"""Refunds of payments, in full, in part and by line item."""

from __future__ import annotations

from typing import Unpack

from wbtui.models.money import Money, split_by_weight
from wbtui.sandbox.engine import credit_notes, invoices
from wbtui.sandbox.engine.account import SCHEDULER, Account, Actor, Why, ref
from wbtui.sandbox.engine.clocktext import later_days
from wbtui.sandbox.engine.payments import SEPA_DAYS
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Invoice, Method, Payment, Refund
from wbtui.sandbox.store import SandboxError

ARRIVAL_DAYS = 10
"""Days until a card refund is on the customer's statement, at most (usually 5 to 10)."""


def refundable(payment: Payment) -> int:
    """Settled, undisputed amount of a payment minus its refunds that did not fail, in minor units."""
    if payment.status != "succeeded" or not payment.settled or payment.disputed:
        return 0
    return payment.amount - payment.refunded


def refundable_of(account: Account, payment: Payment, invoice: Invoice | None) -> int:
    """Return the refundable amount of a payment; of its share if it settled several invoices."""
    if invoice is None or not payment.shares:
        return refundable(payment)
    left = payment.share(invoice.id) - invoices.refunded_of(account, payment, invoice.id)
    return min(refundable(payment), left)


def invoice_refundable(account: Account, invoice: Invoice) -> int:
    """The sum of the refundable amounts of an invoice's payments."""
    return sum(refundable_of(account, p, invoice) for p in invoices.payments_of(account, invoice))


def refunds_of(account: Account, invoice: Invoice) -> list[Refund]:
    """The refunds of an invoice that did not fail, oldest first."""
    void = invoices.VOID_STATUSES
    return [each for each in account.refunds if each.share(invoice.id) and each.status not in void]


def line_refunded(account: Account, invoice: Invoice) -> dict[str, int]:
    """The refunded amount per line id, without failed refunds; lines without a refund are absent."""
    sums: dict[str, int] = {}
    for refund in refunds_of(account, invoice):
        for line_id, amount in refund.lines.items():
            sums[line_id] = sums.get(line_id, 0) + amount
    return sums


def line_remaining(account: Account, invoice: Invoice) -> dict[str, int]:
    """The amount per line id that is not refunded yet (0 for credits and refunded lines)."""
    done = line_refunded(account, invoice)
    return {line["id"]: max(0, line["total"] - done.get(line["id"], 0)) for line in invoice.lines}


def spread_over_invoices(account: Account, payment: Payment, amount: int) -> dict[str, int]:
    """Split `amount` over the invoices of a payment: as much as is left of each, most left first."""
    if not payment.shares:
        return dict.fromkeys(payment.invoice_ids, amount)
    left = {one: refundable_of(account, payment, account.invoice(one)) for one in payment.invoice_ids}
    parts: dict[str, int] = {}
    for invoice_id in sorted(left, key=left.__getitem__, reverse=True):
        if part := min(left[invoice_id], amount):
            parts[invoice_id] = part
            amount -= part
    return parts


def spread_over_lines(account: Account, invoice: Invoice, amount: int) -> dict[str, int]:
    """Split `amount` over the lines in proportion to their remaining amounts."""
    left = {line_id: rest for line_id, rest in line_remaining(account, invoice).items() if rest}
    if not left or not amount:
        return {}
    shares = split_by_weight(Money(amount, invoice.currency), list(left.values()))
    return {line_id: share.minor for line_id, share in zip(left, shares, strict=True) if share.minor}


def _check_lines(account: Account, invoice: Invoice, amount: int, lines: dict[str, int]) -> None:
    left = line_remaining(account, invoice)
    within = all(0 < part <= left.get(line_id, 0) for line_id, part in lines.items())
    if sum(lines.values()) != amount or not within:
        raise SandboxError("The line amounts do not add up to the refund, or exceed what is left of a line.")


def create_refund(
    account: Account,
    at: str,
    payment: Payment,
    amount: int,
    *,
    actor: Actor,
    invoice: Invoice | None = None,
    lines: dict[str, int] | None = None,
    adjust_invoice: bool = False,
    notify: bool = False,
    external_reference: str | None = None,
    **why: Unpack[Why],
) -> Refund:
    """Refund `amount` minor units of a payment: to a card at once, to a bank account after days (pending).

    `invoice`: that of the refund, by default those that the payment settled. `lines`: line id → minor units
    of one invoice, adding up to `amount`; by default in proportion to what is left of each line.
    `adjust_invoice` also issues a credit note; `external_reference` records a refund paid elsewhere. Raises
    SandboxError, and changes nothing, unless 0 < amount ≤ refundable and the credit note fits into the
    invoice's total.
    """
    shares = {invoice.id: amount} if invoice else spread_over_invoices(account, payment, amount)
    of = [account.invoice(invoice_id) for invoice_id in shares]
    invoice = of[0] if len(of) == 1 else None
    left = refundable_of(account, payment, invoice)
    if not 0 < amount <= left:
        raise SandboxError(f"Only {Money(left, payment.currency)} can still be refunded.")
    if invoice is None and (adjust_invoice or lines):
        raise SandboxError("Line amounts and a credit note need a refund of one invoice.")
    if adjust_invoice and invoice is not None and amount > credit_notes.amount_left(account, invoice):
        raise SandboxError(f"Credit notes of {invoice.number} would exceed its total.")
    if lines is None:
        lines = {k: v for one in of for k, v in spread_over_lines(account, one, shares[one.id]).items()}
    elif invoice is not None:
        _check_lines(account, invoice, amount, lines)
    refund = Refund(
        account.engine.new_id("Ref"),
        account.customer.id,
        payment.id,
        None if invoice is None else invoice.id,
        amount,
        payment.currency,
        "succeeded",
        why.get("reason") or "cancellation",  # a scheduled end has no other one
        at,
        lines,
        comment=why.get("comment"),
        ticket=why.get("ticket"),
        reference=external_reference,
        external=external_reference is not None,
        made_by=actor.name,
        shares=shares if len(of) > 1 else {},
    )
    if external_reference is None:
        _route(refund, account.method(payment.method_id), at)
    account.refunds.append(refund)
    _count(account, payment)
    _log(account, refund, at, _started(refund), actor)
    if adjust_invoice and invoice is not None:
        credit_notes.note_for_refund(account, invoice, refund, at, actor)
    if notify:
        for one in of:
            invoices.send_mail(account, one, at, "refund")
    return refund


def _started(refund: Refund) -> str:
    if refund.external:
        return "Refund paid elsewhere recorded"
    return "Refund made" if refund.status == "succeeded" else "Refund started"


def _route(refund: Refund, method: Method | None, at: str) -> None:
    """Complete a card refund at once, or leave a bank refund pending, by the method's behaviour."""
    how = "" if method is None else str(method.behaviour.get("refund", ""))
    if method is not None and method.kind == "card" and not how:
        refund.expected_by = plus_days(at[:10], ARRIVAL_DAYS)
        refund.reference = f"ARN {int(refund.id[4:12], 16) % 10**8:08d}"
        return
    refund.status = "pending"
    refund.expected_by = plus_days(at[:10], SEPA_DAYS if not how else ARRIVAL_DAYS)
    refund.cancelable = True
    if how == "stuck":
        refund.pending_reason = "The bank has not answered yet."
    else:
        refund.pending_reason = "The bank transfer is processing."
        refund.settle_at = later_days(at, SEPA_DAYS)


def settle_refund(account: Account, refund: Refund, at: str) -> None:
    """End a pending refund by its method's behaviour."""
    payment = account.payment(refund.payment_id)
    method = account.method(payment.method_id)
    refund.settle_at, refund.pending_reason, refund.cancelable = None, None, False
    if method is not None and method.behaviour.get("refund") == "fails":
        refund.status, what = "failed", "Refund failed (the account no longer exists)"
        refund.failure_reason = "The account no longer exists."
    else:
        refund.status, what = "succeeded", "Refund arrived"
        refund.reference = f"E2E {int(refund.id[4:12], 16) % 10**8:08d}"
    _count(account, payment)
    _log(account, refund, at, what, SCHEDULER)


def cancel_refund(account: Account, refund: Refund, at: str, *, actor: Actor, **why: Unpack[Why]) -> None:
    """Cancel a pending refund. Raises SandboxError when it is not cancelable."""
    if refund.status != "pending" or not refund.cancelable:
        raise SandboxError("This refund can no longer be cancelled.")
    refund.status, refund.settle_at, refund.pending_reason, refund.cancelable = "canceled", None, None, False
    _count(account, account.payment(refund.payment_id))
    _log(account, refund, at, "Refund cancelled", actor, **why)


def _count(account: Account, payment: Payment) -> None:
    """Recompute what was refunded of a payment and of its invoice."""
    payment.refunded = sum(
        r.amount
        for r in account.refunds
        if r.payment_id == payment.id and r.status not in invoices.VOID_STATUSES
    )
    for invoice_id in payment.invoice_ids:
        invoices.refresh(account, account.invoice(invoice_id))


def _log(account: Account, refund: Refund, at: str, what: str, actor: Actor, **why: Unpack[Why]) -> None:
    """Log what became of a refund; without reasons of its own, with those of the refund."""
    refs = [ref("refund", refund.id), ref("payment", refund.payment_id)]
    money = Money(refund.amount, refund.currency)
    what = f"{what}: {money}"
    if of := [account.invoice(invoice_id) for invoice_id in refund.invoice_ids]:
        refs += [invoice.ref for invoice in of]
        what += f" of {', '.join(invoice.number for invoice in of)}"
    why = why or Why(reason=refund.reason, comment=refund.comment, ticket=refund.ticket)
    account.log(at, "payment", what, actor, *refs, money=money, **why)

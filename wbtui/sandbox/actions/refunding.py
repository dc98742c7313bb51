"""What all refunds share, also one that was paid elsewhere: the payment, its rules, and the effect."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from wbtui.models.money import Money, div_half_even
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, line, undone_by, warning
from wbtui.sandbox.actions.invoice_lines import line_rows
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.actions.text import ARRIVAL, destination
from wbtui.sandbox.engine import credit_notes
from wbtui.sandbox.engine.account import Account, ref
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.records import Contract, CreditNote, Invoice, Method, Payment, Refund
from wbtui.sandbox.engine.refunds import refundable, refundable_of, refunds_of
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.problems import invalid_fields

REFUND_EVENTS = ("Refund made", "Refund started", "Refund paid elsewhere recorded")
"""How the event of a refund begins, whichever way the money goes."""


@dataclass(frozen=True)
class RefundTarget:
    """A payment with the objects that belong to it."""

    payment: Payment
    invoice: Invoice | None
    method: Method | None
    contract: Contract | None

    def money(self, minor: int) -> Money:
        """Return an amount in the payment's currency."""
        return Money(minor, self.payment.currency)

    @property
    def paid(self) -> int:
        """Minor units of the payment that went to the invoice."""
        return self.payment.amount if self.invoice is None else self.payment.share(self.invoice.id)


def dispute_warnings(payments: Iterable[Payment], *, confirm: bool) -> list[Wire]:
    """Return a warning for each disputed payment: the bank may return it, too."""
    text = "A payment of {} is disputed. If the customer wins, the bank returns that payment, too."
    return [
        warning("disputed", text.format(Money(payment.amount, payment.currency)), confirm=confirm)
        for payment in payments
        if payment.disputed
    ]


def find_target(
    run: Run, payment_id: str, invoice_id: str | None = None, *, elsewhere: bool = False
) -> RefundTarget:
    """Return a payment that can be refunded; `invoice_id` must be its invoice, when given.

    `elsewhere`: the money goes another way than back to the payment method; it may be of several invoices
    that the payment settled, and has none as its target then.

    Raises Problem (not_found, invalid), and Refused when nothing was collected or nothing is left.
    """
    account, payment = run.account, run.payment(payment_id)
    several = [run.invoice(each) for each in payment.shares] if elsewhere else []
    if invoice_id is not None:
        run.invoice(invoice_id)
        if not payment.settles(invoice_id):
            raise invalid_fields({"invoice_id": "This payment is not of this invoice."})
    elif payment.shares and not elsewhere:
        raise invalid_fields({"invoice_id": "This payment settled several invoices. Name the one to refund."})
    invoice_id = invoice_id or payment.invoice_id
    invoice = None if several or invoice_id is None else run.invoice(invoice_id)
    contract = next((c for c in account.contracts if invoice and c.id == invoice.contract_id), None)
    _refuse_uncollected(run, payment)
    left, what = refundable_of(account, payment, invoice), "This payment"
    if invoice is not None and refundable(payment):
        what = f"The part of this payment for {invoice.number}"
    run.refuse_if(
        not left, "already_refunded", f"{what} is already fully refunded.", Money(0, payment.currency)
    )
    text = "This was paid elsewhere. Pay it back there, then record the refund."
    run.refuse_if(payment.method_id is None and not elsewhere, "not_refundable", text)
    return RefundTarget(payment, invoice, account.method(payment.method_id), contract)


def _refuse_uncollected(run: Run, payment: Payment) -> None:
    processing = payment.status == "processing" or (payment.status == "succeeded" and not payment.settled)
    run.refuse_if(
        processing, "not_settled", "The payment is still processing. Refund it once it has settled."
    )
    run.refuse_if(payment.status != "succeeded", "not_refundable", "This payment collected nothing.")
    run.refuse_if(payment.disputed, "disputed", "The payment can't be refunded until its dispute closes.")


def refuse_amount(run: Run, target: RefundTarget, amount: int, *, adjust_invoice: bool = False) -> None:
    """Raise Refused unless the amount fits the payment, and a credit note of it the invoice."""
    run.refuse_if(amount <= 0, "amount_zero", "The amount is zero.")
    left = target.money(refundable_of(run.account, target.payment, target.invoice))
    text = f"Only {left} can still be refunded."
    if target.payment.shares and target.invoice is not None:
        text = (
            f"Only {left} can still be refunded for {target.invoice.number}."
            " Refund the other invoices of this payment separately."
        )
    run.refuse_if(amount > left.minor, "exceeds_refundable", text, left)
    if not adjust_invoice:
        return
    if target.invoice is None:
        raise invalid_fields({"adjust_invoice": "This payment has no invoice."})
    most = target.money(credit_notes.amount_left(run.account, target.invoice))
    text = f"Credit notes can lower {target.invoice.number} by at most {most}."
    run.refuse_if(amount > most.minor, "exceeds_invoice_total", text, most)


_FINAL = final("Reversing it means charging the customer again.")


def refund_effect(run: Run, target: RefundTarget, made: Refund, *, by_line: bool, noted: bool) -> Effect:
    """Return the effect of a refund that was made; `noted`: with a credit note."""
    account, invoice, money = run.account, target.invoice, target.money(made.amount)
    objects, documents = [made.ref, target.payment.ref], []
    note = None
    if invoice is not None:
        objects.append(invoice.ref)
        if noted:
            note = credit_notes.notes_of(account, invoice)[-1]
            objects.append(ref("credit_note", note.id, note.number))
            documents.append(f"credit note of {money} on {invoice.number}")
    return Effect(
        lines=_by_line(account, target, invoice, made, note)
        if by_line and invoice
        else [_line(run, target, made, note)],
        amount=money,
        next_invoice=None if target.contract is None else priced(account, target.contract)[1],
        objects=objects,
        reversible=undone_by("cancel_refund") if made.cancelable else _FINAL,
        documents=documents,
        email=None if invoice is None else "receipt of the refund",
        warnings=[*_warnings(run, target), *_kept_note(made, note)],
        similar=Similar(REFUND_EVENTS, money),
        customer_sentence=_sentence(target, made),
        status="done" if made.status == "succeeded" else "pending",
        pending_reason=made.pending_reason,
        by_line=by_line,
    )


def _kept_note(made: Refund, note: CreditNote | None) -> list[Wire]:
    """Warn that only the refund can be cancelled, where it has a credit note."""
    text = "Cancelling the refund later does not withdraw its credit note."
    return [warning("credit_note_stays", text)] if made.cancelable and note is not None else []


def _by_line(
    account: Account, target: RefundTarget, invoice: Invoice, made: Refund, note: CreditNote | None
) -> list[Wire]:
    """The refunded lines, each with the tax that the credit note has, or that earlier refunds left."""
    earlier = refunds_of(account, invoice) if note is None else credit_notes.notes_of(account, invoice)
    return line_rows(invoice, made.lines, earlier[:-1], f"Refund to {destination(target.method)}")


def _line(run: Run, target: RefundTarget, made: Refund, note: CreditNote | None) -> Wire:
    invoice, money = target.invoice, target.money(made.amount)
    left = refundable_of(run.account, target.payment, invoice)
    paid, earlier = target.money(target.paid), target.money(target.paid - left - made.amount)
    before = f"{earlier} refunded before" if earlier.minor else "nothing refunded yet"
    tax = None if note is None else target.money(note.tax)
    if invoice is not None and note is None:
        part = div_half_even(made.amount * invoice.tax, invoice.total) if invoice.total > 0 else 0
        tax = target.money(part)
    return line(f"Refund to {destination(target.method)}", money, tax, f"{money} of {paid} paid; {before}")


def _sentence(target: RefundTarget, made: Refund) -> str:
    where, method = destination(target.method), target.method
    if method is not None:
        name = where.partition(" ••")[0] if method.kind == "card" else "bank account"
        where = f"{name} ending in {method.last_digits}"
    start = "We have refunded" if made.status == "succeeded" else "We have started a refund of"
    return f"{start} {target.money(made.amount)} to your {where}; it usually arrives in {ARRIVAL}."


_BOTH = " The customer would have both the credit and the refund."


def credit_warnings(account: Account, invoices: Iterable[Invoice]) -> list[Wire]:
    """Warn of what was given as credit before; it is confirmed where a refund gives it once more."""
    found = []
    for invoice in invoices:
        if credited := _unused_time(account, invoice):
            money, day = credited
            text = f"{money} was given as credit on {say_date(day)} for unused time of {invoice.number}."
            both = money.minor + invoice.refunded > invoice.paid
            found.append(warning("given_as_credit", text + (_BOTH if both else ""), confirm=both))
        if minor := credit_notes.given_as_credit(account, invoice):
            notes = [n for n in credit_notes.notes_of(account, invoice) if n.target == "credit"]
            by = f"credit note{'s' if len(notes) > 1 else ''} {', '.join(note.number for note in notes)}"
            money = Money(minor, invoice.currency)
            text = f"{money} of {invoice.number} was already given back as credit by {by}."
            both = minor + invoice.refunded > invoice.paid
            found.append(warning("given_as_credit", text + (_BOTH if both else ""), confirm=both))
    return found


def _unused_time(account: Account, invoice: Invoice) -> tuple[Money, str] | None:
    """Return the credit for unused time, and its day, where the subscription ended within what it invoices.

    Without what was reversed since then; a reversal does not say of which credit.
    """
    day = next((one.ended_on for one in account.contracts if one.id == invoice.contract_id), None)
    periods = (line["period"] for line in invoice.lines if line["period"] is not None)
    if day is None or not any(first <= day <= last for first, last in periods):
        return None
    own = [one for one in account.credits if one.currency == invoice.currency and one.invoice_id is None]
    given = sum(one.amount for one in own if one.kind == "proration" and one.at[:10] == day)
    left = given + sum(one.amount for one in own if one.kind == "reversal" and one.at[:10] >= day)
    return (Money(left, invoice.currency), day) if given and left > 0 else None


def _warnings(run: Run, target: RefundTarget) -> list[Wire]:
    found = credit_warnings(run.account, [target.invoice] if target.invoice else [])
    contract, method = target.contract, target.method
    running = contract is not None and contract.status in ("active", "scheduled", "pending")
    if contract is not None and running and contract.cancel_at is None:
        found.append(warning("subscription_goes_on", "A refund does not end the subscription."))
    if run.context.reason == "fraud":
        text = "A refund for fraud does not block the card or the account. Do that as well."
        found.append(warning("fraud", text, confirm=True))
    if method is not None and method.status in ("detached", "invalid"):
        text = f"{destination(method)} is {method.status}. The refund may fail."
        found.append(warning("method_gone", text))
    elif method is not None and method.expires and method.expires < run.today[:7]:
        text = "The card has expired. Banks usually pass the refund on to the new card."
        found.append(warning("card_expired", text))
    return found

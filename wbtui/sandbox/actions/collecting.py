"""Charge an open invoice again."""

from __future__ import annotations

from typing import Literal

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Exact, ObjectId
from wbtui.sandbox.actions.charges import not_collected
from wbtui.sandbox.actions.effect import Effect, Similar, line, undone_by, warning
from wbtui.sandbox.actions.invoice_rules import attempt_warnings, chargeable_method, owed_amount, owed_invoice
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import destination, remaining
from wbtui.sandbox.engine import payments

_PENDING = {
    "processing": "The direct debit is processing; it takes 5 days.",
    "requires_action": "The customer must confirm the payment with the bank.",
}


class RetryPayment(Action, moves_money=True):
    """Charge an open invoice again."""

    kind: Literal["retry_payment"]
    invoice_id: ObjectId
    method_id: ObjectId | None = None
    amount: Exact | None = None


@handles(RetryPayment)
def retry_payment(run: Run, body: RetryPayment) -> Effect:
    run.refuse_frozen()
    invoice = owed_invoice(run, body.invoice_id)
    owed = Money(invoice.open, invoice.currency)
    money = owed if body.amount is None else owed_amount(run, invoice, body.amount)
    method = chargeable_method(run, body.method_id)
    warnings, mails = attempt_warnings(run, invoice), len(invoice.mails)
    code = payments.decline_code(method, invoice, invoice.attempts + 1, run.at)
    declined = code if method.kind == "card" and code != "authentication_required" else None
    why = payments.DECLINES[declined] if declined else ""
    advice = "Choose another payment method" if declined in payments.HARD_DECLINES else "Nothing is charged"
    run.refuse_if(declined, "payment_declined", f"{destination(method)} is declined: {why}. {advice}.")
    payment = payments.charge_invoice(
        run.account, invoice, run.at, actor=run.actor, method=method, amount=money.minor
    )
    pending = _PENDING.get(payment.status)
    confirms = payment.status == "requires_action"
    if confirms:
        warnings.append(warning("needs_confirmation", not_collected("The charge", str(payment.decline_code))))
    rest = Money(invoice.open, invoice.currency)
    left = f"; {remaining(rest)}" if rest.minor and pending is None else ""
    start = "started a payment of" if pending else "charged"
    please = " Please confirm it with your bank." if confirms else ""
    explanation = f"of {owed} open; attempt {invoice.attempts}"
    return Effect(
        lines=[line(f"Charge {destination(method)}", money, explanation=explanation)],
        amount=money,
        objects=[payment.ref, invoice.ref],
        reversible=undone_by("Refund the payment."),
        emails=[f"{mail['what']} to {mail['to']}" for mail in invoice.mails[mails:]],
        warnings=warnings,
        similar=Similar(("Payment succeeded", "Payment started"), money),
        customer_sentence=f"We have {start} {money} for invoice {invoice.number}{left}.{please}",
        status="done" if pending is None else "pending",
        pending_reason=pending,
    )

"""What actions on an invoice share: the state it must be in, the amounts and methods it can be paid with."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.actions.charging import refuse_status, refuse_transfer
from wbtui.sandbox.actions.effect import Wire, warning
from wbtui.sandbox.actions.refunding import RefundTarget, find_target
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.engine import invoices, payments, refunds
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.engine.records import Invoice, Method
from wbtui.sandbox.store import Refused

_NOT_OWED = {
    "pending_validation": ("invoice_not_final", "is not final yet. Validate it first."),
    "paid": ("invoice_paid", "is paid."),
    "voided": ("invoice_void", "is void."),
    "written_off": ("invoice_written_off", "is written off."),
}

_RECENT = 3600
"""Seconds after an attempt within which another is doubtful."""


def owed_invoice(run: Run, invoice_id: str) -> Invoice:
    """Return a final invoice of which something is open and nothing is being collected.

    Raises Problem (not_found), Refused.
    """
    invoice = run.invoice(invoice_id)
    code, text = _NOT_OWED.get(invoice.state, ("", ""))
    run.refuse_if(code, code, f"{invoice.number} {text}")
    text = f"A payment of {invoice.number} is processing. Wait until it has settled."
    run.refuse_if(invoices.under_way(run.account, invoice), "not_settled", text)
    return invoice


def creditable_invoice(run: Run, invoice_id: str, *, owed: bool) -> Invoice:
    """Return an invoice that is owed, or of which something was paid. Raises Problem (not_found), Refused."""
    if owed:
        return owed_invoice(run, invoice_id)
    invoice = run.invoice(invoice_id)
    code, text = _NOT_OWED.get(invoice.state, ("", ""))
    run.refuse_if(code and invoice.state != "paid", code, f"{invoice.number} {text}")
    text = f"Nothing has been paid of {invoice.number}. Lower the invoice instead."
    run.refuse_if(not invoice.paid, "not_refundable", text)
    return invoice


def refundable_target(run: Run, invoice: Invoice) -> RefundTarget:
    """Return the payment of which most can be refunded. Raises Refused when none can."""
    found = [p for p in invoices.payments_of(run.account, invoice) if p.method_id is not None]
    run.refuse_if(not found, "not_refundable", "There is no payment method to refund to.")
    most = max(found, key=lambda payment: refunds.refundable_of(run.account, payment, invoice))
    return find_target(run, most.id, invoice.id)


def owed_amount(run: Run, invoice: Invoice, money: Money) -> Money:
    """Return an amount that can be paid of an invoice. Raises Refused for zero and for more than is open."""
    minor = run.minor_in(money, invoice.currency, "invoice")
    run.refuse_if(not minor, "amount_zero", "The amount is zero.")
    owed = Money(invoice.open, invoice.currency)
    text = f"Only {owed} is open on {invoice.number}."
    run.refuse_if(minor > owed.minor, "exceeds_invoice_total", text, owed)
    return money


def subscription_goes_on(run: Run, invoice: Invoice, subject: str) -> list[Wire]:
    """Warn that the invoice's subscription runs on; `subject` is what does not end it."""
    contract = next((c for c in run.account.contracts if c.id == invoice.contract_id), None)
    if contract is None or contract.cancel_at is not None or contract.status != "active":
        return []
    return [warning("subscription_goes_on", f"{subject} does not end the subscription.")]


def chargeable_method(run: Run, method_id: str | None) -> Method:
    """Return the method of an id, or the first that can be charged. Raises Problem (not_found), Refused."""
    if method_id is None:
        default = payments.default_method(run.account)
        if default is None:
            raise Refused("no_active_method", "There is no payment method that can be charged.")
        return run.method(default.id)
    method = run.method(method_id)
    refuse_status(run, method, "inactive", "invalid", "detached")
    refuse_transfer(run, method)
    return method


def attempt_warnings(run: Run, invoice: Invoice) -> list[Wire]:
    """Warn where the last attempt was within the hour."""
    attempts = invoices.attempts_of(run.account, invoice)
    if not attempts or attempts[-1].at < later_seconds(run.at, -_RECENT):
        return []
    text = "The last attempt was within the hour. Repeated attempts can trip the bank's fraud rules."
    return [warning("recent_attempt", text, confirm=True)]

"""Why an object cannot be acted on, in one sentence, for the actions that share a rule."""

from __future__ import annotations

from wbtui.models.dates import day
from wbtui.models.invoice import Invoice, InvoiceRow, InvoiceState
from wbtui.models.money import reaches
from wbtui.models.payment import MethodStatus, Payment, PaymentMethod, PaymentStatus
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.text import spaced

_NO_PAYMENT = "Nothing has been paid on this invoice yet."
_WITHOUT_PAYMENT = "Nothing was paid: the invoice is free or covered by credit."
_REFUNDED = "Already refunded in full."
_NOT_COLLECTED = {
    PaymentStatus.FAILED: "The payment failed: nothing was collected.",
    PaymentStatus.CANCELED: "The payment was canceled: nothing was collected.",
    PaymentStatus.REQUIRES_ACTION: "The payment waits for the customer: nothing was collected.",
    PaymentStatus.PROCESSING: "The payment is still processing: nothing was collected yet.",
}


def not_refundable(payment: Payment) -> str | None:
    """Return why this payment cannot be refunded to its method; None when it can."""
    if (reason := nothing_to_pay_back(payment)) is not None:
        return reason
    elsewhere = payment.method is None and payment.external_reference is not None
    return "Paid elsewhere. Pay it back there, then record the refund." if elsewhere else None


def nothing_to_pay_back(payment: Payment) -> str | None:
    """Return why nothing of this payment can be paid back, whichever way."""
    if payment.disputed:
        return "Can't be refunded until the dispute closes."
    if payment.status in _NOT_COLLECTED:
        return _NOT_COLLECTED[payment.status]
    if not payment.settled:
        return "The payment has not settled yet."
    if not payment.refundable:
        return _REFUNDED if payment.refunded else "Nothing was collected."
    return None


def nothing_refundable(invoice: Invoice | InvoiceRow) -> str | None:
    """Return why nothing of an invoice can be refunded; None when a payment can.

    Rows of lists and summaries do not name their payments: for them the sums decide, where they are known.
    """
    if isinstance(invoice, Invoice) and invoice.payments:
        reasons = [not_refundable(payment) for payment in invoice.payments]
        # Of a payment that settled several invoices, the part for this one may be refunded already.
        is_refunded = invoice.refundable is not None and not invoice.refundable
        return (_REFUNDED if is_refunded else None) if None in reasons else reasons[0]
    if invoice.paid is None:
        return None
    if not invoice.paid:
        return _WITHOUT_PAYMENT if _is_paid_without(invoice) else _NO_PAYMENT
    return all_refunded(invoice)


def nothing_creditable(invoice: Invoice | InvoiceRow) -> str | None:
    """Return why a credit note can neither lower an invoice nor give back what was paid; else None."""
    if invoice.state is not InvoiceState.PAID:
        return not_owed(invoice)
    return _WITHOUT_PAYMENT if _is_paid_without(invoice) else all_refunded(invoice)


def all_refunded(invoice: Invoice | InvoiceRow) -> str | None:
    """Return that all that was paid is refunded; None where it is not, or not known."""
    if invoice.paid is None or invoice.refunded is None:
        return None
    return _REFUNDED if reaches(invoice.refunded, invoice.paid) else None


def _is_paid_without(invoice: Invoice | InvoiceRow) -> bool:
    """Return whether an invoice counts as paid without any payment."""
    return invoice.state is InvoiceState.PAID and invoice.paid is not None and not invoice.paid


_NOT_OWED = {
    InvoiceState.PENDING_VALIDATION: "The invoice is not final yet. Validate it first.",
    InvoiceState.PAID: "The invoice is paid.",
    InvoiceState.VOIDED: "The invoice is void.",
    InvoiceState.WRITTEN_OFF: "The invoice is written off.",
}


def not_owed(invoice: Invoice | InvoiceRow) -> str | None:
    """Return why nothing is to be paid of an invoice now; None when something is."""
    payments = invoice.payments if isinstance(invoice, Invoice) else ()
    if any(payment.status is PaymentStatus.PROCESSING for payment in payments):
        return "A payment is processing. Wait until it has settled."
    return _NOT_OWED.get(invoice.state)


REPLACED = "This subscription was replaced by another one."


def not_changeable(subscription: Subscription) -> str | None:
    """Return why this subscription cannot change; None when it can."""
    if subscription.status is SubscriptionStatus.MOVED:
        return REPLACED
    if subscription.status is not SubscriptionStatus.ACTIVE:
        return f"Only an active subscription can change; this one is {spaced(subscription.status)}."
    if subscription.scheduled_change is not None:
        return "A change is already scheduled. Undo it first."
    return None


def not_cancelable(subscription: Subscription) -> str | None:
    """Return why this subscription cannot be cancelled; None when it can."""
    if subscription.status is SubscriptionStatus.MOVED:
        return REPLACED
    if subscription.status is SubscriptionStatus.CANCELED:
        return "The subscription has ended already."
    if subscription.status is not SubscriptionStatus.ACTIVE and not subscription.status.has_not_started:
        return f"The subscription can't be cancelled; it is {spaced(subscription.status)}."
    if subscription.cancel_at is not None:
        return f"Already cancelled: it ends on {day(subscription.cancel_at)}."
    return None


_ADD_AGAIN = "The customer can add it again in the portal."
_METHOD_STATES = {
    MethodStatus.INACTIVE: "Disabled. Enable it first.",
    MethodStatus.INVALID: f"Can't be charged. {_ADD_AGAIN}",
    MethodStatus.DETACHED: f"Detached for good. {_ADD_AGAIN}",
}


def method_in_state(method: PaymentMethod, *states: MethodStatus) -> str | None:
    """Return what it means that a payment method has one of these statuses; None when it has another."""
    return _METHOD_STATES[method.status] if method.status in states else None

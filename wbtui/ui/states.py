"""States as a sign with a word, and a tone that themes colour."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.invoice import Attempt, Invoice, InvoiceBrief, InvoiceState
from wbtui.models.money import Money, reaches
from wbtui.models.payment import MethodStatus, Payment, PaymentStatus, RefundStatus
from wbtui.models.preview import ABANDONED, NOT_CARRIED_OUT, JournalEntry, Outcome, Status, result_name
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.ui.safe import DIM


@dataclass(frozen=True, slots=True)
class State:
    """A state as a sign and a word; `tone` (good, warn, bad, dim, plain) only adds a colour."""

    sign: str
    word: str
    tone: str = "plain"

    @property
    def text(self) -> str:
        return f"{self.sign} {self.word}".lstrip()

    @property
    def style(self) -> str:
        """As a style of Textual; the colour comes from the theme."""
        return TONES[self.tone]


TONES = {
    "good": "$success",
    "warn": "$warning",
    "bad": "$error",
    "dim": DIM,
    "plain": "$foreground",
    "strong": "bold $foreground",
    "accent": "$primary",
}
"""Tone → style. The one place that maps meaning to colour."""

BILLING = {
    BillingStatus.FROZEN: State("■", "frozen", "bad"),
    BillingStatus.PAST_DUE: State("▲", "past due", "warn"),
    BillingStatus.TRIALING: State("○", "trialing", "plain"),
    BillingStatus.CANCELING: State("▲", "canceling", "warn"),
    BillingStatus.ACTIVE: State("●", "active", "good"),
    BillingStatus.FREE: State("●", "free", "plain"),
    BillingStatus.ENDED: State("○", "ended", "dim"),
    BillingStatus.NONE: State("○", "no plan", "dim"),
    BillingStatus.UNKNOWN: State("?", "unknown", "dim"),
}
CUSTOMER = {
    CustomerStatus.ACTIVE: State("●", "active", "good"),
    CustomerStatus.INACTIVE: State("■", "frozen", "bad"),
    CustomerStatus.TEMPORARY: State("○", "not registered", "dim"),
    CustomerStatus.UNKNOWN: State("?", "unknown", "dim"),
}
SUBSCRIPTION = {
    SubscriptionStatus.ACTIVE: State("●", "active", "good"),
    SubscriptionStatus.PENDING: State("○", "pending", "plain"),
    SubscriptionStatus.SCHEDULED: State("○", "scheduled", "plain"),
    SubscriptionStatus.CANCELED: State("■", "canceled", "dim"),
    SubscriptionStatus.MOVED: State("○", "replaced", "dim"),
    SubscriptionStatus.NOT_READY: State("○", "not ready", "warn"),
    SubscriptionStatus.UNKNOWN: State("?", "unknown", "dim"),
}
INVOICE = {
    InvoiceState.PENDING_VALIDATION: State("○", "in validation", "plain"),
    InvoiceState.READY_FOR_PAYMENT: State("○", "open", "plain"),
    InvoiceState.PAID: State("●", "paid", "good"),
    InvoiceState.VOIDED: State("■", "voided", "dim"),
    InvoiceState.WRITTEN_OFF: State("■", "written off", "dim"),
    InvoiceState.UNKNOWN: State("?", "unknown", "dim"),
}
DISPUTED = State("▲", "disputed", "bad")
OVERDUE = State("▲", "overdue", "warn")
FULLY_REFUNDED = State("○", "refunded", "plain")
INVOICE_STATES = (OVERDUE, DISPUTED, FULLY_REFUNDED, *INVOICE.values())
"""Every state that `invoice_state` returns."""
PAYMENT = {
    PaymentStatus.PROCESSING: State("○", "processing", "plain"),
    PaymentStatus.REQUIRES_ACTION: State("▲", "needs action", "warn"),
    PaymentStatus.SUCCEEDED: State("●", "succeeded", "good"),
    PaymentStatus.FAILED: State("▲", "failed", "bad"),
    PaymentStatus.CANCELED: State("■", "canceled", "dim"),
    PaymentStatus.UNKNOWN: State("?", "unknown", "dim"),
}
REFUND = {
    RefundStatus.PENDING: State("○", "pending", "plain"),
    RefundStatus.REQUIRES_ACTION: State("▲", "needs action", "warn"),
    RefundStatus.SUCCEEDED: State("●", "refunded", "good"),
    RefundStatus.FAILED: State("▲", "failed", "bad"),
    RefundStatus.CANCELED: State("■", "canceled", "dim"),
    RefundStatus.UNKNOWN: State("?", "unknown", "dim"),
}
METHOD = {
    MethodStatus.ACTIVE: State("●", "active", "good"),
    MethodStatus.INACTIVE: State("○", "inactive", "dim"),
    MethodStatus.DETACHED: State("■", "detached", "dim"),
    MethodStatus.INVALID: State("▲", "invalid", "bad"),
    MethodStatus.UNKNOWN: State("?", "unknown", "dim"),
}
OUTCOME: Mapping[str, State] = {
    Status.INTENDED: State("○", "intended", "plain"),
    Status.SENT: State("○", "sent", "warn"),
    Status.DONE: State("●", "done", "good"),
    Status.REFUSED: State("■", "refused", "bad"),
    Status.PENDING: State("○", "pending", "plain"),
    Status.UNKNOWN: State("▲", "unknown", "warn"),
    Status.NOT_SENT: State("■", "not sent", "dim"),
    Status.WITHDRAWN: State("○", "cancelled", "dim"),
    ABANDONED: State("○", "abandoned", "dim"),
    NOT_CARRIED_OUT: State("○", "not carried out", "dim"),
}


def outcome_state(one: Outcome | JournalEntry) -> State:
    """The state of an outcome, or of the action of a journal entry."""
    return OUTCOME[result_name(one.status, one.rule)]


def invoice_state(
    invoice: InvoiceBrief, today: date, *, refunded: Money | None = None, disputed: bool = False
) -> State:
    """The state of an invoice; an unpaid one whose due date has passed is overdue, unless it is not final.

    `refunded`: what was paid back of it; `disputed`: whether one of its payments is.
    """
    if disputed:
        return DISPUTED
    if invoice.overdue(today) and invoice.state is not InvoiceState.PENDING_VALIDATION:
        return OVERDUE
    if invoice.state is InvoiceState.PAID and refunded and reaches(refunded, invoice.total):
        return FULLY_REFUNDED
    return INVOICE[invoice.state]


def state_of(invoice: Invoice, today: date) -> State:
    """Return the state of an invoice, with its refunds and disputes."""
    disputed = any(payment.disputed for payment in invoice.payments)
    return invoice_state(invoice, today, refunded=invoice.refunded, disputed=disputed)


def payment_state(entry: Payment | Attempt, payment: Payment | None = None) -> State:
    """The state of a payment, or of an attempt of `payment`; money that was collected may be disputed."""
    if isinstance(entry, Payment):
        return DISPUTED if entry.disputed else PAYMENT[entry.status]
    collected = entry.status is PaymentStatus.SUCCEEDED
    return DISPUTED if collected and payment is not None and payment.disputed else PAYMENT[entry.status]


def subscription_state(subscription: SubscriptionBrief, customer: CustomerStatus | None) -> State:
    """The state of a subscription; an active one of a frozen customer is shown as frozen."""
    if subscription.status is SubscriptionStatus.ACTIVE and customer is CustomerStatus.INACTIVE:
        return State("■", "active, frozen", "bad")
    return SUBSCRIPTION[subscription.status]

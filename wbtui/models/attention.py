"""Rules for "Needs attention": facts about a customer that an agent should look at, urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from wbtui.models.actions import ACTIONS, About
from wbtui.models.customer import Customer, CustomerStatus
from wbtui.models.dates import day
from wbtui.models.declines import FINAL_DECLINES
from wbtui.models.instants import local
from wbtui.models.invoice import InvoiceBrief, InvoiceRow, InvoiceState
from wbtui.models.parts import (
    ACTIVITY,
    CREDITS,
    INVOICES,
    METHODS,
    PAYMENTS,
    REFUNDS,
    SUBSCRIPTIONS,
    USAGE,
    Part,
)
from wbtui.models.payment import (
    CreditEntry,
    MethodBrief,
    MethodStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
    credit_balance,
)
from wbtui.models.subscription import Subscription, SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries, used_share

SOON_DAYS = 14
"""Days before their end from which a trial and a credit are reported."""
NEARLY = Decimal("0.9")
"""The share of a limit from which usage is reported."""
_STOPPED = {
    PaymentStatus.FAILED: "payment failed",
    PaymentStatus.REQUIRES_ACTION: "payment not confirmed",
}
"""State of an open invoice that is not overdue, by the status of its last payment."""


@dataclass(frozen=True, slots=True)
class Fix:
    """The action that would resolve a note, by its kind, and the object it is about."""

    kind: str
    subject: Any

    @property
    def about(self) -> About:
        """The kind of object that the action is about."""
        return ACTIONS[self.kind].about

    def disabled_reason(self, customer: Customer) -> str | None:
        """Return why the action cannot be done on the object of the customer; None when it can."""
        return ACTIONS[self.kind].disabled_reason_for(customer, self.subject)


@dataclass(frozen=True, slots=True)
class Note:
    """A fact that needs attention. Its texts are not cleaned.

    Attributes:
        urgent: shown as ▲, else ○.
        part: the part of the profile where the thing is listed.
        row: the thing in that list; None if it is about no single one.
        detail: what else is known.
        fix: the action that resolves it; None where there is none, or its object is not loaded.
    """

    urgent: bool
    text: str
    part: Part[Any]
    row: Any = None
    detail: str | None = None
    fix: Fix | None = None


@dataclass(frozen=True, slots=True)
class ProfileData:
    """The cached parts of one customer; a part that is None is not cached and not judged."""

    customer: Customer
    invoices: Sequence[InvoiceRow] | None = None
    payments: Sequence[Payment] | None = None
    methods: Sequence[MethodBrief] | None = None
    refunds: Sequence[Refund] | None = None
    subscriptions: Sequence[Subscription] | None = None
    usage: Sequence[UsageSeries] | None = None
    credits: Sequence[CreditEntry] | None = None


def needs_attention(data: ProfileData, today: date) -> tuple[Note, ...]:
    """Return all notes, urgent ones first, otherwise in a fixed order."""
    notes = [
        *_account(data.customer),
        *_invoices(data, today),
        *_disputes(data),
        *_methods(data, today),
        *_refunds(data, today),
        *_subscriptions(data, today),
        *_usage(data, today),
        *_credits(data, today),
    ]
    return tuple(sorted(notes, key=lambda note: not note.urgent))


def _account(customer: Customer) -> Iterable[Note]:
    if customer.status is CustomerStatus.INACTIVE:
        detail, fix = "nothing is charged until it is activated", Fix("activate_customer", customer)
        yield Note(True, "The account is frozen", ACTIVITY, detail=detail, fix=fix)
    elif customer.status is CustomerStatus.TEMPORARY:
        yield Note(False, "Not registered yet", ACTIVITY, fix=Fix("create_portal_link", customer))


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _in(when: date, today: date) -> str:
    days = (when - today).days
    return {0: "today", 1: "tomorrow"}.get(days) or f"in {_days(days)}"


def _invoices(data: ProfileData, today: date) -> Iterable[Note]:
    """Invoices that are overdue, or could not be charged."""
    invoices: Sequence[InvoiceBrief] | None = data.invoices
    if invoices is None:
        invoices = data.customer.latest_invoices or ()
    for invoice in sorted(invoices, key=lambda row: row.due or row.date):
        if not invoice.is_unpaid:
            continue
        attempts = [p for p in data.payments or () if invoice.id in p.invoice_ids]
        # A payment of a part does not say why the rest could not be charged.
        charges = [payment for payment in attempts if payment.status is not PaymentStatus.SUCCEEDED]
        last = max(charges, key=lambda payment: payment.at, default=None)
        if invoice.due is not None and invoice.overdue(today):
            state = f"due {_days((today - invoice.due).days)} ago"
        elif last is not None and last.status in _STOPPED:
            state = _STOPPED[last.status]
        else:
            continue
        owed = invoice.open if invoice.open is not None else invoice.total
        text = f"{invoice.number}  {owed}  {state}"
        fix = _collecting(data, invoice, last, today)
        yield Note(True, text, INVOICES, invoice, _attempts(charges, last, today), fix)


def _collecting(data: ProfileData, invoice: InvoiceBrief, last: Payment | None, today: date) -> Fix | None:
    """Return the next step towards payment of an invoice: a charge, another payment method or its validation.

    Without a payment method that could be charged, the customer adds one in the portal; of a customer who
    pays by bank transfer, the step is to record what came in. None while a payment is processing: another
    charge could pay it twice.
    """
    if not isinstance(invoice, InvoiceRow) or (last is not None and last.status is PaymentStatus.PROCESSING):
        return None
    if invoice.state is InvoiceState.PENDING_VALIDATION:
        return Fix("validate_invoice", invoice)
    methods = _known_methods(data)
    active = [one for one in methods or () if one.status is MethodStatus.ACTIVE and not one.expired(today)]
    usable = {one.label for one in active if one.can_be_charged}
    if active and not usable:
        return Fix("record_payment", invoice)
    if methods is not None and not active:
        return Fix("create_portal_link", data.customer)
    used = last.method.label if last is not None and last.method is not None else None
    if last is not None and last.decline_code in FINAL_DECLINES and not usable - {used}:
        return Fix("create_portal_link", data.customer)
    return Fix("retry_payment", invoice)


def _known_methods(data: ProfileData) -> Sequence[MethodBrief] | None:
    return data.methods if data.methods is not None else data.customer.methods


def _attempts(attempts: Sequence[Payment], last: Payment | None, today: date) -> str | None:
    """Describe the attempts: `declined twice: insufficient funds · next retry 25 Nov`."""
    if last is None:
        return None
    if last.status is PaymentStatus.PROCESSING:
        return "a payment is processing"
    if last.status is PaymentStatus.REQUIRES_ACTION:
        return "the customer must confirm the payment with the bank"
    failed = [payment for payment in attempts if payment.status is PaymentStatus.FAILED]
    if not failed:
        return None
    times = {1: "once", 2: "twice"}.get(len(failed), f"{len(failed)} times")
    text = f"declined {times}: {last.decline}" if last.decline else f"declined {times}"
    if last.next_retry is None or last.next_retry.date() < today:
        return text
    return f"{text} · next retry {day(local(last.next_retry).date(), today)}"


def _disputes(data: ProfileData) -> Iterable[Note]:
    numbers = {invoice.id: invoice.number for invoice in data.invoices or ()}
    disputed = [p for p in data.payments or () if p.disputed]
    for payment in disputed:
        of = [numbers[one] for one in payment.invoice_ids if one in numbers]
        detail = " · ".join([*of, "can't be refunded until the dispute closes"])
        yield Note(True, f"Payment of {payment.money} is disputed", PAYMENTS, payment, detail)
    if not disputed and data.customer.disputed:
        yield Note(True, "A payment is disputed", PAYMENTS)


def _methods(data: ProfileData, today: date) -> Iterable[Note]:
    methods = _known_methods(data)
    if methods is None:
        return
    link = Fix("create_portal_link", data.customer)
    active = [method for method in methods if method.status is MethodStatus.ACTIVE]
    for method in active:
        if method.expired(today):
            yield Note(True, f"{method.label} has expired", METHODS, method, fix=link)
        elif method.expiring(today):
            yield Note(True, f"{method.label} expires this month", METHODS, method, fix=link)
    for method in methods:
        if method.status is MethodStatus.INVALID:
            yield Note(True, f"{method.label} can't be charged", METHODS, method, fix=link)
    charged = any(_is_charged(one) for one in _known_subscriptions(data))
    if charged and all(method.expired(today) for method in active):
        yield Note(True, "No usable payment method for the next charge", METHODS, fix=link)


def _known_subscriptions(data: ProfileData) -> Sequence[SubscriptionBrief]:
    return data.subscriptions if data.subscriptions is not None else data.customer.subscriptions


def _is_charged(one: SubscriptionBrief) -> bool:
    """Whether a payment method is charged for it, as far as is known: not where invoices are paid by hand."""
    by_hand = isinstance(one, Subscription) and one.automatic_payment is False
    return one.status is SubscriptionStatus.ACTIVE and bool(one.amount) and not by_hand


def _refunds(data: ProfileData, today: date) -> Iterable[Note]:
    if data.refunds is None:
        if data.customer.refunds_pending:
            yield Note(False, f"Pending refunds: {data.customer.refunds_pending}", REFUNDS)
        return
    invoices = {invoice.id: invoice for invoice in data.invoices or ()}
    for refund in data.refunds:
        if refund.status is RefundStatus.FAILED and not _refunded_later(data.refunds, refund):
            invoice = invoices.get(refund.invoice_id or "")
            fix = Fix("refund", invoice) if invoice is not None else None
            yield Note(True, f"Refund of {refund.money} failed", REFUNDS, refund, refund.failure_reason, fix)
        elif refund.status is RefundStatus.REQUIRES_ACTION:
            yield Note(True, f"Refund of {refund.money} needs action", REFUNDS, refund, refund.pending_reason)
        elif refund.status is RefundStatus.PENDING:
            fix = Fix("cancel_refund", refund)
            yield Note(
                False, f"Refund of {refund.money} is pending", REFUNDS, refund, _expected(refund, today), fix
            )


def _expected(refund: Refund, today: date) -> str:
    """Return `since 20 Jul · expected by 30 Jul`."""
    since = f"since {day(local(refund.at).date(), today)}"
    return since if refund.expected_by is None else f"{since} · expected by {day(refund.expected_by, today)}"


def _refunded_later(refunds: Sequence[Refund], failed: Refund) -> bool:
    """Whether the payment was refunded again after a refund that failed."""
    later = (one for one in refunds if one.payment_id == failed.payment_id and one.at > failed.at)
    return any(one.status.counts_as_refunded for one in later)


def _subscriptions(data: ProfileData, today: date) -> Iterable[Note]:
    """Scheduled cancellations and changes, trials that end soon, and several active subscriptions."""
    for one in _known_subscriptions(data):
        if one.status is not SubscriptionStatus.ACTIVE:
            continue
        if one.cancel_at is not None and one.cancel_at >= today:
            text = f"{one.plan} ends {_in(one.cancel_at, today)}"
            yield Note(True, text, SUBSCRIPTIONS, one, fix=_of_subscription("undo_cancel", one))
        if isinstance(one, Subscription) and one.scheduled_change is not None:
            yield _scheduled(one, today)
        trial = one.trial_end
        if trial is not None and one.in_trial(today) and (trial - today).days <= SOON_DAYS:
            text = f"Trial of {one.plan} ends {_in(trial, today)}"
            yield Note(False, text, SUBSCRIPTIONS, one, fix=_of_subscription("extend_trial", one))
    if len(data.customer.running) > 1:
        yield Note(False, f"{len(data.customer.running)} active subscriptions", SUBSCRIPTIONS)


def _of_subscription(kind: str, one: SubscriptionBrief | None) -> Fix | None:
    """Return the action on a subscription; None where only its summary is loaded."""
    return Fix(kind, one) if isinstance(one, Subscription) else None


def _scheduled(one: Subscription, today: date) -> Note:
    change = one.scheduled_change
    assert change is not None
    when = _in(max(change.on, today), today)
    to_other = change.to_plan is not None and change.to_plan != one.plan
    text = f"{one.plan} changes to {change.to_plan} {when}" if to_other else f"{one.plan} changes {when}"
    by = f"scheduled by {change.by}" if change.by else None
    return Note(False, text, SUBSCRIPTIONS, one, by, Fix("undo_scheduled_change", one))


def _usage(data: ProfileData, today: date) -> Iterable[Note]:
    """Usage near or above a limit, in periods that are not over as far as is known."""
    if data.usage is None:
        if data.customer.usage_alert:
            yield Note(False, "Usage is at 90 % of a limit or more", USAGE)
        return
    subscriptions = {one.id: one for one in data.subscriptions or ()}
    for series in data.usage:
        share = used_share(series.used, series.limit)
        is_over = series.period is not None and series.period[1] < today
        if share is not None and share >= NEARLY and not is_over:
            text = f"{series.name} at {int(share * 100)} % of the plan's limit"
            overage = f"overage to date: {series.overage_so_far}" if series.overage_so_far else None
            fix = _of_subscription("change_plan", subscriptions.get(series.subscription_id))
            yield Note(share >= 1, text, USAGE, series, overage, fix)


def _credits(data: ProfileData, today: date) -> Iterable[Note]:
    """Credits that expire soon, while there is a balance; how much is left of each is not known."""
    balance = credit_balance(data.credits or ())
    for entry in data.credits or ():
        left, expires = balance.get(entry.money.currency), entry.expires
        if left is None or expires is None or left.minor <= 0 or entry.money.minor <= 0:
            continue
        if 0 <= (expires - today).days <= SOON_DAYS:
            text = f"Credit of {entry.money} expires {_in(expires, today)}"
            yield Note(False, text, CREDITS, entry, f"credit balance {left}")

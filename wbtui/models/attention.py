"""Rules for "Needs attention": facts about a customer that an agent should look at, urgent first."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from wbtui.models.customer import Customer, CustomerStatus
from wbtui.models.invoice import InvoiceBrief
from wbtui.models.money import Money
from wbtui.models.payment import (
    MethodBrief,
    MethodStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries

SOON_DAYS = 14
"""Days before its end from which a trial is reported."""
NEARLY = Decimal("0.9")
"""The share of a limit from which usage is reported."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look at. `urgent` is ▲, else ○; `detail` adds what is known. Not cleaned."""

    urgent: bool
    text: str
    detail: str | None = None
    invoice_id: str | None = None


@dataclass(frozen=True, slots=True)
class ProfileData:
    """The cached parts of one customer; a part that is None is not cached and not judged."""

    customer: Customer
    invoices: Sequence[InvoiceBrief] | None = None
    payments: Sequence[Payment] | None = None
    methods: Sequence[MethodBrief] | None = None
    refunds: Sequence[Refund] | None = None
    subscriptions: Sequence[SubscriptionBrief] | None = None
    usage: Sequence[UsageSeries] | None = None


def needs_attention(data: ProfileData, today: date) -> tuple[Note, ...]:
    """Return all notes, urgent ones first, otherwise in a fixed order."""
    notes = [
        *_account(data.customer),
        *_overdue(data, today),
        *_disputes(data),
        *_methods(data, today),
        *_refunds(data),
        *_endings(data, today),
        *_usage(data),
    ]
    return tuple(sorted(notes, key=lambda note: not note.urgent))


def _account(customer: Customer) -> Iterable[Note]:
    if customer.status is CustomerStatus.INACTIVE:
        yield Note(True, "The account is frozen", "no charges are made until it is unfrozen")
    elif customer.status is CustomerStatus.TEMPORARY:
        yield Note(False, "Not registered yet")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _overdue(data: ProfileData, today: date) -> Iterable[Note]:
    invoices = data.invoices if data.invoices is not None else data.customer.latest_invoices or ()
    for invoice in sorted(invoices, key=lambda row: row.due or row.date):
        if invoice.overdue(today) and invoice.due is not None:
            owed = invoice.open if invoice.open is not None else invoice.total
            ago = _days((today - invoice.due).days)
            yield Note(
                True,
                f"{invoice.number}  {owed}  due {ago} ago",
                _declines(data.payments or (), invoice.id),
                invoice.id,
            )


def _declines(payments: Sequence[Payment], invoice_id: str) -> str | None:
    failed = [p for p in payments if p.status is PaymentStatus.FAILED and invoice_id in p.invoice_ids]
    if not failed:
        return None
    last = max(failed, key=lambda payment: payment.at)
    times = {1: "once", 2: "twice"}.get(len(failed), f"{len(failed)} times")
    why = last.decline_reason or (last.decline_code or "").replace("_", " ")
    return f"declined {times}: {why}" if why else f"declined {times}"


def _disputes(data: ProfileData) -> Iterable[Note]:
    disputed = [p for p in data.payments or () if p.disputed]
    for payment in disputed:
        yield Note(
            True, f"Payment of {payment.money} is disputed", "can't be refunded until the dispute closes"
        )
    if not disputed and data.customer.disputed:
        yield Note(True, "A payment is disputed")


def _methods(data: ProfileData, today: date) -> Iterable[Note]:
    methods = data.methods if data.methods is not None else data.customer.methods
    if methods is None:
        return
    active = [method for method in methods if method.status is MethodStatus.ACTIVE]
    for method in active:
        if method.expired(today):
            yield Note(True, f"{method.label} has expired")
        elif method.expiring(today):
            yield Note(True, f"{method.label} expires this month")
    for method in methods:
        if method.status is MethodStatus.INVALID:
            yield Note(True, f"{method.label} can't be charged")
    charged = any(s.amount and s.status is SubscriptionStatus.ACTIVE for s in data.customer.subscriptions)
    if charged and not any(not method.expired(today) for method in active):
        yield Note(True, "No usable payment method for the next charge")


def _refunds(data: ProfileData) -> Iterable[Note]:
    if data.refunds is None:
        if data.customer.refunds_pending:
            yield Note(False, f"Pending refunds: {data.customer.refunds_pending}")
        return
    for refund in data.refunds:
        if refund.status is RefundStatus.FAILED:
            yield Note(True, f"Refund of {refund.money} failed", refund.failure_reason, refund.invoice_id)
        elif refund.status is RefundStatus.REQUIRES_ACTION:
            yield Note(True, f"Refund of {refund.money} needs action", None, refund.invoice_id)
        elif refund.status is RefundStatus.PENDING:
            yield Note(False, f"Refund of {refund.money} is pending", None, refund.invoice_id)


def _endings(data: ProfileData, today: date) -> Iterable[Note]:
    for subscription in data.subscriptions or data.customer.subscriptions:
        if subscription.status is not SubscriptionStatus.ACTIVE:
            continue
        if subscription.cancel_at is not None and subscription.cancel_at >= today:
            yield Note(True, f"{subscription.plan} ends {_in(subscription.cancel_at, today)}")
        trial = subscription.trial_end
        if trial is not None and 0 <= (trial - today).days <= SOON_DAYS:
            yield Note(False, f"Trial of {subscription.plan} ends {_in(trial, today)}")
    if len(data.customer.running) > 1:
        yield Note(False, f"{len(data.customer.running)} active subscriptions")


def _in(when: date, today: date) -> str:
    days = (when - today).days
    return "today" if days == 0 else f"in {_days(days)}"


def _usage(data: ProfileData) -> Iterable[Note]:
    if data.usage is None:
        if data.customer.usage_alert:
            yield Note(False, "Usage is at 90 % of a limit or more")
        return
    for series in data.usage:
        share = used_share(series.used, series.limit)
        if share is not None and share >= NEARLY:
            yield Note(
                share >= 1,
                f"{series.name} at {int(share * 100)} % of the plan's limit",
                _overage(series.overage_so_far),
            )


def _overage(money: Money | None) -> str | None:
    return f"overage to date: {money}" if money else None


def used_share(used: str, limit: str | None) -> Decimal | None:
    """Return used units as a share of the limit; None without a limit or where one is not a number."""
    try:
        top = Decimal(limit or "0")
        return Decimal(used) / top if top > 0 else None
    except InvalidOperation:
        return None

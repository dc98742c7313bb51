"""What needs an agent: the facts about one customer that somebody should look at, worst first."""

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
    MethodKind,
    MethodStatus,
    Payment,
    PaymentStatus,
    Refund,
    RefundStatus,
)
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.models.usage import UsageSeries

SOON_DAYS = 14
"""A trial's or subscription's end is named from so many days before."""
NEARLY = Decimal("0.9")
"""The share of a limit from which on usage is named."""


@dataclass(frozen=True, slots=True)
class Note:
    """One thing to look at. `urgent` is ▲, else ○; `detail` says more where more is known. Not cleaned."""

    urgent: bool
    text: str
    detail: str | None = None
    invoice_id: str | None = None


@dataclass(frozen=True, slots=True)
class PendingSend:
    """What is held about the customer; None is not held, and is then not judged."""

    customer: Customer
    invoices: Sequence[InvoiceBrief] | None = None
    payments: Sequence[Payment] | None = None
    methods: Sequence[MethodBrief] | None = None
    refunds: Sequence[Refund] | None = None
    subscriptions: Sequence[SubscriptionBrief] | None = None
    usage: Sequence[UsageSeries] | None = None


def method_name(method: MethodBrief) -> str:
    """Visa ••4242, SEPA ••3000."""
    brand = method.brand or {MethodKind.SEPA_DEBIT: "SEPA", MethodKind.BANK_TRANSFER: "Bank transfer"}.get(
        method.kind, "Card" if method.kind is MethodKind.CARD else "Method"
    )
    shown = brand if any(c.isupper() for c in brand) else brand.replace("_", " ").capitalize()
    return f"{shown} ••{method.last_digits}"


def needs_attention(held: PendingSend, today: date) -> tuple[Note, ...]:
    """All notes, urgent ones first, in a fixed order."""
    notes = [
        *_account(held.customer),
        *_overdue(held, today),
        *_disputes(held),
        *_methods(held, today),
        *_refunds(held),
        *_endings(held, today),
        *_usage(held),
    ]
    return tuple(sorted(notes, key=lambda note: not note.urgent))


def _account(customer: Customer) -> Iterable[Note]:
    if customer.status is CustomerStatus.INACTIVE:
        yield Note(True, "The account is frozen", "no charges are made while it is")
    elif customer.status is CustomerStatus.TEMPORARY:
        yield Note(False, "Not registered yet")


def _days(count: int) -> str:
    return "1 day" if count == 1 else f"{count} days"


def _overdue(held: PendingSend, today: date) -> Iterable[Note]:
    invoices = held.invoices if held.invoices is not None else held.customer.latest_invoices or ()
    for invoice in sorted(invoices, key=lambda row: row.due or row.date):
        if invoice.overdue(today) and invoice.due is not None:
            owed = invoice.open if invoice.open is not None else invoice.total
            ago = _days((today - invoice.due).days)
            yield Note(
                True,
                f"{invoice.number}  {owed}  due {ago} ago",
                _declines(held.payments or (), invoice.id),
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


def _disputes(held: PendingSend) -> Iterable[Note]:
    disputed = [p for p in held.payments or () if p.disputed]
    for payment in disputed:
        yield Note(True, f"Payment of {payment.money} is disputed", "it cannot be refunded while it is")
    if not disputed and held.customer.disputed:
        yield Note(True, "A payment is disputed")


def _methods(held: PendingSend, today: date) -> Iterable[Note]:
    methods = held.methods if held.methods is not None else held.customer.methods
    if methods is None:
        return
    active = [method for method in methods if method.status is MethodStatus.ACTIVE]
    for method in active:
        if method.expired(today):
            yield Note(True, f"{method_name(method)} has expired")
        elif method.expiring(today):
            yield Note(True, f"{method_name(method)} expires this month")
    for method in methods:
        if method.status is MethodStatus.INVALID:
            yield Note(True, f"{method_name(method)} is not valid")
    charged = any(s.amount and s.status is SubscriptionStatus.ACTIVE for s in held.customer.subscriptions)
    if charged and not any(not method.expired(today) for method in active):
        yield Note(True, "No usable payment method for the next charge")


def _refunds(held: PendingSend) -> Iterable[Note]:
    if held.refunds is None:
        if held.customer.refunds_pending:
            yield Note(False, f"Refunds on their way: {held.customer.refunds_pending}")
        return
    for refund in held.refunds:
        if refund.status is RefundStatus.FAILED:
            yield Note(True, f"Refund of {refund.money} failed", refund.failure_reason, refund.invoice_id)
        elif refund.status is RefundStatus.REQUIRES_ACTION:
            yield Note(True, f"Refund of {refund.money} needs action", None, refund.invoice_id)
        elif refund.status is RefundStatus.PENDING:
            yield Note(False, f"Refund of {refund.money} is on its way", None, refund.invoice_id)


def _endings(held: PendingSend, today: date) -> Iterable[Note]:
    for subscription in held.subscriptions or held.customer.subscriptions:
        if subscription.status is not SubscriptionStatus.ACTIVE:
            continue
        if subscription.cancel_at is not None and subscription.cancel_at >= today:
            yield Note(True, f"{subscription.plan} ends {_in(subscription.cancel_at, today)}")
        trial = subscription.trial_end
        if trial is not None and 0 <= (trial - today).days <= SOON_DAYS:
            yield Note(False, f"The trial of {subscription.plan} ends {_in(trial, today)}")
    if len(held.customer.running) > 1:
        yield Note(False, f"{len(held.customer.running)} active subscriptions")


def _in(when: date, today: date) -> str:
    days = (when - today).days
    return "today" if days == 0 else f"in {_days(days)}"


def _usage(held: PendingSend) -> Iterable[Note]:
    if held.usage is None:
        if held.customer.usage_alert:
            yield Note(False, "A limit is used to 90 % or more")
        return
    for series in held.usage:
        share = used_share(series.used, series.limit)
        if share is not None and share >= NEARLY:
            yield Note(
                share >= 1,
                f"{series.name} at {int(share * 100)} % of the plan's limit",
                _overage(series.overage_so_far),
            )


def _overage(money: Money | None) -> str | None:
    return f"over the limit so far: {money}" if money else None


def used_share(used: str, limit: str | None) -> Decimal | None:
    """Used units as a share of the limit; None without a limit or when it cannot be told."""
    try:
        top = Decimal(limit or "0")
        return Decimal(used) / top if top > 0 else None
    except InvalidOperation:
        return None

"""Sentences of the billing tab."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceBrief
from wbtui.models.money import Money
from wbtui.models.payment import CreditEntry, Payment, Refund, RefundStatus
from wbtui.ui import format as fmt
from wbtui.ui.safe import join

VIRTUAL = "virtual currency"


def no_balance(owed: Sequence[Money] | None, credit: Mapping[str, Money] | None) -> str:
    """Return what is known of a balance without any amount."""
    if owed is None:
        return "not provided by this billing system"
    return "nothing owed" if credit is None else "nothing owed, no credit"


def overdue(row: InvoiceBrief, today: date) -> str:
    """Return `8 days` for an overdue invoice, nothing for others."""
    return fmt.days_between(row.due, today) if row.due is not None and row.overdue(today) else ""


def payment_details(payment: Payment, today: date) -> str:
    """Return why it was declined, whether it is disputed and when it is retried."""
    return fmt.dots(
        "▲ disputed" if payment.disputed else "",
        payment.decline_reason or fmt.spaced(payment.decline_code),
        f"next retry {fmt.day(payment.next_retry.date(), today)}" if payment.next_retry else "",
        f"ref {payment.external_reference}" if payment.external_reference else "",
    )


def known_payment(customer: Customer, today: date) -> list[object]:
    """Return the latest payment, which is all that the row of a customer tells."""
    last = customer.latest_payment
    if last is None:
        return []
    state = fmt.PAYMENT[last.status]
    return [join(f"{fmt.day(last.at.date(), today)}  {last.money}  ", (state.text, state.style))]


def refund_details(refund: Refund, today: date) -> str:
    """Return why it is pending or failed, when it should arrive, and the comment."""
    awaited = refund.expected_by is not None and refund.status is RefundStatus.PENDING
    return fmt.dots(
        fmt.spaced(refund.pending_reason),
        refund.failure_reason,
        "recorded only, paid outside the billing system" if refund.external else "",
        f"expected by {fmt.day(refund.expected_by, today)}" if awaited else "",
        refund.comment,
    )


def credit_details(entry: CreditEntry, today: date) -> str:
    """Return why it was granted, the comment and when it expires."""
    return fmt.dots(
        fmt.spaced(entry.reason),
        entry.comment,
        f"expires {fmt.day(entry.expires, today)}" if entry.expires else "",
    )

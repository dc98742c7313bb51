"""Sentences of an invoice: details of its payments and refunds, and its timeline."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from wbtui.models.invoice import Attempt, Invoice
from wbtui.models.payment import Payment, PaymentStatus
from wbtui.ui import format as fmt

LINES, PAYMENTS, REFUNDS, CREDIT_NOTES, TIMELINE = (
    "Line items",
    "Payments",
    "Refunds",
    "Credit notes",
    "Timeline",
)
PAUSED_UNTIL = "reminders and retries paused until "


def payment_details(entry: Payment | Attempt, payment: Payment | None) -> str:
    """Return whether it is disputed, why it was declined and its reference."""
    return fmt.dots(
        "▲ disputed" if payment is not None and payment.disputed else "",
        entry.decline_reason or fmt.spaced(entry.decline_code),
        f"ref {payment.external_reference}" if payment is not None and payment.external_reference else "",
    )


def timeline(invoice: Invoice, now: datetime) -> list[tuple[str, str]]:
    """Return when and what happened to the invoice, in order, with the retry that comes next."""
    events = sorted(_events(invoice), key=lambda event: (event[0].isoformat(), event[1] != "Issued"))
    return [
        (fmt.instant(at, now) if isinstance(at, datetime) else fmt.day(at, now.date()), what)
        for at, what in events
    ]


def _events(invoice: Invoice) -> Iterator[tuple[date | datetime, str]]:
    yield invoice.date, "Issued"
    if invoice.due is not None:
        yield invoice.due, "Due"
    for attempt in invoice.attempts:
        paid = attempt.status is PaymentStatus.SUCCEEDED
        how = "Paid" if paid else f"Payment {fmt.PAYMENT[attempt.status].word}:"
        why = f", {attempt.decline_reason}" if attempt.decline_reason else ""
        yield attempt.at, f"{how} {attempt.money}{why}"
    for refund in invoice.refunds:
        yield refund.at, f"Refund of {refund.money} {fmt.REFUND[refund.status].word}"
    for note in invoice.credit_notes:
        yield note.at, f"Credit note {note.number}: {note.money}"
    for mail in invoice.emails:
        yield mail.at, f"{fmt.capital(mail.what)} e-mailed to {mail.to}"
    if invoice.next_retry is not None:
        yield invoice.next_retry, "Next retry"

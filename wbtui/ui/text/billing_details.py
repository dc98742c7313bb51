"""Everything about one row of Billing or of an invoice, as label and text; an empty text is left out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime

from wbtui.models.invoice import Attempt, InvoiceRow
from wbtui.models.money import Money
from wbtui.models.payment import CreditEntry, CreditNote, Payment, Refund, RefundStatus, Wallet
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.text import billing

Rows = Iterator[tuple[str, str]]


def invoice_rows(
    row: InvoiceRow,
    state: states.State,
    today: date,
    *,
    subscription: str,
    payments: tuple[Payment, ...],
    refunds: tuple[Refund, ...],
    credits: tuple[CreditEntry, ...],
    notes: tuple[CreditNote, ...],
) -> Rows:
    """Yield the state and amounts of an invoice, then all that was paid, refunded and credited for it."""
    late = billing.overdue(row, today)
    yield "Invoice", row.number
    yield "State", f"{state.text} by {late}" if late else state.text
    yield "Issued", fmt.day(row.date, today)
    yield "Due", fmt.day(row.due, today)
    yield "Subscription", subscription
    yield from _amounts(
        ("Total", row.total), ("Paid", row.paid), ("Refunded", row.refunded), ("Open", row.open)
    )
    paid = ((one, _paid(one, today)) for one in payments if row.id in one.invoice_ids)
    yield from _several("Payments", paid, today)
    refunded = ((one, _refunded(one, today)) for one in refunds if one.invoice_id == row.id)
    yield from _several("Refunds", refunded, today)
    credited = ((one, _credited(one, today)) for one in credits if one.invoice_id == row.id)
    yield from _several("Credit", credited, today)
    noted = ((one, fmt.dots(one.number, fmt.spaced(one.reason))) for one in notes if one.invoice_id == row.id)
    yield from _several("Credit notes", noted, today)
    yield "ID", row.id


def payment_rows(
    entry: Payment | Attempt, payment: Payment | None, invoices: str, now: datetime, today: date
) -> Rows:
    """Yield everything about a payment, or about one attempt and, as far as it is known, its payment."""
    yield "Payment", str(entry.money)
    yield "State", states.payment_state(entry, payment).text
    if isinstance(entry.when, datetime):
        yield "Time", fmt.instant_and_utc(entry.when, now)
    else:
        yield "Date", fmt.full_day(entry.when)
    yield "Invoice", invoices
    yield "Method", fmt.method(entry.method, today) if entry.method else fmt.NOTHING
    yield "Declined", entry.decline
    if payment is not None:
        yield "Attempt", billing.attempt_number(payment) if isinstance(entry, Payment) else ""
        yield "Next retry", fmt.instant(payment.next_retry, now) if payment.next_retry else ""
        yield "Refunded", str(payment.refunded) if payment.refunded else ""
        yield "Refundable", str(payment.refundable)
        yield "Dispute", "▲ can't be refunded until the dispute closes" if payment.disputed else ""
        yield "Reference", payment.external_reference or ""
        yield "ID", payment.id


def refund_rows(row: Refund, invoice: str, now: datetime, today: date) -> Rows:
    """Yield everything about a refund."""
    yield "Refund", str(row.money)
    yield (
        "State",
        fmt.dots(states.REFUND[row.status].text, fmt.spaced(row.pending_reason), row.failure_reason),
    )
    yield "Time", fmt.instant_and_utc(row.at, now)
    awaited = row.expected_by is not None and row.status is RefundStatus.PENDING
    yield "Expected by", fmt.day(row.expected_by, today) if awaited else ""
    yield "Invoice", invoice
    yield "Reference", row.reference or fmt.NOTHING
    yield "Recorded", "only recorded, paid outside the billing system" if row.external else ""
    yield "Reason", fmt.spaced(row.reason)
    yield "Comment", row.comment or ""
    yield "By", row.by or fmt.NOTHING
    yield "ID", row.id


def credit_rows(row: CreditEntry, balance: Money | None, invoice: str, now: datetime, today: date) -> Rows:
    """Yield everything about an entry of the credit ledger; `balance` is that after it."""
    yield from _amounts(("Credit", row.money), ("Balance", balance))
    yield "Kind", billing.credit_kind(row)
    yield "Time", fmt.instant_and_utc(row.at, now)
    yield "Invoice", invoice
    yield "Reason", fmt.spaced(row.reason)
    yield "Comment", row.comment or ""
    if row.expires is not None:
        yield billing.expiry_word(row.expires, today).capitalize(), fmt.day(row.expires, today)
    yield "By", row.by or fmt.NOTHING
    yield "ID", row.id


def note_rows(row: CreditNote, invoice: str, now: datetime) -> Rows:
    """Yield everything about a credit note."""
    yield "Credit note", row.number
    yield from _amounts(("Amount", row.money), ("Tax", row.tax))
    yield "Applied to", fmt.spaced(row.to)
    yield "Time", fmt.instant_and_utc(row.at, now)
    yield "Invoice", invoice
    yield "Reason", fmt.spaced(row.reason)
    yield "By", row.by or fmt.NOTHING
    yield "ID", row.id


def wallet_rows(row: Wallet) -> Rows:
    """Yield everything about a wallet."""
    yield "Wallet", row.name
    yield "Balance", billing.wallet_balance(row)
    yield "Currency", row.currency.upper()
    yield "Details", billing.VIRTUAL if row.virtual else ""
    yield "ID", row.id


def _paid(one: Payment, today: date) -> str:
    method = one.method.label if one.method else ""
    return fmt.dots(
        states.payment_state(one).text, billing.shared(one), method, billing.payment_details(one, today)
    )


def _refunded(one: Refund, today: date) -> str:
    return fmt.dots(
        states.REFUND[one.status].text, fmt.spaced(one.reason), billing.refund_details(one, today)
    )


def _credited(one: CreditEntry, today: date) -> str:
    return fmt.dots(billing.credit_kind(one), billing.credit_details(one, today))


def _amounts(*named: tuple[str, Money | None]) -> Rows:
    """Yield amounts aligned on their decimal signs."""
    texts = fmt.align_decimals([fmt.money(money) for _, money in named])
    width = max(map(len, texts))
    return ((label, f"{text:>{width}}") for (label, _), text in zip(named, texts, strict=True))


def _several(
    label: str, entries: Iterable[tuple[Payment | Refund | CreditEntry | CreditNote, str]], today: date
) -> Rows:
    """Yield entries below each other with day and amount, the first with the label."""
    for at, (one, what) in enumerate(entries):
        when = one.when if isinstance(one, Payment) else one.at
        yield "" if at else label, f"{fmt.day(when, today)}  {one.money}  {what}"

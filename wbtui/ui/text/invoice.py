"""Sentences of the invoice screen: titles, explanations of amounts, details of payments, and the timeline."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from pathlib import Path

from textual.content import Content

from wbtui.models.compare_invoices import Comparison, reasons_of
from wbtui.models.explain import Explanation, Step
from wbtui.models.invoice import Attempt, Invoice
from wbtui.models.payment import Payment, PaymentStatus
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, WARNING, hanging, join, join_lines, labelled
from wbtui.ui.text.billing import shared

ABOUT = (
    "One invoice. On a line, {table.open} shows how its amount was calculated. {invoice.compare} compares "
    "the invoice with the previous one of its subscription. Open: still to be paid. Refundable: the "
    "settled, undisputed payments minus refunds that did not fail; a refund is limited by what was paid, "
    "not by the invoice total. {invoice.refund} refunds it, {invoice.save_pdf} saves it as PDF and "
    "{invoice.save_text} as text."
)
SUMMARY = "Line items, payments and timeline are not cached."
LINES, PAYMENTS, REFUNDS, CREDIT_NOTES, DETAILS, TIMELINE = (
    "Line items",
    "Payments",
    "Refunds",
    "Credit notes",
    "Details",
    "Timeline",
)
COMPARED = "comparison"
NOT_LOADED = "The invoice is not loaded yet."
NO_LINES = "The line items are not cached."
PAUSED_UNTIL = "reminders and retries paused until "


def explanation(of: Explanation, width: int = 0) -> Content:
    """The steps of a line's amount, with the amounts in a column of their own, and what does not add up.

    With a `width` long steps are wrapped in their column.
    """
    notes = ["", *(warning(note) for note in of.notes)] if of.notes else []
    return hanging(join_lines(join((of.title, "bold")), "", *amount_lines(of.steps, width), *notes), width)


def amount_lines(steps: Iterable[Step], width: int = 0) -> list[Content]:
    """Steps below each other, with the amounts in a column of their own."""
    amounts = [(step, str(step.money) if step.money is not None else "") for step in steps]
    room = max((len(money) for _, money in amounts), default=0)
    return [labelled(join(f"{money:>{room}}  "), step.text, room + 2, width) for step, money in amounts]


def warning(sentence: str) -> Content:
    """A sentence about figures that do not add up or are not known."""
    return join(WARNING, sentence)


def comparison(of: Comparison) -> Content:
    """Two invoices, the lines that differ with the reasons, and the differences in a column of their own."""
    amounts = [str(of.after.total), str(of.before.total), of.difference.signed]
    amounts += [line.difference.signed for line in of.changed]
    width = max(map(len, amounts))

    def row(amount: str, *parts: object) -> Content:
        return join(f"{amount:>{width}}  ", *parts)

    lines = [
        *(
            row(str(one.total), one.number, (f"  {fmt.full_day(one.date)}", DIM))
            for one in (of.after, of.before)
        ),
        row(of.difference.signed, ("Difference", "bold")),
        Content(""),
    ]
    for line in of.changed:
        lines.append(row(line.difference.signed, line.words))
        lines += [row("", ("  " + reason, DIM)) for reason in reasons_of(line)]
    return join_lines(*lines, *(row("", (note, DIM)) for note in of.notes))


def first_of_subscription(invoice: Invoice) -> str:
    """Say that there is no earlier invoice to compare with."""
    return f"{invoice.number} is the first invoice of its subscription."


def saved(path: Path) -> str:
    """Name the file of a saved document."""
    return f"Saved as {path}. Only you can read it."


def payment_details(entry: Payment | Attempt, payment: Payment | None) -> str:
    """Return what a dispute means for it, why it was declined and its reference."""
    return fmt.dots(
        "can't be refunded" if payment is not None and payment.disputed else "",
        shared(payment) if payment is not None else "",
        entry.decline,
        f"ref {payment.external_reference}" if payment is not None and payment.external_reference else "",
    )


def attempts(invoice: Invoice) -> list[Payment | Attempt]:
    """Return the attempts, newest first, with the payments that have no attempt."""
    tried = {attempt.payment_id for attempt in invoice.attempts}
    entries: list[Payment | Attempt] = [
        *invoice.attempts,
        *(payment for payment in invoice.payments if payment.id not in tried),
    ]
    return sorted(entries, key=lambda entry: entry.at, reverse=True)


def timeline(invoice: Invoice, now: datetime) -> list[tuple[str, str]]:
    """Return when and what happened to the invoice, in order, with the retry that comes next."""
    events = sorted(_events(invoice), key=lambda event: (event[0].isoformat(), event[1] != "Issued"))
    return [(fmt.instant(at, now), what) for at, what in events]


def _events(invoice: Invoice) -> Iterator[tuple[date | datetime, str]]:
    yield invoice.date, "Issued"
    if invoice.due is not None:
        yield invoice.due, "Due"
    payments = {payment.id: payment for payment in invoice.payments}
    for entry in reversed(attempts(invoice)):
        paid = entry.status is PaymentStatus.SUCCEEDED
        how = "Paid" if paid else f"Payment {states.PAYMENT[entry.status].word}:"
        why = f", {entry.decline}" if entry.decline else ""
        payment = entry if isinstance(entry, Payment) else payments.get(entry.payment_id)
        others = shared(payment) if payment is not None else ""
        yield entry.when, f"{' '.join(filter(None, (how, str(entry.money), others)))}{why}"
    for refund in invoice.refunds:
        yield refund.at, f"Refund of {refund.money}: {states.REFUND[refund.status].word}"
    for note in invoice.credit_notes:
        yield note.at, f"Credit note {note.number}: {note.money}"
    for mail in invoice.emails:
        yield mail.at, f"{fmt.capital(mail.what)} e-mailed to {mail.to}"
    if invoice.next_retry is not None:
        yield invoice.next_retry, "Next retry"

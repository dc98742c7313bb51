"""What a saved invoice says: facts, line items, totals, payments, and how each amount was calculated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wbtui.models.dates import date_range, day
from wbtui.models.explain import explain_line, explain_totals
from wbtui.models.invoice import Invoice, Line
from wbtui.models.invoice_totals import invoice_totals
from wbtui.models.page import Stamped
from wbtui.models.payment import CreditNote, Payment, PaymentStatus, Refund, RefundStatus
from wbtui.models.plan import grouped_units
from wbtui.models.text import clean, clean_lines, spaced

LINES, TOTALS, EXPLANATIONS = "Line items", "Totals", "How each amount was calculated"
PAYMENTS = "Payments and refunds"
_LONGEST = 300
"""Characters of one text: a cell of a table has to fit on a page."""
_UNKNOWN = "unknown"
_PAID = (PaymentStatus.SUCCEEDED, PaymentStatus.PROCESSING)


@dataclass(frozen=True, slots=True)
class Item:
    """A line item; `details` are its period, quantity and unit price. A payment: its method and status."""

    name: str
    details: str
    amount: str


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """The texts of a saved invoice, cleaned for display. Without `payments`, none was made or is known."""

    title: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    totals: tuple[tuple[str, str], ...]
    payments: tuple[Item, ...]
    explanations: tuple[str, ...]
    notes: tuple[str, ...]


def invoice_document(
    stamped: Stamped[Invoice], *, customer: str, state: str, environment: str, now: datetime
) -> InvoiceDocument:
    """Return the texts of an invoice. `customer` is the customer's name, `state` what the screens call it."""
    invoice = stamped.value
    facts = (
        ("Customer", customer),
        ("Bill to", invoice.bill_to.one_line if invoice.bill_to is not None else ""),
        ("VAT ID", invoice.vat_id or ""),
        ("Issued", day(invoice.date)),
        ("Due", day(invoice.due) if invoice.due is not None else ""),
        ("State", state),
        ("Environment", environment.upper()),
    )
    explained = (explain_line(line, invoice.lines).text for line in invoice.lines)
    return InvoiceDocument(
        clean(f"Invoice {invoice.number}", limit=_LONGEST),
        tuple((label, clean(text, limit=_LONGEST)) for label, text in facts if text),
        tuple(_item(line) for line in invoice.lines),
        tuple((label, _UNKNOWN if money is None else str(money)) for label, money in invoice_totals(invoice)),
        tuple(_payments(invoice)),
        tuple(clean_lines(text) for text in explained),
        (
            *(clean(sentence, limit=2 * _LONGEST) for sentence in explain_totals(invoice)),
            f"Saved by wbtui on {_instant(now)}. Data as of {_instant(stamped.fetched_at)}.",
            "This is a copy for your information, not the original invoice.",
        ),
    )


def _item(line: Line) -> Item:
    details = ", ".join(_details(line))
    return Item(clean(line.name, limit=_LONGEST), clean(details, limit=_LONGEST), str(line.total))


def _details(line: Line) -> Iterator[str]:
    if line.period is not None:
        yield date_range(line.period)
    if line.days is not None and line.of_days:
        yield f"{line.days} of {line.of_days} days"
    quantity = grouped_units(line.quantity)
    units = "unit" if quantity == "1" else "units"
    yield f"{quantity} × {line.unit_price}" if line.unit_price is not None else f"{quantity} {units}"


def _payments(invoice: Invoice) -> Iterator[Item]:
    """Yield what was paid, refunded and credited by note, oldest first; not what failed."""
    found: list[Payment | Refund | CreditNote] = [one for one in invoice.payments if one.status in _PAID]
    found += [one for one in invoice.refunds if one.status.counts_as_refunded]
    for one in sorted([*found, *invoice.credit_notes], key=lambda one: one.at):
        name = f"Credit note {one.number}" if isinstance(one, CreditNote) else type(one).__name__
        when = one.when if isinstance(one, Payment) else one.at
        details = ", ".join([_instant(when) if isinstance(when, datetime) else day(when), *_more_of(one)])
        yield Item(clean(name, limit=_LONGEST), clean(details, limit=_LONGEST), str(one.money))


def _more_of(one: Payment | Refund | CreditNote) -> Iterator[str]:
    if isinstance(one, CreditNote):
        return
    if isinstance(one, Payment) and one.method is not None:
        yield one.method.label
    if isinstance(one, Payment) and len(one.invoice_ids) > 1:
        yield f"for {len(one.invoice_ids)} invoices"
    reference = one.external_reference if isinstance(one, Payment) else one.reference
    if reference:
        yield f"reference {reference}"
    if one.status not in (PaymentStatus.SUCCEEDED, RefundStatus.SUCCEEDED):
        yield spaced(one.status.value)
    if isinstance(one, Payment) and one.disputed:
        yield "disputed"


def _instant(at: datetime) -> str:
    return f"{day(at.date())} {at:%H:%M} UTC"

"""What a saved invoice says: its facts, line items and totals, and how each amount was calculated."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from wbtui.models.dates import date_range, day
from wbtui.models.explain import explain_line, explain_totals
from wbtui.models.invoice import Invoice, Line
from wbtui.models.invoice_totals import invoice_totals
from wbtui.models.page import Stamped
from wbtui.models.plan import grouped_units
from wbtui.models.text import clean, clean_lines

LINES, TOTALS, EXPLANATIONS = "Line items", "Totals", "How each amount was calculated"
_LONGEST = 300
"""Characters of one text: a cell of a table has to fit on a page."""
_UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Item:
    """A line item; `details` are its period, quantity and unit price."""

    name: str
    details: str
    amount: str


@dataclass(frozen=True, slots=True)
class InvoiceDocument:
    """The texts of a saved invoice, cleaned for display."""

    title: str
    facts: tuple[tuple[str, str], ...]
    items: tuple[Item, ...]
    totals: tuple[tuple[str, str], ...]
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
    price = f" × {line.unit_price}" if line.unit_price is not None else " units"
    yield f"{grouped_units(line.quantity)}{price}"


def _instant(at: datetime) -> str:
    return f"{day(at.date())} {at:%H:%M} UTC"

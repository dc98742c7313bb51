"""Mapping of invoices of the documented API (/v1/c)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from wbtui.api.answer import Unreadable
from wbtui.api.wingback.records import address
from wbtui.api.wingback.wire import Wire, fingerprint
from wbtui.models.invoice import Invoice, InvoiceRow, InvoiceState, Line, LineKind, Tax
from wbtui.models.money import Money, total
from wbtui.models.plan import Strategy

_WITHDRAWN = "canceled_unpaid_transaction"


def _head(wire: Wire, detailed: str | None) -> dict[str, Any]:
    """Return the fields shared by row and invoice. A withdrawn invoice has an open amount of zero."""
    currency = wire.currency()
    amount = wire.amount("total", currency)
    state = wire.word("status", InvoiceState)
    withdrawn = detailed == _WITHDRAWN
    if withdrawn:
        state = InvoiceState.UNKNOWN
    return {
        "id": wire.identity(),
        "number": number(wire),
        "customer_id": wire.identity("customer_id"),
        "state": state,
        "total": amount,
        "open": Money.zero(currency) if withdrawn or state is InvoiceState.PAID else None,
        "date": wire.day("date"),
        "due": wire.maybe_day("due_date"),
        "version": fingerprint([wire.data, detailed]),
    }


def number(wire: Wire) -> str:
    """Return the number of an invoice, which is an object or, possibly, text."""
    if isinstance(wire.data.get("invoice_number"), dict):
        return wire.object("invoice_number").text("number", "")
    return wire.text("invoice_number", "")


def row(entry: Wire) -> InvoiceRow:
    """Parse an entry of the invoice list."""
    head = _head(entry.object("invoice"), entry.maybe_text("detailed_invoice_status"))
    paid = head["total"] if head["state"] is InvoiceState.PAID else None
    return InvoiceRow(**head, paid=paid)


def invoice(details: Wire) -> Invoice:
    """Parse an invoice, without payments: the fields of its transactions are not documented."""
    wire = details.object("invoice")
    head = _head(wire, details.maybe_text("detailed_invoice_status"))
    currency = head["total"].currency
    found = lines(details, currency)
    subtotal, discount, tax = _sums(found, head["total"])
    return Invoice(
        **head,
        currency=currency,
        lines=found,
        subtotal=subtotal,
        discount=discount,
        tax=tax,
        paid=head["total"] if head["state"] is InvoiceState.PAID else None,
        bill_to=address(details.part("customer").part("address")),
    )


def lines(details: Wire, currency: str, name: str = "invoice_lines") -> tuple[Line, ...]:
    """Parse the lines, whose fields are partly documented; lines without a total are left out."""
    return tuple(_line(item, currency) for item in details.objects(name) if item.has("total_including_tax"))


def _line(wire: Wire, currency: str) -> Line:
    end = wire.amount("total_including_tax", currency)
    tax = wire.maybe_amount("tax_amount", currency)
    discount = wire.maybe_amount("discount_amount", currency) or Money.zero(currency)
    inclusive = wire.text("tax_policy", "") == "tax_included"
    added = Money.zero(currency) if inclusive or tax is None else tax
    gross = wire.maybe_amount("subtotal", currency) or end + discount - added
    return Line(
        id=wire.text("id", ""),
        name=wire.maybe_text("name") or wire.text("description", ""),
        kind=LineKind.UNKNOWN,
        quantity=wire.units("unit_count", "1"),
        unit_price=_unit_price(wire, currency),
        strategy=Strategy.UNKNOWN,
        gross=gross,
        discount=discount,
        discount_rule=wire.maybe_text("discount_description"),
        tax=_tax(wire, tax, inclusive),
        rounding=end - (gross - discount + added),
        total=end,
    )


def _tax(wire: Wire, money: Money | None, inclusive: bool) -> Tax | None:
    if money is None or not money:
        return None
    return Tax(
        rate="", mode="inclusive" if inclusive else "exclusive", money=money, name=wire.maybe_text("tax_code")
    )


def _unit_price(wire: Wire, currency: str) -> Money | None:
    """Return the unit price, None if it has more decimals than the currency, such as 0.0035 per call."""
    try:
        return wire.maybe_amount("unit_price", currency)
    except Unreadable:
        return None


def _sums(lines: Sequence[Line], grand: Money) -> tuple[Money | None, Money | None, Money | None]:
    """Return the sums of subtotal, discount and tax, if the lines add up to the invoice total.

    Tax includes the rounding of the lines, so that the sums add up, too.
    """
    currency = grand.currency
    if not lines or total((line.total for line in lines), currency) != grand:
        return None, None, None
    tax = total((line.tax.money for line in lines if line.tax), currency)
    return (
        total((line.gross for line in lines), currency),
        total((line.discount for line in lines), currency),
        tax + total((line.rounding for line in lines), currency),
    )

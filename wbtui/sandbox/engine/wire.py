"""Small parts of the extension's wire format: money, briefs of methods, payments and invoices."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine.records import Invoice, Method, Payment

Wire = dict[str, Any]


@lru_cache(maxsize=16384)
def _amount(minor: int, currency: str) -> str:
    return Money(minor, currency).amount


def money(minor: int, currency: str) -> Wire:
    """{"amount": "22.40", "currency": "eur"}"""
    return {"amount": _amount(minor, currency), "currency": currency}


def money_or_null(minor: int | None, currency: str | None) -> Wire | None:
    return None if minor is None or currency is None else money(minor, currency)


def count_or_null(number: int | None) -> str | None:
    """A number of units as decimal text."""
    return None if number is None else str(number)


def method_brief(method: Method) -> Wire:
    return {
        "kind": method.kind,
        "brand": method.brand,
        "last_digits": method.last_digits,
        "expires": method.expires,
        "status": method.status,
    }


def payment_brief(payment: Payment) -> Wire:
    return {
        "id": payment.id,
        "status": payment.status,
        "money": money(payment.amount, payment.currency),
        "at": payment.at,
    }


def invoice_brief(invoice: Invoice) -> Wire:
    return {
        "id": invoice.id,
        "number": invoice.number,
        "state": invoice.state,
        "total": money(invoice.total, invoice.currency),
        "open": money(invoice.open, invoice.currency),
        "date": invoice.date,
        "due": invoice.due,
    }


def invoice_row(invoice: Invoice) -> Wire:
    """An InvoiceRow: the brief with the members that lists of invoices need."""
    return {
        **invoice_brief(invoice),
        "customer_id": invoice.customer_id,
        "version": f"v{invoice.version}",
        "contract_id": invoice.contract_id,
        "paid": money(invoice.paid, invoice.currency),
        "refunded": money(invoice.refunded, invoice.currency),
    }

"""Small parts of the extension's wire format: money, briefs of methods, payments and invoices."""

from __future__ import annotations

from functools import lru_cache
from operator import attrgetter
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine.records import Invoice, Method, Payment

Wire = dict[str, Any]


@lru_cache(maxsize=16384)
def amount(minor: int, currency: str) -> str:
    """A decimal string in major units."""
    return Money(minor, currency).amount


def money(minor: int, currency: str) -> Wire:
    """{"amount": "22.40", "currency": "eur"}"""
    return {"amount": amount(minor, currency), "currency": currency}


def wire(
    of: Any, names: str = "", *, amounts: str = "", counts: str = "", currency: str | None = None
) -> Wire:
    """Attributes of a record under their own names, separated by spaces; None stays None.

    `amounts` become money in `currency` (by default the record's), `counts` decimal text.
    """
    shape = dict(_values(of, names))
    for name, number in _values(of, counts):
        shape[name] = None if number is None else str(number)
    for name, minor in _values(of, amounts):
        shape[name] = None if minor is None else money(minor, currency or of.currency)
    return shape


@lru_cache(maxsize=256)
def _reader(names: str) -> tuple[tuple[str, ...], attrgetter[Any]]:
    split = tuple(names.split())
    return split, attrgetter(*split)


def _values(of: object, names: str) -> list[tuple[str, Any]]:
    if not names:
        return []
    split, read = _reader(names)
    values = read(of)
    return list(zip(split, values if len(split) > 1 else (values,), strict=True))


def wallet_id(customer_id: str, currency: str) -> str:
    """The id of the wallet that is the balance of account credit in a currency."""
    return f"Wal_{customer_id.partition('_')[2]}_{currency}"


def method_brief(method: Method) -> Wire:
    return wire(method, "kind brand last_digits expires status")


def payment_brief(payment: Payment) -> Wire:
    return {**wire(payment, "id status at"), "money": money(payment.amount, payment.currency)}


def invoice_brief(invoice: Invoice) -> Wire:
    return wire(invoice, "id number state date due", amounts="total open")


def invoice_row(invoice: Invoice) -> Wire:
    """An InvoiceRow: the brief with the members that lists of invoices need."""
    return {
        **invoice_brief(invoice),
        **wire(invoice, "customer_id contract_id", amounts="paid refunded"),
        "version": f"v{invoice.version}",
    }

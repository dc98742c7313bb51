"""Parts of a profile as far as the lists of a sync know them: for profiles that were never opened."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar, cast

from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.parts import INVOICES, METHODS, SUBSCRIPTIONS, Part
from wbtui.models.payment import PaymentMethod
from wbtui.models.subscription import Subscription

T = TypeVar("T")

SUMMARIZED: frozenset[str] = frozenset(part.name for part in (SUBSCRIPTIONS, INVOICES, METHODS))
"""Names of the parts that the lists know something about."""


def summary_of(part: Part[T], customer: Customer, invoices: Sequence[InvoiceRow] | None) -> T | None:
    """Return a part of a customer; None if the lists know nothing about it.

    `invoices` are all rows of the customer, None if the list of invoices is not complete.
    """
    found: Any = None
    if part.name == SUBSCRIPTIONS.name:
        found = tuple(Subscription(**dict(one), customer_id=customer.id) for one in customer.subscriptions)
    elif part.name == METHODS.name and customer.methods is not None:
        found = tuple(PaymentMethod(**dict(one), id="", customer_id=customer.id) for one in customer.methods)
    elif part.name == INVOICES.name and invoices is not None:
        found = tuple(sorted(invoices, key=lambda row: (row.date, row.number), reverse=True))
    return cast("T | None", found)


def invoice_summary(row: InvoiceRow) -> Invoice:
    """Return an invoice without its lines, payments and timeline."""
    members = {name: value for name, value in row if name in Invoice.model_fields}
    return Invoice(**members, currency=row.total.currency)

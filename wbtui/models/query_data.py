"""Filters on data that a billing system may not provide, such as those on amounts with plain Wingback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.query_filters import filter_prefix
from wbtui.models.query_terms import Filter, Query

_FIELDS: Mapping[str, str] = {
    "is": "billing_status",
    "invoice": "latest_invoices",
    "payment": "latest_invoices",
    "due": "latest_invoices",
    "renews": "latest_invoices",
    "card": "methods",
    "expires": "methods",
    "owes": "owed",
    "mrr": "mrr",
    "refunds": "refunds_pending",
    "refunding": "refunds_pending",
    "has:dispute": "disputed",
    "has:usage_alert": "usage_alert",
}
"""The field of a customer that is unknown where the data of a filter, or of its value, is not provided.

A latest payment may be missing because there was none; it comes with the latest invoices.
"""


def not_provided(query: Query, customers: Iterable[Customer]) -> tuple[str, ...]:
    """Return the filters of a query, such as `is:`, whose data none of these customers has."""
    known = tuple(customers)
    found = (filter_prefix(one.name) for one in query.filters if _is_unknown(one, known))
    return tuple(dict.fromkeys(found)) if known else ()


def _is_unknown(one: Filter, customers: Iterable[Customer]) -> bool:
    names = (one.name, *(f"{one.name}:{value}" for value in one.values))
    fields = [_FIELDS[name] for name in names if name in _FIELDS]
    values = (getattr(customer, field) for customer in customers for field in fields)
    return bool(fields) and all(value in (None, BillingStatus.UNKNOWN) for value in values)

"""Filters on data that the customer list of a billing system may lack, such as amounts on plain Wingback."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wbtui.models.billing_status import may_have_status
from wbtui.models.customer import Customer
from wbtui.models.query.filters import filter_prefix
from wbtui.models.query.terms import Filter, Query

_FIELDS: Mapping[str, str] = {
    "is": "billing_status",
    "invoice": "latest_invoices",
    "payment": "usage_alert",
    "due": "latest_invoices",
    "renews": "usage_alert",
    "card": "methods",
    "expires": "methods",
    "owes": "owed mrr",
    "mrr": "mrr",
    "refunds": "refunds_pending",
    "refunding": "refunds_pending",
    "has:dispute": "disputed",
    "has:usage_alert": "usage_alert",
    "changed": "usage_alert",
}
"""The fields of a customer; one is unknown where the list lacks the data of a filter, or of its value.

A latest payment or next charge may be missing because there is none; they come with usage alerts, and so does
the time of the last change. What is owed comes with MRR: without it, only that nothing is owed may be known.
"""


def not_listed(query: Query, customers: Iterable[Customer]) -> tuple[str, ...]:
    """Return the filters of a query, such as `is:` or `-is:`, whose data some of these customers lack.

    Customers whose profiles were opened may have it.
    """
    sample = tuple(customers)
    unknown = (one for one in query.filters if _is_unknown(one, sample))
    found = (f"{'-' * one.negated}{filter_prefix(one.name)}" for one in unknown)
    return tuple(dict.fromkeys(found))


def _is_unknown(one: Filter, customers: Iterable[Customer]) -> bool:
    names = (one.name, *(f"{one.name}:{value}" for value in one.values))
    fields = [field for name in names for field in _FIELDS.get(name, "").split()]
    if "billing_status" in fields:
        return any(may_have_status(customer, one.values) for customer in customers)
    return any(getattr(customer, field) is None for customer in customers for field in fields)

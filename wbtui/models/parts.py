"""Parts of a customer profile: their names, value types and JSON serialization."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date
from functools import cached_property
from types import GenericAlias
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from wbtui.models.activity import EventPage
from wbtui.models.base import Model
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.payment import CreditEntry, CreditNote, Payment, PaymentMethod, Refund, Wallet
from wbtui.models.plan import Discount, Plan
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

T = TypeVar("T")
M = TypeVar("M", bound=Model)


@dataclass(frozen=True)
class Part(Generic[T]):
    """One separately fetched and cached part of a profile.

    Its owner is a customer ID, for INVOICE an invoice ID, for EVENTS a customer ID and a cursor
    (`events_owner`), for EARLIER_USAGE a customer ID and a period (`period_owner`), for PLANS and
    DISCOUNTS the empty string.

    Attributes:
        name: key in the cache; must not change.
        capability: capability the billing system needs to serve the part.
        kind: type of the value.
    """

    name: str
    title: str
    capability: str
    kind: Any = field(repr=False)

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.kind)

    def dump(self, value: T) -> bytes:
        """Serialize to JSON; `load` returns an equal value."""
        return self._adapter.dump_json(value)

    def load(self, data: bytes | str) -> T:
        """Parse JSON. Raises pydantic.ValidationError for another type of value."""
        return self._adapter.validate_json(data)


def _list(name: str, item: type[M], resource: str = "", title: str = "") -> Part[tuple[M, ...]]:
    """Return the part `read.<resource>` whose value is a list; by default named like its resource."""
    title = title or name.replace("_", " ").capitalize()
    return Part(name, title, f"read.{resource or name}", GenericAlias(tuple, (item, ...)))


CUSTOMER: Part[Customer] = Part("customer", "Customer", "read.customer", Customer)
SUBSCRIPTIONS = _list("subscriptions", Subscription, resource="contracts")
INVOICES = _list("invoices", InvoiceRow)
PAYMENTS = _list("payments", Payment)
REFUNDS = _list("refunds", Refund)
CREDITS = _list("credits", CreditEntry)
CREDIT_NOTES = _list("credit_notes", CreditNote)
WALLETS = _list("wallets", Wallet)
USAGE = _list("usage", UsageSeries)
EARLIER_USAGE = _list("earlier_usage", UsageSeries, resource="usage")
ACTIVITY: Part[EventPage] = Part("activity", "Activity", "read.activity", EventPage)
EVENTS: Part[EventPage] = Part("events", "Older events", "read.activity", EventPage)
METHODS = _list("methods", PaymentMethod, title="Payment methods")
INVOICE: Part[Invoice] = Part("invoice", "Invoice", "read.invoice", Invoice)
PLANS = _list("plans", Plan)
DISCOUNTS = _list("discounts", Discount)

CUSTOMER_PARTS: tuple[Part[Any], ...] = (
    SUBSCRIPTIONS,
    INVOICES,
    PAYMENTS,
    REFUNDS,
    CREDITS,
    CREDIT_NOTES,
    WALLETS,
    USAGE,
    ACTIVITY,
    METHODS,
)
"""The parts that one customer owns, besides its own row."""

CATALOGUE: tuple[Part[Any], ...] = (PLANS, DISCOUNTS)
"""The parts that belong to no customer."""


def events_owner(customer_id: str, cursor: str) -> str:
    """Return the owner of the page of EVENTS that begins at a cursor."""
    return f"{customer_id}\n{cursor}"


def period_owner(customer_id: str, period: tuple[Date, Date]) -> str:
    """Return the owner of EARLIER_USAGE for a period of first and last day."""
    first, last = period
    return f"{customer_id}\n{first}/{last}"


def split_owner(owner: str) -> tuple[str, str]:
    """Return the customer ID of an owner, and its cursor (EVENTS) or period (EARLIER_USAGE), else ""."""
    customer_id, _, rest = owner.partition("\n")
    return customer_id, rest

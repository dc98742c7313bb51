"""Parts of a customer profile: their names, value types and JSON serialization."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter

from wbtui.models.activity import EventPage
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.payment import CreditEntry, CreditNote, Payment, PaymentMethod, Refund, Wallet
from wbtui.models.plan import Plan
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

T = TypeVar("T")


@dataclass(frozen=True)
class Part(Generic[T]):
    """One separately fetched and cached part of a profile.

    Its owner is a customer ID, for INVOICE an invoice ID, for PLANS the empty string.

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


CUSTOMER: Part[Customer] = Part("customer", "Customer", "read.customer", Customer)
SUBSCRIPTIONS: Part[tuple[Subscription, ...]] = Part(
    "subscriptions", "Subscriptions", "read.contracts", tuple[Subscription, ...]
)
INVOICES: Part[tuple[InvoiceRow, ...]] = Part("invoices", "Invoices", "read.invoices", tuple[InvoiceRow, ...])
PAYMENTS: Part[tuple[Payment, ...]] = Part("payments", "Payments", "read.payments", tuple[Payment, ...])
REFUNDS: Part[tuple[Refund, ...]] = Part("refunds", "Refunds", "read.refunds", tuple[Refund, ...])
CREDITS: Part[tuple[CreditEntry, ...]] = Part("credits", "Credits", "read.credits", tuple[CreditEntry, ...])
CREDIT_NOTES: Part[tuple[CreditNote, ...]] = Part(
    "credit_notes", "Credit notes", "read.credit_notes", tuple[CreditNote, ...]
)
WALLETS: Part[tuple[Wallet, ...]] = Part("wallets", "Wallets", "read.wallets", tuple[Wallet, ...])
USAGE: Part[tuple[UsageSeries, ...]] = Part("usage", "Usage", "read.usage", tuple[UsageSeries, ...])
ACTIVITY: Part[EventPage] = Part("activity", "Activity", "read.activity", EventPage)
METHODS: Part[tuple[PaymentMethod, ...]] = Part(
    "methods", "Payment methods", "read.methods", tuple[PaymentMethod, ...]
)
INVOICE: Part[Invoice] = Part("invoice", "Invoice", "read.invoice", Invoice)
PLANS: Part[tuple[Plan, ...]] = Part("plans", "Plans", "read.plans", tuple[Plan, ...])

ALL_PARTS: tuple[Part[Any], ...] = (
    CUSTOMER,
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
    INVOICE,
    PLANS,
)

CUSTOMER_PARTS: tuple[Part[Any], ...] = tuple(
    part for part in ALL_PARTS if part not in (CUSTOMER, INVOICE, PLANS)
)
"""The parts that one customer owns, besides its own row."""

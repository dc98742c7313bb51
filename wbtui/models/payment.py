"""Payments and their attempts, refunds, payment methods, credits and wallets."""

from __future__ import annotations

from datetime import date, datetime

from wbtui.models.base import Model, OpenEnum
from wbtui.models.money import Money


class MethodKind(OpenEnum):
    CARD = "card"
    SEPA_DEBIT = "sepa_debit"
    BANK_TRANSFER = "vban_bank_transfer_eu"
    UNKNOWN = "unknown"


class MethodStatus(OpenEnum):
    """`inactive` may come back, `detached` is gone for good, `invalid` failed when used."""

    ACTIVE = "active"
    INACTIVE = "inactive"
    DETACHED = "detached"
    INVALID = "invalid"
    UNKNOWN = "unknown"


class PaymentStatus(OpenEnum):
    PROCESSING = "processing"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class RefundStatus(OpenEnum):
    PENDING = "pending"
    REQUIRES_ACTION = "requires_action"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELED = "canceled"
    UNKNOWN = "unknown"


class MethodBrief(Model):
    """Enough of a payment method to name it. `expires` is YYYY-MM, cards only."""

    kind: MethodKind
    brand: str | None = None
    last_digits: str
    expires: str | None = None
    status: MethodStatus

    def expired(self, today: date) -> bool:
        """True after the last day of the month it expires in."""
        return self.expires is not None and self.expires < f"{today:%Y-%m}"

    def expiring(self, today: date) -> bool:
        """True within the month it expires in."""
        return self.expires == f"{today:%Y-%m}"


class PaymentBrief(Model):
    id: str
    status: PaymentStatus
    money: Money
    at: datetime


class PaymentMethod(MethodBrief):
    """A saved payment method. The smallest `order` is tried first.

    `is_default`, `subscriptions` and `open_invoices` are None where the system does not tell.
    """

    id: str
    version: str
    holder: str | None
    order: int | None
    is_default: bool | None
    provider: str
    created: datetime
    subscriptions: tuple[str, ...] | None
    """Ids of subscriptions that would be charged with it."""
    open_invoices: tuple[str, ...] | None
    last_attempt: PaymentBrief | None


class Payment(Model):
    """One payment or attempt. `refundable`: settled, undisputed, minus refunds that did not fail."""

    id: str
    status: PaymentStatus
    money: Money
    at: datetime
    invoice_ids: tuple[str, ...]
    method: MethodBrief | None
    attempt: int
    decline_code: str | None
    decline_reason: str | None
    disputed: bool
    settled: bool
    refunded: Money
    refundable: Money
    external_reference: str | None
    next_retry: datetime | None


class Refund(Model):
    """Money given back for one payment; an `external` one was only recorded."""

    id: str
    payment_id: str
    invoice_id: str | None
    money: Money
    status: RefundStatus
    pending_reason: str | None
    failure_reason: str | None
    reference: str | None
    reason: str
    comment: str | None
    external: bool
    cancelable: bool
    at: datetime
    by: str | None
    expected_by: date | None
    customer_id: str


class CreditEntry(Model):
    """One entry of the append-only credit ledger. Positive `money`: the customer gains."""

    id: str
    at: datetime
    money: Money
    balance_after: Money
    kind: str
    reason: str | None
    comment: str | None
    by: str | None
    expires: date | None
    invoice_id: str | None


class CreditNote(Model):
    id: str
    number: str
    invoice_id: str
    money: Money
    tax: Money
    to: str
    reason: str
    at: datetime
    by: str | None


class Wallet(Model):
    """`balance` is decimal text; `currency` an ISO code or the merchant's virtual currency."""

    id: str
    name: str
    currency: str
    balance: str
    virtual: bool

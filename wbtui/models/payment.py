"""Payments, refunds, payment methods, credits and wallets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime

from wbtui.errors import MoneyError
from wbtui.models.base import Id, Model, Month, OpenEnum, OwnerId, Units
from wbtui.models.declines import decline_words
from wbtui.models.money import CURRENCIES, Money


class MethodKind(OpenEnum):
    CARD = "card"
    SEPA_DEBIT = "sepa_debit"
    BANK_TRANSFER = "vban_bank_transfer_eu"
    UNKNOWN = "unknown"


_METHODS = {
    MethodKind.CARD: "Card",
    MethodKind.SEPA_DEBIT: "SEPA",
    MethodKind.BANK_TRANSFER: "Bank transfer",
}


class MethodStatus(OpenEnum):
    """Status of a payment method: `inactive` may return, `detached` is removed, `invalid` failed."""

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

    @property
    def counts_as_refunded(self) -> bool:
        """Whether the amount counts as refunded: the refund neither failed nor was cancelled."""
        return self not in (RefundStatus.FAILED, RefundStatus.CANCELED)


class MethodBrief(Model):
    """Summary of a payment method. Only cards expire."""

    kind: MethodKind
    brand: str | None = None
    last_digits: str = ""
    expires: Month | None = None
    status: MethodStatus

    @property
    def label(self) -> str:
        """`Visa ••4242`, `SEPA ••3000`. Not cleaned."""
        brand = self.brand or _METHODS.get(self.kind, "Method")
        # Some providers send brands in small letters.
        name = brand if any(char.isupper() for char in brand) else brand.replace("_", " ").capitalize()
        return f"{name} ••{self.last_digits}"

    @property
    def can_be_charged(self) -> bool:
        """Whether it is active and not a bank transfer, which the customer sends."""
        return self.status is MethodStatus.ACTIVE and self.kind is not MethodKind.BANK_TRANSFER

    def expired(self, today: date) -> bool:
        """Return whether the month of expiry is over."""
        return self.expires is not None and self.expires < f"{today:%Y-%m}"

    def expiring(self, today: date) -> bool:
        """Return whether `today` is in the month of expiry."""
        return self.expires == f"{today:%Y-%m}"


class PaymentBrief(Model):
    id: Id
    status: PaymentStatus
    money: Money
    at: datetime


class PaymentMethod(MethodBrief):
    """Saved payment method. The one with the lowest `order` is charged first.

    `is_default`, `subscriptions` and `open_invoices` are None if the system does not provide them. In the
    summary from a sync, `id` is empty and what only the method itself says is None.
    """

    id: Id
    version: str = ""
    holder: str | None = None
    order: int | None = None
    is_default: bool | None = None
    provider: str = ""
    created: datetime | None = None
    subscriptions: tuple[Id, ...] | None = None
    """IDs of the subscriptions charged with it."""
    open_invoices: tuple[Id, ...] | None = None
    last_attempt: PaymentBrief | None = None
    customer_id: OwnerId = None


class Charge(Model):
    """The members that payments and attempts to charge share."""

    at: datetime
    status: PaymentStatus
    method: MethodBrief | None
    money: Money
    decline_code: str | None
    decline_reason: str | None

    @property
    def when(self) -> date | datetime:
        """The instant; the day of a payment recorded by hand, which has no method."""
        return self.at.astimezone(UTC).date() if self.method is None else self.at

    @property
    def decline(self) -> str:
        """Why it was declined, in plain words; empty if it was not. Not cleaned."""
        return decline_words(self.decline_code, self.decline_reason)


class Payment(Charge):
    """Payment or payment attempt. `refundable` is the settled, undisputed amount less its refunds."""

    id: Id
    invoice_ids: tuple[Id, ...]
    attempt: int = 1
    disputed: bool
    settled: bool
    refunded: Money
    refundable: Money
    external_reference: str | None
    next_retry: datetime | None
    customer_id: OwnerId = None


class Refund(Model):
    """Refund of one payment. An `external` refund was made elsewhere and only recorded."""

    id: Id
    payment_id: Id
    invoice_id: Id | None
    money: Money
    status: RefundStatus
    pending_reason: str | None
    failure_reason: str | None
    reference: str | None
    reason: str = "unknown"
    comment: str | None
    external: bool = False
    cancelable: bool = False
    at: datetime
    by: str | None
    expected_by: date | None
    customer_id: Id


class CreditEntry(Model):
    """Entry of the credit ledger. Positive `money` is in the customer's favor."""

    id: Id
    at: datetime
    money: Money
    balance_after: Money
    kind: str = "unknown"
    reason: str | None
    comment: str | None
    by: str | None
    expires: date | None
    invoice_id: Id | None
    customer_id: OwnerId = None


def disputed_invoices(payments: Iterable[Payment]) -> frozenset[str]:
    """Return the IDs of the invoices with a disputed payment."""
    return frozenset(invoice for one in payments if one.disputed for invoice in one.invoice_ids)


def processing_invoices(payments: Iterable[Payment]) -> frozenset[str]:
    """Return the ids of invoices of which a payment is processing: a charge would settle them twice."""
    processing = (one for one in payments if one.status is PaymentStatus.PROCESSING)
    return frozenset(paid for one in processing for paid in one.invoice_ids)


def credit_balance(entries: Sequence[CreditEntry]) -> dict[str, Money]:
    """Return the balance after the newest entry, by currency. `entries` are newest first."""
    balance: dict[str, Money] = {}
    for entry in entries:
        balance.setdefault(entry.balance_after.currency, entry.balance_after)
    return balance


class CreditNote(Model):
    id: Id
    number: str = ""
    invoice_id: Id
    money: Money
    tax: Money
    to: str = "unknown"
    reason: str = "unknown"
    at: datetime
    by: str | None
    customer_id: OwnerId = None


class Wallet(Model):
    """Wallet of a customer. `currency` is an ISO code or a virtual currency."""

    id: Id
    name: str = ""
    currency: str
    balance: Units
    virtual: bool = False
    customer_id: OwnerId = None

    @property
    def in_money(self) -> bool:
        """Whether its currency is one of ISO 4217."""
        return not self.virtual and self.currency.lower() in CURRENCIES

    @property
    def money(self) -> Money | None:
        """The balance as an amount; None where it is none of a currency of ISO 4217."""
        try:
            return Money.parse(self.balance, self.currency) if self.in_money else None
        except MoneyError:
            return None

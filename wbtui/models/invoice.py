"""Invoices and their line items."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from wbtui.models.base import Currency, Id, Model, OpenEnum, Units
from wbtui.models.money import Money
from wbtui.models.payment import Charge, CreditNote, Payment, Refund
from wbtui.models.plan import Strategy


class InvoiceState(OpenEnum):
    """State of an invoice. `voided` and `written_off` exist in the portal extension only."""

    PENDING_VALIDATION = "pending_validation"
    READY_FOR_PAYMENT = "ready_for_payment"
    PAID = "paid"
    VOIDED = "voided"
    WRITTEN_OFF = "written_off"
    UNKNOWN = "unknown"


class LineKind(OpenEnum):
    RECURRING = "recurring"
    USAGE = "usage"
    ONE_TIME = "one_time"
    PRORATION = "proration"
    CREDIT = "credit"
    ADJUSTMENT = "adjustment"
    UNKNOWN = "unknown"


class Address(Model):
    line_1: str = ""
    line_2: str | None = None
    zip: str = ""
    city: str = ""
    state: str | None = None
    country: str = ""
    """ISO 3166 two-letter code."""

    def lines(self) -> tuple[str, ...]:
        """Return the non-empty lines of the address; postal code and city share one."""
        parts = (self.line_1, self.line_2, f"{self.zip} {self.city}".strip(), self.state, self.country)
        return tuple(part for part in parts if part)

    @property
    def one_line(self) -> str:
        """The address on one line, comma separated."""
        return ", ".join(self.lines())


class InvoiceBrief(Model):
    """Summary of an invoice. `open` is the unpaid amount, None if the system does not provide it."""

    id: Id
    number: str = ""
    state: InvoiceState
    total: Money
    open: Money | None
    date: Date
    due: Date | None

    @property
    def is_unpaid(self) -> bool:
        """Whether something is still to be paid, as far as is known."""
        unpaid = self.state in (InvoiceState.READY_FOR_PAYMENT, InvoiceState.PENDING_VALIDATION)
        return unpaid and (self.open is None or bool(self.open))

    def overdue(self, today: Date) -> bool:
        """Return whether the invoice is unpaid and was due before `today`."""
        return self.is_unpaid and self.due is not None and self.due < today


class InvoiceRow(InvoiceBrief):
    """Row of an invoice list. `paid` and `refunded` are None if the system does not provide them."""

    customer_id: Id
    version: str = ""
    subscription_id: Id | None = None
    paid: Money | None
    refunded: Money | None = None


class Tax(Model):
    """Tax of a line. `rate` is a fraction (0.19), `mode` is inclusive or exclusive."""

    rate: Units
    mode: str = "unknown"
    money: Money
    name: str | None


class TierSlice(Model):
    """Part of a quantity charged by one tier."""

    start: Units
    end: Units | None
    quantity: Units
    unit_price: Money
    flat_fee: Money | None
    subtotal: Money


class Line(Model):
    """Invoice line with every figure of its calculation.

    round(quantity × unit_price or the tier slices, × days/of_days)
    − discount + exclusive tax + rounding = total.
    """

    id: Id
    name: str = ""
    subscription_id: Id | None = None
    kind: LineKind
    period: tuple[Date, Date] | None = None
    days: int | None = None
    of_days: int | None = None
    quantity: Units
    unit_price: Money | None
    strategy: Strategy
    tiers: tuple[TierSlice, ...] = ()
    gross: Money
    discount: Money
    discount_rule: str | None
    tax: Tax | None
    rounding: Money
    total: Money
    refunded: Money | None = None
    """None if the system does not provide it."""


class Attempt(Charge):
    """Attempt to charge the invoice."""

    payment_id: Id


class Mail(Model):
    at: datetime
    to: str = ""
    what: str = "unknown"


class Invoice(InvoiceBrief):
    """Complete invoice. Fields that plain Wingback does not provide are None or empty."""

    version: str = ""
    customer_id: Id
    currency: Currency
    lines: tuple[Line, ...] = ()
    subtotal: Money | None = None
    discount: Money | None = None
    tax: Money | None = None
    credited: Money | None = None
    """Account credit applied."""
    paid: Money | None
    refunded: Money | None = None
    refundable: Money | None = None
    payments: tuple[Payment, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    next_retry: datetime | None = None
    dunning_paused_until: Date | None = None
    refunds: tuple[Refund, ...] = ()
    credit_notes: tuple[CreditNote, ...] = ()
    emails: tuple[Mail, ...] = ()
    bill_to: Address | None = None
    vat_id: str | None = None

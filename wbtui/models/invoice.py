"""Invoices: the row of a list, and the whole that can be explained line by line."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from wbtui.models.base import Model, OpenEnum
from wbtui.models.money import Money
from wbtui.models.payment import CreditNote, MethodBrief, Payment, PaymentStatus, Refund
from wbtui.models.plan import Strategy, Units


class InvoiceState(OpenEnum):
    """The first three are Wingback's; voided and written_off exist in the extension only."""

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
    line_1: str
    line_2: str | None = None
    zip: str
    city: str
    state: str | None = None
    country: str
    """ISO 3166 two-letter code."""


class InvoiceBrief(Model):
    """`open` is what is still to be paid; None where the system does not tell it."""

    id: str
    number: str
    state: InvoiceState
    total: Money
    open: Money | None
    date: Date
    due: Date | None

    def overdue(self, today: Date) -> bool:
        """Unpaid with a due date before `today`."""
        unpaid = self.state in (InvoiceState.READY_FOR_PAYMENT, InvoiceState.PENDING_VALIDATION)
        return unpaid and self.due is not None and self.due < today and (self.open is None or bool(self.open))


class InvoiceRow(InvoiceBrief):
    """One row of a list. `paid` and `refunded` are None where the system does not tell."""

    customer_id: str
    version: str
    subscription_id: str | None
    paid: Money | None
    refunded: Money | None


class Tax(Model):
    """`rate` is a fraction as decimal text (0.19); mode `inclusive` or `exclusive`."""

    rate: str
    mode: str
    money: Money
    name: str | None


class TierSlice(Model):
    """The part of a quantity that fell into one tier."""

    start: Units
    end: Units | None
    quantity: Units
    unit_price: Money
    flat_fee: Money | None
    subtotal: Money


class Line(Model):
    """One line with all its arithmetic needs.

    round(quantity × unit_price or the tier slices, × days/of_days)
    − discount + exclusive tax + rounding = total.
    """

    id: str
    name: str
    subscription_id: str | None
    kind: LineKind
    period: tuple[Date, Date] | None
    days: int | None
    of_days: int | None
    quantity: Units
    unit_price: Money | None
    strategy: Strategy
    tiers: tuple[TierSlice, ...]
    gross: Money
    discount: Money
    discount_rule: str | None
    tax: Tax | None
    rounding: Money
    total: Money
    refunded: Money | None
    """None where the system does not tell."""


class Attempt(Model):
    """One try to charge the invoice."""

    at: datetime
    status: PaymentStatus
    method: MethodBrief | None
    money: Money
    decline_code: str | None
    decline_reason: str | None
    payment_id: str


class Mail(Model):
    at: datetime
    to: str
    what: str


class Invoice(Model):
    """A whole invoice. On plain Wingback what the API does not tell is None or empty, never guessed."""

    id: str
    version: str
    number: str
    customer_id: str
    state: InvoiceState
    date: Date
    due: Date | None
    currency: str
    lines: tuple[Line, ...]
    subtotal: Money | None
    discount: Money | None
    tax: Money | None
    total: Money
    credited: Money | None
    """Account credit applied."""
    paid: Money | None
    refunded: Money | None
    open: Money | None
    refundable: Money | None
    payments: tuple[Payment, ...]
    attempts: tuple[Attempt, ...]
    next_retry: datetime | None
    dunning_paused_until: Date | None
    refunds: tuple[Refund, ...]
    credit_notes: tuple[CreditNote, ...]
    emails: tuple[Mail, ...]
    bill_to: Address | None
    vat_id: str | None

"""Actions that give money back: refunds and account credit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Literal, Self

from pydantic import model_validator

from wbtui.models.actions.base import ActionBase, Id, problem
from wbtui.models.base import Model
from wbtui.models.invoice import Invoice
from wbtui.models.money import Money
from wbtui.models.payment import Payment, PaymentStatus

_NOT_COLLECTED = {
    PaymentStatus.FAILED: "The payment failed: nothing was collected.",
    PaymentStatus.CANCELED: "The payment was canceled: nothing was collected.",
    PaymentStatus.REQUIRES_ACTION: "The payment waits for the customer: nothing was collected.",
    PaymentStatus.PROCESSING: "The payment is still processing: nothing was collected yet.",
}


class LineAmount(Model):
    """Part of an invoice line; without `amount` all that is left of it."""

    line_id: Id
    amount: Money | None = None


class RefundInvoice(ActionBase, about="invoice", moves_money=True, conflicts_on=("payment_id", "invoice_id")):
    """Give money back to the method it came from.

    Modes: `full` (all that is refundable), `amount`, `percent` (decimal text, of what was paid), `lines`.
    `adjust_invoice` also lowers what the invoice says was charged: a credit note is issued.
    """

    kind: Literal["refund"] = "refund"
    payment_id: Id
    invoice_id: Id | None
    mode: Literal["full", "amount", "percent", "lines"]
    amount: Money | None = None
    percent: str | None = None
    lines: tuple[LineAmount, ...] = ()
    adjust_invoice: bool = False

    @model_validator(mode="after")
    def _mode_and_members_agree(self) -> Self:
        given = {
            "amount": self.amount is not None,
            "percent": self.percent is not None,
            "lines": bool(self.lines),
        }
        wanted = {self.mode} - {"full"}
        for name in ("amount", "percent", "lines"):
            if name in wanted and not given[name]:
                raise problem(name, _ASK[name])
            if given[name] and name not in wanted:
                raise problem(name, f"Leave this out: the refund is by {self.mode}.")
        if self.amount is not None and self.amount.minor <= 0:
            raise problem("amount", "Enter an amount above zero.")
        if self.percent is not None and not _is_percent(self.percent):
            raise problem("percent", "Enter a percentage between 0 and 100.")
        return self

    @staticmethod
    def disabled_reason(subject: Invoice) -> str | None:
        """Return why nothing on the invoice can be refunded; None when a payment can."""
        if not subject.payments:
            return "No payment has been made on this invoice."
        reasons = [payment_disabled_reason(payment) for payment in subject.payments]
        return None if None in reasons else reasons[0]


_ASK = {"amount": "Enter an amount.", "percent": "Enter a percentage.", "lines": "Choose at least one line."}


def _is_percent(text: str) -> bool:
    try:
        return text.isascii() and "e" not in text.lower() and 0 < Decimal(text) <= 100
    except InvalidOperation:
        return False


def payment_disabled_reason(payment: Payment) -> str | None:
    """Return why this payment cannot be refunded; None when it can (definitions.md, Refundable)."""
    if payment.disputed:
        return "Can't be refunded until the dispute closes."
    if payment.status in _NOT_COLLECTED:
        return _NOT_COLLECTED[payment.status]
    if not payment.settled:
        return "The payment has not settled yet."
    if not payment.refundable:
        return "Already refunded in full." if payment.refunded else "Nothing was collected."
    return None


class GrantCredit(ActionBase, moves_money=True):
    """Add account credit: it lowers future invoices of that currency, oldest credit first."""

    kind: Literal["grant_credit"] = "grant_credit"
    amount: Money
    expires: date | None = None

    @model_validator(mode="after")
    def _above_zero(self) -> Self:
        if self.amount.minor <= 0:
            raise problem("amount", "Enter an amount above zero.")
        return self

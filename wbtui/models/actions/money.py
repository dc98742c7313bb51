"""Actions that give money back, or keep it: refunds and account credit, and taking either back."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import Amount, LineAmount, Percent
from wbtui.models.actions.rules import nothing_creditable, nothing_refundable, nothing_to_pay_back
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.payment import CreditEntry, Payment, Refund, RefundStatus


class RefundInvoice(Action, about="invoice", moves_money=True, conflicts_on=("payment_id", "invoice_id")):
    """Give money back to the method it came from.

    Modes: `full` (all that is refundable), `amount`, `percent` (of what was paid), `lines`. `adjust_invoice`
    also lowers what the invoice says was charged: a credit note is issued.
    """

    kind: Literal["refund"] = "refund"
    payment_id: Id
    invoice_id: Id | None
    mode: Literal["full", "amount", "percent", "lines"]
    amount: Amount | None = None
    percent: Percent | None = None
    lines: tuple[LineAmount, ...] = ()
    adjust_invoice: bool = False

    @model_validator(mode="after")
    def _mode_and_members_agree(self) -> Self:
        self.check_choice("mode", "amount", "percent", "lines")
        return self

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return nothing_refundable(subject)


_ENDED = {
    RefundStatus.SUCCEEDED: "The refund was paid out.",
    RefundStatus.FAILED: "The refund failed: nothing was paid out.",
    RefundStatus.CANCELED: "The refund is already cancelled.",
}


class CancelRefund(Action, about="refund", moves_money=True):
    """Stop a pending refund before the bank pays it out."""

    kind: Literal["cancel_refund"] = "cancel_refund"
    refund_id: Id

    @staticmethod
    def disabled_reason(subject: Refund) -> str | None:
        if subject.external:
            return "It was paid elsewhere and is only recorded here."
        too_late = None if subject.cancelable else "Too late: the bank is paying it out."
        return _ENDED.get(subject.status, too_late)


class RecordExternalRefund(Action, about="payment", moves_money=True):
    """Record money of a payment that was paid back elsewhere. Nothing is sent."""

    kind: Literal["record_external_refund"] = "record_external_refund"
    payment_id: Id
    amount: Amount
    reference: Annotated[str, Field(min_length=1, max_length=500)]

    @staticmethod
    def disabled_reason(subject: Payment) -> str | None:
        return nothing_to_pay_back(subject)


class GrantCredit(Action, moves_money=True):
    """Add account credit: it lowers future invoices of that currency, oldest credit first."""

    kind: Literal["grant_credit"] = "grant_credit"
    amount: Amount
    expires: date | None = None


class ReverseCredit(Action, about="credit", moves_money=True):
    """Take back what is left of a credit that was given, or `amount` of it."""

    kind: Literal["reverse_credit"] = "reverse_credit"
    credit_id: Id
    amount: Amount | None = None

    @staticmethod
    def disabled_reason(subject: CreditEntry) -> str | None:
        if subject.kind in ("grant", "proration"):
            return None
        return "Only a credit that was given can be reversed."


class IssueCreditNote(Action, about="invoice", moves_money=True):
    """Lower what lines of an invoice charged: an open one owes less; a paid one is credited or refunded."""

    kind: Literal["issue_credit_note"] = "issue_credit_note"
    invoice_id: Id
    lines: tuple[LineAmount, ...] = Field(min_length=1)
    to: Literal["invoice", "credit", "refund"]

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return nothing_creditable(subject)

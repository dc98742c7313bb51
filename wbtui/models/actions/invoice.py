"""Actions on an invoice: validate, void, write off, record a payment, charge, e-mail, due date, dunning."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import Amount
from wbtui.models.actions.rules import all_refunded, not_owed
from wbtui.models.invoice import Invoice, InvoiceRow, InvoiceState


class VoidInvoice(Action, about="invoice", moves_money=True):
    """Declare an invoice void that should never have been issued; account credit it used is returned."""

    kind: Literal["void_invoice"] = "void_invoice"
    invoice_id: Id

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        kept = subject.paid and all_refunded(subject) is None
        paid = "The invoice is partly paid. Refund the payment first." if kept else None
        return not_owed(subject) or paid

    @staticmethod
    def confirm_text(subject: Invoice) -> str | None:
        return subject.number or None


class WriteOffInvoice(Action, about="invoice", moves_money=True):
    """Stop collecting an invoice that is valid but will not be paid."""

    kind: Literal["write_off_invoice"] = "write_off_invoice"
    invoice_id: Id

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return not_owed(subject)

    @staticmethod
    def confirm_text(subject: Invoice) -> str | None:
        return subject.number or None


class RecordPayment(Action, about="invoice", moves_money=True):
    """Record money that came in elsewhere, on the day `on`. Nothing is charged."""

    kind: Literal["record_payment"] = "record_payment"
    invoice_id: Id
    amount: Amount
    on: date
    reference: Annotated[str, Field(min_length=1, max_length=500)]

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return not_owed(subject)


class RetryPayment(Action, about="invoice", moves_money=True, needs_active_account=True):
    """Charge an open invoice again: `amount` of it or all, with a method or the default one."""

    kind: Literal["retry_payment"] = "retry_payment"
    invoice_id: Id
    method_id: Id | None = None
    amount: Amount | None = None

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return not_owed(subject)


class SendInvoiceEmail(Action, about="invoice"):
    """E-mail an invoice, or the receipt of a paid one, `to` an address; by default the one for invoices."""

    kind: Literal["send_invoice_email"] = "send_invoice_email"
    invoice_id: Id
    what: Literal["invoice", "receipt"]
    to: Annotated[str, Field(max_length=320)] | None = None

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        if subject.state is InvoiceState.PENDING_VALIDATION:
            return "The invoice is not final yet. Validate it first."
        return "The invoice is void." if subject.state is InvoiceState.VOIDED else None


class ExtendDueDate(Action, about="invoice"):
    """Move the due date of an open invoice to a later day."""

    kind: Literal["extend_due_date"] = "extend_due_date"
    invoice_id: Id
    due: date

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return not_owed(subject)


class PauseDunning(Action, about="invoice"):
    """Hold reminders and retries of an open invoice; they resume on the day `until`."""

    kind: Literal["pause_dunning"] = "pause_dunning"
    invoice_id: Id
    until: date

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        return not_owed(subject)


class ValidateInvoice(Action, about="invoice", moves_money=True, may_be_free=True, needs_active_account=True):
    """Make a pending invoice final: it is sent, and charged where payment is automatic."""

    kind: Literal["validate_invoice"] = "validate_invoice"
    invoice_id: Id

    @staticmethod
    def disabled_reason(subject: Invoice | InvoiceRow) -> str | None:
        pending = subject.state is InvoiceState.PENDING_VALIDATION
        return None if pending else "The invoice is already final."

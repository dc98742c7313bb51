"""Actions on an invoice: validate, void, write off, record a payment, e-mail, due date, dunning."""

from __future__ import annotations

from typing import Literal

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Day, EmailAddress, Exact, ObjectId, Text
from wbtui.sandbox.actions.charges import billed
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, line, undone_by, warning
from wbtui.sandbox.actions.invoice_rules import owed_amount, owed_invoice, subscription_goes_on
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import destination, remaining
from wbtui.sandbox.engine import invoices, payments
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import at_time, say_date
from wbtui.sandbox.engine.records import Invoice
from wbtui.sandbox.problems import invalid_fields


# ── void ──
class VoidInvoice(Action, moves_money=True):
    """Void an invoice that should not have been issued."""

    kind: Literal["void_invoice"]
    invoice_id: ObjectId


@handles(VoidInvoice)
def void_invoice(run: Run, body: VoidInvoice) -> Effect:
    invoice = owed_invoice(run, body.invoice_id)
    text = f"{invoice.number} is partly paid. Refund the payment first."
    run.refuse_if(invoice.paid > invoice.refunded, "invoice_partly_paid", text)
    money, returned = Money(invoice.open, invoice.currency), Money(invoice.credited, invoice.currency)
    lines = [line(f"No longer owed on {invoice.number}", money, explanation="The number stays in use.")]
    end = ""
    if returned.minor:
        lines.append(line("Account credit returned", returned))
        end = f" The credit of {returned} that it used is back on your account."
    invoices.void_invoice(run.account, invoice, run.at, **run.logged)
    return Effect(
        lines=lines,
        amount=money,
        objects=[invoice.ref],
        reversible=final("To charge it again, bill the customer with a new invoice."),
        email=f"notice that {invoice.number} is void",
        warnings=subscription_goes_on(run, invoice, "Voiding an invoice"),
        customer_sentence=f"Invoice {invoice.number} is void; you do not need to pay it.{end}",
    )


# ── write off ──
class WriteOffInvoice(Action, moves_money=True):
    """Stop collecting a valid invoice that will not be paid."""

    kind: Literal["write_off_invoice"]
    invoice_id: ObjectId


@handles(WriteOffInvoice)
def write_off_invoice(run: Run, body: WriteOffInvoice) -> Effect:
    invoice = owed_invoice(run, body.invoice_id)
    money, total = Money(invoice.open, invoice.currency), Money(invoice.total, invoice.currency)
    invoices.write_off_invoice(run.account, invoice, run.at, **run.logged)
    return Effect(
        lines=[line(f"Written off of {invoice.number}", money, explanation=f"{money} of {total} is open")],
        amount=money,
        objects=[invoice.ref],
        reversible=final("The invoice takes no payment any more."),
        warnings=subscription_goes_on(run, invoice, "Writing off an invoice"),
    )


# ── record payment ──
class RecordPayment(Action, moves_money=True):
    """Record a payment made elsewhere; nothing is charged."""

    kind: Literal["record_payment"]
    invoice_id: ObjectId
    amount: Exact
    on: Day
    reference: Text


@handles(RecordPayment)
def record_payment(run: Run, body: RecordPayment) -> Effect:
    if body.on > run.today:
        raise invalid_fields({"on": "The day is in the future."})
    invoice = owed_invoice(run, body.invoice_id)
    minor, owed = owed_amount(run, invoice, body.amount).minor, Money(invoice.open, invoice.currency)
    paid_at = at_time(body.on, run.account.customer.billing_time) if body.on < run.today else run.at
    payment = payments.record_payment(
        run.account, invoice, run.at, minor, body.reference, paid_at=paid_at, **run.logged
    )
    if run.context.notify:
        invoices.send_mail(run.account, invoice, run.at, "receipt")
    rest, warnings = Money(invoice.open, invoice.currency), []
    left = remaining(rest)
    if body.on < invoice.date:
        text = f"The day is before the invoice date, {say_date(invoice.date)}."
        warnings.append(warning("paid_before_invoice", text))
    return Effect(
        lines=[line(f"Paid on {say_date(body.on)}", body.amount, explanation=f"of {owed} open; {left}")],
        amount=body.amount,
        objects=[payment.ref, invoice.ref],
        reversible=final("If you pay it back, record that refund."),
        email="receipt of the payment",
        warnings=warnings,
        similar=Similar(("Payment received",), body.amount),
        customer_sentence=f"We have received your payment of {body.amount} for invoice {invoice.number};"
        f" {left}.",
    )


# ── send by e-mail ──
class SendInvoiceEmail(Action):
    """E-mail an invoice, or the receipt of a paid one."""

    kind: Literal["send_invoice_email"]
    invoice_id: ObjectId
    what: Literal["invoice", "receipt"]
    to: EmailAddress | None = None


@handles(SendInvoiceEmail)
def send_invoice_email(run: Run, body: SendInvoiceEmail) -> Effect:
    invoice = run.invoice(body.invoice_id)
    text = f"{invoice.number} is not final yet. Validate it first."
    run.refuse_if(invoice.state == "pending_validation", "invoice_not_final", text)
    run.refuse_if(invoice.state == "voided", "invoice_void", f"{invoice.number} is void.")
    if body.what == "receipt" and invoice.state != "paid":
        raise invalid_fields({"what": f"{invoice.number} is not paid, so it has no receipt."})
    to = invoices.send_mail(run.account, invoice, run.at, body.what, body.to)
    run.refuse_if(to is None, "no_email", "The customer has no e-mail address. Enter one.")
    what, receipt = f"{body.what} {invoice.number}", "the receipt of " if body.what == "receipt" else ""
    run.account.log(
        run.at, "contact", f"E-mailed: {what} to {to}", run.actor, invoice.ref, ticket=run.context.ticket
    )
    return Effect(
        objects=[invoice.ref],
        reversible=final("An e-mail can't be called back."),
        emails=[f"{what} to {to}"],
        similar=Similar((f"E-mailed: {what}",)),
        customer_sentence=f"We have e-mailed {receipt}invoice {invoice.number} to {to}.",
    )


# ── later due date ──
class ExtendDueDate(Action):
    """Move the due date to a later day."""

    kind: Literal["extend_due_date"]
    invoice_id: ObjectId
    due: Day


@handles(ExtendDueDate)
def extend_due_date(run: Run, body: ExtendDueDate) -> Effect:
    invoice = owed_invoice(run, body.invoice_id)
    run.refuse_past(body.due, "The due date would be in the past.")
    known = invoice.due or ""
    text = f"{invoice.number} is already due on {say_date(known or body.due)}. Choose a later day."
    run.refuse_if(body.due <= known, "nothing_to_do", text)
    run.check_within_a_year("due", body.due)
    planned, warnings = (invoices.planned_charge(invoice) or body.due)[:10], []
    said = f"Invoice {invoice.number} is now due on {say_date(body.due)}"
    if planned < body.due:
        text = f"The charge planned for {say_date(planned)} stays. Pause dunning to delay it."
        warnings.append(warning("retry_planned", text))
        said += f"; we will charge it again on {say_date(planned)}"
    invoice.due = body.due
    run.log("billing", f"Due date of {invoice.number} moved to {say_date(body.due)}", invoice.ref)
    return Effect(
        objects=[invoice.ref],
        reversible=final("A due date can't be moved to an earlier day."),
        email=f"notice of the new due date of {invoice.number}",
        warnings=warnings,
        customer_sentence=f"{said}.",
    )


# ── pause dunning ──
class PauseDunning(Action):
    """Send no reminders and make no charges before a day."""

    kind: Literal["pause_dunning"]
    invoice_id: ObjectId
    until: Day


@handles(PauseDunning)
def pause_dunning(run: Run, body: PauseDunning) -> Effect:
    invoice, until = owed_invoice(run, body.invoice_id), say_date(body.until)
    text = "Dunning would resume at once. Choose a day after today."
    run.refuse_if(body.until <= run.today, "date_in_past", text)
    same = body.until == invoice.dunning_paused_until
    run.refuse_if(same, "nothing_to_do", f"Dunning of {invoice.number} is already paused until {until}.")
    run.check_within_a_year("until", body.until)
    warnings = []
    if invoice.due is not None and invoice.due < body.until:
        text = f"The due date stays {say_date(invoice.due)}. Extend it if the customer may pay later."
        warnings.append(warning("due_date_stays", text))
    invoice.dunning_paused_until = body.until
    run.log("billing", f"Dunning of {invoice.number} paused until {until}", invoice.ref)
    return Effect(
        objects=[invoice.ref],
        reversible=undone_by("Pause it again until an earlier day."),
        email=f"notice that {invoice.number} is not charged before {until}",
        warnings=warnings,
        customer_sentence=f"We will not charge invoice {invoice.number} or send reminders before {until}.",
    )


# ── validate ──
class ValidateInvoice(Action, moves_money=True):
    """Make a pending invoice final, send it and, where payment is automatic, charge it."""

    kind: Literal["validate_invoice"]
    invoice_id: ObjectId


@handles(ValidateInvoice)
def validate_invoice(run: Run, body: ValidateInvoice) -> Effect:
    account, invoice = run.account, run.invoice(body.invoice_id)
    text = f"{invoice.number} is already final."
    run.refuse_if(invoice.state != "pending_validation", "invoice_not_pending", text)
    run.refuse_frozen()
    invoices.validate_invoice(account, invoice, run.at, **run.logged)
    due = Money(invoice.open, invoice.currency)
    payments.charge_new_invoice(account, invoice, run.at)
    bill = billed(account, invoice, "The invoice stays open.")
    rest, total = Money(invoice.open, invoice.currency), Money(invoice.total, invoice.currency)
    state = f"final; {rest} remains to pay" if rest.minor else "final and paid"
    return Effect(
        lines=[_collected(account, invoice, due)],
        amount=due if due.minor else None,
        objects=bill.objects,
        reversible=final("Void it while nothing is paid; else refund the payment."),
        documents=bill.documents,
        emails=bill.emails,
        warnings=bill.warnings,
        customer_sentence=f"Invoice {invoice.number} of {total} is {state}.",
    )


def _collected(account: Account, invoice: Invoice, due: Money) -> Wire:
    """Say what is collected of an invoice that became final, and how."""
    method = payments.default_method(account)
    used = f"{Money(invoice.credited, invoice.currency)} account credit used" if invoice.credited else None
    if not due.minor:
        return line(f"Nothing is due on {invoice.number}", due, explanation=used)
    if invoice.automatic and method is not None:
        return line(f"Charge {destination(method)}", due, explanation=used)
    return line(f"Open until {say_date(invoice.due or invoice.date)}", due, explanation=used)

"""Forms of the actions on an invoice: validate, void, write off, pay, charge, e-mail, due date, dunning."""

from __future__ import annotations

from wbtui.models.actions.invoice import (
    ExtendDueDate,
    PauseDunning,
    RecordPayment,
    RetryPayment,
    SendInvoiceEmail,
    ValidateInvoice,
    VoidInvoice,
    WriteOffInvoice,
)
from wbtui.models.invoice import InvoiceState
from wbtui.models.parts import METHODS
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, REASON, TICKET
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import ChoiceField, DateField, MoneyField, Options, TextField, first_of
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.payment_fields import METHOD
from wbtui.ui.format import day

VOID = Form(
    model=VoidInvoice,
    hint=lambda _data: "For an invoice that should never have been issued. Write off one that is valid.",
    estimate=True,
)

WRITE_OFF = Form(
    model=WriteOffInvoice,
    context=(REASON, TICKET, COMMENT),
    hint=lambda _data: "For a valid invoice that will not be paid. Void one that is wrong.",
    estimate=True,
)

RECORD_PAYMENT = Form(
    model=RecordPayment,
    fields=(
        MoneyField("amount", "Amount", limit=lambda data: data.subject.open, on_sheet=False),
        DateField("on", "Paid on", past=True, hint="", ask="Enter the day it was paid."),
        TextField("reference", "Reference", limit=500, placeholder="for example Bank transfer 4711",
                  ask="Enter a reference."),
    ),
    hint=lambda _data: "For money that came in elsewhere. Nothing is charged.",
    estimate=True,
)  # fmt: skip


RETRY = Form(
    model=RetryPayment,
    needs=(METHODS,),
    fields=(
        METHOD,
        MoneyField("amount", "Amount", limit=lambda data: data.subject.open, on_sheet=False,
                   note=lambda data: f"Empty: all of {data.subject.open}"),
    ),
    context=(REASON, TICKET, COMMENT),
    estimate=True,
)  # fmt: skip


def _documents(data: FormData) -> Options:
    paid = data.subject.state is InvoiceState.PAID
    return [("Receipt", "receipt"), ("Invoice", "invoice")] if paid else [("Invoice", "invoice")]


_USUAL = {"invoice": 0, "main": 1}
"""Labels of the addresses that invoices are sent to, the first that exists."""


def _usual_address(data: FormData) -> str:
    known = sorted(data.customer.emails, key=lambda one: _USUAL.get(one.label, len(_USUAL)))
    return f"Empty: {known[0].address}" if known else "This customer has no e-mail address."


SEND_EMAIL = Form(
    model=SendInvoiceEmail,
    fields=(
        ChoiceField("what", "Document", _documents, default=first_of(_documents)),
        TextField("to", "Send to", limit=320, placeholder="another address", note=_usual_address),
    ),
)

EXTEND_DUE_DATE = Form(
    model=ExtendDueDate,
    fields=(
        DateField("due", "Due date", hint="the last day to pay", ask="Enter a date.",
                  note=lambda data: f"Currently due on {day(data.subject.due, data.today)}."),
    ),
    context=(TICKET, COMMENT, NOTIFY),
    estimate=True,
)  # fmt: skip


def _next_retry(data: FormData) -> str:
    """Return a sentence with the day of the next planned charge."""
    if data.subject.next_retry is None:
        return "No charge is planned now."
    return f"Next charge planned for {day(data.subject.next_retry, data.today)}."


PAUSE_DUNNING = Form(
    model=PauseDunning,
    fields=(DateField("until", "Resume on", hint="no reminder or retry before that day",
                      ask="Enter a date.", note=_next_retry),),
    context=(TICKET, COMMENT, NOTIFY),
    estimate=True,
)  # fmt: skip

VALIDATE = Form(
    model=ValidateInvoice,
    context=(REASON, TICKET, COMMENT),
    hint=lambda _data: "Check the lines first: a final invoice can't be changed.",
    estimate=True,
)

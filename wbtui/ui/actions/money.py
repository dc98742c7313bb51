"""Forms of the actions that give money back: refund and account credit."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wbtui.models.actions import GrantCredit, RefundInvoice, payment_disabled_reason
from wbtui.models.invoice import Line
from wbtui.models.money import Money
from wbtui.models.payment import Payment
from wbtui.ui.actions.controls import line_left
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import (
    ChoiceField,
    DateField,
    FlagField,
    LinesField,
    MoneyField,
    Options,
    PercentField,
    PickField,
)
from wbtui.ui.actions.form import Form, Rows
from wbtui.ui.format import day

_MODES: Options = (("Full remaining amount", "full"), ("Amount", "amount"), ("Percent", "percent"))


def _modes(data: FormData) -> Options:
    return (*_MODES, ("By line item", "lines")) if _open_lines(data) else _MODES


def _open_lines(data: FormData) -> Sequence[Line]:
    return [line for line in data.subject.lines if line_left(line).minor > 0]


def _payments(data: FormData) -> Options:
    refundable = [one for one in data.subject.payments if payment_disabled_reason(one) is None]
    return [(payment_label(one, data.today), one.id) for one in refundable]


def _payment(data: FormData) -> Payment | None:
    return next((one for one in data.subject.payments if one.id == data["payment_id"]), None)


def _other_payments(data: FormData) -> Sequence[str]:
    """The payments that cannot be refunded, with the reason of each."""
    told = [(payment_label(one, data.today, refundable=False), payment_disabled_reason(one))
            for one in data.subject.payments]  # fmt: skip
    return [f"{label} · {reason}" for label, reason in told if reason is not None]


def payment_label(payment: Payment, today: date, *, refundable: bool = True) -> str:
    """Return amount, day and method, and what is refundable where that is less than all."""
    method = f" · {payment.method.label}" if payment.method is not None else ""
    part = refundable and payment.refundable != payment.money
    left = f" · {payment.refundable} refundable" if part else ""
    return f"{payment.money} · {day(payment.at.date(), today)}{method}{left}"


def _refund_essentials(data: FormData, amount: Money | None) -> Rows:
    payment, invoice = _payment(data), data.subject
    assert payment is not None
    before = f"{payment.refunded} refunded before" if payment.refunded else "nothing refunded yet"
    return (
        ("Amount", f"{amount if amount is not None else '–'} of {payment.money} paid; {before}"),
        ("Invoice", f"{invoice.number} · {day(invoice.date, data.today)} · total {invoice.total}"),
    )


def _refund_facts(data: FormData) -> Rows:
    payment = _payment(data)
    assert payment is not None
    if payment.method is None:
        return (("Refund to", "the original payment method"),)
    return (("Refund to", f"{payment.method.label}, usually 5–10 business days"),)


REFUND = Form(
    model=RefundInvoice,
    fields=(
        PickField("payment_id", "Payment", _payments, place=Place.OBJECT, on_sheet=False,
                  note=lambda data: "\n".join(_other_payments(data))),
        ChoiceField("mode", "Refund", _modes, default="full", on_sheet=False),
        MoneyField("amount", "Amount", show=lambda data: data["mode"] == "amount", on_sheet=False,
                   currencies=lambda data: (data.subject.currency,),
                   limit=lambda data: payment.refundable if (payment := _payment(data)) else None),
        PercentField("percent", "Percent", show=lambda data: data["mode"] == "percent", on_sheet=False),
        LinesField("lines", "Line items", show=lambda data: data["mode"] == "lines", lines=_open_lines,
                   ask="Choose at least one line."),
        FlagField("adjust_invoice", "Also issue a credit note", place=Place.EMAIL),
    ),
    details=_other_payments,
    estimate=True,
    essentials=_refund_essentials,
    facts=_refund_facts,
    subject_name=lambda data: data.subject.number,
)  # fmt: skip


def billed_currencies(data: FormData) -> Sequence[str]:
    """Return the currencies the customer is billed in, the merchant's where there is none."""
    customer = data.customer
    billed = [one.amount.currency for one in customer.running]
    billed += [money.currency for money in (*(customer.owed or ()), *(customer.mrr or ()))]
    return tuple(dict.fromkeys(billed)) or (data.currency,)


GRANT_CREDIT = Form(
    model=GrantCredit,
    fields=(
        MoneyField("amount", "Amount", currencies=billed_currencies, on_sheet=False),
        DateField("expires", "Expires", hint="optional; without a date it never expires"),
    ),
    estimate=True,
)

"""Fields about the payments and lines of an invoice, for every action that gives money back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from wbtui.models.actions.rules import not_refundable
from wbtui.models.invoice import Line
from wbtui.models.money import Money
from wbtui.models.payment import Payment
from wbtui.ui.actions.controls import line_left
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import Options, PickField
from wbtui.ui.format import day


def open_lines(data: FormData) -> Sequence[Line]:
    """Return the lines of the invoice of which something is left."""
    return [line for line in data.subject.lines if line_left(line).minor > 0]


def chosen_payment(data: FormData) -> Payment | None:
    """Return the payment that is chosen."""
    return next((one for one in data.subject.payments if one.id == data["payment_id"]), None)


def refundable(data: FormData) -> Money | None:
    """Return what can still be refunded of the chosen payment."""
    payment = chosen_payment(data)
    return payment.refundable if payment is not None else None


def paid(data: FormData) -> Money | None:
    """Return the amount of the chosen payment."""
    payment = chosen_payment(data)
    return payment.money if payment is not None else None


def other_payments(data: FormData) -> Sequence[str]:
    """Return the payments that cannot be refunded, with the reason of each."""
    told = [(payment_label(one, data.today, refundable=False), not_refundable(one))
            for one in data.subject.payments]  # fmt: skip
    return [f"{label} · {reason}" for label, reason in told if reason is not None]


def payment_label(payment: Payment, today: date, *, refundable: bool = True) -> str:
    """Return amount, day and method, and what is refundable where that is less than all."""
    method = f" · {payment.method.label}" if payment.method is not None else ""
    part = refundable and payment.refundable != payment.money
    left = f" · {payment.refundable} refundable" if part else ""
    return f"{payment.money} · {day(payment.at.date(), today)}{method}{left}"


def _options(data: FormData) -> Options:
    found = [one for one in data.subject.payments if not_refundable(one) is None]
    return [(payment_label(one, data.today), one.id) for one in found]


PAYMENT = PickField(
    "payment_id", "Payment", _options, place=Place.OBJECT, on_sheet=False,
    note=lambda data: "\n".join(other_payments(data)),
)  # fmt: skip

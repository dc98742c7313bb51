"""Fields about the payments and lines of an invoice, and the method it is charged to."""

from __future__ import annotations

from collections.abc import Sequence

from wbtui.models.actions.rules import not_refundable
from wbtui.models.invoice import Line
from wbtui.models.money import Money, reaches
from wbtui.models.parts import METHODS
from wbtui.models.payment import Payment, PaymentMethod
from wbtui.ui.actions.controls import line_left
from wbtui.ui.actions.data import FormData, Place, payment_label
from wbtui.ui.actions.fields import Options, PickField
from wbtui.ui.format import day, dots, method


def open_lines(data: FormData) -> Sequence[Line]:
    """Return the lines of the invoice of which something is left."""
    return [line for line in data.subject.lines if line_left(line).minor > 0]


def chosen_payment(data: FormData) -> Payment | None:
    """Return the payment that is chosen."""
    return next((one for one in data.subject.payments if one.id == data["payment_id"]), None)


def refundable(data: FormData) -> Money | None:
    """Return what can still be refunded of the chosen payment for this invoice."""
    payment = chosen_payment(data)
    return _share(payment.refundable, data.subject.refundable) if payment is not None else None


def paid(data: FormData) -> Money | None:
    """Return the amount of the chosen payment for this invoice."""
    payment = chosen_payment(data)
    return _share(payment.money, data.subject.paid) if payment is not None else None


def _share(whole: Money, invoice: Money | None) -> Money:
    """Of a payment that settled several invoices, what this one has of it."""
    return invoice if invoice is not None and reaches(whole, invoice) else whole


def other_payments(data: FormData) -> Sequence[str]:
    """Return the payments that cannot be refunded, with the reason of each."""
    labelled = [(payment_label(one, data.today, refundable=False), not_refundable(one))
            for one in data.subject.payments]  # fmt: skip
    return [f"{label} · {reason}" for label, reason in labelled if reason is not None]


def _options(data: FormData) -> Options:
    found = [one for one in data.subject.payments if not_refundable(one) is None]
    return [(payment_label(one, data.today), one.id) for one in found]


PAYMENT = PickField(
    "payment_id", "Payment", _options, place=Place.OBJECT, on_sheet=False,
    note=lambda data: "\n".join(other_payments(data)),
)  # fmt: skip


def _chargeable(data: FormData) -> Sequence[PaymentMethod]:
    return [one for one in data.part(METHODS) or () if one.can_be_charged]


def _methods(data: FormData) -> Options:
    """The methods that can be charged, with their expiry."""
    return [(method(one, data.today), one.id) for one in _chargeable(data)]


def _last_method(data: FormData) -> str:
    """The label of the method that was charged last."""
    attempt = next(iter(data.subject.attempts), None)
    return attempt.method.label if attempt is not None and attempt.method is not None else ""


def _another_method(data: FormData) -> str | None:
    """The first method that was not charged last, else the first."""
    ids = [one.id for one in _chargeable(data) if one.label != _last_method(data)]
    return next(iter(ids), None)


def _attempts(data: FormData) -> str | None:
    """The last attempt, how many there were, and the next one that is planned."""
    attempts, planned = data.subject.attempts, data.subject.next_retry
    if not attempts:
        return None
    said = dots(day(attempts[0].when, data.today), _last_method(data), attempts[0].decline)
    number = f"{len(attempts)} attempt{'' if len(attempts) == 1 else 's'} so far"
    then = f"next retry {day(planned, data.today)}" if planned is not None else "no retry planned"
    return f"Last attempt {said}\n{dots(number, then)}"


METHOD = PickField("method_id", "Method", _methods, default=_another_method, note=_attempts)
"""The payment method to charge: at first another than the one that was charged last."""

"""What a form knows: the customer, the object, the parts it needs, and the answers so far."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import IntEnum
from typing import Any, TypeVar, cast

from wbtui.models.capability import Unsupported
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceBrief
from wbtui.models.parts import Part
from wbtui.models.payment import CreditEntry, MethodBrief, Payment, PaymentMethod, Refund
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.ui.format import day, dots, full_day, method, plan
from wbtui.ui.text.subscriptions import start

T = TypeVar("T")


class Place(IntEnum):
    """The fixed order of a form."""

    OBJECT = 0
    AMOUNT = 1
    CONSEQUENCES = 2
    REASON = 3
    TICKET = 4
    COMMENT = 5
    EMAIL = 6


@dataclass
class FormData:
    """Read by the callables of a form's declaration.

    Attributes:
        subject: the object the action is about: a Customer, Subscription or Invoice.
        parts: by name, what the form declared in `needs`.
        answers: by field name; a field that is hidden or not answered is missing.
        chosen: by field name, the label of the chosen option.
        customers: those of a bulk action, else the one.
        unsupported: what the connected system cannot do in this action.
    """

    customer: Customer
    subject: Any
    today: date
    agent: str
    currency: str = "eur"
    ticket: str = ""
    parts: Mapping[str, Any] = field(default_factory=dict)
    answers: dict[str, Any] = field(default_factory=dict)
    chosen: dict[str, str] = field(default_factory=dict)
    customers: tuple[Customer, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()

    def __post_init__(self) -> None:
        self.customers = self.customers or (self.customer,)

    def has_same_objects(self, other: FormData) -> bool:
        """Return whether customer, object and parts are equal to those of `other`; answers may differ."""
        return (self.customer, self.subject, self.parts) == (other.customer, other.subject, other.parts)

    def part(self, part: Part[T]) -> T | None:
        """Return a part the form needs; None where the system does not offer it."""
        return cast("T | None", self.parts.get(part.name))

    def unsupported_reason(self, members: Mapping[str, Any]) -> str | None:
        """Return why the connected system cannot do an answer, by the members it sets; None where it can."""
        for one in self.unsupported:
            name = one.member.removeprefix("context.")
            if name in members and members[name] in one.values:
                return one.reason
        return None

    def __getitem__(self, name: str) -> Any:
        """Return the answer of a field, None when there is none."""
        return self.answers.get(name)


def billed_currencies(data: FormData) -> Sequence[str]:
    """Return the currencies the customers are or were billed in, the merchant's where there is none."""
    billed = [money.currency for customer in data.customers for money in customer.billed]
    return tuple(dict.fromkeys(billed)) or (data.currency,)


def usual_currency(data: FormData) -> str | None:
    """Return the currency that most of the customers are billed in; None where two have as many, or none."""
    first = [amounts[0] for customer in data.customers if (amounts := customer.billed)]
    ranked = Counter(money.currency for money in first if money).most_common(2)
    is_clear = len(ranked) == 1 or (len(ranked) == 2 and ranked[0][1] > ranked[1][1])
    return ranked[0][0] if is_clear else None


def name_of(subject: Any) -> str:
    """Return how commit key and journal name an object: "Anna Schmidt", "INV-0041", "Pro · monthly"."""
    match subject:
        case Customer():
            return subject.title
        case InvoiceBrief():
            return subject.number
        case SubscriptionBrief():
            return plan(subject)
        case MethodBrief():
            return subject.label
        case Payment():
            return f"{subject.money} of {full_day(subject.when)}"
        case Refund():
            return f"{subject.money} of {full_day(subject.at)}"
        case _:
            return str(getattr(subject, "money", subject.id))


def description_of(subject: Any, today: date) -> str:
    """Return the name of an object with what tells it apart: "INV-0041 · 14 Nov · total €49.00"."""
    if isinstance(subject, Invoice):
        return f"{subject.number} · {day(subject.date, today)} · total {subject.total}"
    if isinstance(subject, CreditEntry | Refund):
        return dots(str(subject.money), day(subject.at, today), subject.by and f"by {subject.by}")
    if isinstance(subject, Payment):
        return payment_label(subject, today, refundable=False)
    if isinstance(subject, Subscription):
        return dots(plan(subject), str(subject.amount), start(subject, today))
    return method(subject, today) if isinstance(subject, PaymentMethod) else name_of(subject)


def payment_label(payment: Payment, today: date, *, refundable: bool = True) -> str:
    """Return amount, day and method, and what is refundable where that is less than all."""
    method = f" · {payment.method.label}" if payment.method is not None else ""
    part = refundable and payment.refundable != payment.money
    left = f" · {payment.refundable} refundable" if part else ""
    return f"{payment.money} · {day(payment.when, today)}{method}{left}"

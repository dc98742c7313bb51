"""What a form hands to the preview sheet: the action, and the words around the server's preview of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from wbtui.models.actions import Action, Reason
from wbtui.models.customer import Customer
from wbtui.models.money import Money

REASONS: tuple[tuple[str, Reason], ...] = (
    ("service issue", Reason.SERVICE_ISSUE),
    ("billing error", Reason.BILLING_ERROR),
    ("courtesy", Reason.COURTESY),
    ("duplicate", Reason.DUPLICATE),
    ("cancellation", Reason.CANCELLATION),
    ("price change", Reason.PRICE_CHANGE),
    ("customer request", Reason.CUSTOMER_REQUEST),
    ("fraud", Reason.FRAUD),
    ("other", Reason.OTHER),
)


@dataclass(frozen=True)
class Proposal:
    """One action on its way to the sheet.

    Attributes:
        title: heading of the sheet: "Refund INV-0041".
        commit_label: from the amount: "Refund €22.40 to Anna Schmidt"; the committing key says it.
        summary: from the amount, for the journal: "Refund €22.40 of INV-0041".
        facts: label and value pairs of the sheet's body, in order; not cleaned.
        essentials: from the amount: what must be in view to be confirmed, below the customer.
        needs_amount: it may not be confirmed while the preview does not say the amount.
        hold: seconds it is held before it is sent.
        type_above: an amount above this must be typed once more.
    """

    action: Action
    title: str
    customer: Customer
    commit_label: Callable[[Money | None], str]
    summary: Callable[[Money | None], str]
    facts: tuple[tuple[str, str], ...] = ()
    essentials: Callable[[Money | None], tuple[tuple[str, str], ...]] = field(default=lambda _money: ())
    needs_amount: bool = False
    hold: float = 0.0
    label: str | None = None
    type_above: Money | None = None


def identification(customer: Customer) -> tuple[str, ...]:
    """Who it is, so that two of one name are told apart: company and e-mail, then the id."""
    parts = [customer.company, customer.email]
    first = " · ".join(part for part in parts if part and part != customer.title)
    return tuple(line for line in (first, customer.id) if line and line != customer.title)

"""The use of a payment method: as the billing system lists it, else by its rules."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.support.anna import METHODS, OPEN_INVOICE, SUBSCRIPTION, row_of
from wbtui.models.invoice import InvoiceRow, InvoiceState
from wbtui.models.method_use import MethodUse, default_method, paid_by_invoice, use_of
from wbtui.models.money import Money
from wbtui.models.payment import MethodKind, MethodStatus, PaymentMethod
from wbtui.models.subscription import Subscription, SubscriptionStatus

NOTHING = MethodUse((), ())
UNKNOWN = MethodUse(None, None)


def method(number: int, order: int | None, **members: Any) -> PaymentMethod:
    """A method of a system that does not list its use."""
    not_provided = {"is_default": None, "subscriptions": None, "open_invoices": None}
    return METHODS[0].model_copy(update={"id": f"Pm_{number}", "order": order, **not_provided, **members})


def subscription(id: str, automatic: bool | None = True, **members: Any) -> Subscription:
    return SUBSCRIPTION.model_copy(update={"id": id, "automatic_payment": automatic, **members})


def invoice(id: str, of: str | None, **members: Any) -> InvoiceRow:
    return row_of(OPEN_INVOICE).model_copy(update={"id": id, "subscription_id": of, **members})


FIRST, SECOND = method(1, 5), method(2, 7)
BOTH = (SECOND, FIRST)
CARD, BY_INVOICE = subscription("card"), subscription("by_invoice", False)
ENDED = subscription("ended", False, status=SubscriptionStatus.CANCELED)


def test_the_first_active_method_is_charged_for_all_that_is_paid_automatically() -> None:
    later = subscription("later", status=SubscriptionStatus.SCHEDULED, start=date(2026, 12, 1))
    subscriptions = (CARD, BY_INVOICE, ENDED, later)
    invoices = (
        invoice("open", "card"),
        invoice("to_validate", "card", state=InvoiceState.PENDING_VALIDATION, open=None),
        invoice("paid_by_hand", "by_invoice"),
        invoice("covered", "card", open=Money(0, "eur")),
        invoice("settled", "card", state=InvoiceState.PAID),
        invoice("void", "card", state=InvoiceState.VOIDED),
    )
    assert use_of(FIRST, BOTH, subscriptions, invoices) == MethodUse(
        ("card", "later"), ("open", "to_validate")
    )
    assert use_of(SECOND, BOTH, subscriptions, invoices) == NOTHING
    assert paid_by_invoice(subscriptions) == (BY_INVOICE,)


def test_the_lists_of_the_billing_system_take_precedence() -> None:
    listed = method(1, 5, is_default=True, subscriptions=("elsewhere",), open_invoices=("x",))
    assert use_of(listed, (listed, SECOND), (CARD,), (invoice("open", "card"),)) == MethodUse(
        ("elsewhere",), ("x",)
    )
    last = method(3, 99, is_default=True)
    assert default_method((*BOTH, last)) == last


@pytest.mark.parametrize(
    "members",
    [
        *({"status": one} for one in MethodStatus if one is not MethodStatus.ACTIVE),
        {"kind": MethodKind.BANK_TRANSFER},
    ],
)
def test_a_bank_transfer_or_a_method_that_is_not_active_is_never_charged(members: dict[str, Any]) -> None:
    out = method(1, 1, **members)
    assert use_of(out, (out, SECOND), (CARD,), ()) == NOTHING
    assert use_of(SECOND, (out, SECOND), (CARD,), ()) == MethodUse(("card",), ())
    assert default_method((out,)) is None and use_of(out, (out,), (CARD,), ()) == NOTHING


def test_what_is_not_known_is_not_guessed() -> None:
    unordered = (method(1, None), method(2, None))
    assert use_of(unordered[0], unordered, (CARD,), ()) == UNKNOWN
    assert use_of(FIRST, (FIRST,), None, None) == UNKNOWN
    unsaid = subscription("unsaid", None)
    assert use_of(FIRST, (FIRST,), (CARD, unsaid), (invoice("i", "unsaid"),)) == UNKNOWN
    alone = method(1, None)
    assert use_of(alone, (alone,), (CARD,), None) == MethodUse(("card",), None)


@pytest.mark.parametrize("of", [None, "gone"])
def test_an_invoice_of_no_known_subscription_is_charged_unless_one_is_paid_by_invoice(of: str | None) -> None:
    invoices = (invoice("i", of),)
    assert use_of(FIRST, BOTH, (CARD,), invoices).invoices == ("i",)
    assert use_of(FIRST, BOTH, (), invoices).invoices == ("i",)
    assert use_of(FIRST, BOTH, (CARD, BY_INVOICE), invoices).invoices is None

"""Actions refuse what contradicts itself before anything is asked of a server."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from tests.support.anna import ANNA, METHODS, SUBSCRIPTION
from tests.support.customers import customer, invoices_of
from wbtui.models.actions import Action, Context, Reason, read_action
from wbtui.models.actions.customer import AppendNote, CreatePortalLink, EditCustomer
from wbtui.models.actions.members import LineAmount
from wbtui.models.actions.method import ReorderMethods
from wbtui.models.actions.money import IssueCreditNote, RefundInvoice
from wbtui.models.actions.subscription import ChangePlan
from wbtui.models.customer import CustomerStatus
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.subscription import SubscriptionStatus
from wbtui.models.summary import invoice_summary

WHY = Context(agent="Jörg Müller", reason=Reason.SERVICE_ISSUE)
FIVE = Money(500, "eur")


def refund(**members: Any) -> RefundInvoice:
    return RefundInvoice(
        **{"customer_id": "Cust_1", "context": WHY, "payment_id": "Pay_1", "invoice_id": None, **members}
    )


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "full"},
        {"mode": "amount", "amount": FIVE},
        {"mode": "percent", "percent": "12.5"},
        {"mode": "lines", "lines": (LineAmount(line_id="Line_1"),)},
    ],
)
def test_each_mode_goes_with_its_member(members: dict[str, Any]) -> None:
    action = refund(**members)
    assert read_action(action.model_dump_json()) == action


@pytest.mark.parametrize(
    "members",
    [
        {"mode": "amount"},
        {"mode": "full", "amount": FIVE},
        {"mode": "percent", "amount": FIVE},
        {"mode": "lines"},
        {"mode": "amount", "amount": FIVE, "percent": "5"},
        {"mode": "everything"},
        {"mode": "full", "context": Context(agent="x")},
    ],
)
def test_contradictions_are_refused(members: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        refund(**members)


def test_other_needs_a_comment() -> None:
    with pytest.raises(ValidationError, match="comment"):
        Context(agent="x", reason=Reason.OTHER, comment="  ")
    assert Context(agent="x", reason=Reason.OTHER, comment="because").comment == "because"


def test_each_action_names_its_capability() -> None:
    assert refund(mode="full").capability == "action.refund"
    assert AppendNote(customer_id="c", context=WHY, text="x").capability == "action.append_note"
    assert CreatePortalLink(customer_id="c", context=WHY).capability == "action.create_portal_link"


@pytest.mark.parametrize("summary", [False, True])
def test_an_invoice_of_a_list_says_by_its_sums_why_it_cannot_be_refunded(summary: bool) -> None:
    def reason(paid: Money | None, refunded: Money | None) -> str | None:
        sums = {"state": InvoiceState.READY_FOR_PAYMENT, "paid": paid, "refunded": refunded}
        row = invoices_of(customer(1))[0].model_copy(update=sums)
        return RefundInvoice.disabled_reason(invoice_summary(row) if summary else row)

    nothing = Money(0, "eur")
    assert reason(nothing, nothing) == "Nothing has been paid on this invoice yet."
    assert reason(FIVE, FIVE) == "Already refunded in full."
    assert reason(FIVE, nothing) is None
    assert reason(None, None) is None, "unknown is not a reason"


@pytest.mark.parametrize("kind", [RefundInvoice, IssueCreditNote])
def test_of_an_invoice_that_account_credit_covers_nothing_is_given_back(kind: type[Action]) -> None:
    row = invoices_of(customer(1))[0].model_copy(update={"state": InvoiceState.PAID, "paid": Money(0, "eur")})
    reason = kind.disabled_reason(row.model_copy(update={"refunded": Money(0, "eur")}))
    assert reason == "Nothing was paid: the invoice is free or covered by credit."
    assert IssueCreditNote.disabled_reason(row.model_copy(update={"paid": None})) is None


def test_an_unknown_kind_is_named() -> None:
    with pytest.raises(ValueError, match="'fly_away'"):
        read_action('{"kind": "fly_away"}')


@pytest.mark.parametrize("kind", [EditCustomer, ReorderMethods])
def test_the_data_of_a_frozen_customer_is_not_changed(kind: type[Action]) -> None:
    several = ANNA.model_copy(update={"methods": METHODS})
    assert kind.disabled_reason_for(several, several) is None
    frozen = several.model_copy(update={"status": CustomerStatus.INACTIVE})
    assert kind.disabled_reason_for(frozen, frozen) == "The account is frozen. Activate it first."


def test_the_state_of_the_object_is_said_before_that_of_the_account() -> None:
    frozen = ANNA.model_copy(update={"status": CustomerStatus.INACTIVE})
    canceled = SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.CANCELED})
    assert "is frozen" in (ChangePlan.disabled_reason_for(frozen, SUBSCRIPTION) or "")
    assert "is canceled" in (ChangePlan.disabled_reason_for(frozen, canceled) or "")
    assert AppendNote.disabled_reason_for(frozen, frozen) is None

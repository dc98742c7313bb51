"""Why an invoice or a subscription does not allow an action, as the billing system would refuse it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.anna import INVOICE, SUBSCRIPTION, eur
from tests.support.customers import TODAY
from wbtui.models.actions.invoice import VoidInvoice
from wbtui.models.actions.money import IssueCreditNote
from wbtui.models.actions.starting import ExtendTrial
from wbtui.models.actions.subscription import SetDiscount
from wbtui.models.invoice import InvoiceState
from wbtui.models.subscription import ScheduledChange, SubscriptionStatus

LATER = TODAY + timedelta(days=9)
TRIAL: dict[str, Any] = {"trial_end": LATER, "period_index": 0, "status": SubscriptionStatus.ACTIVE}
CHANGE = ScheduledChange(kind="change_units", on=LATER, to_plan="Pro", to_units={}, by="Jo")


def test_nothing_is_credited_of_an_invoice_that_was_refunded_in_full() -> None:
    assert IssueCreditNote.disabled_reason(INVOICE) is None
    part = INVOICE.model_copy(update={"refunded": eur(100)})
    assert IssueCreditNote.disabled_reason(part) is None
    whole = INVOICE.model_copy(update={"refunded": INVOICE.paid})
    assert IssueCreditNote.disabled_reason(whole) == "Already refunded in full."


def test_an_invoice_is_voided_once_what_was_paid_of_it_is_refunded() -> None:
    open_one = INVOICE.model_copy(update={"state": InvoiceState.READY_FOR_PAYMENT, "paid": eur(1000)})
    for refunded in (None, eur(0), eur(999)):
        part = open_one.model_copy(update={"refunded": refunded})
        assert VoidInvoice.disabled_reason(part) == "The invoice is partly paid. Refund the payment first."
    assert VoidInvoice.disabled_reason(open_one.model_copy(update={"refunded": eur(1000)})) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"period_index": 1}, "The trial is not running."),
        ({"cancel_at": LATER}, "The subscription is canceling. Undo that first."),
        ({"scheduled_change": CHANGE}, "A change is scheduled for the end of the trial. Undo it first."),
    ],
)
def test_a_trial_that_ends_otherwise_is_not_extended(changes: dict[str, Any], reason: str | None) -> None:
    assert ExtendTrial.disabled_reason(SUBSCRIPTION.model_copy(update={**TRIAL, **changes})) == reason


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("active", None),
        ("pending", None),
        ("scheduled", None),
        ("canceled", "The subscription has ended."),
        ("not_ready", "The discount can't be set; the subscription is not ready."),
    ],
)
def test_a_discount_is_set_before_the_start_and_while_active(status: str, reason: str | None) -> None:
    one = SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus(status)})
    assert SetDiscount.disabled_reason(one) == reason

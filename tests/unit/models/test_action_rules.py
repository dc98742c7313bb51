"""Why an invoice or a subscription does not allow an action, as the billing system would refuse it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.support.anna import INVOICE, SUBSCRIPTION, eur
from tests.support.customers import TODAY
from wbtui.models.actions.money import IssueCreditNote
from wbtui.models.actions.starting import ExtendTrial
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

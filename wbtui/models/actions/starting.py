"""Actions that start a subscription: a new one, an ended or pending one, and a longer trial."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import Count, Days
from wbtui.models.actions.rules import REPLACED
from wbtui.models.subscription import Subscription, SubscriptionStatus


class CreateSubscription(Action, moves_money=True, may_be_free=True, needs_active_account=True, adds=True):
    """Start a first or further subscription.

    `units`: feature slug to units. `start` None: today. `trial_days` None: the plan's own trial, 0: none.
    A `pending` one starts when it is activated. Without `automatic_payment` the customer pays by invoice.
    """

    kind: Literal["create_subscription"] = "create_subscription"
    plan_id: Id
    pricing_id: Id
    units: dict[str, Count] = Field(default_factory=dict)
    start: date | None = None
    trial_days: Days | None = None
    discount_id: Id | None = None
    pending: bool = False
    automatic_payment: bool = True


class RenewSubscription(
    Action, about="subscription", moves_money=True, may_be_free=True, needs_active_account=True
):
    """Start an ended subscription again as a new one, with its units and without a trial.

    `price`: `as_before` keeps the contract's prices and what is left of its discount, `today` takes the list
    prices. `start` None: today.
    """

    kind: Literal["renew_subscription"] = "renew_subscription"
    contract_id: Id
    start: date | None = None
    price: Literal["today", "as_before"]

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        if subject.status is SubscriptionStatus.MOVED:
            return REPLACED
        ended = subject.status is SubscriptionStatus.CANCELED
        return None if ended else "Only an ended subscription can be renewed."


class ActivateSubscription(
    Action, about="subscription", moves_money=True, may_be_free=True, needs_active_account=True
):
    """Start a pending or scheduled subscription; `start` None: today."""

    kind: Literal["activate_subscription"] = "activate_subscription"
    contract_id: Id
    start: date | None = None

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        waits = subject.status.has_not_started
        return None if waits else "Only a pending or scheduled one can be activated."


class ExtendTrial(Action, about="subscription", needs_active_account=True):
    """Move the end of a trial, which is the day of the first charge, to a later day."""

    kind: Literal["extend_trial"] = "extend_trial"
    contract_id: Id
    trial_end: date

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        if subject.trial_end is None:
            return "This subscription has no trial."
        if subject.status is not SubscriptionStatus.ACTIVE or subject.period_index:
            return "The trial is not running."
        if subject.cancel_at is not None:
            return "The subscription is canceling. Undo that first."
        if subject.scheduled_change is not None:
            return "A change is scheduled for the end of the trial. Undo it first."
        return None

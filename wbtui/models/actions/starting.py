"""Actions that start a subscription: a new one, an ended or pending one, and a longer trial."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import Count, Days
from wbtui.models.actions.rules import no_trial, not_ended, not_pending
from wbtui.models.subscription import Subscription


class CreateSubscription(Action, moves_money=True, may_be_free=True, needs_active_account=True):
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
    Action,
    about="subscription",
    moves_money=True,
    may_be_free=True,
    conflicts_on=("contract_id",),
    needs_active_account=True,
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
        """Return why the subscription cannot be renewed; None when it has ended."""
        return not_ended(subject)


class ActivateSubscription(
    Action,
    about="subscription",
    moves_money=True,
    may_be_free=True,
    conflicts_on=("contract_id",),
    needs_active_account=True,
):
    """Start a pending or scheduled subscription; `start` None: today."""

    kind: Literal["activate_subscription"] = "activate_subscription"
    contract_id: Id
    start: date | None = None

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the subscription cannot be activated; None when it waits for its start."""
        return not_pending(subject)


class ExtendTrial(Action, about="subscription", conflicts_on=("contract_id",), needs_active_account=True):
    """Move the end of a trial, which is the day of the first charge, to a later day."""

    kind: Literal["extend_trial"] = "extend_trial"
    contract_id: Id
    trial_end: date

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why there is no trial to extend; None during a trial."""
        return no_trial(subject)

"""Actions that start a subscription: renew an ended one, activate a pending one, and a longer trial."""

from __future__ import annotations

from datetime import date
from typing import Literal

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.rules import no_trial, not_ended, not_pending
from wbtui.models.subscription import Subscription


class RenewSubscription(
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
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
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
):
    """Start a pending or scheduled subscription; `start` None: today."""

    kind: Literal["activate_subscription"] = "activate_subscription"
    contract_id: Id
    start: date | None = None

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the subscription cannot be activated; None when it waits for its start."""
        return not_pending(subject)


class ExtendTrial(Action, about="subscription", conflicts_on=("contract_id",)):
    """Move the end of a trial, which is the day of the first charge, to a later day."""

    kind: Literal["extend_trial"] = "extend_trial"
    contract_id: Id
    trial_end: date

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why there is no trial to extend; None during a trial."""
        return no_trial(subject)

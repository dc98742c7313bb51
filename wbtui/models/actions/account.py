"""Actions on the account of a customer: freeze, activate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action
from wbtui.models.customer import Customer, CustomerStatus


class FreezeCustomer(Action):
    """Pause everything: no charges, subscriptions paused, contact data read-only (Wingback: inactivate)."""

    kind: Literal["freeze_customer"] = "freeze_customer"
    note: str | None = Field(default=None, max_length=5000)

    @staticmethod
    def disabled_reason(subject: Customer) -> str | None:
        """Return why the account cannot be frozen; None when it can."""
        if subject.status is CustomerStatus.INACTIVE:
            return "Already frozen."
        return "The customer has not registered yet." if subject.status is CustomerStatus.TEMPORARY else None


class ActivateCustomer(Action, moves_money=True, may_be_free=True):
    """Charge a frozen customer again; a subscription that should have started meanwhile starts now."""

    kind: Literal["activate_customer"] = "activate_customer"
    note: str | None = Field(default=None, max_length=5000)

    @staticmethod
    def disabled_reason(subject: Customer) -> str | None:
        """Return why there is nothing to activate; None when the account is frozen."""
        return None if subject.status is CustomerStatus.INACTIVE else "The account is not frozen."

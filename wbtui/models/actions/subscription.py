"""Actions that change a subscription: plan, units, discount, and undoing a scheduled change."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import Count
from wbtui.models.actions.rules import not_changeable, not_discountable, units_not_changeable
from wbtui.models.subscription import Subscription


class ChangePlan(
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
):
    """Move a subscription to another plan, cycle or price at today's prices.

    `units`: feature slug to units. `discount_id` None removes the discount; left out, it stays.
    `proration` says how the unused and the new part of the period are billed when the change is made now.
    """

    kind: Literal["change_plan"] = "change_plan"
    contract_id: Id
    plan_id: Id
    pricing_id: Id
    units: dict[str, Count] = Field(default_factory=dict)
    discount_id: Id | None = None
    when: Literal["now", "period_end"]
    downgrade_allowed: bool = False
    proration: Literal["invoice_now", "next_invoice", "none"] = "invoice_now"

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the plan cannot be changed now; None when it can."""
        return not_changeable(subject)


class ChangeUnits(
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
):
    """Order other units, such as seats, at the prices that the contract has recorded.

    `units`: feature slug to units; those left out stay. `proration`: see ChangePlan.
    """

    kind: Literal["change_units"] = "change_units"
    contract_id: Id
    units: dict[str, Count]
    when: Literal["now", "period_end"]
    downgrade_allowed: bool = False
    proration: Literal["invoice_now", "next_invoice", "none"] = "invoice_now"

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the units cannot be changed now; None when they can."""
        return units_not_changeable(subject)


class UndoScheduledChange(Action, about="subscription", conflicts_on=("contract_id",)):
    """Withdraw the scheduled change of plan or units."""

    kind: Literal["undo_scheduled_change"] = "undo_scheduled_change"
    contract_id: Id

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why there is nothing to undo; None when a change is scheduled."""
        return None if subject.scheduled_change is not None else "No change is scheduled."


class SetDiscount(
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
):
    """Set another discount from the next charge on; `discount_id` None removes it."""

    kind: Literal["set_discount"] = "set_discount"
    contract_id: Id
    discount_id: Id | None

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the discount cannot change; None when it can."""
        return not_discountable(subject)

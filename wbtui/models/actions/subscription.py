"""Actions on subscriptions."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.rules import not_changeable
from wbtui.models.base import Units
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
    units: dict[str, Units] = Field(default_factory=dict)
    discount_id: Id | None = None
    when: Literal["now", "period_end"]
    downgrade_allowed: bool = False
    proration: Literal["invoice_now", "next_invoice", "none"] = "invoice_now"

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the plan cannot be changed now; None when it can."""
        return not_changeable(subject)

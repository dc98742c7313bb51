"""Actions that change or end a subscription: plan, units, discount, cancellation, and undoing them."""

from __future__ import annotations

from datetime import date as Date
from typing import Any, Literal, Self

from pydantic import Field, model_validator

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import CancelReason, Count
from wbtui.models.actions.rules import REPLACED, not_cancelable, not_changeable
from wbtui.models.plan_diff import COUNTED
from wbtui.models.subscription import Subscription, SubscriptionStatus
from wbtui.models.text import spaced


class ChangePlan(Action, about="subscription", moves_money=True, may_be_free=True, needs_active_account=True):
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
        return not_changeable(subject)


class ChangeUnits(
    Action, about="subscription", moves_money=True, may_be_free=True, needs_active_account=True
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
        counted = any(feature.strategy in COUNTED for feature in subject.features)
        none = f"{subject.plan or 'This plan'} has no units to change, such as seats."
        return not_changeable(subject) or (None if counted else none)


class UndoScheduledChange(Action, about="subscription"):
    """Withdraw the scheduled change of plan or units."""

    kind: Literal["undo_scheduled_change"] = "undo_scheduled_change"
    contract_id: Id

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        return None if subject.scheduled_change is not None else "No change is scheduled."


class SetDiscount(
    Action, about="subscription", moves_money=True, may_be_free=True, needs_active_account=True
):
    """Set another discount from the next charge on; an empty `discount_id` removes it."""

    kind: Literal["set_discount"] = "set_discount"
    contract_id: Id
    discount_id: Id | None

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        if subject.status is SubscriptionStatus.MOVED:
            return REPLACED
        if subject.status is SubscriptionStatus.CANCELED:
            return "The subscription has ended."
        if subject.status is SubscriptionStatus.ACTIVE or subject.status.has_not_started:
            return None
        return f"The discount can't be set; the subscription is {spaced(subject.status)}."


class CancelSubscription(Action, about="subscription", moves_money=True, may_be_free=True):
    """End a subscription now, at the end of the billing period, or on a date, the first day without service.

    `unused_time` is paid time after the end. The defaults move no money but a last invoice of usage.
    """

    kind: Literal["cancel_subscription"] = "cancel_subscription"
    contract_id: Id
    when: Literal["now", "period_end", "date"]
    date: Date | None = None
    unused_time: Literal["none", "prorated_credit", "prorated_refund", "full_refund"] = "none"
    unbilled_usage: Literal["bill", "drop"] = "bill"
    open_invoices: Literal["leave", "collect", "write_off"] = "leave"
    credits: Literal["keep", "refund"] = "keep"
    cancel_reason: CancelReason

    def model_post_init(self, context: Any) -> None:
        super().model_post_init(context)
        # The API needs these members, also where they have their default.
        self.model_fields_set.update(("unused_time", "unbilled_usage", "open_invoices", "credits"))

    @model_validator(mode="after")
    def _date_goes_with_its_choice(self) -> Self:
        self.check_choice("when", "date")
        return self

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        return not_cancelable(subject)


class UndoCancel(Action, about="subscription"):
    """Withdraw a scheduled cancellation: the subscription continues as before."""

    kind: Literal["undo_cancel"] = "undo_cancel"
    contract_id: Id

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        return None if subject.is_canceling else "No cancellation is scheduled."

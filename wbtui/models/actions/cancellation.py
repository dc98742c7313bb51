"""Actions that end a subscription or keep it."""

from __future__ import annotations

from datetime import date as Date
from typing import Any, Literal, Self

from pydantic import model_validator

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.members import CancelReason
from wbtui.models.actions.rules import not_cancelable
from wbtui.models.subscription import Subscription


class CancelSubscription(
    Action, about="subscription", moves_money=True, may_be_free=True, conflicts_on=("contract_id",)
):
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
        # The API needs every answer, also one that was left to the default.
        self.model_fields_set.update(("unused_time", "unbilled_usage", "open_invoices", "credits"))

    @model_validator(mode="after")
    def _date_goes_with_its_choice(self) -> Self:
        self.check_choice("when", "date")
        return self

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why the subscription cannot be canceled; None when it can."""
        return not_cancelable(subject)


class UndoCancel(Action, about="subscription", conflicts_on=("contract_id",)):
    """Withdraw a scheduled cancellation: the subscription continues as before."""

    kind: Literal["undo_cancel"] = "undo_cancel"
    contract_id: Id

    @staticmethod
    def disabled_reason(subject: Subscription) -> str | None:
        """Return why there is nothing to undo; None when there is."""
        return None if subject.is_canceling else "No cancellation is scheduled."

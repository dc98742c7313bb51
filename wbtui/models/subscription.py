"""Subscriptions, which Wingback calls contracts."""

from __future__ import annotations

from datetime import date as Date
from typing import Annotated, TypeAlias

from wbtui.models.base import Id, Model, OpenEnum, Units
from wbtui.models.money import Money
from wbtui.models.plan import Cycle, Discount, Feature

InvoiceTrigger: TypeAlias = Annotated[str, "invoice trigger"]
"""When invoices are issued: a word such as `immediate`, or `every 3 months`."""


class SubscriptionStatus(OpenEnum):
    """Status of a subscription. `moved`: replaced by another one; `not_ready`: still being set up."""

    ACTIVE = "active"
    PENDING = "pending"
    SCHEDULED = "scheduled"
    CANCELED = "canceled"
    MOVED = "moved"
    NOT_READY = "not_ready"
    UNKNOWN = "unknown"

    @property
    def has_ended(self) -> bool:
        """Whether it gives no service any more: cancelled, or replaced by another one."""
        return self in (SubscriptionStatus.CANCELED, SubscriptionStatus.MOVED)

    @property
    def has_not_started(self) -> bool:
        """Whether it waits for its start or for its activation."""
        return self in (SubscriptionStatus.PENDING, SubscriptionStatus.SCHEDULED)


class NextCharge(Model):
    date: Date
    total: Money


class ScheduledChange(Model):
    """Scheduled change of plan or units."""

    kind: str = "unknown"
    on: Date
    to_plan: str | None
    to_units: dict[str, Units]
    by: str | None


class SubscriptionBrief(Model):
    """Summary of a subscription.

    `amount` is the price per cycle after discount, without usage and added tax; `end` the first day without
    service, of an ended subscription.
    """

    id: Id
    status: SubscriptionStatus
    plan_id: str = ""
    plan: str = ""
    cycle: Cycle
    amount: Money
    start: Date | None
    trial_end: Date | None = None
    cancel_at: Date | None = None
    end: Date | None = None
    next_charge: NextCharge | None = None

    @property
    def is_canceling(self) -> bool:
        """Whether it is active and its end is scheduled."""
        return self.status is SubscriptionStatus.ACTIVE and self.cancel_at is not None

    def in_trial(self, today: Date) -> bool:
        """Return whether its trial is not over.

        `trial_end` is the day of the first charge: once that was made, the next one is on a later day.
        """
        if self.trial_end == today:
            return self.next_charge is None or self.next_charge.date <= today
        return self.trial_end is not None and self.trial_end > today


class Subscription(SubscriptionBrief):
    """Complete subscription. `period` is its first and last day. Fields not provided are None."""

    version: str = ""
    customer_id: Id
    pricing_id: Id | None = None
    price_signed: Money | None = None
    price_today: Money | None = None
    units: dict[str, Units] = {}
    features: tuple[Feature, ...] = ()
    discount: Discount | None = None
    period: tuple[Date, Date] | None = None
    period_index: int | None = None
    automatic_payment: bool | None = None
    invoice_trigger: InvoiceTrigger | None = None
    notice_period_days: int | None = None
    scheduled_change: ScheduledChange | None = None
    moved_from: Id | None = None
    moved_to: Id | None = None
    ended_reason: str | None = None
    by: str | None = None

    @property
    def end_reason(self) -> str | None:
        """Why it ended, as a word of the API; None if not recorded. `moved` repeats only its status."""
        return self.ended_reason if self.ended_reason != SubscriptionStatus.MOVED else None

    @property
    def contract_price(self) -> Money:
        """The price per cycle that the contract has recorded, in the currency of `amount`; else `amount`."""
        signed = self.price_signed
        return signed if signed is not None and signed.currency == self.amount.currency else self.amount

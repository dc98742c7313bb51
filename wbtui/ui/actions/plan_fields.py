"""Fields about plans, units and timing, for every action that changes a subscription."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from wbtui.models.parts import PLANS
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing
from wbtui.models.plan_diff import counted_features
from wbtui.models.subscription import Subscription
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import ChoiceField, FlagField, Options, PickField
from wbtui.ui.actions.object_fields import UnitsField
from wbtui.ui.format import day, per_cycle

_HOURS = {
    Cycle.HOUR: 1,
    Cycle.DAY: 24,
    Cycle.WEEK: 168,
    Cycle.MONTH: 730,
    Cycle.QUARTER: 2190,
    Cycle.YEAR: 8760,
}
"""Length of a billing cycle, shortest first."""


def offered_pricings(data: FormData) -> list[tuple[Plan, Pricing]]:
    """Return what a subscription can move to: active plans in its currency, its own cycle first."""
    subscription: Subscription = data.subject
    offered = [
        (plan, pricing)
        for plan in data.part(PLANS) or ()
        if plan.status is PlanStatus.ACTIVE
        for pricing in plan.pricings
        if pricing.currency == subscription.amount.currency and pricing.cycle in _HOURS
    ]
    return sorted(
        offered,
        key=lambda one: (
            one[1].cycle is not subscription.cycle, _HOURS[one[1].cycle], one[1].price.minor, one[0].name
        ),
    )  # fmt: skip


def picked(data: FormData) -> tuple[Plan, Pricing] | None:
    """Return the plan and price that are chosen."""
    return next((one for one in offered_pricings(data) if (one[0].id, one[1].id) == data["pricing"]), None)


def picked_name(data: FormData) -> str:
    """Return "Business · monthly"."""
    one = picked(data)
    return f"{one[0].name} · {per_cycle(one[1].cycle)}" if one is not None else "–"


def is_cheaper(data: FormData) -> bool:
    """Whether the chosen price is lower per day than the contract's own."""
    one, subscription = picked(data), data.subject
    own = subscription.price_signed or subscription.amount
    hours = _HOURS.get(subscription.cycle)
    if one is None or hours is None:
        return False
    return Decimal(one[1].price.minor) / _HOURS[one[1].cycle] < Decimal(own.minor) / hours


def _next_dearer(data: FormData) -> tuple[str, str] | None:
    """The next higher price of the same cycle: the change asked for most."""
    subscription: Subscription = data.subject
    for plan, pricing in offered_pricings(data):
        dearer = pricing.cycle is subscription.cycle and pricing.price > subscription.amount
        if dearer and pricing.id != subscription.pricing_id:
            return plan.id, pricing.id
    return None


def _pricing_options(data: FormData) -> Options:
    offered = offered_pricings(data)
    name = max((len(plan.name) for plan, _ in offered), default=0)
    cycle = max((len(per_cycle(pricing.cycle)) for _, pricing in offered), default=0)
    price = max((len(str(pricing.price)) for _, pricing in offered), default=0)
    return [
        (
            f"{plan.name:<{name}}  {per_cycle(pricing.cycle):<{cycle}}  {pricing.price!s:>{price}}"
            + ("  current plan" if pricing.id == data.subject.pricing_id else ""),
            (plan.id, pricing.id),
        )
        for plan, pricing in offered
    ]


def _when_options(data: FormData) -> Options:
    charge = data.subject.next_charge
    renewal = "At renewal" if charge is None else f"At renewal, {day(charge.date, data.today)}"
    return (("Now", "now"), (renewal, "period_end"))


def _unit_features(data: FormData) -> Sequence[Feature]:
    one = picked(data)
    return counted_features(one[1]) if one is not None else ()


def _included(feature: Feature) -> str:
    """The units included in a plan, at least one."""
    return feature.included if feature.included not in (None, "", "0") else "1"


PRICING = PickField(
    "pricing", "New plan", _pricing_options, place=Place.OBJECT, sets=("plan_id", "pricing_id"),
    default=_next_dearer, on_sheet=False, ask="No plan is offered in this currency.",
)  # fmt: skip
UNITS = UnitsField(
    "units", "Units", place=Place.OBJECT, features=_unit_features,
    start=lambda data, feature: data.subject.units.get(feature.slug) or _included(feature),
    show=lambda data: bool(_unit_features(data)),
)  # fmt: skip
WHEN = ChoiceField("when", "When", _when_options, default="period_end")
PRORATION = ChoiceField(
    "proration", "Proration",
    (("Invoice now", "invoice_now"), ("On the next invoice", "next_invoice"), ("None", "none")),
    default="invoice_now", show=("when", "now"),
)  # fmt: skip
DOWNGRADE = FlagField(
    "downgrade_allowed", "Allow a downgrade within the billing period",
    show=lambda data: data["when"] == "now" and is_cheaper(data),
)  # fmt: skip

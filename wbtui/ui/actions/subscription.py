"""Forms of the actions on a subscription: change plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from textual.content import Content

from wbtui.models.actions import ChangePlan
from wbtui.models.parts import PLANS, USAGE
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing
from wbtui.models.plan_diff import counted_features, plan_diff
from wbtui.models.subscription import Subscription
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import ChoiceField, FlagField, Options, PickField, UnitsField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.plan_diff_text import diff_text
from wbtui.ui.actions.proposing import subscription_name
from wbtui.ui.format import day, per_cycle

PRORATION: Options = (
    ("Invoice now", "invoice_now"),
    ("On the next invoice", "next_invoice"),
    ("None", "none"),
)
_CYCLES = {
    Cycle.HOUR: 1,
    Cycle.DAY: 24,
    Cycle.WEEK: 168,
    Cycle.MONTH: 730,
    Cycle.QUARTER: 2190,
    Cycle.YEAR: 8760,
}


def offered_pricings(data: FormData) -> list[tuple[Plan, Pricing]]:
    """Return what a subscription can move to: active plans in its currency, its own cycle first."""
    subscription: Subscription = data.subject
    offered = [
        (plan, pricing)
        for plan in data.part(PLANS) or ()
        if plan.status is PlanStatus.ACTIVE
        for pricing in plan.pricings
        if pricing.currency == subscription.amount.currency and pricing.cycle in _CYCLES
    ]
    order = list(_CYCLES)
    return sorted(
        offered,
        key=lambda one: (
            one[1].cycle is not subscription.cycle, order.index(one[1].cycle), one[1].price.minor, one[0].name
        ),
    )  # fmt: skip


def _next_dearer(data: FormData) -> tuple[str, str] | None:
    """The next higher price of the same cycle: the change asked for most."""
    subscription: Subscription = data.subject
    for plan, pricing in offered_pricings(data):
        dearer = pricing.cycle is subscription.cycle and pricing.price > subscription.amount
        if dearer and pricing.id != subscription.pricing_id:
            return plan.id, pricing.id
    return None


def _options(data: FormData) -> Options:
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


def _picked(data: FormData) -> tuple[Plan, Pricing] | None:
    return next((one for one in offered_pricings(data) if (one[0].id, one[1].id) == data["pricing"]), None)


def _when(data: FormData) -> Options:
    charge = data.subject.next_charge
    renewal = "At renewal" if charge is None else f"At renewal, {day(charge.date, data.today)}"
    return (("Now", "now"), (renewal, "period_end"))


def _unit_features(data: FormData) -> Sequence[Feature]:
    picked = _picked(data)
    return counted_features(picked[1]) if picked is not None else ()


def _units_now(data: FormData, feature: Feature) -> str:
    return data.subject.units.get(feature.slug) or feature.included or "1"


def is_cheaper(data: FormData) -> bool:
    """Whether the chosen price is lower per day than the contract's own."""
    picked = _picked(data)
    if picked is None:
        return False
    subscription: Subscription = data.subject
    own = subscription.price_signed or subscription.amount
    hours = _CYCLES.get(subscription.cycle)
    if hours is None:
        return False
    return Decimal(picked[1].price.minor) / _CYCLES[picked[1].cycle] < Decimal(own.minor) / hours


def _diff_text(data: FormData, width: int) -> Content | None:
    picked = _picked(data)
    if picked is None:
        return None
    usage = data.part(USAGE) or ()
    return diff_text(plan_diff(data.subject, *picked, data["units"] or {}, usage), width)


def _target(data: FormData) -> str:
    picked = _picked(data)
    return f"{picked[0].name} · {per_cycle(picked[1].cycle)}" if picked is not None else "–"


CHANGE_PLAN = Form(
    model=ChangePlan,
    needs=(PLANS, USAGE),
    fields=(
        PickField("pricing", "New plan", _options, place=Place.OBJECT, sets=("plan_id", "pricing_id"),
                  default=_next_dearer, on_sheet=False, ask="No plan is offered in this currency."),
        UnitsField("units", "Units", place=Place.OBJECT, features=_unit_features, start=_units_now,
                   show=lambda data: bool(_unit_features(data))),
        ChoiceField("when", "When", _when, default="period_end"),
        ChoiceField("proration", "Proration", PRORATION, default="invoice_now",
                    show=lambda data: data["when"] == "now"),
        FlagField("downgrade_allowed", "Allow a downgrade within the billing period",
                  show=lambda data: data["when"] == "now" and is_cheaper(data)),
    ),
    aside=_diff_text,
    compare=("when", ("now", "period_end")),
    facts=lambda data: (("New plan", _target(data)),),
    target=_target,
    subject_name=lambda data: subscription_name(data.subject),
)  # fmt: skip

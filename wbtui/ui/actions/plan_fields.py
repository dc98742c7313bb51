"""Fields about plans, units and timing, for every action that changes a subscription."""

from __future__ import annotations

from collections.abc import Sequence

from wbtui.models.parts import DISCOUNTS, PLANS
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing, TaxMode
from wbtui.models.plan_diff import counted_features, first_units, price_text
from wbtui.models.subscription import Subscription
from wbtui.ui.actions.data import FormData, Place, billed_currencies
from wbtui.ui.actions.fields import ChoiceField, FlagField, FollowingPickField, Options, PickField, TextField
from wbtui.ui.actions.object_fields import UnitsField
from wbtui.ui.format import day, plural
from wbtui.ui.text.subscriptions import discount, discount_left

_HOURS = {
    Cycle.HOUR: 1,
    Cycle.DAY: 24,
    Cycle.WEEK: 168,
    Cycle.MONTH: 730,
    Cycle.QUARTER: 2190,
    Cycle.YEAR: 8760,
}
"""Length of a billing cycle, shortest first."""


def subscription_of(data: FormData) -> Subscription | None:
    """Return the subscription the form is about; None where it is about the customer."""
    return data.subject if isinstance(data.subject, Subscription) else None


def currencies(data: FormData) -> Sequence[str]:
    """Return the currency of the subscription, else those the customer is billed in."""
    subscription = subscription_of(data)
    return billed_currencies(data) if subscription is None else (subscription.amount.currency,)


def offered_pricings(data: FormData) -> list[tuple[Plan, Pricing]]:
    """Return active plans in the currencies that the subscription or customer has.

    The cycle of the subscription comes first, else the monthly one.
    """
    subscription, allowed = subscription_of(data), currencies(data)
    cycle = Cycle.MONTH if subscription is None else subscription.cycle
    offered = [
        (plan, pricing)
        for plan in data.part(PLANS) or ()
        if plan.status is PlanStatus.ACTIVE
        for pricing in plan.pricings
        if pricing.currency in allowed and pricing.price.currency == pricing.currency
        if pricing.cycle in _HOURS
    ]
    return sorted(
        offered,
        key=lambda one: (
            allowed.index(one[1].currency), one[1].cycle is not cycle, _HOURS[one[1].cycle],
            one[1].price.minor, one[0].name,
        ),
    )  # fmt: skip


def picked(data: FormData) -> tuple[Plan, Pricing] | None:
    """Return the plan and price that are chosen."""
    return next((one for one in offered_pricings(data) if (one[0].id, one[1].id) == data["pricing"]), None)


def pricing_named(data: FormData, name: str | None) -> tuple[str, str] | None:
    """Return the plan and price that a scheduled change names: "Business", or with another cycle, too."""
    cycle = data.subject.cycle
    for plan, pricing in offered_pricings(data):
        if name == f"{plan.name} · {pricing.cycle.adverb}" or (name == plan.name and pricing.cycle is cycle):
            return plan.id, pricing.id
    return None


def picked_name(data: FormData) -> str:
    """Return "Business · monthly"."""
    one = picked(data)
    return f"{one[0].name} · {one[1].cycle.adverb}" if one is not None else "–"


def _first_pricing(data: FormData) -> tuple[str, str | None] | None:
    """The next higher price of the same cycle: the change asked for most. For a new one the lowest price.

    The current plan where there is no higher price: a form never begins with a downgrade.
    """
    subscription = subscription_of(data)
    for plan, pricing in offered_pricings(data):
        if subscription is None:
            dearer = pricing.price.minor > 0
        else:
            # The contract price is zero where only units cost something.
            paid = subscription.contract_price or subscription.amount
            dearer = pricing.cycle is subscription.cycle and pricing.price > paid
        if dearer and (subscription is None or pricing.id != subscription.pricing_id):
            return plan.id, pricing.id
    return _pricing_of(data)


def _pricing_of(data: FormData) -> tuple[str, str | None] | None:
    """Return plan and price of the subscription; None where it is about the customer."""
    subscription = subscription_of(data)
    return None if subscription is None else (subscription.plan_id, subscription.pricing_id)


def _pricing_options(data: FormData) -> Options:
    """Every plan with its price. Where only some prices include tax, "+ tax" follows the others."""
    offered, subscription = offered_pricings(data), subscription_of(data)
    some_include = any(pricing.tax_mode is TaxMode.INCLUSIVE for _, pricing in offered)
    now = subscription.pricing_id if subscription is not None else None
    name = max((len(plan.name) for plan, _ in offered), default=0)
    cycle = max((len(pricing.cycle.adverb) for _, pricing in offered), default=0)
    prices = [price_text(pricing).partition(" per ") for _, pricing in offered]
    amount = max((len(price) for price, *_ in prices), default=0)
    return [
        (
            f"{plan.name:<{name}}  {pricing.cycle.adverb:<{cycle}}  {price:>{amount}}{per}{unit}"
            + (" + tax" if some_include and pricing.tax_mode is TaxMode.EXCLUSIVE else "")
            + (" current" if pricing.id == now else ""),
            (plan.id, pricing.id),
        )
        for (plan, pricing), (price, per, unit) in zip(offered, prices, strict=True)
    ]


def _when_options(data: FormData) -> Options:
    charge = data.subject.next_charge
    renewal = "At renewal" if charge is None else f"At renewal, {day(charge.date, data.today)}"
    return (("Now", "now"), (renewal, "period_end"))


def _unit_features(data: FormData) -> Sequence[Feature]:
    one = picked(data)
    return counted_features(one[1]) if one is not None else ()


def _first_units(data: FormData, feature: Feature) -> str:
    """The units that the subscription has, else those to begin with."""
    subscription = subscription_of(data)
    now = subscription.units.get(feature.slug) if subscription is not None else None
    return now or first_units(feature)


def _plan_trial(data: FormData) -> str:
    """Return the meaning of an empty number of trial days."""
    if data.unsupported_reason({"trial_days": 0}):
        return "Empty: the plan's own trial, where it has one."
    one = picked(data)
    days = one[0].trial_days if one is not None else None
    return f"Empty: the plan's trial of {plural(days, 'day')}. 0: no trial." if days else "Empty: no trial."


def _discount_options(data: FormData) -> Options:
    """No discount, and those in the currency of the subscription, or of the plan that is chosen."""
    subscription, chosen = subscription_of(data), picked(data)
    allowed = currencies(data) if chosen is None else (chosen[1].currency,)
    current = subscription.discount if subscription is not None else None
    return [
        ("No discount", None),
        *(
            (discount(one) + ("  current" if current is not None and one.id == current.id else ""), one.id)
            for one in data.part(DISCOUNTS) or ()
            if one.amount is None or one.amount.currency in allowed
        ),
    ]


def _changed_discounts(data: FormData) -> Options:
    """The discount stays, is removed, or is another one; a value is the `discount_id` that is sent."""
    now = data.subject.discount
    (none, _), *others = _discount_options(data)
    head = [(none, None)] if now is None else [(f"{discount_left(now)} (current)", None), (none, (None,))]
    return [*head, *((label, (value,)) for label, value in others if now is None or value != now.id)]


def _discount_of(data: FormData) -> str | None:
    """Return the ID of the subscription's discount."""
    subscription = subscription_of(data)
    return subscription.discount.id if subscription is not None and subscription.discount else None


def _first_discount(data: FormData) -> str | None:
    """The subscription's discount, else the first there is; for a new subscription none."""
    if subscription_of(data) is None:
        return None
    first = next((value for _, value in _discount_options(data) if value is not None), None)
    return _discount_of(data) or first


PRICING = PickField(
    "pricing", "New plan", _pricing_options, place=Place.OBJECT, sets=("plan_id", "pricing_id"),
    default=_first_pricing, former=_pricing_of, on_sheet=False, ask="Choose a plan.", left_open=True,
    note=lambda data: None if offered_pricings(data) else "▲ No plan is offered in this currency.",
)  # fmt: skip
UNITS = UnitsField(
    "units", "Units", place=Place.OBJECT, features=_unit_features,
    start=_first_units, ask="Enter the number of units.",
    show=lambda data: bool(_unit_features(data)),
)  # fmt: skip
TRIAL = TextField("trial_days", "Trial days", limit=3, placeholder="optional", note=_plan_trial)
PAYMENT = ChoiceField(
    "automatic_payment", "Payment", (("Automatic", True), ("By invoice", False)), default=True
)
DISCOUNT = PickField(
    "discount_id", "Discount", _discount_options, default=_first_discount, former=_discount_of
)
NEW_DISCOUNT = FollowingPickField("discount_id", "Discount", _discount_options, in_view=1)
CHANGED_DISCOUNT = PickField(
    "discount", "Discount", _changed_discounts, sets=("discount_id",), in_view=1,
    former=lambda data: None if data["discount"] is None else (_discount_of(data),),
)  # fmt: skip
WHEN = ChoiceField("when", "When", _when_options, default="period_end")
PRORATION = ChoiceField(
    "proration", "Proration",
    (("Invoice now", "invoice_now"), ("On the next invoice", "next_invoice"), ("None", "none")),
    default="invoice_now", show=("when", "now"),
)  # fmt: skip
DOWNGRADE = FlagField(
    "downgrade_allowed", "Allow a downgrade within the billing period", show=("when", "now")
)

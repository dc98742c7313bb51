"""Forms of the actions on a subscription: change plan."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from textual.content import Content

from wbtui.models.actions import ChangePlan
from wbtui.models.parts import PLANS, USAGE
from wbtui.models.plan import Cycle, Feature, Plan, PlanStatus, Pricing
from wbtui.models.plan_diff import PlanDiff, counted_features, plan_diff
from wbtui.models.subscription import Subscription
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.fields import ChoiceField, FlagField, Options, PickField, UnitsField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.proposing import subscription_name
from wbtui.ui.format import per_cycle, units
from wbtui.ui.safe import fit, join, join_lines

_DIM = "$text-muted"
WHEN: Options = (("Now", "now"), ("At renewal", "period_end"))
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
    """Return what a subscription can move to: active plans in its currency, by price, its own last."""
    subscription: Subscription = data.subject
    offered = [
        (plan, pricing)
        for plan in data.part(PLANS) or ()
        if plan.status is PlanStatus.ACTIVE
        for pricing in plan.pricings
        if pricing.currency == subscription.amount.currency and pricing.cycle in _CYCLES
    ]
    return sorted(offered, key=lambda one: (one[1].id == subscription.pricing_id, one[1].price.minor))


def _options(data: FormData) -> Options:
    offered = offered_pricings(data)
    name = max((len(plan.name) for plan, _ in offered), default=0)
    cycle = max((len(per_cycle(pricing.cycle)) for _, pricing in offered), default=0)
    price = max((len(str(pricing.price)) for _, pricing in offered), default=0)
    return [
        (
            f"{plan.name:<{name}}  {per_cycle(pricing.cycle):<{cycle}}  {pricing.price!s:>{price}}"
            + ("  current plan at today's price" if pricing.id == data.subject.pricing_id else ""),
            (plan.id, pricing.id),
        )
        for plan, pricing in offered
    ]


def _picked(data: FormData) -> tuple[Plan, Pricing] | None:
    return next((one for one in offered_pricings(data) if (one[0].id, one[1].id) == data["pricing"]), None)


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


def diff_text(diff: PlanDiff, width: int) -> Content:
    """Return both plans side by side in `width` cells, and the usage against the new limits."""
    label = min(max([13, *(len(row.label) + 2 for row in diff.rows)]), width // 3)
    cell = max((width - label - 6) // 3, 8)

    def line(name: str, *cells: tuple[str, str]) -> Content:
        return join((fit(name, label), _DIM), *((fit(text, cell) + "  ", style) for text, style in cells))

    lines: list[object] = [
        line("", (f"Now: {diff.now}", _DIM), (f"New: {diff.to}", _DIM), ("Difference", _DIM))
    ]
    lines += [line(row.label, (row.now, ""), (row.to, "bold"), (row.difference, "")) for row in diff.rows]
    if not diff.rows:
        lines.append("Nothing differs.")
    for one in diff.used:
        of = "no limit" if one.limit is None else f"of {units(one.limit)}"
        share = f" ({one.percent} %)" if one.percent is not None else ""
        mark = ("▲ ", "$warning") if one.exceeds else ("", "")
        name = fit(f"{one.name} used", label)
        lines.append(join((name, _DIM), mark, f"{units(one.used)} {of}{share} in the new plan"))
    return join_lines(*lines)


def _target(data: FormData) -> str:
    picked = _picked(data)
    return f"{picked[0].name} · {per_cycle(picked[1].cycle)}" if picked is not None else "–"


CHANGE_PLAN = Form(
    model=ChangePlan,
    needs=(PLANS, USAGE),
    fields=(
        PickField("pricing", "New plan", _options, place=Place.OBJECT, sets=("plan_id", "pricing_id"),
                  on_sheet=False, ask="No plan is offered in this currency."),
        UnitsField("units", "Units", place=Place.OBJECT, features=_unit_features, start=_units_now,
                   show=lambda data: bool(_unit_features(data))),
        ChoiceField("when", "When", WHEN, default="period_end"),
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

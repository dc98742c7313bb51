"""Forms of the actions that change or end a subscription."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from textual.content import Content

from wbtui.models.actions.subscription import (
    CancelSubscription,
    ChangePlan,
    ChangeUnits,
    SetDiscount,
    UndoCancel,
    UndoScheduledChange,
)
from wbtui.models.drafts import Answer
from wbtui.models.parts import DISCOUNTS, INVOICES, PAYMENTS, PLANS, SUBSCRIPTIONS, USAGE, WALLETS
from wbtui.models.plan import Feature, TaxMode
from wbtui.models.plan_diff import COUNTED, plan_diff, pricing_of
from wbtui.models.units import number
from wbtui.ui.actions.cancel_fields import CANCEL_CONTEXT, CANCEL_FIELDS, compared, former_end
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, TICKET
from wbtui.ui.actions.data import FormData, Place
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.form_answers import choice_answer, units_answer
from wbtui.ui.actions.object_fields import UnitsField
from wbtui.ui.actions.plan_diff_text import diff_text
from wbtui.ui.actions.plan_fields import (
    CHANGED_DISCOUNT,
    DISCOUNT,
    DOWNGRADE,
    PRICING,
    PRORATION,
    UNITS,
    WHEN,
    picked,
    picked_name,
    pricing_named,
)
from wbtui.ui.format import day
from wbtui.ui.text.actions import prices_stay
from wbtui.ui.text.subscriptions import ordered, scheduled_change, set_or_removed


def _comparison(data: FormData, width: int) -> Content | None:
    chosen = picked(data)
    if chosen is None:
        return None
    now = pricing_of(data.part(PLANS) or (), data.subject.pricing_id)
    tax = TaxMode.UNKNOWN if now is None else now.tax_mode
    usage = data.part(USAGE) or ()
    return diff_text(plan_diff(data.subject, *chosen, data["units"] or {}, usage, tax), width)


CHANGE_PLAN = Form(
    model=ChangePlan,
    needs=(PLANS, USAGE, DISCOUNTS),
    fields=(PRICING, UNITS, WHEN, PRORATION, DOWNGRADE, CHANGED_DISCOUNT),
    aside=_comparison,
    compare=("when", ("now", "period_end")),
    facts=lambda data: (("New plan", picked_name(data)),),
    target=picked_name,
)


def _counted(data: FormData) -> list[Feature]:
    return [feature for feature in data.subject.features if feature.strategy in COUNTED]


def _fewer(data: FormData) -> bool:
    """Whether fewer units are asked for than the subscription has."""
    now = {slug: number(count) for slug, count in data.subject.units.items()}
    wanted = {slug: number(count) for slug, count in (data["units"] or {}).items()}
    return any(count is not None and count < (now.get(slug) or 0) for slug, count in wanted.items())


def _new_units(data: FormData) -> str:
    """Return "25 seats"."""
    wanted, now = data["units"] or {}, data.subject.units
    different = [one for one in _counted(data) if wanted.get(one.slug) != now.get(one.slug)]
    return ", ".join(ordered(one, wanted[one.slug]) for one in different if one.slug in wanted)


CHANGE_UNITS = Form(
    model=ChangeUnits,
    fields=(
        UnitsField("units", "Units", place=Place.OBJECT, features=_counted, ask="Enter the new number.",
                   start=lambda data, feature: data.subject.units.get(feature.slug, ""),
                   only_new=True, on_sheet=False),
        WHEN,
        PRORATION,
        replace(DOWNGRADE, show=lambda data: data["when"] == "now" and _fewer(data)),
    ),
    hint=lambda data: f"Prices {prices_stay(data.subject)}.",
    compare=("when", ("now", "period_end")),
    facts=lambda data: (("New units", _new_units(data)), ("Prices", prices_stay(data.subject))),
    target=_new_units,
)  # fmt: skip


def _scheduled_again(data: FormData) -> Mapping[str, Mapping[str, Answer]]:
    """The answers that schedule the change again; none where its plan is not offered any more."""
    change = data.subject.scheduled_change
    answers = {"when": choice_answer("period_end"), "units": units_answer(change.to_units)}
    if change.kind == CHANGE_PLAN.kind:
        if (pricing := pricing_named(data, change.to_plan)) is None:
            return {}
        answers["pricing"] = choice_answer(pricing)
    return {change.kind: answers}


UNDO_SCHEDULED_CHANGE = Form(
    model=UndoScheduledChange,
    needs=(PLANS,),
    context=(TICKET, COMMENT, NOTIFY),
    facts=lambda data: (("Scheduled", scheduled_change(data.subject, data.today)),),
    estimate=True,
    undo=_scheduled_again,
)
SET_DISCOUNT = Form(
    model=SetDiscount,
    needs=(DISCOUNTS,),
    fields=(DISCOUNT,),
    # "No discount" is no answer of the field, but has to be said.
    fixed=lambda _data: {"discount_id": None},
    facts=lambda data: (("Discount", "No discount"),) if data["discount_id"] is None else (),
    hint=lambda _data: "Applies from the next charge on. What has been invoiced stays as it is.",
    target=lambda data: set_or_removed(data["discount_id"]),
    estimate=True,
)


CANCEL = Form(
    model=CancelSubscription,
    needs=(SUBSCRIPTIONS, USAGE, INVOICES, PAYMENTS, WALLETS),
    fields=CANCEL_FIELDS,
    context=CANCEL_CONTEXT,
    stand_in={"cancel_reason": "other"},
    compare=compared,
)

UNDO_CANCEL = Form(
    model=UndoCancel,
    context=(TICKET, COMMENT, NOTIFY),
    hint=lambda data: f"The cancellation for {day(data.subject.cancel_at, data.today)} is withdrawn.",
    undo=lambda data: {CANCEL.kind: former_end(data.subject)},
)

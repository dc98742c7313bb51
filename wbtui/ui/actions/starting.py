"""Forms of the actions that start a subscription: create, renew, activate, extend the trial."""

from __future__ import annotations

from dataclasses import replace

from wbtui.models.actions.starting import (
    ActivateSubscription,
    CreateSubscription,
    ExtendTrial,
    RenewSubscription,
)
from wbtui.models.parts import DISCOUNTS, PLANS
from wbtui.models.plan import Feature
from wbtui.models.plan_diff import missing_units, pricing_of
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, REASON, TICKET
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import ChoiceField, DateField, FlagField, Options
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.plan_fields import NEW_DISCOUNT, PAYMENT, PRICING, TRIAL, UNITS, picked_name
from wbtui.ui.format import day

START = DateField("start", "Start", hint="optional, else today", or_today=True)


CREATE_SUBSCRIPTION = Form(
    model=CreateSubscription,
    needs=(PLANS, DISCOUNTS),
    fields=(
        replace(
            PRICING,
            label="Plan",
            ask="No plan is offered in the customer's currency.",
            left_open=False,
            note=None,
        ),
        UNITS,
        FlagField("pending", "Start only when it is activated"),
        replace(START, show=("pending", False)),
        TRIAL,
        NEW_DISCOUNT,
        PAYMENT,
    ),
    estimate=True,
    facts=lambda data: (("Plan", picked_name(data)),),
    target=picked_name,
)


def _prices(data: FormData) -> Options:
    if data.subject.price_today is None or _new_units(data):
        return (("As before", "as_before"),)
    return (("As before", "as_before"), ("Today's list price", "today"))


def _new_units(data: FormData) -> tuple[Feature, ...]:
    """The features that are charged per unit today and were not before: a renewal orders none of them."""
    today = pricing_of(data.part(PLANS) or (), data.subject.pricing_id)
    return missing_units(today, {}, data.subject.units) if today is not None else ()


def _what_stays(data: FormData) -> str:
    discount = " The discount goes on only with the price as before." if data.subject.discount else ""
    stays = f"The new subscription has the same units and no trial.{discount}"
    signed, today = data.subject.price_signed, data.subject.price_today
    if today is None:
        return stays
    if not (new := _new_units(data)):
        differs = (
            f"Today's list price is {today} instead of {signed}.\n" if signed not in (None, today) else ""
        )
        return f"{differs}{stays}"
    names = ", ".join(one.name for one in new)
    text = f"▲ Today's price is per unit ({names}), and a renewal can't order units: use Add subscription."
    return f"{stays}\n{text}"


RENEW_SUBSCRIPTION = Form(
    model=RenewSubscription,
    needs=(PLANS,),
    fields=(ChoiceField("price", "Price", _prices, default="as_before", note=_what_stays), START),
    compare=lambda data: ("price", tuple(value for _, value in _prices(data))),
)
ACTIVATE_SUBSCRIPTION = Form(model=ActivateSubscription, fields=(START,), estimate=True)
EXTEND_TRIAL = Form(
    model=ExtendTrial,
    fields=(
        DateField("trial_end", "Trial end", hint="the day of the first charge", ask="Enter a date.",
                  note=lambda data: f"Currently ends on {day(data.subject.trial_end, data.today)}."),
    ),
    context=(
        replace(REASON, note=lambda data: None if data["reason"] else "Optional."),
        TICKET,
        COMMENT,
        NOTIFY,
    ),
    estimate=True,
)  # fmt: skip

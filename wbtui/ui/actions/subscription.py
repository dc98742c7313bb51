"""Forms of the actions on a subscription: change plan."""

from __future__ import annotations

from textual.content import Content

from wbtui.models.actions import ChangePlan
from wbtui.models.parts import PLANS, USAGE
from wbtui.models.plan_diff import plan_diff
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.plan_diff_text import diff_text
from wbtui.ui.actions.plan_fields import DOWNGRADE, PRICING, PRORATION, UNITS, WHEN, picked, picked_name


def _comparison(data: FormData, width: int) -> Content | None:
    chosen = picked(data)
    if chosen is None:
        return None
    usage = data.part(USAGE) or ()
    return diff_text(plan_diff(data.subject, *chosen, data["units"] or {}, usage), width)


CHANGE_PLAN = Form(
    model=ChangePlan,
    needs=(PLANS, USAGE),
    fields=(PRICING, UNITS, WHEN, PRORATION, DOWNGRADE),
    aside=_comparison,
    compare=("when", ("now", "period_end")),
    facts=lambda data: (("New plan", picked_name(data)),),
    target=picked_name,
)

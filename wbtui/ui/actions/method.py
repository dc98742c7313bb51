"""Forms of the actions on payment methods."""

from __future__ import annotations

from wbtui.models.actions.method import (
    DetachMethod,
    DisableMethod,
    EnableMethod,
    ReorderMethods,
    SetDefaultMethod,
)
from wbtui.models.parts import METHODS, SUBSCRIPTIONS
from wbtui.models.payment import MethodStatus
from wbtui.models.subscription import SubscriptionStatus
from wbtui.ui.actions.context_fields import COMMENT, TICKET
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.fields import Options
from wbtui.ui.actions.form import Form, Rows
from wbtui.ui.actions.form_answers import order_answer
from wbtui.ui.actions.object_fields import OrderField
from wbtui.ui.format import method, plan


def _charged(data: FormData) -> Rows:
    """The subscriptions that the default method is charged for."""
    known = data.part(SUBSCRIPTIONS) or ()
    names = [plan(one) for one in known
             if one.automatic_payment and one.status is SubscriptionStatus.ACTIVE]  # fmt: skip
    return (("Used for", ", ".join(names)),) if names else ()


def _in_order(data: FormData) -> Options:
    """The active methods as they are charged now."""
    active = [one for one in data.part(METHODS) or () if one.status is MethodStatus.ACTIVE]
    active.sort(key=lambda one: (one.order is None, one.order or 0))
    return [(method(one, data.today), one.id) for one in active]


SET_DEFAULT_METHOD = Form(
    model=SetDefaultMethod,
    needs=(SUBSCRIPTIONS, METHODS),
    context=(TICKET, COMMENT),
    facts=_charged,
    undo=lambda data: {"reorder_methods": {"method_ids": order_answer(one for _, one in _in_order(data))}},
)

REORDER_METHODS = Form(
    model=ReorderMethods,
    needs=(METHODS,),
    fields=(OrderField("method_ids", "Order", options=_in_order),),
    hint=lambda _data: "The first is the default and is charged first.",
)

ENABLE_METHOD = Form(model=EnableMethod, context=(TICKET, COMMENT))

DISABLE_METHOD = Form(model=DisableMethod, context=(TICKET, COMMENT))

DETACH_METHOD = Form(
    model=DetachMethod,
    context=(TICKET, COMMENT),
    hint=lambda _data: "Removed for good. To stop charging it for a while, disable it.",
)

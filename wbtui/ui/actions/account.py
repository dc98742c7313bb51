"""Forms of the actions on the account of a customer."""

from __future__ import annotations

from wbtui.models.actions import ActivateCustomer, FreezeCustomer
from wbtui.models.parts import CUSTOMER
from wbtui.ui.actions.context_fields import NOTIFY, TICKET
from wbtui.ui.actions.data import Place
from wbtui.ui.actions.fields import TextField
from wbtui.ui.actions.form import Form

_NOTE = TextField(
    "note", "Note", place=Place.COMMENT, lines=3, limit=5000, placeholder="optional, on the timeline"
)

FREEZE_CUSTOMER = Form(
    model=FreezeCustomer,
    needs=(CUSTOMER,),
    fields=(_NOTE,),
    context=(TICKET, NOTIFY),
    hint=lambda _data: "Subscriptions are paused, nothing is charged, details can't be edited.",
)

ACTIVATE_CUSTOMER = Form(model=ActivateCustomer, needs=(CUSTOMER,), estimate=True)

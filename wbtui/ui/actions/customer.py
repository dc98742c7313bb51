"""Forms of the actions on the customer: details, notes, the portal link, freeze and activate."""

from __future__ import annotations

from dataclasses import replace

from wbtui.models.actions.customer import (
    ActivateCustomer,
    AppendNote,
    CreatePortalLink,
    EditCustomer,
    FreezeCustomer,
)
from wbtui.models.parts import CUSTOMER
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, TICKET
from wbtui.ui.actions.data import Place
from wbtui.ui.actions.fields import TextField
from wbtui.ui.actions.form import Form
from wbtui.ui.actions.object_fields import AddressField, EmailsField, MetadataField

EDIT_CUSTOMER = Form(
    model=EditCustomer,
    needs=(CUSTOMER,),
    fields=(
        TextField("changes.name", "Name"),
        MetadataField("changes.metadata", "Company", key="company"),
        EmailsField("changes.emails", "E-mail",
                    note=lambda _data: "One per line, for example main: anna@lumen.example"),
        TextField("changes.reference", "Reference"),
        TextField("changes.vat_id", "VAT ID", limit=50),
        AddressField("changes.address", "Address"),
    ),
    context=(TICKET, COMMENT),
    only_changes=True,
)  # fmt: skip

APPEND_NOTE = Form(
    model=AppendNote,
    fields=(TextField("text", "Note", place=Place.AMOUNT, lines=6, limit=5000, ask="Enter a note."),),
    hint=lambda data: f"Dated, under the name {data.agent}. Existing notes are kept.",
)

PORTAL_LINK = Form(
    model=CreatePortalLink,
    context=(),
    facts=lambda _data: (("Effect", "Creates a one-time portal link"),),
)


_NOTE = replace(COMMENT, name="note", label="Note", placeholder="optional, kept in the billing system")

FREEZE_CUSTOMER = Form(
    model=FreezeCustomer,
    needs=(CUSTOMER,),
    fields=(_NOTE,),
    context=(TICKET, NOTIFY),
    hint=lambda _data: "Subscriptions are paused, nothing is charged, details can't be edited.",
)

ACTIVATE_CUSTOMER = Form(model=ActivateCustomer, needs=(CUSTOMER,), estimate=True)

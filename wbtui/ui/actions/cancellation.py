"""Forms of the actions that end a subscription or keep it."""

from __future__ import annotations

from wbtui.models.actions import CancelSubscription, UndoCancel
from wbtui.models.parts import INVOICES, USAGE, WALLETS
from wbtui.ui.actions.cancel_fields import CANCEL_CONTEXT, CANCEL_FIELDS, compared
from wbtui.ui.actions.context_fields import COMMENT, NOTIFY, TICKET
from wbtui.ui.actions.form import Form
from wbtui.ui.format import day

CANCEL = Form(
    model=CancelSubscription,
    needs=(USAGE, INVOICES, WALLETS),
    fields=CANCEL_FIELDS,
    context=CANCEL_CONTEXT,
    stand_in={"cancel_reason": "other"},
    compare=compared,
)

UNDO_CANCEL = Form(
    model=UndoCancel,
    context=(TICKET, COMMENT, NOTIFY),
    hint=lambda data: f"The cancellation for {day(data.subject.cancel_at, data.today)} is withdrawn.",
)

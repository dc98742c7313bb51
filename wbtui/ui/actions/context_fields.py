"""The questions that actions share: reason, ticket, comment, and whether to e-mail the customer."""

from __future__ import annotations

from wbtui.models.actions import Reason
from wbtui.models.text import spaced
from wbtui.ui.actions.data import Place
from wbtui.ui.actions.fields import ChoiceField, FlagField, TextField

FRAUD = "▲ The payment provider may block this card and e-mail for good when a refund is marked as fraud."

_REASONS = (
    Reason.SERVICE_ISSUE, Reason.BILLING_ERROR, Reason.COURTESY, Reason.DUPLICATE, Reason.CANCELLATION,
    Reason.PRICE_CHANGE, Reason.CUSTOMER_REQUEST, Reason.FRAUD, Reason.OTHER,
)  # fmt: skip

REASON = ChoiceField(
    "reason", "Reason", tuple((spaced(one).capitalize(), one) for one in _REASONS), place=Place.REASON,
    ask="Choose a reason.",
    note=lambda data: FRAUD if data["reason"] is Reason.FRAUD else None,
)  # fmt: skip
TICKET = TextField(
    "ticket", "Ticket", place=Place.TICKET, limit=100, placeholder="optional", start=lambda data: data.ticket
)
COMMENT = TextField(
    "comment", "Comment", place=Place.COMMENT, lines=3, limit=5000,
    placeholder="optional, for colleagues",
)  # fmt: skip
NOTIFY = FlagField("notify", "E-mail the customer", place=Place.EMAIL)

CONTEXT = (REASON, TICKET, COMMENT, NOTIFY)
"""What every money action asks."""

"""The questions that actions share: reason, ticket, comment, and whether to e-mail the customer."""

from __future__ import annotations

from wbtui.models.actions import Reason
from wbtui.ui.actions.data import Place
from wbtui.ui.actions.fields import ChoiceField, FlagField, Options, TextField

FRAUD = "▲ The payment provider may block this card and e-mail for good when a refund is marked as fraud."

REASONS: Options = (
    ("Service issue", Reason.SERVICE_ISSUE),
    ("Billing error", Reason.BILLING_ERROR),
    ("Courtesy", Reason.COURTESY),
    ("Duplicate", Reason.DUPLICATE),
    ("Cancellation", Reason.CANCELLATION),
    ("Price change", Reason.PRICE_CHANGE),
    ("Customer request", Reason.CUSTOMER_REQUEST),
    ("Fraud", Reason.FRAUD),
    ("Other", Reason.OTHER),
)

REASON = ChoiceField(
    "reason", "Reason", REASONS, place=Place.REASON, ask="Choose a reason.",
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

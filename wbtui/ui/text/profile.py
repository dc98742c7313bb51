"""Sentences of the profile and of everything that concerns one customer."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from wbtui.ui import format as fmt
from wbtui.ui.safe import join, join_lines

ABOUT = (
    "One customer: status at a glance, and six tabs ({profile.tab_1}–{profile.tab_6}). {profile.refund} "
    "refunds the selected invoice, {profile.note} adds a note, {profile.portal_link} creates a portal "
    "link for the customer. Needs attention: {table.open} goes to what a line is about, and the key at "
    "its end opens the action that resolves it. Owed: unpaid invoices that are not voided or written off, "
    "per currency. Overdue: the part due before today. Billing dates and “today” are UTC dates; events and "
    "payments have the day and time of your time zone. Use the line “verify” to check a caller's identity."
)
NOT_LOADED = "The customer is not loaded yet."


def deleted_reason(at: datetime, now: datetime) -> str:
    """Say why nothing can be changed for a deleted customer."""
    return f"This customer was deleted at {fmt.instant(at, now)}."


def deleted_note(at: datetime, now: datetime) -> Content:
    """The line above a deleted customer's cached data."""
    return join(
        ("■ ", "$warning"),
        (deleted_reason(at, now), "bold"),
        " This is the cached data; it can't be changed any more.",
    )


def portal_link_title(customer: str) -> str:
    """Title of the dialog that shows a portal link."""
    return f"Portal link · {customer}"


def portal_link(link: str) -> Content:
    """A portal link and who may have it."""
    return join_lines(
        (link, "bold"),
        "",
        "Shown once and stored nowhere. Send it only to the customer:",
        "anyone with the link can act as the customer.",
    )

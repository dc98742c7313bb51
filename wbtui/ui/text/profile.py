"""Sentences of the profile and of everything that concerns one customer."""

from __future__ import annotations

from datetime import datetime

from textual.content import Content

from wbtui.models.invoice import Address
from wbtui.ui import format as fmt
from wbtui.ui.safe import join

ABOUT = (
    "One customer: status at a glance, and six tabs (1–6). R refunds the selected invoice, N adds a note, "
    "L creates a portal link for the customer. Owed: unpaid invoices that are not voided or written off, per "
    "currency. Overdue: the part due before today. Use the line “verify” to check a caller's identity."
)
NOT_LOADED = "The customer is not loaded yet."
SELECT_INVOICE = "Select an invoice, then press R."


def deleted_reason(at: datetime, now: datetime) -> str:
    """Why nothing can be changed for a deleted customer."""
    return f"This customer was deleted at {fmt.instant(at, now)}."


def deleted_note(at: datetime, now: datetime) -> Content:
    """The line above a deleted customer's cached data."""
    return join(
        ("■ ", "$warning"),
        (deleted_reason(at, now), "bold"),
        " This is the cached data; it can't be changed any more.",
    )


def address_line(address: Address | None) -> str:
    """An address on one line, for copying; empty without one."""
    if address is None:
        return ""
    town = f"{address.zip} {address.city}".strip()
    return ", ".join(part for part in (address.line_1, address.line_2, town, address.country) if part)

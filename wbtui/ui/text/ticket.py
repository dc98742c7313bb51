"""Sentences about the support ticket of the next actions."""

from __future__ import annotations

TITLE = "Ticket"
HINT = "Filled in on every action until you change it. Leave empty to clear it."


def saved(ticket: str) -> str:
    """The toast after the ticket was set or cleared."""
    return f"Ticket {ticket} is filled in on your next actions." if ticket else "Ticket cleared."

"""Sentences of every panel: loading, failing, not available."""

from __future__ import annotations

LOADING = "Loading…"
RETRY = "Retry (r)"
REFRESHING = "refreshing…"
OFFLINE = "offline"
OWNER_NOT_CONFIRMED = "customer not confirmed by the server"
NOT_AVAILABLE = "Not available offline. It will load when you are back online."


def not_refreshed(title: str) -> str:
    """Return the note of a panel whose refresh failed."""
    return f"▲ not refreshed: {title}"


def unknown(why: str) -> str:
    """Return the line for a further part that could not be loaded."""
    return f"unknown: {why}"

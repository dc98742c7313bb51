"""Sentences of the overview."""

from __future__ import annotations

NOTHING = "nothing"
NOTHING_LOADED = "nothing in the data that is loaded"
NO_NOTE = "Nothing needs attention."
NO_FIX = "No action settles this line. Press Enter to see where it comes from."
NO_LIMIT = "no limit"


def more(features: int) -> str:
    """Return how many features are only on the tab Usage."""
    return f"{features} more under Usage"

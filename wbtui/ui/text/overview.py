"""Sentences of the overview."""

from __future__ import annotations

from wbtui.models.base import Units
from wbtui.ui import format as fmt

NOTHING = "nothing"
NOTHING_LOADED = "nothing in the data that is loaded"
NO_NOTE = "Nothing needs attention."
NO_FIX = "No single action resolves this. Press Enter for the details."


def of_limit(limit: Units | None) -> str:
    """Return ` of 100,000`, to follow a number of units."""
    return ", no limit" if limit is None else f" of {fmt.units(limit)}"


def more(features: int) -> str:
    """Return how many features are only listed in the tab Usage."""
    return f"{features} more under Usage"

"""Sentences of the overview."""

from __future__ import annotations

from wbtui.models.usage import UsageSeries
from wbtui.ui import format as fmt

NOTHING = "nothing"
NOTHING_LOADED = "nothing in the data that is loaded"
NOT_LOADED = "What this needs is not loaded yet."
NO_NOTE = "Nothing needs attention."
NO_FIX = "No single action resolves this. Press {table.open} for the details."


def of_limit(series: UsageSeries) -> str:
    """Return ` of 100,000`, to follow a number of units."""
    if series.limit is None:
        return ", no limit" if series.limit_known else ", limit not known"
    return f" of {fmt.units(series.limit)}"


def more(features: int) -> str:
    """Return how many features are only listed in the tab Usage."""
    return f"{features} more under Usage"

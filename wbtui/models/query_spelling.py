"""Spelling suggestions for unknown filters and values."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from wbtui.models.folding import squash
from wbtui.models.query_filters import FILTERS
from wbtui.models.query_tokens import FilterToken


def nearest(typed: str, known: Sequence[str], cutoff: float = 0.5) -> str | None:
    """Return the most similar of the known words, None if there is none."""
    by_spelling = {squash(name): name for name in known}
    close = get_close_matches(squash(typed[:40]), list(by_spelling), n=1, cutoff=cutoff)
    return by_spelling[close[0]] if close else None


def nearest_filter(found: FilterToken) -> str | None:
    """Return the filter (or `sort`) with the most similar name, None if there is none."""
    if found.colon:
        return nearest(found.name, [*FILTERS, "sort"])
    return nearest(found.name, [name for name, spec in FILTERS.items() if spec.compares], 0.7)


def filter_prefix(name: str) -> str:
    """Return the name with its colon; without one for a filter with operators: `plan:`, but `owes`."""
    return name if name in FILTERS and FILTERS[name].compares else f"{name}:"

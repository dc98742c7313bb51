"""The nearest known word to one that was not understood."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches

from wbtui.models.folding import squash
from wbtui.models.query_filters import FILTERS
from wbtui.models.query_tokens import FilterToken


def nearest(typed: str, known: Sequence[str], cutoff: float = 0.5) -> str | None:
    """Of `known`, what is spelled most like `typed`; None when nothing is like it."""
    by_spelling = {squash(name): name for name in known}
    close = get_close_matches(squash(typed[:40]), list(by_spelling), n=1, cutoff=cutoff)
    return by_spelling[close[0]] if close else None


def nearest_filter(found: FilterToken) -> str | None:
    """The filter (or `sort`) that a token with an unknown name may have meant."""
    if found.colon:
        return nearest(found.name, [*FILTERS, "sort"])
    return nearest(found.name, [name for name, spec in FILTERS.items() if spec.compares], 0.7)


def filter_prefix(name: str) -> str:
    """A filter's name as it begins a token: `plan:`, but `owes`, which an operator follows."""
    return name if name in FILTERS and FILTERS[name].compares else f"{name}:"

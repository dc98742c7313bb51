"""What of a search the server can be asked: only what it can filter by, the rest stays with the cache."""

from __future__ import annotations

import re

from wbtui.api.port import Lookup
from wbtui.models.query import Query

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MIN_LETTERS = 2
"""Fewer letters than this match too much to be worth asking the server."""


def lookup_of(query: Query) -> Lookup:
    """What of a query the server can be asked; falsy when nothing."""
    words = " ".join((*query.words, *query.phrases))
    email = words if _EMAIL.fullmatch(words) else None
    plans = [value for one in query.filters if one.name == "plan" and not one.negated for value in one.values]
    return Lookup(
        text=words if email is None and len(words) >= _MIN_LETTERS else None,
        email=email,
        plan=plans[0] if len(plans) == 1 else None,
    )

"""Translate a search query to the server's look-up, as far as the server can filter by it."""

from __future__ import annotations

import re

from wbtui.api.port import Lookup
from wbtui.models.query import Query

_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_MIN_LENGTH = 2
"""Minimum length of a text worth a request; a shorter one matches too many customers."""


def lookup_of(query: Query) -> Lookup:
    """Return the look-up for a query; falsy if the server can filter by nothing in it."""
    words = " ".join((*query.words, *query.phrases))
    email = words if _EMAIL.fullmatch(words) else None
    plans = [value for one in query.filters if one.name == "plan" and not one.negated for value in one.values]
    return Lookup(
        text=words if email is None and len(words) >= _MIN_LENGTH else None,
        email=email,
        plan=plans[0] if len(plans) == 1 else None,
    )

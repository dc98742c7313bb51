"""The order of few hits when words were typed and no order: who is meant first, then by name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from itertools import pairwise

from wbtui.store.database import Connection
from wbtui.store.search import Compiled

Rank = tuple[int, bool, str, int]


def ranked(connection: Connection, compiled: Compiled, hits: Sequence[int], source: str) -> list[int]:
    """The numbers of those hits that hold, best first. `source`: the tables that the condition speaks of."""
    sql = (
        f"SELECT c.n, c.name_key, t.text FROM json_each(?) AS hit CROSS JOIN {source} "
        f"WHERE c.n = hit.value AND {compiled.where}"
    )
    rows = connection.execute(sql, (json.dumps(list(hits)), *compiled.parameters))
    return [n for *_, n in sorted(rank(compiled.ranked, name, text, n) for n, name, text in rows)]


def rank(typed: Sequence[tuple[str, ...]], name: str, text: str, n: int) -> Rank:
    """Sorts before others: the very name, e-mail, id or number; then whole words of the name, then their
    beginnings, then whole words anywhere, then the rest.

    `typed` are the folded words of each piece typed, `name` the sort key of the name, `text` the search text.
    """
    words = [word for piece in typed for word in piece]
    parts = name.split()
    names = {*parts, *(a + b for a, b in pairwise(parts))}
    together = " ".join(words)
    if name == together or _named_exactly(typed, text):
        level = 0
    elif names.issuperset(words):
        level = 1
    elif all(any(part.startswith(word) for part in names) for word in words):
        level = 2
    elif all(f" {word} " in text for word in words):
        level = 3
    else:
        level = 4
    return level, not name.startswith(together), name, n


def _named_exactly(typed: Sequence[tuple[str, ...]], text: str) -> bool:
    """Every piece is a whole e-mail, id, number or reference: several words run together, or with digits."""
    for piece in typed:
        whole = "".join(piece)
        telling = len(piece) > 1 or any(char.isdigit() for char in whole)
        if not telling or f" {whole} " not in text:
            return False
    return bool(typed)

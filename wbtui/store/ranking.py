"""Ranks hits of typed words where no sort order is given: the closest match first, then by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from wbtui.store.database import Connection
from wbtui.store.search_terms import LAST, NAME
from wbtui.store.sql_query import Clause, CompiledQuery, Range, Term, compile_clauses

Rank = tuple[int, bool, str, int]


def rank_hits(connection: Connection, compiled: CompiledQuery, hits: Sequence[int], source: str) -> list[int]:
    """Return the n of those hits that match, best first. `source`: the tables that the condition needs."""
    sql = (
        f"SELECT c.n, c.name_key, t.text FROM json_each(?) AS hit CROSS JOIN {source} "
        f"WHERE c.n = hit.value AND {compiled.whole.sql or '1'}"
    )
    rows = connection.execute(sql, (json.dumps(list(hits)), *compiled.whole.parameters))
    return [n for *_, n in sorted(rank(compiled.ranked, name, text, n) for n, name, text in rows)]


def tiers(compiled: CompiledQuery) -> Iterator[CompiledQuery]:
    """Yield queries for the best rows in the order of `rank`; a row may be found by several of them.

    For results too long to be ranked row by row: each query uses an index and finds rows of the result only.
    """
    typed = compiled.ranked
    words = [word for piece in typed for word in piece]
    together = " ".join(words)
    if _is_distinctive(typed):
        wholes = ["".join(piece) for piece in typed]
        yield _among(compiled, *(_has(whole, whole=True) for whole in wholes), implied=wholes)
    # The last word is followed by nothing or by a space.
    yield _among(compiled, _named(together, f"{together} {LAST}"))
    yield _among(compiled, *(_has(NAME + word, whole=True) for word in words))
    yield _among(compiled, _named(together, together + LAST))
    yield _among(compiled, *(_has(NAME + word) for word in words))
    yield _among(compiled, *(_has(word, whole=True) for word in words))


def _among(compiled: CompiledQuery, *clauses: Clause, implied: Sequence[str] = ()) -> CompiledQuery:
    """The query with `clauses`, without those of its clauses that they imply."""
    # The same words in a name do not imply words side by side; they do imply single and `implied` words.
    given = {(Term((word,)),) for word in implied}
    typed = [clause for clause in compiled.words if given.isdisjoint(clause.alternatives)]
    if all(clause.only_words for clause in compiled.words):
        typed = []
    return compile_clauses((*clauses, *typed, *compiled.others), compiled.order)


def _has(word: str, whole: bool = False) -> Clause:
    return Clause(((Term((word,), whole),),))


def _named(low: str, high: str) -> Clause:
    return Clause(((Range("name_key", "by_name", low, high),),))


def rank(typed: Sequence[tuple[str, ...]], name: str, text: str, n: int) -> Rank:
    """Return the sort key of a hit.

    The exact name, e-mail, id or number comes first, then whole words of the name, then beginnings of its
    words, then whole words anywhere, then the rest. `typed` are the folded words of each piece typed, `name`
    the sort key of the name, `text` the search text.
    """
    words = [word for piece in typed for word in piece]
    parts = name.split()
    names = {*parts, *(a + b for a, b in pairwise(parts))}
    together = " ".join(words)
    # Every piece is a whole e-mail, id, number or reference.
    is_exact = _is_distinctive(typed) and all(f" {''.join(piece)} " in text for piece in typed)
    if name == together or is_exact:
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


def _is_distinctive(typed: Sequence[tuple[str, ...]]) -> bool:
    """Whether every piece is several words run together or has digits, so that it is not a common name."""
    wholes = ["".join(piece) for piece in typed]
    digits = [any(char.isdigit() for char in whole) for whole in wholes]
    return bool(typed) and all(len(piece) > 1 or some for piece, some in zip(typed, digits, strict=True))

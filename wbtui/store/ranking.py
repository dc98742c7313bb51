"""The order of few hits when words were typed and no order: who is meant first, then by name."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from itertools import pairwise

from wbtui.store.database import Connection
from wbtui.store.search_terms import NAME
from wbtui.store.sql_query import Clause, CompiledQuery, Range, Term, compile_clauses

Rank = tuple[int, bool, str, int]


def ranked(connection: Connection, compiled: CompiledQuery, hits: Sequence[int], source: str) -> list[int]:
    """The numbers of those hits that hold, best first. `source`: the tables that the condition speaks of."""
    sql = (
        f"SELECT c.n, c.name_key, t.text FROM json_each(?) AS hit CROSS JOIN {source} "
        f"WHERE c.n = hit.value AND {compiled.whole.sql or '1'}"
    )
    rows = connection.execute(sql, (json.dumps(list(hits)), *compiled.whole.parameters))
    return [n for *_, n in sorted(rank(compiled.ranked, name, text, n) for n, name, text in rows)]


def tiers(compiled: CompiledQuery) -> Iterator[CompiledQuery]:
    """Lists of those who are meant first, in the order of `rank`; each may repeat who was in one before.

    For lists too long to be ranked one by one: each is found by an index, and finds none but those who are
    found by what was typed.
    """
    typed = compiled.ranked
    words = [word for piece in typed for word in piece]
    together = " ".join(words)
    if _telling(typed):
        wholes = ["".join(piece) for piece in typed]
        yield _among(compiled, *(_has(whole, whole=True) for whole in wholes), implied=wholes)
    # What follows the last word: nothing, or a space.
    yield _among(compiled, _called(together, f"{together} \U0010ffff"))
    yield _among(compiled, *(_has(NAME + word, whole=True) for word in words))
    yield _among(compiled, _called(together, f"{together}\U0010ffff"))
    yield _among(compiled, *(_has(NAME + word) for word in words))
    yield _among(compiled, *(_has(word, whole=True) for word in words))


def _among(compiled: CompiledQuery, *clauses: Clause, implied: Sequence[str] = ()) -> CompiledQuery:
    """Words side by side are not implied by the same words in a name; single and `implied` ones are."""
    held = {(Term((word,)),) for word in implied}
    typed = [clause for clause in compiled.words if held.isdisjoint(clause.alternatives)]
    if all(clause.only_words for clause in compiled.words):
        typed = []
    return compile_clauses((*clauses, *typed, *compiled.others), compiled.order)


def _has(word: str, whole: bool = False) -> Clause:
    return Clause(((Term((word,), whole),),))


def _called(low: str, high: str) -> Clause:
    return Clause(((Range("name_key", "by_name", low, high),),))


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
    return _telling(typed) and all(f" {''.join(piece)} " in text for piece in typed)


def _telling(typed: Sequence[tuple[str, ...]]) -> bool:
    """Several words run together, or digits: not what many are called."""
    wholes = ["".join(piece) for piece in typed]
    digits = [any(char.isdigit() for char in whole) for whole in wholes]
    return bool(typed) and all(len(piece) > 1 or some for piece, some in zip(typed, digits, strict=True))

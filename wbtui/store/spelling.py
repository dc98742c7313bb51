"""Typo correction: replaces typed words that no customer has by indexed words one edit away.

All words one edit away are looked up in the full-text index: a few hundred look-ups, whatever its size.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from wbtui.models.folding import chunks
from wbtui.models.query.terms import Query
from wbtui.store.database import Connection
from wbtui.store.search import compile_query, filters_of, order_of
from wbtui.store.sql_query import Clause, CompiledQuery, Term, compile_clauses

SHORTEST = 3
LONGEST = 24
"""Longer words have too many neighbours to look up."""
_MOST_WORDS = 6
_MOST_USED = 6
_ALPHABETS = (
    "abcdefghijklmnopqrstuvwxyz",
    "".join(map(chr, range(0x3B1, 0x3CA))),
    "".join(map(chr, range(0x430, 0x450))),
)

Corrected = tuple[CompiledQuery, tuple[tuple[str, str], ...]]


def corrected(connection: Connection, query: Query) -> Corrected | None:
    """Return the query with its typos corrected, and the (typed, used) words; None when that finds nothing.

    Words with digits are not corrected: another number is another customer.
    """
    typed = [word for text in (*query.words, *query.phrases) for piece in chunks(text) for word in piece]
    typed = list(dict.fromkeys(typed))
    if not typed or len(typed) > _MOST_WORDS or query.phrases:
        return None
    filters = filters_of(query)
    missing = [word for word in typed if not _is_indexed(connection, word)]
    words = compile_query(replace(query, filters=(), sort=None))
    if filters and not missing and _found(connection, words.match):
        return None  # somebody has these words; it is the filters that leave nobody
    # When each word is indexed, any one of them may be the typo.
    for wrong in [missing] if missing else [[word] for word in typed]:
        used = {word: _nearest(connection, word) for word in wrong}
        if all(used.values()):
            found = _compile(connection, query, filters, typed, used)
            if found is not None:
                return found
    return None


def _compile(
    connection: Connection,
    query: Query,
    filters: tuple[Clause, ...],
    typed: list[str],
    used: dict[str, tuple[str, ...]],
) -> Corrected | None:
    """With the nearest word for each typo; where that finds nothing, with any of the near words."""
    best = {word: found[:1] for word, found in used.items()}
    for choice in (best, used):
        words = tuple(Clause(tuple((Term((one,)),) for one in choice.get(word, (word,)))) for word in typed)
        ranked = tuple((choice.get(word, (word,))[0],) for word in typed)
        compiled = compile_clauses(
            (*words, *filters), order_of(query.sort), ranked if query.sort is None else (), words
        )
        whole = " AND ".join(Term((choice.get(word, (word,))[0],), whole=True).match for word in typed)
        # FTS answers whole words at once.
        if (not filters and _found(connection, whole)) or (
            _found(connection, compiled.superset or compiled.match) and _found(connection, compiled.match)
        ):
            return compiled, tuple((word, one) for word, found in choice.items() for one in found)
    return None


def _is_indexed(connection: Connection, word: str) -> bool:
    """Whether it is an indexed word or begins one; FTS answers the whole word faster."""
    return _matches(connection, word, whole=True) or _matches(connection, word)


def _matches(connection: Connection, word: str, whole: bool = False) -> bool:
    return _found(connection, Term((word,), whole).match)


def _found(connection: Connection, match: str | None) -> bool:
    sql = "SELECT 1 FROM customer_fts WHERE customer_fts MATCH ? LIMIT 1"
    return connection.execute(sql, (match,)).fetchone() is not None


def _nearest(connection: Connection, word: str) -> tuple[str, ...]:
    """Indexed words one edit away, else beginnings of such; the most similar first."""
    if not SHORTEST <= len(word) <= LONGEST or not word.isalpha():
        return ()
    near = list(dict.fromkeys(neighbours(word)))
    # Whole words come before beginnings, and are found faster.
    found = [one for one in near if _matches(connection, one, whole=True)]
    found = found or [one for one in near if _matches(connection, one)]
    found.sort(key=lambda one: -similarity(word, one))
    return tuple(found[:_MOST_USED])


def neighbours(word: str) -> Iterator[str]:
    """Yield all words one insertion, deletion, substitution or transposition away."""
    alphabet = max(_ALPHABETS, key=lambda letters: sum(char in letters for char in word))
    if not any(char in alphabet for char in word):
        alphabet = "".join(sorted(set(word)))
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        if len(tail) > 1 and tail[0] != tail[1]:
            yield head + tail[1] + tail[0] + tail[2:]
        if tail and len(word) > SHORTEST:
            yield head + tail[1:]
        for letter in alphabet:
            if tail and letter != tail[0]:
                yield head + letter + tail[1:]
            yield head + letter + tail


def similarity(typed: str, other: str) -> float:
    """Return the similarity of two words, 0 to 1; their beginnings count more."""
    from rapidfuzz.distance import JaroWinkler

    return JaroWinkler.similarity(typed, other)

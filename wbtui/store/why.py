"""Why a row matched: which field, and which of its characters."""

from __future__ import annotations

import re
from dataclasses import dataclass

from wbtui.models.customer import Customer
from wbtui.models.folding import fold_chunk
from wbtui.models.query import Query
from wbtui.store.cache_rows import BACKWARDS, fields_of, ids_of
from wbtui.store.search import Clause, Term, clauses_of

_CHUNK = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


@dataclass(frozen=True, slots=True)
class Match:
    """A field's name for people, its text (not cleaned), and the spans of it that matched."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]


def why(query: Query, customer: Customer) -> tuple[Match, ...]:
    """The fields in which words and phrases of the query were found; filters are not looked at."""
    plain = Query(words=query.words, phrases=query.phrases)
    terms = [term for clause in clauses_of(plain) for term in _terms(clause)]
    found = []
    for name, text in fields_of(customer):
        spans = {span for term in terms if not _is_end(term) for span in _spans(text, term)}
        if spans:
            found.append(Match(name, text, _merged(spans)))
    for name, text in ids_of(customer):
        spans = {span for term in terms for span in _id_spans(text, term)}
        if spans:
            found.append(Match(name, text, _merged(spans)))
    return tuple(dict.fromkeys(found))


def _terms(clause: Clause) -> list[Term]:
    return [term for alternative in clause.alternatives for term in alternative]


def _is_end(term: Term) -> bool:
    return term.words[0].startswith(BACKWARDS)


def _spans(text: str, term: Term) -> list[tuple[int, int]]:
    spans = []
    for chunk in _CHUNK.finditer(text):
        pieces = [(m.start() + chunk.start(), m.group()) for m in _LETTERS.finditer(chunk.group())]
        if len(pieces) > 1:
            pieces.append((chunk.start(), chunk.group()))
        for start, piece in pieces:
            for word in term.words:
                length = _covering(piece, word)
                if length:
                    spans.append((start, start + length))
    if len(term.words) > 1 and any(not _hits(spans, text, word) for word in term.words):
        return []
    return spans


def _hits(spans: list[tuple[int, int]], text: str, word: str) -> bool:
    return any("".join(fold_chunk(text[start:end])).startswith(word) for start, end in spans)


def _covering(piece: str, word: str) -> int:
    """How many characters of `piece` it takes to fold to `word`, 0 when it does not begin so."""
    if not "".join(fold_chunk(piece)).startswith(word):
        return 0
    return next(k for k in range(1, len(piece) + 1) if len("".join(fold_chunk(piece[:k]))) >= len(word))


def _id_spans(text: str, term: Term) -> list[tuple[int, int]]:
    whole = "".join(fold_chunk(text))
    word = term.words[0]
    if _is_end(term):
        end = word.removeprefix(BACKWARDS)[::-1]
        if not whole.endswith(end):
            return []
        size = next(k for k in range(1, len(text) + 1) if len("".join(fold_chunk(text[-k:]))) >= len(end))
        return [(len(text) - size, len(text))]
    return [(0, _covering(text, word))] if len(term.words) == 1 and whole.startswith(word) else []


def _merged(spans: set[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)

"""Which fields of a customer matched a query, and which of their characters."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from wbtui.models.customer import Customer
from wbtui.models.folding import fold_chunk
from wbtui.models.query.terms import Query
from wbtui.models.text import one_edit
from wbtui.store.search import is_amount, words_of
from wbtui.store.search_terms import (
    BACKWARDS,
    amount_tag,
    amounts_of,
    fields_of,
    ids_of,
    in_thousandths,
    numbers_of,
    states_of,
)
from wbtui.store.spelling import LONGEST, SHORTEST
from wbtui.store.sql_query import Clause, Term

_CHUNK = re.compile(r"\S+")
_LETTERS = re.compile(r"[^\W_](?:[^\W_]|[\u0300-\u036f])*")


@dataclass(frozen=True, slots=True)
class Match:
    """A field's label, its raw text, and the matching spans of it.

    `near`: the text has a word one edit away from the typed one.
    """

    field: str
    text: str
    spans: tuple[tuple[int, int], ...]
    near: bool = False


def why(query: Query, customer: Customer) -> tuple[Match, ...]:
    """Return the fields that match the words and phrases of a query; filters are ignored.

    For a word that no field has, fields with a word one edit away are returned.
    """
    found: dict[Match, None] = {}
    missing = False
    for clause in words_of(query):
        here = _clause_matches(clause, customer)
        missing = missing or not here
        found.update(dict.fromkeys(here))
    if missing:
        typed = [word for text in (*query.words, *query.phrases) for word in fold_chunk(text)]
        found.update(dict.fromkeys(_near(typed, customer)))
    return _joined(found)


def _clause_matches(clause: Clause, customer: Customer) -> list[Match]:
    """Matches of the alternatives that hold; of words typed together, the fields that have all of them."""
    found: list[Match] = []
    for alternative in clause.alternatives:
        each = [_matches(test, customer) for test in alternative if isinstance(test, Term)]
        if not each or not all(each):
            continue
        whole = set.intersection(*({(one.field, one.text) for one in matches} for matches in each))
        found += [one for matches in each for one in matches if not whole or (one.field, one.text) in whole]
    return found


def _matches(term: Term, customer: Customer) -> list[Match]:
    found = []
    if not _is_end(term) and not is_amount(term):
        for name, text in chain(fields_of(customer), numbers_of(customer)):
            if spans := _spans(text, term):
                found.append(Match(name, text, _merged(spans)))
    for name, text in ids_of(customer):
        if spans := _id_spans(text, term):
            found.append(Match(name, text, _merged(spans)))
    for name, shown, tag in states_of(customer):
        if term.words == (tag,):
            found.append(Match(name, shown, ((0, len(shown)),)))
    for name, money in amounts_of(customer):
        tag = amount_tag(in_thousandths(money), money.currency)
        if tag == term.words[0] or (not term.whole and tag.startswith(term.words[0])):
            found.append(Match(name, str(money), ((0, len(str(money))),)))
    return found


def _near(typed: list[str], customer: Customer) -> Iterator[Match]:
    """Fields with a word one edit away from a typed word that no field has."""
    wrong = [word for word in typed if SHORTEST <= len(word) <= LONGEST and word.isalpha()]
    wrong = [word for word in wrong if not _matches(Term((word,)), customer)]
    for name, text in fields_of(customer):
        pieces = [m for m in _LETTERS.finditer(text) if len(m.group()) >= SHORTEST - 1]
        spans = {m.span() for m in pieces for word in wrong if one_edit(word, "".join(fold_chunk(m.group())))}
        if spans:
            yield Match(name, text, _merged(spans), near=True)


def _joined(found: dict[Match, None]) -> tuple[Match, ...]:
    """One match per field and text with the spans of all words; the largest coverage first."""
    spans: dict[tuple[str, str], set[tuple[int, int]]] = {}
    near: dict[tuple[str, str], bool] = {}
    for match in found:
        key = (match.field, match.text)
        spans.setdefault(key, set()).update(match.spans)
        near[key] = near.get(key, False) or match.near
    matches = [Match(*key, _merged(several), near[key]) for key, several in spans.items()]
    return tuple(sorted(matches, key=lambda match: sum(start - end for start, end in match.spans)))


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
    """The number of characters of `piece` that fold to `word`; 0 when it does not begin with it."""
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


def _merged(spans: Iterable[tuple[int, int]]) -> tuple[tuple[int, int], ...]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return tuple(merged)

"""Query → what SQLite is asked: a formula over folded words, as FTS5 expression and as SQL condition.

Pure. No user text enters SQL or FTS syntax: words are folded to letters and digits first, FTS words are
quoted, everything else is bound. The SQL condition alone decides; the FTS expression only finds candidates
quickly and may be wider (`exact` says whether it is not).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from wbtui.models.folding import MAX_WORD, chunks, fold_chunk, squash
from wbtui.models.query import Filter, Query, Sort
from wbtui.store.cache_rows import BACKWARDS, BILLING, PLAN, STATUS

_SHORTEST_END = 4
"""Typed ends of ids have at least so many characters."""


@dataclass(frozen=True, slots=True)
class Term:
    """`words` in this order, next to each other; the last may go on unless `whole`."""

    words: tuple[str, ...]
    whole: bool = False

    @property
    def needle(self) -> str:
        """As it stands in the search text."""
        return f" {' '.join(self.words)}{' ' if self.whole else ''}"

    @property
    def match(self) -> str:
        """As FTS5 expression; wider than the needle for several words."""
        *firsts, last = self.words
        return " AND ".join([f'"{word}"' for word in firsts] + [f'"{last}"' if self.whole else f'"{last}"*'])


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of the alternatives, each a conjunction of terms; or none of them when `negated`."""

    alternatives: tuple[tuple[Term, ...], ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """`columns` of `index`, then n; all walked downwards when `descending`."""

    index: str
    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Compiled:
    """`where` with `parameters` decides; `match` (None: all) finds candidates, and decides if `exact`."""

    where: str
    parameters: tuple[str, ...]
    match: str | None
    exact: bool
    order: Order


_ORDERS = {
    "name": Order("by_name", ("name_key",)),
    "owes": Order("by_owed_up", ("owed_up", "name_key")),
    "since": Order("by_since", ("since",)),
    "created": Order("by_created", ("created",)),
    "plan": Order("by_plan_up", ("plan_up", "name_key")),
    "status": Order("by_status", ("status_rank", "name_key")),
    "updated": Order("by_updated", ("updated",)),
}
_TAGS = {"plan": PLAN, "is": BILLING, "status": STATUS}


def order_of(sort: Sort | None) -> Order:
    """The index that yields a sort order."""
    if sort is None:
        return _ORDERS["name"]
    if sort.descending and sort.field == "owes":
        return Order("by_owed_down", ("owed_down", "name_key"))  # holds negated amounts
    if sort.descending and sort.field == "plan":
        return Order("by_plan_down", ("plan_down", "name_key"), descending=True)
    order = _ORDERS[sort.field]
    return Order(order.index, order.columns, sort.descending)


def _word(text: str) -> list[Clause]:
    """What a typed word asks for; "O'Brien" is obrien, or o and brien."""
    words = fold_chunk(text)
    if not words:
        return []
    joined = "".join(words)[:MAX_WORD]
    alternatives: list[tuple[Term, ...]] = [(Term((joined,)),)]
    if len(words) > 1:
        apart = (Term(words),) if not joined.isascii() else tuple(Term((word,)) for word in words)
        alternatives.append(apart)
    if len(joined) >= _SHORTEST_END:
        alternatives.append((Term((BACKWARDS + joined[::-1],)),))
    return [Clause(tuple(alternatives))]


def _phrase(text: str) -> list[Clause]:
    words = tuple(word for piece in chunks(text) for word in piece)
    return [Clause(((Term(words),),))] if words else []


def _filter(wanted: Filter) -> Clause:
    tag = _TAGS[wanted.name]
    values = wanted.values if tag != PLAN else tuple(squash(value) for value in wanted.values)
    return Clause(tuple((Term((tag + value,), whole=True),) for value in values), wanted.negated)


def clauses_of(query: Query) -> tuple[Clause, ...]:
    """All of them hold for a customer that the query finds."""
    found = [clause for word in query.words for clause in _word(word)]
    found += [clause for phrase in query.phrases for clause in _phrase(phrase)]
    found += [_filter(wanted) for wanted in query.filters]
    return tuple(dict.fromkeys(found))


def _where(clause: Clause, parameters: list[str]) -> str:
    either = []
    for alternative in clause.alternatives:
        parameters.extend(term.needle for term in alternative)
        either.append("(" + " AND ".join("instr(c.text, ?) > 0" for _ in alternative) + ")")
    joined = "(" + " OR ".join(either) + ")"
    return f"NOT {joined}" if clause.negated else joined


def _match(clause: Clause) -> str:
    return "(" + " OR ".join("(" + " AND ".join(t.match for t in a) + ")" for a in clause.alternatives) + ")"


def compile_clauses(clauses: tuple[Clause, ...], order: Order) -> Compiled:
    """The formula in both languages."""
    parameters: list[str] = []
    where = " AND ".join(_where(clause, parameters) for clause in clauses) or "1"
    wanted = [_match(clause) for clause in clauses if not clause.negated]
    unwanted = [_match(clause) for clause in clauses if clause.negated]
    # NOT may only narrow where the expression is not wider than the condition.
    single = all(len(t.words) == 1 for clause in clauses for a in clause.alternatives for t in a)
    match = " AND ".join(wanted) or None
    if match and single and unwanted:
        match = f"({match}) NOT ({' OR '.join(unwanted)})"
    return Compiled(where, tuple(parameters), match, match is not None and single, order)


@lru_cache(maxsize=256)
def compile_query(query: Query) -> Compiled:
    """What SQLite is asked for a query. Never raises, whatever was typed."""
    return compile_clauses(clauses_of(query), order_of(query.sort))

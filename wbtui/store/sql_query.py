"""Compiles clauses of words and ranges to an SQL condition and an FTS5 expression.

No text of users enters the syntax of SQL or FTS: words are folded to letters and digits, FTS words are
quoted, everything else is bound. The SQL condition alone decides; the FTS expression finds candidates quickly
and may find more (see `CompiledQuery.exact`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from wbtui.models.customer import BillingStatus
from wbtui.store.search_terms import BACKWARDS, BILLING, STATUS

LONGEST_INDEXED = 3
"""Length of the longest prefixes in the full-text index (`prefix` in its declaration)."""
_RARE = 12
"""Longer prefixes are shared by few words."""
_ANY_STATUS = f'"{STATUS}"*'
"""Matches every customer; for results of negated clauses only."""


@dataclass(frozen=True, slots=True)
class Term:
    """`words` side by side in this order; the last is a prefix unless `whole`."""

    words: tuple[str, ...]
    whole: bool = False

    @property
    def needle(self) -> str:
        """Substring of the search text."""
        return f" {' '.join(self.words)}{' ' if self.whole else ''}"

    @property
    def match(self) -> str:
        """FTS5 expression; ignores the order of several words."""
        *firsts, last = self.words
        return " AND ".join([f'"{word}"' for word in firsts] + [f'"{last}"' if self.whole else f'"{last}"*'])

    @property
    def is_expensive(self) -> bool:
        """Whether FTS merges the rows of many words with this prefix before it yields the first."""
        last = self.words[-1]
        return not self.whole and LONGEST_INDEXED < len(last) <= _RARE and not last.startswith(BACKWARDS)

    @property
    def superset(self) -> str:
        """FTS5 expression that yields its first row at once; matches more where `is_expensive`."""
        return (
            Term((*self.words[:-1], self.words[-1][:LONGEST_INDEXED])).match
            if self.is_expensive
            else self.match
        )


@dataclass(frozen=True, slots=True)
class Range:
    """`column` of customers from `low` to `high` inclusive (numbers, or both text), found by `index`.

    Without a column, an amount of `what` decides: that in `currency`, or any one that is above zero; 0 where
    there is none.
    """

    column: str
    index: str
    low: int | str
    high: int | str
    what: str | None = None
    currency: str | None = None


Test: TypeAlias = Term | Range


def _is_word(test: Test) -> bool:
    """With detail=none, FTS knows which words a text has, but not which are side by side."""
    return isinstance(test, Term) and len(test.words) == 1


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of the alternatives, each a conjunction of tests; none of them when `negated`."""

    alternatives: tuple[tuple[Test, ...], ...]
    negated: bool = False

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Ranges that every customer found by this clause is in."""
        if self.negated or len(self.alternatives) != 1:
            return ()
        return tuple(test for test in self.alternatives[0] if isinstance(test, Range))

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(test for one in self.alternatives for test in one if isinstance(test, Term))

    @property
    def only_words(self) -> bool:
        """Whether its FTS expression is equivalent to it."""
        return all(_is_word(test) for one in self.alternatives for test in one)

    def left(self, *, words: bool, ranges: bool) -> Clause | None:
        """Return what is left to test when the FTS expression or the ranges are given; None when nothing."""
        if words and self.only_words:
            return None
        if self.negated or len(self.alternatives) != 1:
            return self
        tests = tuple(
            test
            for test in self.alternatives[0]
            if not (words and _is_word(test)) and not (ranges and isinstance(test, Range) and test.column)
        )
        return Clause((tests,)) if tests else None


@dataclass(frozen=True, slots=True)
class Order:
    """Sort order: the `columns` of `index`, then n, all of them reversed when `descending`."""

    index: str
    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """SQL condition about customers c, and their search texts t where `needs_text`; "" is true."""

    sql: str
    parameters: tuple[str | int, ...]
    needs_text: bool


@dataclass(frozen=True, slots=True)
class CompiledQuery:
    """A search query as SQL: `whole` decides alone; `match` (None: all) finds candidates that `rest` decides.

    `ranges` find candidates too. `ranked`: folded words of each piece typed, by which the result is ranked
    where no order is given; `words`: the clauses of these words; `others`: all other clauses. `bounds`:
    ranges of the first column of the order that every row is in.
    """

    others: tuple[Clause, ...]
    whole: Condition
    match: str | None
    rest: Condition
    order: Order
    ranges: tuple[Range, ...] = ()
    ranked: tuple[tuple[str, ...], ...] = ()
    bounds: tuple[Range, ...] = ()
    words: tuple[Clause, ...] = ()
    residue: Condition = Condition("", (), needs_text=False)
    """Condition left for rows that are in `match` and in all `ranges`."""
    superset: str | None = None
    """FTS5 expression that matches more but yields its first row at once; None if `match` does."""
    is_expensive: bool = False
    """Whether FTS reads much of its index before `match` yields the first row."""

    @property
    def exact(self) -> bool:
        """Whether `match` alone decides."""
        return self.match is not None and not self.rest.sql


# ── SQL and FTS5 ───────────────────────────────────────────────────────────────────────────────
def _test(test: Test, parameters: list[str | int]) -> str:
    if isinstance(test, Term):
        parameters.append(test.needle)
        return "instr(t.text, ?) > 0"
    if test.column:
        parameters.extend((test.low, test.high))
        return f"(c.{test.column} >= ? AND c.{test.column} <= ?)"
    found = (
        "SELECT max(a.value BETWEEN ? AND ?) FROM amounts a WHERE a.n = c.n AND a.what = ? AND a.value > 0"
    )
    parameters.extend((test.low, test.high, test.what or ""))
    if test.currency is not None:
        found += " AND a.currency = ?"
        parameters.append(test.currency)
    parameters.append(int(test.low) <= 0 <= int(test.high))
    return f"coalesce(({found}), ?)"


def _where(clause: Clause, parameters: list[str | int]) -> str:
    either = [
        "(" + " AND ".join(_test(test, parameters) for test in alternative) + ")"
        for alternative in clause.alternatives
    ]
    joined = "(" + " OR ".join(either) + ")"
    # NULL is not false: `-owes>100` keeps customers whose debt is unknown.
    return f"{joined} IS NOT TRUE" if clause.negated else joined


def _match(clause: Clause, *, superset: bool = False) -> str | None:
    """FTS5 expression; None where an alternative has no words."""
    either = []
    for alternative in clause.alternatives:
        terms = [test.superset if superset else test.match for test in alternative if isinstance(test, Term)]
        if not terms:
            return None
        either.append("(" + " AND ".join(terms) + ")")
    return "(" + " OR ".join(either) + ")"


def compile_clauses(
    clauses: tuple[Clause, ...],
    order: Order,
    ranked: tuple[tuple[str, ...], ...] = (),
    words: tuple[Clause, ...] = (),
) -> CompiledQuery:
    """Compile clauses. `words`: those of the clauses whose words are `ranked`."""
    wanted = [m for clause in clauses if not clause.negated and (m := _match(clause))]
    # NOT excludes too much where the FTS expression matches more than the clause.
    without = [m for clause in clauses if clause.negated and clause.only_words and (m := _match(clause))]
    match, unwanted = " AND ".join(wanted) or None, " OR ".join(without) or None
    if match is None and unwanted is not None and len(without) == len(clauses):
        match = _ANY_STATUS
    whole = rest = _condition(clauses)
    if match is not None:
        rest = _left(clauses, words=True)
    matches_all = match == _ANY_STATUS
    superset = " AND ".join(
        m for clause in clauses if not clause.negated and (m := _match(clause, superset=True))
    )
    match = f"({match}) NOT ({unwanted})" if match and unwanted else match
    ranges = tuple(one for clause in clauses for one in clause.ranges if one.column)
    terms = [term for clause in clauses for term in clause.terms]
    return CompiledQuery(
        tuple(clause for clause in clauses if clause not in words),
        whole,
        match,
        rest,
        order,
        ranges=ranges,
        ranked=ranked,
        bounds=tuple(bound for one in ranges if (bound := _bound(one, order)) is not None)
        + tuple(bound for clause in clauses if (bound := _ranks(clause, order)) is not None),
        words=words,
        residue=_left(clauses, words=match is not None, ranges=True),
        superset=superset if superset and any(term.is_expensive for term in terms) else None,
        is_expensive=matches_all or any(term.is_expensive for term in terms),
    )


def _bound(one: Range, order: Order) -> Range | None:
    """The bounds that a range implies for the first column of the order."""
    first = order.columns[0]
    if one.column == first:
        return one
    # Columns for descending orders hold negated numbers.
    if first.endswith("_sort_desc") and one.column == f"{first.removesuffix('_sort_desc')}_sort_asc":
        return Range(first, order.index, -int(one.high), -int(one.low))
    return None


def _ranks(clause: Clause, order: Order) -> Range | None:
    """The bounds that `is:` implies for the order by status."""
    if order.columns[0] != "status_rank" or clause.negated or not clause.only_words:
        return None
    words = [one[0].words[0] for one in clause.alternatives if len(one) == 1 and isinstance(one[0], Term)]
    ranks = [rank for rank, status in enumerate(BillingStatus) if f"{BILLING}{status.value}" in words]
    if len(ranks) != len(clause.alternatives):
        return None
    return Range("status_rank", order.index, min(ranks), max(ranks))


def _left(clauses: tuple[Clause, ...], *, words: bool, ranges: bool = False) -> Condition:
    left = (clause.left(words=words, ranges=ranges) for clause in clauses)
    return _condition(tuple(clause for clause in left if clause is not None))


def _condition(clauses: tuple[Clause, ...]) -> Condition:
    parameters: list[str | int] = []
    # Cheap tests first: words need the search text.
    ordered = sorted(clauses, key=lambda clause: bool(clause.terms))
    sql = " AND ".join(_where(clause, parameters) for clause in ordered)
    return Condition(sql, tuple(parameters), any(clause.terms for clause in clauses))

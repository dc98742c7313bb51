"""Query → what SQLite is asked: a formula over words and ranges, as FTS5 expression and as SQL condition.

Pure. No user text enters SQL or FTS syntax: words are folded to letters and digits first, FTS words are
quoted, everything else is bound. The SQL condition alone decides; the FTS expression only finds candidates
quickly and may be wider (`exact` says whether it is not).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import TypeAlias

from wbtui.models.customer import BillingStatus
from wbtui.models.folding import MAX_WORD, chunks, fold_chunk, squash
from wbtui.models.query_terms import Filter, Query, Sort
from wbtui.models.query_values import LARGEST, read_amount
from wbtui.store.cache_words import (
    AMOUNT,
    BACKWARDS,
    BILLING,
    COUNTRY,
    DIGITS,
    END_LENGTH,
    EXPIRES,
    HAS,
    INVOICE,
    MRR,
    OWES,
    PAYMENT,
    PLAN,
    STATUS,
    SUB,
    amount_tag,
)

LONGEST_INDEXED = 3
"""The index of words knows their beginnings of so many letters (`prefix` in its declaration)."""
_EVERYBODY = f'"{STATUS}"*'
"""Everybody has a status; for lists of those who have not something."""
_RARE = 12
"""Longer beginnings are shared by few words."""
_SHORTEST_END = 4
"""Typed ends of ids have at least so many characters."""
_DAY = 86_400_000_000
_EPOCH_DAY = 719_163
"""Ordinal of 1 January 1970."""


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

    @property
    def is_dear(self) -> bool:
        """Whether FTS, before it answers, gathers everybody with any word that begins so, and it may be many."""
        last = self.words[-1]
        return not self.whole and LONGEST_INDEXED < len(last) <= _RARE and not last.startswith(BACKWARDS)

    @property
    def wide(self) -> str:
        """As FTS5 expression that is answered at once; finds more where `is_dear`."""
        return Term((*self.words[:-1], self.words[-1][:LONGEST_INDEXED])).match if self.is_dear else self.match


@dataclass(frozen=True, slots=True)
class Range:
    """`column` of customers from `low` to `high` (numbers, or both text), both included, which `index` finds.

    `what` and `currency`: it is the amount in that currency that counts, the column only finds candidates.
    """

    column: str
    index: str
    low: int | str
    high: int | str
    what: str | None = None
    currency: str | None = None


Test: TypeAlias = Term | Range


def _is_word(test: Test) -> bool:
    """FTS knows which words are there, but not (with detail=none) which stand side by side."""
    return isinstance(test, Term) and len(test.words) == 1


@dataclass(frozen=True, slots=True)
class Clause:
    """Any of the alternatives, each a conjunction of tests; or none of them when `negated`."""

    alternatives: tuple[tuple[Test, ...], ...]
    negated: bool = False

    @property
    def ranges(self) -> tuple[Range, ...]:
        """Ranges that hold for everybody this clause finds."""
        if self.negated or len(self.alternatives) != 1:
            return ()
        return tuple(test for test in self.alternatives[0] if isinstance(test, Range))

    @property
    def terms(self) -> tuple[Term, ...]:
        return tuple(test for one in self.alternatives for test in one if isinstance(test, Term))

    @property
    def only_words(self) -> bool:
        """Whether its FTS expression says all of it."""
        return all(_is_word(test) for one in self.alternatives for test in one)

    def left(self, *, by_ranges: bool = False) -> Clause | None:
        """What its FTS expression (and its ranges, when `by_ranges`) leave open; None when nothing."""
        if self.only_words:
            return None
        if self.negated or len(self.alternatives) != 1:
            return self
        words = [test for test in self.alternatives[0] if not _is_word(test)]
        tests = tuple(t for t in words if not (by_ranges and isinstance(t, Range) and t.column))
        return Clause((tests,)) if tests else None


@dataclass(frozen=True, slots=True)
class Order:
    """`columns` of `index`, then n; all walked downwards when `descending`."""

    index: str
    columns: tuple[str, ...]
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Condition:
    """An SQL condition about customers c, and their search texts t where `needs_text`; "" always holds."""

    sql: str
    parameters: tuple[str | int, ...]
    needs_text: bool


@dataclass(frozen=True, slots=True)
class Compiled:
    """What SQLite is asked. `whole` decides alone; `match` (None: all) finds candidates, `rest` decides those.

    `ranges` find candidates too. `ranked`: folded words of each piece typed, by which the list is ordered where no order was;
    `others`: what more is asked than these words. `bounds`: on the first column of the order; they are implied.
    """

    others: tuple[Clause, ...]
    whole: Condition
    match: str | None
    rest: Condition
    order: Order
    ranges: tuple[Range, ...] = ()
    ranked: tuple[tuple[str, ...], ...] = ()
    bounds: tuple[Range, ...] = ()
    only_words: bool = True
    """`ranked` speaks of words alone, not of words side by side."""
    residue: Condition = Condition("", (), needs_text=False)
    """What is left to decide of those who are in `match` and in all `ranges`."""
    wide: str | None = None
    """Finds more than `match`, but is answered at once; None where `match` is."""
    is_dear: bool = False
    """FTS gathers much before it answers: all words that begin so, or everybody."""

    @property
    def exact(self) -> bool:
        """Whether `match` decides alone."""
        return self.match is not None and not self.rest.sql


_ORDERS = {
    "name": Order("by_name", ("name_key",)),
    "owes": Order("by_owed_up", ("owed_up", "name_key")),
    "mrr": Order("by_mrr_up", ("mrr_up", "name_key")),
    "renews": Order("by_renews_up", ("renews_up", "name_key")),
    "since": Order("by_since", ("since",)),
    "created": Order("by_created", ("created",)),
    "plan": Order("by_plan_up", ("plan_up", "name_key")),
    "status": Order("by_status", ("status_rank", "name_key")),
    "updated": Order("by_updated", ("updated",)),
}
_MISSING_LAST = {"owes": "owed", "mrr": "mrr", "renews": "renews"}
_TAGS = {
    "plan": PLAN,
    "is": BILLING,
    "status": STATUS,
    "sub": SUB,
    "invoice": INVOICE,
    "payment": PAYMENT,
    "country": COUNTRY,
    "has": HAS,
    "card": DIGITS,
}
_OPEN = ("plan", "country", "card")
"""Their values are folded; those of the others are words of ours."""
_RANGES = {
    "owes": ("owed", "in_owed"),
    "mrr": ("mrr", "in_mrr"),
    "since": ("since", "by_since"),
    "renews": ("renews_up", "by_renews_up"),
    "ends": ("ends", "in_ends"),
    "trial": ("trial", "in_trial"),
    "changed": ("updated", "by_updated"),
    "subscriptions": ("subs", "in_subs"),
    "refunds": ("refunds", "in_refunds"),
}
_AMOUNTS = {"owes": ("o", OWES), "mrr": ("m", MRR)}


def order_of(sort: Sort | None) -> Order:
    """The index that yields a sort order."""
    if sort is None:
        return _ORDERS["name"]
    if sort.descending and (column := _MISSING_LAST.get(sort.field)):
        return Order(f"by_{column}_down", (f"{column}_down", "name_key"))  # holds negated numbers
    if sort.descending and sort.field == "plan":
        return Order("by_plan_down", ("plan_down", "name_key"), descending=True)
    order = _ORDERS[sort.field]
    return Order(order.index, order.columns, sort.descending)


# ── words ────────────────────────────────────────────────────────────────────────────────────────
def _word(text: str) -> list[Clause]:
    """What a typed word asks for; "O'Brien" is obrien, or o and brien; "49,00" is an amount."""
    words = fold_chunk(text)
    if not words:
        return []
    joined = "".join(words)[:MAX_WORD]
    alternatives: list[tuple[Test, ...]] = []
    amount = read_amount(text)
    if amount is not None and amount[0] and (amount[1] or amount[2]):
        alternatives.append((Term((amount_tag(amount[0], amount[1]),), whole=amount[1] is not None),))
        if amount[2]:
            return [Clause((*alternatives, (Term(words, whole=True),)))]
    alternatives.append((Term((joined,)),))
    if len(words) > 1:
        alternatives.append((Term(words),) if not joined.isascii() else _apart(words))
    if len(joined) >= _SHORTEST_END:
        alternatives.append((Term((BACKWARDS + joined[::-1][:END_LENGTH],)),))
    return [Clause(tuple(dict.fromkeys(alternatives)))]


def _apart(words: tuple[str, ...]) -> tuple[Term, ...]:
    """Words with signs between; what stands before a sign is a whole word, but for initials."""
    *firsts, last = words
    return (*(Term((word,), whole=len(word) > LONGEST_INDEXED) for word in firsts), Term((last,)))


def _phrase(text: str) -> list[Clause]:
    words = tuple(word for piece in chunks(text) for word in piece)
    return [Clause(((Term(words),),))] if words else []


# ── filters ──────────────────────────────────────────────────────────────────────────────────────
def _filter(wanted: Filter) -> Clause:
    if wanted.name in _RANGES:
        return Clause((_compared(wanted),), wanted.negated)
    return Clause(tuple(_tagged(wanted, value) for value in wanted.values), wanted.negated)


def _compared(wanted: Filter) -> tuple[Test, ...]:
    column, index = _RANGES[wanted.name]
    low = -LARGEST if wanted.span is None or wanted.span.low is None else wanted.span.low
    high = LARGEST if wanted.span is None or wanted.span.high is None else wanted.span.high
    if wanted.currency is None:
        within = Range(column, index, low, high)
        # Words are counted and intersected faster than ranges.
        return (Term((_AMOUNTS[wanted.name][1],)), within) if low > 0 and wanted.name in _AMOUNTS else (within,)
    what, tag = _AMOUNTS[wanted.name]
    amount = Range(column, index, low if low > 0 else 0, LARGEST, what, wanted.currency)
    exact = Range("", "", low, high, what, wanted.currency)
    if low > 0:
        # The largest amount of any currency is at least as large.
        return (Term((f"{tag}{wanted.currency}",), whole=True), amount, exact)
    return (amount, exact)


def _tagged(wanted: Filter, value: str) -> tuple[Test, ...]:
    today = 0 if wanted.span is None or wanted.span.low is None else wanted.span.low
    if wanted.name == "invoice" and value == "overdue":
        return (Range("due", "in_due", -LARGEST, today - 1),)
    if wanted.name == "payment" and value == "failed_today":
        start = (today - _EPOCH_DAY) * _DAY
        return (Range("failed", "in_failed", start, start + _DAY - 1),)
    if wanted.name == "card" and value in ("expiring", "expired"):
        month = _month(today)
        if value == "expired":
            return (Range("card", "in_card", 0, month - 1),)
        return (Term((f"{EXPIRES}{month}",), whole=True),)
    return (Term((_TAGS[wanted.name] + (squash(value) if wanted.name in _OPEN else value),), whole=True),)


def _month(day: int) -> int:
    """202611 of an ordinal."""
    then = date.fromordinal(max(day, 1))
    return then.year * 100 + then.month


def words_of(query: Query) -> tuple[Clause, ...]:
    """What the words and phrases of the query ask for."""
    found = [clause for word in query.words for clause in _word(word)]
    found += [clause for phrase in query.phrases for clause in _phrase(phrase)]
    return tuple(dict.fromkeys(found))


def filters_of(query: Query) -> tuple[Clause, ...]:
    """What the filters of the query ask for."""
    return tuple(dict.fromkeys(_filter(wanted) for wanted in query.filters))


# ── both languages ───────────────────────────────────────────────────────────────────────────────
def _test(test: Test, parameters: list[str | int]) -> str:
    if isinstance(test, Term):
        parameters.append(test.needle)
        return "instr(t.text, ?) > 0"
    if test.column:
        parameters.extend((test.low, test.high))
        return f"(c.{test.column} >= ? AND c.{test.column} <= ?)"
    parameters.extend((test.what or "", test.currency or "", test.low, test.high))
    return (
        "coalesce((SELECT a.value FROM amounts a WHERE a.n = c.n AND a.what = ? AND a.currency = ?), 0)"
        " BETWEEN ? AND ?"
    )


def _where(clause: Clause, parameters: list[str | int]) -> str:
    either = [
        "(" + " AND ".join(_test(test, parameters) for test in alternative) + ")"
        for alternative in clause.alternatives
    ]
    joined = "(" + " OR ".join(either) + ")"
    # Not held is not no: `-owes>100` keeps those of whom it is not known.
    return f"{joined} IS NOT TRUE" if clause.negated else joined


def _match(clause: Clause, *, wide: bool = False) -> str | None:
    """As FTS5 expression; None where an alternative says nothing about words."""
    either = []
    for alternative in clause.alternatives:
        terms = [test.wide if wide else test.match for test in alternative if isinstance(test, Term)]
        if not terms:
            return None
        either.append("(" + " AND ".join(terms) + ")")
    return "(" + " OR ".join(either) + ")"


def compile_clauses(
    clauses: tuple[Clause, ...],
    order: Order,
    ranked: tuple[tuple[str, ...], ...] = (),
    words: tuple[Clause, ...] = (),
) -> Compiled:
    """The formula in both languages. `words`: those of the clauses that `ranked` speaks of."""
    wanted = [m for clause in clauses if not clause.negated and (m := _match(clause))]
    # NOT may only narrow where the expression is not wider than the condition.
    without = [m for clause in clauses if clause.negated and clause.only_words and (m := _match(clause))]
    match, unwanted = " AND ".join(wanted) or None, " OR ".join(without) or None
    if match is None and unwanted is not None and len(without) == len(clauses):
        match = _EVERYBODY
    whole = rest = _condition(clauses)
    if match is not None:
        rest = _left(clauses)
    everybody = match == _EVERYBODY
    wide = " AND ".join(m for clause in clauses if not clause.negated and (m := _match(clause, wide=True)))
    match = f"({match}) NOT ({unwanted})" if match and unwanted else match
    ranges = tuple(one for clause in clauses for one in clause.ranges if one.column)
    terms = [term for clause in clauses for term in clause.terms]
    return Compiled(
        tuple(clause for clause in clauses if clause not in words),
        whole,
        match,
        rest,
        order,
        ranges=ranges,
        ranked=ranked,
        bounds=tuple(bound for one in ranges if (bound := _bound(one, order)) is not None)
        + tuple(bound for clause in clauses if (bound := _ranks(clause, order)) is not None),
        only_words=all(clause.only_words for clause in words),
        residue=_left(clauses, by_ranges=True) if match is not None else _unranged(clauses),
        wide=wide if wide and any(term.is_dear for term in terms) else None,
        is_dear=everybody or any(term.is_dear for term in terms),
    )


def _bound(one: Range, order: Order) -> Range | None:
    """What a range says of the first column of the order."""
    first = order.columns[0]
    if one.column == first:
        return one
    # What is sorted downwards holds negated numbers.
    if first.endswith("_down") and one.column == f"{first.removesuffix('_down')}_up":
        return Range(first, order.index, -int(one.high), -int(one.low))
    return None


def _unranged(clauses: tuple[Clause, ...]) -> Condition:
    """What the ranges leave open where no word was asked for."""
    plain = [c for c in clauses if not c.ranges or len(c.ranges) < len(c.alternatives[0])]
    return _condition(tuple(plain))


def _ranks(clause: Clause, order: Order) -> Range | None:
    """What `is:` says of the order of status."""
    if order.columns[0] != "status_rank" or clause.negated or not clause.only_words:
        return None
    words = [one[0].words[0] for one in clause.alternatives if len(one) == 1 and isinstance(one[0], Term)]
    ranks = [rank for rank, status in enumerate(BillingStatus) if f"{BILLING}{status.value}" in words]
    if len(ranks) != len(clause.alternatives):
        return None
    return Range("status_rank", order.index, min(ranks), max(ranks))


def _left(clauses: tuple[Clause, ...], *, by_ranges: bool = False) -> Condition:
    left = (clause.left(by_ranges=by_ranges) for clause in clauses)
    return _condition(tuple(clause for clause in left if clause is not None))


def _condition(clauses: tuple[Clause, ...]) -> Condition:
    parameters: list[str | int] = []
    # What is cheap to look at comes first.
    ordered = sorted(clauses, key=lambda clause: bool(clause.terms))
    sql = " AND ".join(_where(clause, parameters) for clause in ordered)
    return Condition(sql, tuple(parameters), any(clause.terms for clause in clauses))


@lru_cache(maxsize=256)
def compile_query(query: Query) -> Compiled:
    """What SQLite is asked for a query. Never raises, whatever was typed."""
    typed, words = (*query.words, *query.phrases), words_of(query)
    ranked = () if query.sort is not None else tuple(w for text in typed for w in chunks(text))
    return compile_clauses((*words, *filters_of(query)), order_of(query.sort), ranked, words)


def is_amount(term: Term) -> bool:
    """Whether it looks for an amount."""
    return term.words[0].startswith(AMOUNT)

"""Compiles a parsed query (words, phrases, filters, order) with `sql_query`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from functools import lru_cache

from wbtui.models.folding import MAX_WORD, chunks, fold_chunk, squash
from wbtui.models.instants import midnight
from wbtui.models.query.terms import Filter, Query, Sort, Span
from wbtui.models.query.values import MAX_THOUSANDTHS, read_amount
from wbtui.store import search_terms as terms
from wbtui.store.sql_query import (
    LONGEST_INDEXED,
    Clause,
    CompiledQuery,
    Order,
    Range,
    Term,
    Test,
    compile_clauses,
)

_SHORTEST_END = 4
"""Length of the shortest typed text that is tried as the end of an id."""

ORDERS = {
    "name": Order("by_name", ("name_key",)),
    "owes": Order("by_owed_sort_asc", ("owed_sort_asc", "name_key")),
    "-owes": Order("by_owed_sort_desc", ("owed_sort_desc", "name_key")),
    "mrr": Order("by_mrr_sort_asc", ("mrr_sort_asc", "name_key")),
    "-mrr": Order("by_mrr_sort_desc", ("mrr_sort_desc", "name_key")),
    "renews": Order("by_renews_sort_asc", ("renews_sort_asc", "name_key")),
    "-renews": Order("by_renews_sort_desc", ("renews_sort_desc", "name_key")),
    "since": Order("by_created", ("created",)),
    "created": Order("by_created", ("created",)),
    "plan": Order("by_plan_sort_asc", ("plan_sort_asc", "name_key")),
    "-plan": Order("by_plan_sort_desc", ("plan_sort_desc", "name_key"), descending=True),
    "status": Order("by_status", ("status_rank", "name_key")),
    "updated": Order("by_updated", ("updated",)),
}
"""Orders by the name of the sort; "-" before it: descending, where missing values come last all the same."""
_TAGS = {
    "plan": terms.PLAN,
    "is": terms.BILLING,
    "status": terms.STATUS,
    "sub": terms.SUB,
    "invoice": terms.INVOICE,
    "payment": terms.PAYMENT,
    "country": terms.COUNTRY,
    "has": terms.HAS,
    "card": terms.DIGITS,
    "new": terms.NEW,
    "lost": terms.LOST,
}
_FREE_VALUES = ("plan", "country", "card", "new", "lost")
"""Filters whose values are any text, which is folded; the others have fixed values."""
_RANGES = {
    "owes": ("owed", "in_owed"),
    "mrr": ("mrr", "in_mrr"),
    "since": ("created", "by_created"),
    "renews": ("renews_sort_asc", "by_renews_sort_asc"),
    "due": ("due", "in_due"),
    "ends": ("ends", "in_ends"),
    "trial": ("trial", "in_trial"),
    "changed": ("updated", "by_updated"),
    "subscriptions": ("subs", "in_subs"),
    "refunds": ("refunds", "in_refunds"),
    "refunding": ("refunding", "in_refunding"),
}
_AMOUNTS = {"owes": (terms.OWED_AMOUNT, terms.OWES), "mrr": (terms.MRR_AMOUNT, terms.MRR)}


def order_of(sort: Sort | None) -> Order:
    """Return the index and columns of a sort order."""
    if sort is None:
        return ORDERS["name"]
    if sort.descending and (order := ORDERS.get(f"-{sort.field}")):
        return order
    return replace(ORDERS[sort.field], descending=sort.descending)


# ── words ────────────────────────────────────────────────────────────────────────────────────────
def _word(text: str) -> list[Clause]:
    """Clauses of a typed word: "O'Brien" is obrien, or o and brien; "49,00" is an amount."""
    words = fold_chunk(text)
    if not words:
        return []
    joined = "".join(words)[:MAX_WORD]
    alternatives: list[tuple[Test, ...]] = []
    amount = read_amount(text)
    if amount is not None and amount[0] and (amount[1] or amount[2]):
        alternatives.append((Term((terms.amount_tag(amount[0], amount[1]),), whole=amount[1] is not None),))
        if amount[2]:
            return [Clause((*alternatives, (Term(words, whole=True),)))]
    alternatives.append((Term((joined,)),))
    if len(words) > 1:
        alternatives.append((Term(words),) if not joined.isascii() else _apart(words))
    alternatives += [(Term((tag,), whole=True),) for tag in terms.STATE_WORDS.get(joined, ())]
    if len(joined) >= _SHORTEST_END:
        alternatives.append((Term((terms.BACKWARDS + joined[::-1][: terms.END_LENGTH],)),))
    return [Clause(tuple(dict.fromkeys(alternatives)))]


def _apart(words: tuple[str, ...]) -> tuple[Term, ...]:
    """Words joined by punctuation: those before the last are whole words, unless they are short."""
    *firsts, last = words
    return (*(Term((word,), whole=len(word) > LONGEST_INDEXED) for word in firsts), Term((last,)))


# ── filters ──────────────────────────────────────────────────────────────────────────────────────
def _filter(wanted: Filter) -> Clause:
    if wanted.name == "expires":
        return _expiring(wanted)
    if wanted.name in _RANGES:
        return Clause((_compared(wanted),), wanted.negated)
    return Clause(tuple(_tagged(wanted, value) for value in wanted.values), wanted.negated)


def _expiring(wanted: Filter) -> Clause:
    """The months at whose end a card expires."""
    span = wanted.span or Span()
    last = _month(span.high + 1, -1) if span.high is not None else 9999_12
    if span.low is None:
        return Clause(((Range("card", "in_card", 0, last),),), wanted.negated)
    months = _beginnings(f"{_month(span.low):06}", f"{last:06}")
    tags = ((Term((f"{terms.EXPIRES}{one}",), whole=len(one) == len("202611")),) for one in months)
    return Clause(tuple(tags) or ((Term((f"{terms.EXPIRES}0",), whole=True),),), wanted.negated)


def _beginnings(low: str, high: str, begun: str = "") -> Iterator[str]:
    """Yield the fewest beginnings that all numbers from low to high have, and no others of their length."""
    if set(low) <= {"0"} and set(high) <= {"9"}:
        yield begun
        return
    for digit in map(str, range(int(low[0]), int(high[0]) + 1)):
        least = low[1:] if digit == low[0] else "0" * len(low[1:])
        most = high[1:] if digit == high[0] else "9" * len(high[1:])
        yield from _beginnings(least, most, begun + digit)


def _compared(wanted: Filter) -> tuple[Test, ...]:
    column, index = _RANGES[wanted.name]
    low = -MAX_THOUSANDTHS if wanted.span is None or wanted.span.low is None else wanted.span.low
    high = MAX_THOUSANDTHS if wanted.span is None or wanted.span.high is None else wanted.span.high
    if wanted.currency is None and (wanted.name not in _AMOUNTS or high == MAX_THOUSANDTHS):
        within = Range(column, index, low, high)
        if wanted.name == "refunding":
            # The row may be newer than the list of refunds: it tells whether any is still pending.
            return (within, Range("refunds", "in_refunds", 1, MAX_THOUSANDTHS))
        # FTS counts and intersects words faster than SQL does ranges.
        return (
            (Term((_AMOUNTS[wanted.name][1],)), within) if low > 0 and wanted.name in _AMOUNTS else (within,)
        )
    what, tag = _AMOUNTS[wanted.name]
    of_currency = Term((f"{tag}{wanted.currency or ''}",), whole=wanted.currency is not None)
    if (low, high) == (1, MAX_THOUSANDTHS):
        return (of_currency,)
    # The column holds the largest amount of any currency.
    amount = Range(column, index, low if low > 0 else 0, MAX_THOUSANDTHS)
    exact = Range("", "", low, high, what, wanted.currency)
    return (of_currency, amount, exact) if low > 0 else (amount, exact)


def _tagged(wanted: Filter, value: str) -> tuple[Test, ...]:
    today = 0 if wanted.span is None or wanted.span.low is None else wanted.span.low
    if wanted.name == "invoice" and value == "overdue":
        return (Range("due", "in_due", -MAX_THOUSANDTHS, today - 1),)
    if wanted.name == "payment" and value == "failed_today":
        return (Range("failed", "in_failed", midnight(today), midnight(today + 1) - 1),)
    if wanted.name == "card" and value in ("expiring", "expired"):
        month = _month(today)
        if value == "expired":
            return (Range("card", "in_card", 0, month - 1),)
        return (Term((f"{terms.EXPIRES}{month}",), whole=True),)
    return (
        Term((_TAGS[wanted.name] + (squash(value) if wanted.name in _FREE_VALUES else value),), whole=True),
    )


def _month(day: int, more: int = 0) -> int:
    """The month of an ordinal day, or `more` months later, as 202611."""
    then = date.fromordinal(min(max(day, 1), date.max.toordinal()))
    year, month = divmod(then.year * 12 + then.month - 1 + more, 12)
    return year * 100 + month + 1


def words_of(query: Query) -> tuple[Clause, ...]:
    """Return the clauses of the words and phrases of a query."""
    found = [clause for word in query.words for clause in _word(word)]
    phrases = (tuple(word for piece in chunks(phrase) for word in piece) for phrase in query.phrases)
    found += [Clause(((Term(words),),)) for words in phrases if words]
    return tuple(dict.fromkeys(found))


def filters_of(query: Query) -> tuple[Clause, ...]:
    """Return the clauses of the filters of a query."""
    return tuple(dict.fromkeys(_filter(wanted) for wanted in query.filters))


@lru_cache(maxsize=256)
def compile_query(query: Query) -> CompiledQuery:
    """Compile a query. Never raises."""
    typed, words = (*query.words, *query.phrases), words_of(query)
    ranked = () if query.sort is not None else tuple(w for text in typed for w in chunks(text))
    return compile_clauses((*words, *filters_of(query)), order_of(query.sort), ranked, words)


def is_amount(term: Term) -> bool:
    """Return whether a term matches an amount."""
    return term.words[0].startswith(terms.AMOUNT)

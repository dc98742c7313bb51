"""Walking a searched list along the index of its order, in bounded steps.

Most lists fill a page from the first rows looked at. Where they do not, the candidates that full text or a
range finds are taken along; where that meets too few, the candidates are looked at one by one and sorted.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock
from typing import Any

from wbtui.models.query_terms import Query
from wbtui.store.database import Connection
from wbtui.store.sql_query import CompiledQuery, Condition, Order, Range

SOME = 150_000
"""Up to so many hits are gathered where walking meets too few of them."""
SHORT_SCAN = 1_000
"""So many rows are looked at before anything is counted: most lists fill a page from these."""
CANDIDATE_SCAN = 10_000
"""So many steps are gone with a set of candidates in hand before they are sorted instead."""
_CHEAP = 30_000
"""So many candidates are sorted at once when a glance met nobody."""
_MANY_ANCHORS = 512

Key = tuple[Any, ...]


class Strategy(IntEnum):
    """How pages are met; each is tried when the one before met too few rows in a bounded number of steps."""

    SHORT_SCAN = 0
    CANDIDATE_SCAN = 1
    SORT_CANDIDATES = 2
    FULL_SCAN = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A statement that yields numbers of candidates: nobody else can be in the list. `left` decides them."""

    sql: str
    parameters: tuple[Any, ...]
    left: Condition
    is_match: bool


@dataclass
class ResultCursor:
    """What is known of one list at one revision of the cache: its strategy, its length, its anchors."""

    compiled: CompiledQuery
    revision: str
    query: Query | None = None
    """What was asked, where a typing error may be corrected."""
    corrected: tuple[tuple[str, str], ...] = ()
    """Typed words that nobody has, and the words used instead; `compiled` is then about these."""
    few: list[int] | None = None
    top: list[int] = field(default_factory=list)
    """Who is meant before all others; the others follow in order."""
    how: dict[bool, Strategy] = field(
        default_factory=lambda: dict.fromkeys((False, True), Strategy.SHORT_SCAN)
    )
    """How it is met walking forwards (False) and backwards (True)."""
    candidates: Source | None = None
    """The smallest known set that everybody in the list is in, when it is not too large."""
    probed: bool = False
    total: int | None = None
    positions: list[int] = field(default_factory=list)
    keys: dict[int, Key] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def remember(self, position: int, key: Key) -> None:
        """The row at `position` has this key (sort columns and n)."""
        with self.lock:
            if position not in self.keys:
                insort(self.positions, position)
            self.keys[position] = key
            if len(self.positions) > _MANY_ANCHORS:
                for dropped in self.positions[1::2]:
                    del self.keys[dropped]
                self.positions = self.positions[0::2]

    @property
    def _last(self) -> int | None:
        return None if self.total is None else self.total - len(self.top)

    def around(self, start: int, end: int) -> tuple[tuple[int, Key | None], tuple[int, Key | None] | None]:
        """The nearest known position at or before `start`, and the nearest at or after `end` (if any)."""
        with self.lock:
            index = bisect_right(self.positions, start) - 1
            below = self.positions[index] if index >= 0 else 0
            index = bisect_left(self.positions, end)
            above = self.positions[index] if index < len(self.positions) else self._last
            return (below, self.keys.get(below)), None if above is None else (above, self.keys.get(above))


# ── parts of statements ──────────────────────────────────────────────────────────────────────────
Part = tuple[str, tuple[Any, ...]]


def all_of(*parts: Part) -> Part:
    """Conditions that hold together, with their parameters."""
    sql = " AND ".join(sql for sql, _ in parts if sql) or "1"
    return sql, tuple(one for _, parameters in parts for one in parameters)


def tables(condition: Condition, index: str | None = None) -> str:
    customers = "customers c" if index is None else f"customers c INDEXED BY {index}"
    return (
        f"{customers} CROSS JOIN customer_search_text t ON t.n = c.n" if condition.needs_text else customers
    )


def columns_sql(order: Order, after: str = "") -> str:
    return ", ".join(f"c.{name}{after}" for name in (*order.columns, "n"))


def beyond(order: Order, compare: str) -> str:
    return f"({columns_sql(order)}) {compare} ({', '.join('?' * (len(order.columns) + 1))})"


def _bounds(compiled: CompiledQuery) -> list[Part]:
    """The part of the order's index in which the list lies."""
    return [(f"c.{one.column} >= ? AND c.{one.column} <= ?", (one.low, one.high)) for one in compiled.bounds]


def excluding(cursor: ResultCursor) -> Part:
    """Who was put first does not come again."""
    if not cursor.top:
        return "", ()
    return "+c.n NOT IN (SELECT value FROM json_each(?))", (json.dumps(cursor.top),)


def held(cursor: ResultCursor, how: Strategy) -> tuple[list[Part], Condition]:
    """Conditions of the list for somebody walking its order; the last is looked at row by row."""
    compiled, source = cursor.compiled, cursor.candidates
    if how is Strategy.CANDIDATE_SCAN and source is not None:
        left, sources = source.left, [source]
    elif how is Strategy.FULL_SCAN:
        left, sources = compiled.residue, sources_of(compiled)
    else:
        left, sources = compiled.whole, []
    among = [(f"+c.n IN ({one.sql})", one.parameters) for one in sources]
    return [*among, (left.sql, left.parameters)], left


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
MATCH = "SELECT rowid FROM customer_fts WHERE customer_fts MATCH ?"


def _matching(compiled: CompiledQuery) -> Source:
    return Source(MATCH, (compiled.match,), compiled.rest, is_match=True)


def _ranging(compiled: CompiledQuery, one: Range) -> Source:
    column = f"c.{one.column}"
    sql = f"SELECT c.n FROM customers c INDEXED BY {one.index} WHERE {column} >= ? AND {column} <= ?"
    return Source(sql, (one.low, one.high), compiled.whole, is_match=False)


def sources_of(compiled: CompiledQuery) -> list[Source]:
    matching = [] if compiled.match is None else [_matching(compiled)]
    return matching + [_ranging(compiled, one) for one in compiled.ranges]


def candidates_of(connection: Connection, compiled: CompiledQuery) -> tuple[Source | None, int | None]:
    """The smallest set of candidates to walk with, None when none is small enough to be held; its size."""
    sources = sources_of(compiled)
    if len(sources) == 1 and sources[0].is_match:
        return sources[0], None
    found, size = None, SOME + 1
    for source in sources:
        some = _bounded_size(connection, source, size)
        if some < size:
            found, size = source, some
    return found, None if found is None else size


def _can_gather(connection: Connection, cursor: ResultCursor) -> bool:
    source = cursor.candidates
    if source is None:
        return False
    if cursor.total is not None and not source.left.sql:
        return cursor.total <= SOME
    size = _bounded_size(connection, source, SOME + 1)
    if size <= SOME and not source.left.sql:
        cursor.total = size
    return size <= SOME


def _bounded_size(connection: Connection, source: Source, most: int) -> int:
    sql = f"SELECT count(*) FROM ({source.sql} LIMIT ?)"
    (some,) = connection.execute(sql, (*source.parameters, most)).fetchone()
    return int(some)


# ── walking ──────────────────────────────────────────────────────────────────────────────────────
def walk(
    connection: Connection,
    cursor: ResultCursor,
    after: Key | None,
    skip: int,
    size: int,
    *,
    backwards: bool = False,
) -> list[Key]:
    """Keys of `size` rows beyond the row `after` (None: the beginning or end), leaving out `skip`."""
    if size <= 0:
        return []
    page = _Page(cursor, after, skip, size, backwards)
    if not cursor.compiled.whole.sql:
        return _step(connection, page, Strategy.SHORT_SCAN, None)
    how = cursor.how
    if how[backwards] is Strategy.SHORT_SCAN and skip + size <= SHORT_SCAN:
        found, is_all = _bounded(connection, page, SHORT_SCAN, Strategy.SHORT_SCAN)
        if is_all:
            return found
        how[backwards] = _next(connection, cursor, is_hopeless=not found)
    if how[backwards] is Strategy.CANDIDATE_SCAN and skip + size <= CANDIDATE_SCAN:
        found, is_all = _bounded(connection, page, CANDIDATE_SCAN, Strategy.CANDIDATE_SCAN)
        if is_all:
            return found
        how[backwards] = Strategy.SORT_CANDIDATES if _can_gather(connection, cursor) else Strategy.FULL_SCAN
    if how[backwards] is Strategy.SORT_CANDIDATES and cursor.candidates is not None:
        return _gather(connection, page, cursor.candidates)
    return _step(connection, page, Strategy.FULL_SCAN, None)


def _next(connection: Connection, cursor: ResultCursor, *, is_hopeless: bool) -> Strategy:
    """A glance was not enough; it is hopeless to walk on when it met nobody."""
    cursor.candidates, size = candidates_of(connection, cursor.compiled)
    if cursor.candidates is None:
        return Strategy.FULL_SCAN
    is_cheap = cursor.candidates.is_match and size is not None and size <= _CHEAP
    return Strategy.SORT_CANDIDATES if is_hopeless and is_cheap else Strategy.CANDIDATE_SCAN


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows asked for; see `_walk`."""

    cursor: ResultCursor
    after: Key | None
    skip: int
    size: int
    backwards: bool

    @property
    def order(self) -> Order:
        return self.cursor.compiled.order

    @property
    def downwards(self) -> bool:
        return self.order.descending != self.backwards

    @property
    def ordering(self) -> str:
        return columns_sql(self.order, " DESC" if self.downwards else "")

    @property
    def beyond(self) -> Part:
        if self.after is None:
            return "", ()
        return beyond(self.order, "<" if self.downwards else ">"), self.after


def _bounded(connection: Connection, page: _Page, steps: int, how: Strategy) -> tuple[list[Key], bool]:
    """What a number of steps along the order's index meets of the page, and whether that is all of it."""
    order = page.order
    where, parameters = all_of(page.beyond, *_bounds(page.cursor.compiled))
    sql = (
        f"SELECT {columns_sql(order)} FROM customers c INDEXED BY {order.index} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT 1 OFFSET ?"
    )
    end = connection.execute(sql, (*parameters, steps)).fetchone()
    found = _step(connection, page, how, end)
    return found, end is None or len(found) == page.size


def _step(connection: Connection, page: _Page, how: Strategy, end: Key | None) -> list[Key]:
    """Walk the order's index up to the row `end` (None: to its end) and keep those of the list."""
    order = page.order
    conditions, condition = held(page.cursor, how)
    until = ("", ()) if end is None else (beyond(order, ">=" if page.downwards else "<="), tuple(end))
    bounds = _bounds(page.cursor.compiled)
    where, parameters = all_of(page.beyond, until, *bounds, *conditions, excluding(page.cursor))
    sql = (
        f"SELECT {columns_sql(order)} FROM {tables(condition, order.index)} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, page.size, page.skip))]


def _gather(connection: Connection, page: _Page, source: Source) -> list[Key]:
    """Look at every candidate and sort: where the list lies far along its order, or is sparse."""
    left = (source.left.sql, source.left.parameters)
    if source.is_match:
        source_sql = f"customer_fts CROSS JOIN {tables(source.left)}"
        among: Part = ("customer_fts MATCH ? AND c.n = customer_fts.rowid", source.parameters)
    else:
        # In the order of the table, not of the range: neighbours lie on one page. (LIMIT keeps the order.)
        source_sql = f"({source.sql} ORDER BY c.n LIMIT -1) AS hit CROSS JOIN {tables(source.left)}"
        among = ("c.n = hit.n", ())
    where, parameters = all_of(among, page.beyond, left, excluding(page.cursor))
    if not source.is_match:
        parameters = (*source.parameters, *parameters)
    sql = (
        f"SELECT {columns_sql(page.order)} FROM {source_sql} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, page.size, page.skip))]

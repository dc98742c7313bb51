"""Keyset pagination over a search result: reads rows beyond a known row along the index of the order."""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field, replace
from threading import Lock
from typing import Any

from wbtui.models.query.terms import Query
from wbtui.store.database import Connection
from wbtui.store.query_plan import DEFAULT_LIMITS, ScanLimits, ScanPlan, ScanStats, choose_plan
from wbtui.store.sql_query import CompiledQuery, Condition, Order, Range

Key = tuple[Any, ...]
"""Values of the sort columns of a row, and its n."""


@dataclass(frozen=True, slots=True)
class CandidateSource:
    """A statement that yields the n of candidates, a superset of the result; `left` decides about each."""

    sql: str
    parameters: tuple[Any, ...]
    left: Condition
    is_match: bool


@dataclass
class ResultCursor:
    """Cursor over one search result at one revision of the cache: statistics, length and known positions."""

    compiled: CompiledQuery
    revision: str
    query: Query | None = None
    """The query as typed, where typos may be corrected."""
    limits: ScanLimits = DEFAULT_LIMITS
    corrected: tuple[tuple[str, str], ...] = ()
    """Typed words that no customer has, with the words used instead; `compiled` is then about these."""
    listed: list[int] | None = None
    """The n of the whole result, where it is short."""
    best: list[int] = field(default_factory=list)
    """The n of the rows that are ranked first; the others follow in order."""
    stats: dict[bool, ScanStats] = field(default_factory=lambda: dict.fromkeys((False, True), ScanStats()))
    """By whether the result is read backwards."""
    candidates: CandidateSource | None = None
    """The smallest known set of candidates, when it is not too large."""
    is_prepared: bool = False
    """Whether `listed` and `best` are known."""
    total: int | None = None
    positions: list[int] = field(default_factory=list)
    """Positions whose `keys` are known."""
    keys: dict[int, Key] = field(default_factory=dict)
    lock: Lock = field(default_factory=Lock)

    def read_instead(self, compiled: CompiledQuery, corrected: tuple[tuple[str, str], ...]) -> None:
        """Read another query: forget what is known of the last one."""
        self.compiled, self.corrected = compiled, corrected
        self.stats = dict.fromkeys((False, True), ScanStats())
        self.candidates, self.total, self.positions, self.keys = None, None, [], {}

    def remember(self, position: int, key: Key) -> None:
        """Record the key of the row at `position`."""
        with self.lock:
            if position not in self.keys:
                insort(self.positions, position)
            self.keys[position] = key
            if len(self.positions) > self.limits.anchors:
                for dropped in self.positions[1::2]:
                    del self.keys[dropped]
                self.positions = self.positions[0::2]

    def around(self, start: int, end: int) -> tuple[tuple[int, Key | None], tuple[int, Key | None] | None]:
        """Return the nearest known position at or before `start`, and that at or after `end` (if any)."""
        last = None if self.total is None else self.total - len(self.best)
        with self.lock:
            index = bisect_right(self.positions, start) - 1
            below = self.positions[index] if index >= 0 else 0
            index = bisect_left(self.positions, end)
            above = self.positions[index] if index < len(self.positions) else last
            return (below, self.keys.get(below)), None if above is None else (above, self.keys.get(above))


# ── parts of statements ──────────────────────────────────────────────────────────────────────────
Part = tuple[str, tuple[Any, ...]]
"""SQL with its parameters."""


def all_of(*parts: Part) -> Part:
    """Join conditions with AND."""
    sql = " AND ".join(sql for sql, _ in parts if sql) or "1"
    return sql, tuple(one for _, parameters in parts for one in parameters)


def tables(condition: Condition, index: str | None = None) -> str:
    """Return the FROM clause that a condition needs."""
    customers = "customers c" if index is None else f"customers c INDEXED BY {index}"
    if not condition.needs_text:
        return customers
    return f"{customers} CROSS JOIN customer_search_text t ON t.n = c.n"


def columns_sql(order: Order, after: str = "") -> str:
    """Return the columns of a key, each followed by `after`."""
    return ", ".join(f"c.{name}{after}" for name in (*order.columns, "n"))


def beyond(order: Order, compare: str) -> str:
    """Return the condition that compares a row with a key."""
    return f"({columns_sql(order)}) {compare} ({', '.join('?' * (len(order.columns) + 1))})"


def excluding_best(cursor: ResultCursor) -> Part:
    """Return the condition that leaves out the rows that are ranked first."""
    if not cursor.best:
        return "", ()
    return "+c.n NOT IN (SELECT value FROM json_each(?))", (json.dumps(cursor.best),)


def conditions_of(cursor: ResultCursor, plan: ScanPlan) -> tuple[list[Part], Condition]:
    """Return the conditions of the result for a scan; the last one is also returned by itself."""
    compiled, source = cursor.compiled, cursor.candidates
    if plan is ScanPlan.CANDIDATE_SCAN and source is not None:
        left, sources = source.left, [source]
    elif plan is ScanPlan.FULL_SCAN:
        left, sources = compiled.residue, sources_of(compiled)
    else:
        left, sources = compiled.whole, []
    among = [(f"+c.n IN ({one.sql})", one.parameters) for one in sources]
    return [*among, (left.sql, left.parameters)], left


def _bounds(compiled: CompiledQuery) -> list[Part]:
    """The part of the index in which the result lies."""
    return [(f"c.{one.column} >= ? AND c.{one.column} <= ?", (one.low, one.high)) for one in compiled.bounds]


# ── candidates ───────────────────────────────────────────────────────────────────────────────────
MATCH = "SELECT rowid FROM customer_fts WHERE customer_fts MATCH ?"


def _range_source(compiled: CompiledQuery, one: Range) -> CandidateSource:
    column = f"c.{one.column}"
    sql = f"SELECT c.n FROM customers c INDEXED BY {one.index} WHERE {column} >= ? AND {column} <= ?"
    return CandidateSource(sql, (one.low, one.high), compiled.whole, is_match=False)


def sources_of(compiled: CompiledQuery) -> list[CandidateSource]:
    """Return the sources of candidates that a query has."""
    ranges = [_range_source(compiled, one) for one in compiled.ranges]
    if compiled.match is None:
        return ranges
    return [CandidateSource(MATCH, (compiled.match,), compiled.rest, is_match=True), *ranges]


def smallest_source(
    connection: Connection, compiled: CompiledQuery, limits: ScanLimits
) -> tuple[CandidateSource | None, int | None]:
    """Return the source of the fewest candidates and their number; no source where all exceed the limit.

    A full-text match without alternatives is returned uncounted.
    """
    sources = sources_of(compiled)
    if len(sources) == 1 and sources[0].is_match:
        return sources[0], None
    smallest, size = None, limits.candidates + 1
    for source in sources:
        count = _count_up_to(connection, source, size)
        if count < size:
            smallest, size = source, count
    return smallest, None if smallest is None else size


def _count_candidates(connection: Connection, cursor: ResultCursor) -> int | None:
    """The number of candidates; where it exceeds the limit, any number above it."""
    source = cursor.candidates
    if source is None:
        return None
    if cursor.total is not None and not source.left.sql:
        return cursor.total
    most = cursor.limits.candidates
    size = _count_up_to(connection, source, most + 1)
    if size <= most and not source.left.sql:
        cursor.total = size
    return size


def _count_up_to(connection: Connection, source: CandidateSource, most: int) -> int:
    sql = f"SELECT count(*) FROM ({source.sql} LIMIT ?)"
    (count,) = connection.execute(sql, (*source.parameters, most)).fetchone()
    return int(count)


# ── reading ──────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class _Page:
    """Rows to read; see `read_keys`."""

    cursor: ResultCursor
    after: Key | None
    skip: int
    size: int
    backwards: bool

    @property
    def order(self) -> Order:
        return self.cursor.compiled.order

    @property
    def descending(self) -> bool:
        return self.order.descending != self.backwards

    @property
    def ordering(self) -> str:
        return columns_sql(self.order, " DESC" if self.descending else "")

    @property
    def beyond(self) -> Part:
        if self.after is None:
            return "", ()
        return beyond(self.order, "<" if self.descending else ">"), self.after

    @property
    def stats(self) -> ScanStats:
        is_filtered = bool(self.cursor.compiled.whole.sql)
        return replace(self.cursor.stats[self.backwards], rows=self.skip + self.size, is_filtered=is_filtered)


def read_keys(
    connection: Connection,
    cursor: ResultCursor,
    after: Key | None,
    skip: int,
    size: int,
    *,
    backwards: bool = False,
) -> list[Key]:
    """Return the keys of `size` rows beyond the row `after` (None: from an end) and `skip` others."""
    if size <= 0:
        return []
    page, limits = _Page(cursor, after, skip, size, backwards), cursor.limits
    bounds = {
        ScanPlan.SHORT_SCAN: limits.short_scan,
        ScanPlan.CANDIDATE_SCAN: limits.candidate_scan,
    }
    while True:
        plan = choose_plan(page.stats, limits)
        if plan is ScanPlan.SORT_CANDIDATES and cursor.candidates is not None:
            return _sort_candidates(connection, page, cursor.candidates)
        if plan not in bounds:
            return _scan(connection, page, ScanPlan.FULL_SCAN, None)
        found, is_complete = _bounded_scan(connection, page, plan, bounds[plan])
        if is_complete:
            return found
        cursor.stats[backwards] = _stats_after(connection, page, plan, len(found))


def _stats_after(connection: Connection, page: _Page, failed: ScanPlan, matched: int) -> ScanStats:
    """Return the statistics after a plan that did not fill a page."""
    cursor = page.cursor
    if failed is ScanPlan.CANDIDATE_SCAN:
        return replace(page.stats, failed=failed, candidates=_count_candidates(connection, cursor))
    source, size = smallest_source(connection, cursor.compiled, cursor.limits)
    cursor.candidates = source
    return replace(
        page.stats,
        failed=failed,
        matched=matched,
        has_candidates=source is not None,
        is_full_text=source is not None and source.is_match,
        candidates=size,
    )


def _bounded_scan(connection: Connection, page: _Page, plan: ScanPlan, steps: int) -> tuple[list[Key], bool]:
    """Read `steps` rows in order; the matches, and whether the page needs no more of them."""
    order = page.order
    where, parameters = all_of(page.beyond, *_bounds(page.cursor.compiled))
    sql = (
        f"SELECT {columns_sql(order)} FROM customers c INDEXED BY {order.index} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT 1 OFFSET ?"
    )
    end = connection.execute(sql, (*parameters, steps)).fetchone()
    found = _scan(connection, page, plan, end)
    return found, end is None or len(found) == page.size


def _scan(connection: Connection, page: _Page, plan: ScanPlan, end: Key | None) -> list[Key]:
    """Read rows in order up to the row `end` (None: to the last) and keep those that match."""
    order = page.order
    conditions, condition = conditions_of(page.cursor, plan)
    until = ("", ()) if end is None else (beyond(order, ">=" if page.descending else "<="), tuple(end))
    bounds = _bounds(page.cursor.compiled)
    where, parameters = all_of(page.beyond, until, *bounds, *conditions, excluding_best(page.cursor))
    return _select(connection, page, tables(condition, order.index), where, parameters)


def _sort_candidates(connection: Connection, page: _Page, source: CandidateSource) -> list[Key]:
    """Read every candidate and sort: for results that are sparse, or lie far down their order."""
    left = (source.left.sql, source.left.parameters)
    if source.is_match:
        source_sql = f"customer_fts CROSS JOIN {tables(source.left)}"
        among: Part = ("customer_fts MATCH ? AND c.n = customer_fts.rowid", source.parameters)
    else:
        # In the order of the table, whose neighbours share a page. LIMIT keeps the inner ORDER BY.
        source_sql = f"({source.sql} ORDER BY c.n LIMIT -1) AS hit CROSS JOIN {tables(source.left)}"
        among = ("c.n = hit.n", ())
    where, parameters = all_of(among, page.beyond, left, excluding_best(page.cursor))
    if not source.is_match:
        parameters = (*source.parameters, *parameters)
    return _select(connection, page, source_sql, where, parameters)


def _select(
    connection: Connection, page: _Page, source: str, where: str, parameters: tuple[Any, ...]
) -> list[Key]:
    sql = (
        f"SELECT {columns_sql(page.order)} FROM {source} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, page.size, page.skip))]

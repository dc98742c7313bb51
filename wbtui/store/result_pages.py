"""Pages of a search result by position, without sorting the whole result or keeping it in memory.

A short result is found by full text or by a range, sorted or ranked, and kept as a list of numbers. Of a
longer one the best rows are ranked first; the others are read along the index of the order, from the nearest
known position.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from wbtui.store import ranking, spelling
from wbtui.store.database import Connection
from wbtui.store.query_plan import ScanLimits, ScanPlan
from wbtui.store.scan import (
    MATCH,
    CandidateSource,
    Key,
    ResultCursor,
    all_of,
    beyond,
    columns_sql,
    conditions_of,
    excluding_best,
    read_keys,
    sources_of,
    tables,
)
from wbtui.store.sql_query import CompiledQuery, Condition, Order


def numbers(connection: Connection, cursor: ResultCursor, start: int, size: int) -> list[int]:
    """Return the n of at most `size` rows from position `start`."""
    if size <= 0 or (cursor.total is not None and start >= cursor.total):
        return []
    _prepare(connection, cursor)
    if cursor.listed is not None:
        return cursor.listed[start : start + size]
    first = cursor.best[start : start + size]
    start, size = max(start - len(cursor.best), 0), size - len(first)
    keys = _read_from_nearest(connection, cursor, start, size) if size else []
    if keys:
        cursor.remember(start, keys[0])
        cursor.remember(start + len(keys) - 1, keys[-1])
    return first + [int(key[-1]) for key in keys]


def total(connection: Connection, cursor: ResultCursor) -> int:
    """Return the number of rows; may take long, and can be interrupted."""
    if cursor.total is None:
        _prepare(connection, cursor)
        cursor.total = (
            len(cursor.listed) if cursor.listed is not None else count(connection, hits_of(cursor.compiled))
        )
    return cursor.total


def position(connection: Connection, cursor: ResultCursor, n: int) -> int | None:
    """Return the position of a row, None when it is not in the result."""
    _prepare(connection, cursor)
    for known in (cursor.listed, cursor.best):
        if known is not None and n in known:
            return known.index(n)
    if cursor.listed is not None:
        return None
    compiled, order = cursor.compiled, cursor.compiled.order
    where, parameters = all_of((compiled.whole.sql, compiled.whole.parameters), ("c.n = ?", (n,)))
    source = tables(compiled.whole)
    key = connection.execute(
        f"SELECT {columns_sql(order)} FROM {source} WHERE {where}", parameters
    ).fetchone()
    if key is None:
        return None
    compare = ">" if order.descending else "<"
    conditions, condition = conditions_of(cursor, ScanPlan.FULL_SCAN)
    where, parameters = all_of((beyond(order, compare), tuple(key)), *conditions, excluding_best(cursor))
    sql = f"SELECT count(*) FROM {tables(condition, order.index)} WHERE {where}"
    (before,) = connection.execute(sql, parameters).fetchone()
    cursor.remember(before, tuple(key))
    return int(before) + len(cursor.best)


def members(connection: Connection, cursor: ResultCursor, candidates: list[int]) -> set[int]:
    """Return those of these rows that are in the result."""
    _prepare(connection, cursor)
    if cursor.listed is not None:
        return set(cursor.listed).intersection(candidates)
    return set(_sorted_hits(connection, cursor.compiled.order, cursor.compiled.whole, candidates))


def _read_from_nearest(connection: Connection, cursor: ResultCursor, start: int, size: int) -> list[Key]:
    """Read from the known position before or after the page, whichever skips fewer rows."""
    end = start + size
    (below, key), after = cursor.around(start, end)
    if after is not None and after[0] - end < start - below:
        end = min(end, after[0])
        keys = read_keys(connection, cursor, after[1], after[0] - end, end - start, backwards=True)
        return keys[::-1]
    if key is None:
        return read_keys(connection, cursor, None, start, size)
    if start == below:
        return [key, *read_keys(connection, cursor, key, 0, size - 1)]
    return read_keys(connection, cursor, key, start - below - 1, size)


def recent(
    connection: Connection, compiled: CompiledQuery, fetched_from: int, limits: ScanLimits
) -> ResultCursor:
    """Return a cursor over the rows fetched since `fetched_from` (microseconds); of many, the latest ones."""
    sql = "SELECT n FROM customer_rows WHERE fetched_at >= ? ORDER BY fetched_at DESC LIMIT ?"
    known = [n for (n,) in connection.execute(sql, (fetched_from, limits.listed))]
    listed = _sorted_hits(connection, compiled.order, compiled.whole, known)
    return ResultCursor(compiled, "", listed=listed, is_prepared=True, total=len(listed))


# ── short results and best rows ──────────────────────────────────────────────────────────────────
def _prepare(connection: Connection, cursor: ResultCursor) -> None:
    """List a short result, or find the rows that are ranked first; correct typos where nothing is found."""
    if cursor.is_prepared:
        return
    listed, best = _list_or_rank(connection, cursor)
    if cursor.query is not None and _is_empty(connection, cursor, listed, best):
        correction = spelling.corrected(connection, cursor.query)
        if correction is not None:
            typed = cursor.compiled, cursor.corrected
            cursor.read_instead(*correction)
            again = _list_or_rank(connection, cursor)
            if _is_empty(connection, cursor, *again):
                cursor.read_instead(*typed)
            else:
                listed, best = again
    if listed is not None:
        cursor.listed, cursor.best, cursor.total = list(dict.fromkeys((*best, *listed))), [], len(listed)
    else:
        cursor.listed, cursor.best = None, best
    cursor.is_prepared = True


def _list_or_rank(connection: Connection, cursor: ResultCursor) -> tuple[list[int] | None, list[int]]:
    """The whole result where it is short, and its best rows where it is not ranked one by one."""
    compiled, limits = cursor.compiled, cursor.limits
    listed = _listed(connection, compiled, limits)
    if not compiled.ranked or (listed is not None and len(listed) <= limits.ranked):
        return listed, []
    return listed, _best(connection, compiled, limits)


def _is_empty(
    connection: Connection, cursor: ResultCursor, listed: list[int] | None, best: list[int]
) -> bool:
    if listed is not None:
        return not listed
    return not best and cursor.compiled.is_expensive and not read_keys(connection, cursor, None, 0, 1)


def _listed(connection: Connection, compiled: CompiledQuery, limits: ScanLimits) -> list[int] | None:
    """The result, when it has few candidates; reads a bounded number of them."""
    for source in _quick_sources(compiled):
        sql = f"{source.sql} LIMIT ?"
        hits = [n for (n,) in connection.execute(sql, (*source.parameters, limits.listed + 1))]
        if len(hits) > limits.listed:
            continue
        if not compiled.ranked or len(hits) > limits.ranked:
            hits = _sorted_hits(connection, compiled.order, source.left, hits)
        if compiled.ranked and len(hits) <= limits.ranked:
            return ranking.rank_hits(connection, compiled, hits, tables(compiled.whole))
        return hits
    return None


def _quick_sources(compiled: CompiledQuery) -> list[CandidateSource]:
    """The sources that yield their first candidates at once."""
    sources = sources_of(compiled)
    if compiled.is_expensive and sources and sources[0].is_match:
        superset = CandidateSource(MATCH, (compiled.superset,), compiled.whole, is_match=True)
        return [*([] if compiled.superset is None else [superset]), *sources[1:]]
    return sources


def _best(connection: Connection, compiled: CompiledQuery, limits: ScanLimits) -> list[int]:
    """The rows that are ranked first, from the first tiers of `ranking`."""
    found: dict[int, None] = {}
    for tier in ranking.tiers(compiled):
        cursor = ResultCursor(tier, "", limits=limits)
        found.update(dict.fromkeys(numbers(connection, cursor, 0, limits.best)))
        if len(found) >= limits.best:
            break
    return list(found)[: limits.best]


def _sorted_hits(connection: Connection, order: Order, left: Condition, hits: list[int]) -> list[int]:
    where, parameters = all_of(("c.n = hit.value", ()), (left.sql, left.parameters))
    sql = (
        f"SELECT c.n FROM json_each(?) AS hit CROSS JOIN {tables(left)} "
        f"WHERE {where} ORDER BY {columns_sql(order, ' DESC' if order.descending else '')}"
    )
    return [n for (n,) in connection.execute(sql, (json.dumps(hits), *parameters))]


@dataclass(frozen=True, slots=True)
class Hits:
    """The whole result of a query as FROM and WHERE of a statement; `n` is the column of its numbers."""

    tables: str
    where: str
    parameters: tuple[Any, ...]
    n: str = "c.n"


def hits_of(compiled: CompiledQuery) -> Hits:
    """Return the rows of a query for a statement that reads all of them."""
    if compiled.exact:
        return Hits("customer_fts", "customer_fts MATCH ?", (compiled.match,), "customer_fts.rowid")
    if compiled.match is not None:
        where, parameters = all_of(
            ("customer_fts MATCH ? AND c.n = customer_fts.rowid", (compiled.match,)),
            (compiled.rest.sql, compiled.rest.parameters),
        )
        return Hits(f"customer_fts CROSS JOIN {tables(compiled.rest)}", where, parameters)
    index = compiled.ranges[0].index if compiled.ranges else None
    return Hits(tables(compiled.whole, index), compiled.whole.sql or "1", compiled.whole.parameters)


def hits_among(numbers: list[int]) -> Hits:
    """Return known rows for a statement."""
    return Hits("json_each(?) AS hit", "1", (json.dumps(numbers),), "hit.value")


def count(connection: Connection, hits: Hits) -> int:
    """Return the number of rows."""
    sql = f"SELECT count(*) FROM {hits.tables} WHERE {hits.where}"
    return int(connection.execute(sql, hits.parameters).fetchone()[0])

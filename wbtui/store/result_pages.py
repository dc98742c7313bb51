"""A window of a searched and sorted list by position, without ever sorting or holding the whole list.

Few hits: find them by full text or by a range, sort or rank them, keep their numbers. Many: find those who
are meant first, and walk the index of the order for the others, from the nearest position already known (an
anchor) or from the end.
"""

from __future__ import annotations

import json
from typing import Any

from wbtui.store import ranking, spelling
from wbtui.store.database import Connection
from wbtui.store.scan import (
    MATCH,
    Key,
    ResultCursor,
    Source,
    Strategy,
    all_of,
    beyond,
    columns_sql,
    excluding,
    held,
    sources_of,
    tables,
    walk,
)
from wbtui.store.sql_query import CompiledQuery, Condition, Order

__all__ = ["ResultCursor", "Strategy", "numbers", "position", "tail", "total"]

FEW = 1_000
"""So many hits are sorted in memory; more are met on the way."""
RANKED = 300
"""So many hits are ranked one by one; of more only the best are put first."""
TOP = 60


def numbers(connection: Connection, cursor: ResultCursor, start: int, size: int) -> list[int]:
    """The numbers (n) of the rows at positions `start` … of the list, at most `size`."""
    if size <= 0 or (cursor.total is not None and start >= cursor.total):
        return []
    _probe(connection, cursor)
    if cursor.few is not None:
        return cursor.few[start : start + size]
    first = cursor.top[start : start + size]
    start, size = max(start - len(cursor.top), 0), size - len(first)
    keys = _nearest_walk(connection, cursor, start, size) if size else []
    if keys:
        cursor.remember(start, keys[0])
        cursor.remember(start + len(keys) - 1, keys[-1])
    return first + [int(key[-1]) for key in keys]


def tail(connection: Connection, cursor: ResultCursor, size: int) -> list[int]:
    """The numbers of the last rows, without counting."""
    if size <= 0:
        return []
    _probe(connection, cursor)
    if cursor.few is not None:
        return cursor.few[-size:]
    keys = walk(connection, cursor, None, 0, size, backwards=True)
    last = [int(key[-1]) for key in reversed(keys)]
    return (cursor.top + last)[-size:] if len(last) < size else last


def total(connection: Connection, cursor: ResultCursor) -> int:
    """How many rows the list has; may take long, can be interrupted."""
    if cursor.total is None:
        _probe(connection, cursor)
        cursor.total = len(cursor.few) if cursor.few is not None else _count(connection, cursor.compiled)
    return cursor.total


def position(connection: Connection, cursor: ResultCursor, n: int) -> int | None:
    """Where the row is in the list, None when it is not in it."""
    _probe(connection, cursor)
    for known in (cursor.few, cursor.top):
        if known is not None and n in known:
            return known.index(n)
    if cursor.few is not None:
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
    conditions, condition = held(cursor, Strategy.FULL_SCAN)
    where, parameters = all_of((beyond(order, compare), tuple(key)), *conditions, excluding(cursor))
    sql = f"SELECT count(*) FROM {tables(condition, order.index)} WHERE {where}"
    (before,) = connection.execute(sql, parameters).fetchone()
    cursor.remember(before, tuple(key))
    return int(before) + len(cursor.top)


def _nearest_walk(connection: Connection, cursor: ResultCursor, start: int, size: int) -> list[Key]:
    """From the nearest anchor before, or the nearest after, whichever skips fewer rows."""
    end = start + size
    (below, key), after = cursor.around(start, end)
    if after is not None and after[0] - end < start - below:
        end = min(end, after[0])
        keys = walk(connection, cursor, after[1], after[0] - end, end - start, backwards=True)
        return keys[::-1]
    if key is None:
        return walk(connection, cursor, None, start, size)
    if start == below:
        return [key, *walk(connection, cursor, key, 0, size - 1)]
    return walk(connection, cursor, key, start - below - 1, size)


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
def _probe(connection: Connection, cursor: ResultCursor) -> None:
    """Sort or rank few hits; of many find those to be put first."""
    if cursor.probed:
        return
    few, top = _few_or_best(connection, cursor)
    if cursor.query is not None and _is_nobody(connection, cursor, few, top):
        found = spelling.corrected(connection, cursor.query)
        if found is not None:
            typed = cursor.compiled, cursor.corrected
            cursor.compiled, cursor.corrected = found
            again, best = _few_or_best(connection, cursor)
            if _is_nobody(connection, cursor, again, best):
                cursor.compiled, cursor.corrected = typed
            else:
                few, top = again, best
    if few is not None:
        cursor.few, cursor.top, cursor.total = list(dict.fromkeys((*top, *few))), [], len(few)
    else:
        cursor.few, cursor.top = None, top
    cursor.probed = True


def _few_or_best(connection: Connection, cursor: ResultCursor) -> tuple[list[int] | None, list[int]]:
    """The whole list where it is short, and who comes first where it is not ranked one by one."""
    few = _few(connection, cursor.compiled)
    if not cursor.compiled.ranked or (few is not None and len(few) <= RANKED):
        return few, []
    return few, _best(connection, cursor.compiled)


def _is_nobody(connection: Connection, cursor: ResultCursor, few: list[int] | None, top: list[int]) -> bool:
    if few is not None:
        return not few
    return not top and cursor.compiled.is_expensive and not walk(connection, cursor, None, 0, 1)


def _few(connection: Connection, compiled: CompiledQuery) -> list[int] | None:
    """The list, when its candidates are few; a bounded number of them is looked at."""
    for source in _quick(compiled):
        hits = [n for (n,) in connection.execute(f"{source.sql} LIMIT ?", (*source.parameters, FEW + 1))]
        if len(hits) > FEW:
            continue
        if not compiled.ranked or len(hits) > RANKED:
            hits = _sorted_hits(connection, compiled.order, source.left, hits)
        if compiled.ranked and len(hits) <= RANKED:
            return ranking.ranked(connection, compiled, hits, tables(compiled.whole))
        return hits
    return None


def _quick(compiled: CompiledQuery) -> list[Source]:
    """Those that answer at once."""
    sources = sources_of(compiled)
    if compiled.is_expensive and sources and sources[0].is_match:
        superset = Source(MATCH, (compiled.superset,), compiled.whole, is_match=True)
        return [*([] if compiled.superset is None else [superset]), *sources[1:]]
    return sources


def _best(connection: Connection, compiled: CompiledQuery) -> list[int]:
    """The first of those who are meant before all others, as `ranking` has it."""
    found: dict[int, None] = {}
    for tier in ranking.tiers(compiled):
        found.update(dict.fromkeys(numbers(connection, ResultCursor(tier, ""), 0, TOP)))
        if len(found) >= TOP:
            break
    return list(found)[:TOP]


def _sorted_hits(connection: Connection, order: Order, left: Condition, hits: list[int]) -> list[int]:
    where, parameters = all_of(("c.n = hit.value", ()), (left.sql, left.parameters))
    sql = (
        f"SELECT c.n FROM json_each(?) AS hit CROSS JOIN {tables(left)} "
        f"WHERE {where} ORDER BY {columns_sql(order, ' DESC' if order.descending else '')}"
    )
    return [n for (n,) in connection.execute(sql, (json.dumps(hits), *parameters))]


def _count(connection: Connection, compiled: CompiledQuery) -> int:
    sql: str
    parameters: tuple[Any, ...]
    if compiled.exact:
        sql, parameters = "SELECT count(*) FROM customer_fts WHERE customer_fts MATCH ?", (compiled.match,)
    elif compiled.match is not None:
        where, parameters = all_of(
            ("customer_fts MATCH ? AND c.n = customer_fts.rowid", (compiled.match,)),
            (compiled.rest.sql, compiled.rest.parameters),
        )
        sql = f"SELECT count(*) FROM customer_fts CROSS JOIN {tables(compiled.rest)} WHERE {where}"
    else:
        index = compiled.ranges[0].index if compiled.ranges else None
        sql = f"SELECT count(*) FROM {tables(compiled.whole, index)} WHERE {compiled.whole.sql or '1'}"
        parameters = compiled.whole.parameters
    (count,) = connection.execute(sql, parameters).fetchone()
    return int(count)

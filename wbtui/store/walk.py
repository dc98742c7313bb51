"""A window of a searched and sorted list by position, without ever sorting or holding the whole list.

Few hits: find them by full text or by a range, sort or rank them, keep their numbers. Many: find those who
are meant first, and walk the index of the order for the others, from the nearest position already known (an
anchor) or from the end.
"""

from __future__ import annotations

import json
from typing import Any

from wbtui.store import near, ranking
from wbtui.store.database import Connection
from wbtui.store.formula import Compiled, Condition, Order
from wbtui.store.steps import (
    MATCH,
    Key,
    Place,
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

__all__ = ["Place", "Strategy", "numbers", "position", "tail", "total"]

FEW = 1_000
"""So many hits are sorted in memory; more are met on the way."""
RANKED = 300
"""So many hits are ranked one by one; of more only the best are put first."""
TOP = 60


def numbers(connection: Connection, place: Place, start: int, size: int) -> list[int]:
    """The numbers (n) of the rows at positions `start` … of the list, at most `size`."""
    if size <= 0 or (place.total is not None and start >= place.total):
        return []
    _probe(connection, place)
    if place.few is not None:
        return place.few[start : start + size]
    first = place.top[start : start + size]
    start, size = max(start - len(place.top), 0), size - len(first)
    keys = _nearest_walk(connection, place, start, size) if size else []
    if keys:
        place.remember(start, keys[0])
        place.remember(start + len(keys) - 1, keys[-1])
    return first + [int(key[-1]) for key in keys]


def tail(connection: Connection, place: Place, size: int) -> list[int]:
    """The numbers of the last rows, without counting."""
    if size <= 0:
        return []
    _probe(connection, place)
    if place.few is not None:
        return place.few[-size:]
    keys = walk(connection, place, None, 0, size, backwards=True)
    last = [int(key[-1]) for key in reversed(keys)]
    return (place.top + last)[-size:] if len(last) < size else last


def total(connection: Connection, place: Place) -> int:
    """How many rows the list has; may take long, can be interrupted."""
    if place.total is None:
        _probe(connection, place)
        place.total = len(place.few) if place.few is not None else _count(connection, place.compiled)
    return place.total


def position(connection: Connection, place: Place, n: int) -> int | None:
    """Where the row is in the list, None when it is not in it."""
    _probe(connection, place)
    for known in (place.few, place.top):
        if known is not None and n in known:
            return known.index(n)
    if place.few is not None:
        return None
    compiled, order = place.compiled, place.compiled.order
    where, parameters = all_of((compiled.whole.sql, compiled.whole.parameters), ("c.n = ?", (n,)))
    source = tables(compiled.whole)
    key = connection.execute(
        f"SELECT {columns_sql(order)} FROM {source} WHERE {where}", parameters
    ).fetchone()
    if key is None:
        return None
    compare = ">" if order.descending else "<"
    conditions, condition = held(place, Strategy.FAR)
    where, parameters = all_of((beyond(order, compare), tuple(key)), *conditions, excluding(place))
    sql = f"SELECT count(*) FROM {tables(condition, order.index)} WHERE {where}"
    (before,) = connection.execute(sql, parameters).fetchone()
    place.remember(before, tuple(key))
    return int(before) + len(place.top)


def _nearest_walk(connection: Connection, place: Place, start: int, size: int) -> list[Key]:
    """From the nearest anchor before, or the nearest after, whichever skips fewer rows."""
    end = start + size
    (below, key), after = place.around(start, end)
    if after is not None and after[0] - end < start - below:
        end = min(end, after[0])
        keys = walk(connection, place, after[1], after[0] - end, end - start, backwards=True)
        return keys[::-1]
    if key is None:
        return walk(connection, place, None, start, size)
    if start == below:
        return [key, *walk(connection, place, key, 0, size - 1)]
    return walk(connection, place, key, start - below - 1, size)


def recent(connection: Connection, compiled: Compiled, fetched_from: int) -> Place:
    """The list of the rows fetched since `fetched_from` (microseconds); of many, the latest ones."""
    sql = "SELECT n FROM customer_rows WHERE fetched_at >= ? ORDER BY fetched_at DESC LIMIT ?"
    known = [n for (n,) in connection.execute(sql, (fetched_from, FEW))]
    few = _sorted_hits(connection, compiled.order, compiled.whole, known)
    return Place(compiled, "", few=few, probed=True, total=len(few))


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
def _probe(connection: Connection, place: Place) -> None:
    """Sort or rank few hits; of many find those to be put first."""
    if place.probed:
        return
    few, top = _few_or_best(connection, place)
    if place.query is not None and _is_nobody(connection, place, few, top):
        found = near.corrected(connection, place.query)
        if found is not None:
            typed = place.compiled, place.corrected
            place.compiled, place.corrected = found
            again, best = _few_or_best(connection, place)
            if _is_nobody(connection, place, again, best):
                place.compiled, place.corrected = typed
            else:
                few, top = again, best
    if few is not None:
        place.few, place.top, place.total = list(dict.fromkeys((*top, *few))), [], len(few)
    else:
        place.few, place.top = None, top
    place.probed = True


def _few_or_best(connection: Connection, place: Place) -> tuple[list[int] | None, list[int]]:
    """The whole list where it is short, and who comes first where it is not ranked one by one."""
    few = _few(connection, place.compiled)
    if not place.compiled.ranked or (few is not None and len(few) <= RANKED):
        return few, []
    return few, _best(connection, place.compiled)


def _is_nobody(connection: Connection, place: Place, few: list[int] | None, top: list[int]) -> bool:
    if few is not None:
        return not few
    return not top and place.compiled.is_dear and not walk(connection, place, None, 0, 1)


def _few(connection: Connection, compiled: Compiled) -> list[int] | None:
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


def _quick(compiled: Compiled) -> list[Source]:
    """Those that answer at once."""
    sources = sources_of(compiled)
    if compiled.is_dear and sources and sources[0].is_match:
        wide = Source(MATCH, (compiled.wide,), compiled.whole, is_match=True)
        return [*([] if compiled.wide is None else [wide]), *sources[1:]]
    return sources


def _best(connection: Connection, compiled: Compiled) -> list[int]:
    """The first of those who are meant before all others, as `ranking` has it."""
    found: dict[int, None] = {}
    for tier in ranking.tiers(compiled):
        found.update(dict.fromkeys(numbers(connection, Place(tier, ""), 0, TOP)))
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


def _count(connection: Connection, compiled: Compiled) -> int:
    sql: str
    parameters: tuple[Any, ...]
    if compiled.exact:
        sql, parameters = "SELECT count(*) FROM found WHERE found MATCH ?", (compiled.match,)
    elif compiled.match is not None:
        where, parameters = all_of(
            ("found MATCH ? AND c.n = found.rowid", (compiled.match,)),
            (compiled.rest.sql, compiled.rest.parameters),
        )
        sql = f"SELECT count(*) FROM found CROSS JOIN {tables(compiled.rest)} WHERE {where}"
    else:
        index = compiled.ranges[0].index if compiled.ranges else None
        sql = f"SELECT count(*) FROM {tables(compiled.whole, index)} WHERE {compiled.whole.sql or '1'}"
        parameters = compiled.whole.parameters
    (count,) = connection.execute(sql, parameters).fetchone()
    return int(count)

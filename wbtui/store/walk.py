"""A window of a searched and sorted list by position, without ever sorting or holding the whole list.

Few hits: find them by full text or by a range, sort or rank them, keep their numbers. Many: walk the index of
the sort order and filter on the way, from the nearest position already known (an anchor) or from the end.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from wbtui.models.query_terms import Query
from wbtui.store import near, ranking
from wbtui.store.database import Connection
from wbtui.store.search import Compiled, Order, Range

FEW = 2_000
"""So many hits are sorted in memory; more are met on the way."""
SOME = 60_000
"""Up to so many hits are looked up in a set while walking the index alone."""
_MANY_ANCHORS = 512

Key = tuple[Any, ...]


@dataclass
class Place:
    """What is known of one list at one revision of the cache: its strategy, its length, its anchors."""

    compiled: Compiled
    revision: str
    query: Query | None = None
    """What was asked, where a typing error may be corrected."""
    corrected: tuple[tuple[str, str], ...] = ()
    """Typed words that nobody has, and the words used instead; `compiled` is then about these."""
    few: list[int] | None = None
    in_set: bool = False
    in_range: Range | None = None
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

    def around(self, start: int, end: int) -> tuple[tuple[int, Key | None], tuple[int, Key | None] | None]:
        """The nearest known position at or before `start`, and the nearest at or after `end` (if any)."""
        with self.lock:
            index = bisect_right(self.positions, start) - 1
            below = self.positions[index] if index >= 0 else 0
            index = bisect_left(self.positions, end)
            above = self.positions[index] if index < len(self.positions) else self.total
            return (below, self.keys.get(below)), None if above is None else (above, self.keys.get(above))


def numbers(connection: Connection, place: Place, start: int, size: int) -> list[int]:
    """The numbers (n) of the rows at positions `start` … of the list, at most `size`."""
    if size <= 0 or (place.total is not None and start >= place.total):
        return []
    _probe(connection, place)
    if place.few is not None:
        return place.few[start : start + size]
    keys = _nearest_walk(connection, place, start, size)
    if keys:
        place.remember(start, keys[0])
        place.remember(start + len(keys) - 1, keys[-1])
    return [int(key[-1]) for key in keys]


def tail(connection: Connection, place: Place, size: int) -> list[int]:
    """The numbers of the last rows, without counting."""
    _probe(connection, place)
    if place.few is not None:
        return place.few[-size:] if size > 0 else []
    return [int(key[-1]) for key in reversed(_walk(connection, place, None, 0, size, backwards=True))]


def total(connection: Connection, place: Place) -> int:
    """How many rows the list has; may take long, can be interrupted."""
    if place.total is None:
        _probe(connection, place)
        place.total = len(place.few) if place.few is not None else _count(connection, place.compiled)
    return place.total


def position(connection: Connection, place: Place, n: int) -> int | None:
    """Where the row is in the list, None when it is not in it."""
    _probe(connection, place)
    if place.few is not None:
        return place.few.index(n) if n in place.few else None
    compiled, order = place.compiled, place.compiled.order
    columns = ", ".join(f"c.{name}" for name in order.columns)
    sql = f"SELECT {columns}, c.n FROM {_from(compiled)} WHERE c.n = ? AND {compiled.where}"
    key = connection.execute(sql, (n, *compiled.parameters)).fetchone()
    if key is None:
        return None
    compare = ">" if order.descending else "<"
    sql = (
        f"SELECT count(*) FROM {_from(compiled, order.index)} "
        f"WHERE {_beyond(order, compare)} AND {compiled.where}"
    )
    (before,) = connection.execute(sql, (*key, *compiled.parameters)).fetchone()
    place.remember(before, tuple(key))
    return int(before)


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
def _from(compiled: Compiled, index: str | None = None) -> str:
    customers = "customers c" if index is None else f"customers c INDEXED BY {index}"
    return f"{customers} CROSS JOIN customer_texts t ON t.n = c.n" if compiled.needs_text else customers


def _sources(compiled: Compiled) -> list[tuple[str, tuple[Any, ...], Range | None]]:
    """Statements that yield the numbers of candidates: nobody else can be in the list."""
    found: list[tuple[str, tuple[Any, ...], Range | None]] = []
    if compiled.match is not None:
        found.append(("SELECT rowid FROM found WHERE found MATCH ?", (compiled.match,), None))
    found.extend((*_in_range(one), one) for one in compiled.ranges)
    return found


def _in_range(wanted: Range) -> tuple[str, tuple[Any, ...]]:
    column = f"c.{wanted.column}"
    sql = f"SELECT c.n FROM customers c INDEXED BY {wanted.index} WHERE {column} >= ? AND {column} <= ?"
    return sql, (wanted.low, wanted.high)


def _probe(connection: Connection, place: Place) -> None:
    """Choose the strategy from how many candidates there are, looking at a bounded number of them."""
    if place.probed or not (place.compiled.match or place.compiled.ranges):
        return
    _choose(connection, place)
    if _is_nobody(place) and place.query is not None:
        _correct(connection, place, place.query)
    if place.few is not None:
        place.total = len(place.few)
    place.probed = True


def _choose(connection: Connection, place: Place) -> None:
    sources = _sources(place.compiled)
    for sql, parameters, _ in sources:
        hits = [n for (n,) in connection.execute(f"{sql} LIMIT ?", (*parameters, FEW + 1))]
        if len(hits) <= FEW:
            place.few = _sorted_hits(connection, place.compiled, hits)
            return
    _choose_set(connection, place, sources)


def _correct(connection: Connection, place: Place, query: Query) -> None:
    """Nobody is found: look for one slip of the keyboard in a word."""
    found = near.corrected(connection, query)
    if found is None:
        return
    typed, place.few = place.compiled, None
    place.compiled, place.corrected = found
    _choose(connection, place)
    if _is_nobody(place):
        place.compiled, place.corrected = typed, ()


def _is_nobody(place: Place) -> bool:
    return place.few is not None and not place.few


def _choose_set(
    connection: Connection, place: Place, sources: list[tuple[str, tuple[Any, ...], Range | None]]
) -> None:
    """The smallest set of candidates that is small enough to be held while walking."""
    smallest = SOME + 1
    for sql, parameters, wanted in sources:
        counting = f"SELECT count(*) FROM ({sql} LIMIT ?)"
        (some,) = connection.execute(counting, (*parameters, smallest)).fetchone()
        if some < smallest:
            smallest, place.in_range, place.in_set = some, wanted, wanted is None
    if place.in_set and place.compiled.exact:
        place.total = smallest


def _sorted_hits(connection: Connection, compiled: Compiled, hits: list[int]) -> list[int]:
    if compiled.ranked:
        return ranking.ranked(connection, compiled, hits, _from(compiled))
    downwards = " DESC" if compiled.order.descending else ""
    order = ", ".join(f"c.{name}{downwards}" for name in (*compiled.order.columns, "n"))
    sql = (
        f"SELECT c.n FROM json_each(?) AS hit CROSS JOIN {_from(compiled)} "
        f"WHERE c.n = hit.value AND {compiled.where} ORDER BY {order}"
    )
    return [n for (n,) in connection.execute(sql, (json.dumps(hits), *compiled.parameters))]


def _count(connection: Connection, compiled: Compiled) -> int:
    sql: str
    parameters: tuple[Any, ...]
    if compiled.exact:
        sql, parameters = "SELECT count(*) FROM found WHERE found MATCH ?", (compiled.match,)
    elif compiled.unwanted is not None:
        sql = (
            "SELECT (SELECT count(*) FROM customers INDEXED BY in_subs WHERE subs IS NOT NULL)"
            " - (SELECT count(*) FROM found WHERE found MATCH ?)"
        )
        parameters = (compiled.unwanted,)
    elif compiled.match is not None:
        sql = (
            f"SELECT count(*) FROM found CROSS JOIN {_from(compiled)} "
            f"WHERE found MATCH ? AND c.n = found.rowid AND {compiled.where}"
        )
        parameters = (compiled.match, *compiled.parameters)
    elif compiled.ranges and not compiled.needs_text:
        one = compiled.ranges[0]
        sql = f"SELECT count(*) FROM {_from(compiled, one.index)} WHERE {compiled.where}"
        parameters = compiled.parameters
    else:
        sql = f"SELECT count(*) FROM {_from(compiled)} WHERE {compiled.where}"
        parameters = compiled.parameters
    (count,) = connection.execute(sql, parameters).fetchone()
    return int(count)


# ── walking ──────────────────────────────────────────────────────────────────────────────────────
def _nearest_walk(connection: Connection, place: Place, start: int, size: int) -> list[Key]:
    """From the nearest anchor before, or the nearest after, whichever skips fewer rows."""
    end = start + size
    (below, key), after = place.around(start, end)
    if after is not None and after[0] - end < start - below:
        end = min(end, after[0])
        keys = _walk(connection, place, after[1], after[0] - end, end - start, backwards=True)
        return keys[::-1]
    if key is None:
        return _walk(connection, place, None, start, size)
    if start == below:
        return [key, *_walk(connection, place, key, 0, size - 1)]
    return _walk(connection, place, key, start - below - 1, size)


def _beyond(order: Order, compare: str) -> str:
    columns = ", ".join(f"c.{name}" for name in (*order.columns, "n"))
    return f"({columns}) {compare} ({', '.join('?' * (len(order.columns) + 1))})"


def _walk(
    connection: Connection, place: Place, after: Key | None, skip: int, size: int, *, backwards: bool = False
) -> list[Key]:
    """Keys of `size` rows beyond the row `after` (None: the beginning or end), leaving out `skip`."""
    if size <= 0:
        return []
    compiled, order = place.compiled, place.compiled.order
    downwards = order.descending != backwards
    conditions: list[str] = []
    parameters: list[Any] = []
    if after is not None:
        conditions.append(_beyond(order, "<" if downwards else ">"))
        parameters.extend(after)
    if place.in_set:
        conditions.append("+c.n IN (SELECT rowid FROM found WHERE found MATCH ?)")
        parameters.append(compiled.match)
    elif place.in_range is not None:
        within, bounds = _in_range(place.in_range)
        conditions.append(f"+c.n IN ({within})")
        parameters.extend(bounds)
    filtering = not (place.in_set and compiled.exact)
    if filtering:
        conditions.append(compiled.where)
        parameters.extend(compiled.parameters)
    columns = ", ".join(f"c.{name}" for name in (*order.columns, "n"))
    ordering = ", ".join(f"c.{name}{' DESC' if downwards else ''}" for name in (*order.columns, "n"))
    source = _from(compiled, order.index) if filtering else f"customers c INDEXED BY {order.index}"
    sql = (
        f"SELECT {columns} FROM {source} "
        f"WHERE {' AND '.join(conditions) or '1'} ORDER BY {ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, size, skip))]

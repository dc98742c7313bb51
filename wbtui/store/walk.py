"""A window of a searched and sorted list by position, without ever sorting or holding the whole list.

Few hits: find them by full text, sort them, keep their numbers. Many: walk the index of the sort order and
filter on the way, from the nearest position already known (an anchor) or from the end.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

from wbtui.store.database import Connection
from wbtui.store.search import Compiled, Order

FEW = 1_500
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
    few: list[int] | None = None
    in_set: bool = False
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
    sql = f"SELECT {columns}, c.n FROM customers c WHERE c.n = ? AND {compiled.where}"
    key = connection.execute(sql, (n, *compiled.parameters)).fetchone()
    if key is None:
        return None
    compare = ">" if order.descending else "<"
    sql = (
        f"SELECT count(*) FROM customers c INDEXED BY {order.index} "
        f"WHERE {_beyond(order, compare)} AND {compiled.where}"
    )
    (before,) = connection.execute(sql, (*key, *compiled.parameters)).fetchone()
    place.remember(before, tuple(key))
    return int(before)


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
def _probe(connection: Connection, place: Place) -> None:
    """Choose the strategy from how many candidates there are, looking at a bounded number of them."""
    match = place.compiled.match
    if place.probed or match is None:
        return
    sql = "SELECT rowid FROM found WHERE found MATCH ? LIMIT ?"
    hits = [n for (n,) in connection.execute(sql, (match, FEW + 1))]
    if len(hits) <= FEW:
        place.few = _sorted_hits(connection, place.compiled, hits)
        place.total = len(place.few)
    else:
        sql = "SELECT count(*) FROM (SELECT 1 FROM found WHERE found MATCH ? LIMIT ?)"
        (some,) = connection.execute(sql, (match, SOME + 1)).fetchone()
        place.in_set = some <= SOME
        if place.in_set and place.compiled.exact:
            place.total = some
    place.probed = True


def _sorted_hits(connection: Connection, compiled: Compiled, hits: list[int]) -> list[int]:
    downwards = " DESC" if compiled.order.descending else ""
    order = ", ".join(f"c.{name}{downwards}" for name in (*compiled.order.columns, "n"))
    sql = (
        "SELECT c.n FROM json_each(?) AS hit CROSS JOIN customers c ON c.n = hit.value "
        f"WHERE {compiled.where} ORDER BY {order}"
    )
    return [n for (n,) in connection.execute(sql, (json.dumps(hits), *compiled.parameters))]


def _count(connection: Connection, compiled: Compiled) -> int:
    if compiled.match is None:
        sql = f"SELECT count(*) FROM customers c WHERE {compiled.where}"
        (count,) = connection.execute(sql, compiled.parameters).fetchone()
    elif compiled.exact:
        sql = "SELECT count(*) FROM found WHERE found MATCH ?"
        (count,) = connection.execute(sql, (compiled.match,)).fetchone()
    else:
        sql = (
            "SELECT count(*) FROM found CROSS JOIN customers c ON c.n = found.rowid "
            f"WHERE found MATCH ? AND {compiled.where}"
        )
        (count,) = connection.execute(sql, (compiled.match, *compiled.parameters)).fetchone()
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
    if not (place.in_set and compiled.exact):
        conditions.append(compiled.where)
        parameters.extend(compiled.parameters)
    columns = ", ".join(f"c.{name}" for name in (*order.columns, "n"))
    ordering = ", ".join(f"c.{name}{' DESC' if downwards else ''}" for name in (*order.columns, "n"))
    sql = (
        f"SELECT {columns} FROM customers c INDEXED BY {order.index} "
        f"WHERE {' AND '.join(conditions) or '1'} ORDER BY {ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, size, skip))]

"""A window of a searched and sorted list by position, without ever sorting or holding the whole list.

Few hits: find them by full text or by a range, sort or rank them, keep their numbers. Many: walk the index of
the sort order and filter on the way, from the nearest position already known (an anchor) or from the end.
"""

from __future__ import annotations

import json
from bisect import bisect_left, bisect_right, insort
from dataclasses import dataclass, field
from enum import IntEnum
from threading import Lock
from typing import Any

from wbtui.models.query_terms import Query
from wbtui.store import near, ranking
from wbtui.store.database import Connection
from wbtui.store.search import Compiled, Condition, Order, Range

FEW = 1_000
"""So many hits are sorted in memory; more are met on the way."""
RANKED = 300
"""So many hits are ranked one by one; of more only the best are put first."""
TOP = 60
SOME = 150_000
"""Up to so many hits are gathered where walking meets too few of them."""
GLANCE = 1_000
"""So many rows are looked at before anything is counted: most lists fill a page from these."""
STROLL = 10_000
"""So many steps are gone with a set of candidates in hand before they are sorted instead."""
_MANY_ANCHORS = 512

Key = tuple[Any, ...]


class Strategy(IntEnum):
    """How pages are met; each is tried when the one before met too few rows in a bounded number of steps."""

    GLANCE = 0
    STROLL = 1
    GATHER = 2
    FAR = 3


@dataclass(frozen=True, slots=True)
class Source:
    """A statement that yields numbers of candidates: nobody else can be in the list. `left` decides them."""

    sql: str
    parameters: tuple[Any, ...]
    left: Condition
    is_match: bool


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
    top: list[int] = field(default_factory=list)
    """Who is meant before all others; the others follow in order."""
    how: dict[bool, Strategy] = field(default_factory=lambda: dict.fromkeys((False, True), Strategy.GLANCE))
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
    keys = _walk(connection, place, None, 0, size, backwards=True)
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
    where, parameters = _all((compiled.whole.sql, compiled.whole.parameters), ("c.n = ?", (n,)))
    source = _from(compiled.whole)
    key = connection.execute(f"SELECT {_columns(order)} FROM {source} WHERE {where}", parameters).fetchone()
    if key is None:
        return None
    compare = ">" if order.descending else "<"
    held, condition = _held(place, Strategy.FAR)
    where, parameters = _all((_beyond(order, compare), tuple(key)), *held, _excluding(place))
    sql = f"SELECT count(*) FROM {_from(condition, order.index)} WHERE {where}"
    (before,) = connection.execute(sql, parameters).fetchone()
    place.remember(before, tuple(key))
    return int(before) + len(place.top)


# ── parts of statements ──────────────────────────────────────────────────────────────────────────
Part = tuple[str, tuple[Any, ...]]


def _all(*parts: Part) -> Part:
    """Conditions that hold together, with their parameters."""
    sql = " AND ".join(sql for sql, _ in parts if sql) or "1"
    return sql, tuple(one for _, parameters in parts for one in parameters)


def _from(condition: Condition, index: str | None = None) -> str:
    customers = "customers c" if index is None else f"customers c INDEXED BY {index}"
    return f"{customers} CROSS JOIN customer_texts t ON t.n = c.n" if condition.needs_text else customers


def _columns(order: Order, after: str = "") -> str:
    return ", ".join(f"c.{name}{after}" for name in (*order.columns, "n"))


def _beyond(order: Order, compare: str) -> str:
    return f"({_columns(order)}) {compare} ({', '.join('?' * (len(order.columns) + 1))})"


def _bounds(compiled: Compiled) -> list[Part]:
    """The part of the order's index in which the list lies."""
    return [(f"c.{one.column} >= ? AND c.{one.column} <= ?", (one.low, one.high)) for one in compiled.bounds]


def _excluding(place: Place) -> Part:
    """Who was put first does not come again."""
    if not place.top:
        return "", ()
    return "+c.n NOT IN (SELECT value FROM json_each(?))", (json.dumps(place.top),)


def _held(place: Place, how: Strategy) -> tuple[list[Part], Condition]:
    """Conditions of the list for somebody walking its order, and the condition that is looked at row by row."""
    compiled, source = place.compiled, place.candidates
    if how is Strategy.STROLL and source is not None:
        left, sources = source.left, [source]
    elif how is Strategy.FAR:
        left, sources = compiled.residue, _sources(compiled)
    else:
        left, sources = compiled.whole, []
    among = [(f"+c.n IN ({one.sql})", one.parameters) for one in sources]
    return [*among, (left.sql, left.parameters)], left


# ── choosing how ─────────────────────────────────────────────────────────────────────────────────
_MATCH = "SELECT rowid FROM found WHERE found MATCH ?"


def _matching(compiled: Compiled) -> Source:
    return Source(_MATCH, (compiled.match,), compiled.rest, is_match=True)


def _ranging(compiled: Compiled, one: Range) -> Source:
    column = f"c.{one.column}"
    sql = f"SELECT c.n FROM customers c INDEXED BY {one.index} WHERE {column} >= ? AND {column} <= ?"
    return Source(sql, (one.low, one.high), compiled.whole, is_match=False)


def _sources(compiled: Compiled) -> list[Source]:
    matching = [] if compiled.match is None else [_matching(compiled)]
    return matching + [_ranging(compiled, one) for one in compiled.ranges]


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
    return not top and place.compiled.is_dear and not _walk(connection, place, None, 0, 1)


def _next(connection: Connection, place: Place, *, is_hopeless: bool) -> Strategy:
    """A glance was not enough; it is hopeless to walk on when it met nobody."""
    place.candidates, size = _candidates(connection, place.compiled)
    if place.candidates is None:
        return Strategy.FAR
    is_cheap = place.candidates.is_match and size is not None
    return Strategy.GATHER if is_hopeless and is_cheap else Strategy.STROLL


def _few(connection: Connection, compiled: Compiled) -> list[int] | None:
    """The list, when its candidates are few; a bounded number of them is looked at."""
    for source in _quick(compiled):
        hits = [n for (n,) in connection.execute(f"{source.sql} LIMIT ?", (*source.parameters, FEW + 1))]
        if len(hits) > FEW:
            continue
        if compiled.ranked and len(hits) <= RANKED:
            return ranking.ranked(connection, compiled, hits, _from(compiled.whole))
        return _sorted_hits(connection, compiled.order, source.left, hits)
    return None


def _quick(compiled: Compiled) -> list[Source]:
    """Those that answer at once."""
    sources = _sources(compiled)
    if compiled.is_dear and sources and sources[0].is_match:
        wide = Source(_MATCH, (compiled.wide,), compiled.whole, is_match=True)
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
    where, parameters = _all(("c.n = hit.value", ()), (left.sql, left.parameters))
    sql = (
        f"SELECT c.n FROM json_each(?) AS hit CROSS JOIN {_from(left)} "
        f"WHERE {where} ORDER BY {_columns(order, ' DESC' if order.descending else '')}"
    )
    return [n for (n,) in connection.execute(sql, (json.dumps(hits), *parameters))]


def _candidates(connection: Connection, compiled: Compiled) -> tuple[Source | None, int | None]:
    """The smallest set of candidates to walk with, None when none is small enough to be held; its size."""
    sources = _sources(compiled)
    if len(sources) == 1 and sources[0].is_match:
        return sources[0], None
    found, size = None, SOME + 1
    for source in sources:
        some = _bounded_size(connection, source, size)
        if some < size:
            found, size = source, some
    return found, None if found is None else size


def _can_gather(connection: Connection, source: Source) -> bool:
    return _bounded_size(connection, source, SOME + 1) <= SOME


def _bounded_size(connection: Connection, source: Source, most: int) -> int:
    sql = f"SELECT count(*) FROM ({source.sql} LIMIT ?)"
    (some,) = connection.execute(sql, (*source.parameters, most)).fetchone()
    return int(some)


def _count(connection: Connection, compiled: Compiled) -> int:
    sql: str
    parameters: tuple[Any, ...]
    if compiled.exact:
        sql, parameters = "SELECT count(*) FROM found WHERE found MATCH ?", (compiled.match,)
    elif compiled.match is not None:
        where, parameters = _all(
            ("found MATCH ? AND c.n = found.rowid", (compiled.match,)),
            (compiled.rest.sql, compiled.rest.parameters),
        )
        sql = f"SELECT count(*) FROM found CROSS JOIN {_from(compiled.rest)} WHERE {where}"
    else:
        index = compiled.ranges[0].index if compiled.ranges else None
        sql = f"SELECT count(*) FROM {_from(compiled.whole, index)} WHERE {compiled.whole.sql or '1'}"
        parameters = compiled.whole.parameters
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


def _walk(
    connection: Connection, place: Place, after: Key | None, skip: int, size: int, *, backwards: bool = False
) -> list[Key]:
    """Keys of `size` rows beyond the row `after` (None: the beginning or end), leaving out `skip`."""
    if size <= 0:
        return []
    page = _Page(place, after, skip, size, backwards)
    if not place.compiled.whole.sql:
        return _step(connection, page, Strategy.GLANCE, None)
    how = place.how
    if how[backwards] is Strategy.GLANCE and skip + size <= GLANCE:
        found, is_all = _bounded(connection, page, GLANCE, Strategy.GLANCE)
        if is_all:
            return found
        how[backwards] = _next(connection, place, is_hopeless=not found)
    if how[backwards] is Strategy.STROLL and skip + size <= STROLL:
        found, is_all = _bounded(connection, page, STROLL, Strategy.STROLL)
        if is_all:
            return found
        can_gather = place.candidates is None or _can_gather(connection, place.candidates)
        how[backwards] = Strategy.GATHER if can_gather else Strategy.FAR
    if how[backwards] is Strategy.GATHER and place.candidates is not None:
        return _gather(connection, page, place.candidates)
    return _step(connection, page, Strategy.FAR, None)


@dataclass(frozen=True, slots=True)
class _Page:
    """Rows asked for; see `_walk`."""

    place: Place
    after: Key | None
    skip: int
    size: int
    backwards: bool

    @property
    def order(self) -> Order:
        return self.place.compiled.order

    @property
    def downwards(self) -> bool:
        return self.order.descending != self.backwards

    @property
    def ordering(self) -> str:
        return _columns(self.order, " DESC" if self.downwards else "")

    @property
    def beyond(self) -> Part:
        if self.after is None:
            return "", ()
        return _beyond(self.order, "<" if self.downwards else ">"), self.after


def _bounded(connection: Connection, page: _Page, steps: int, how: Strategy) -> tuple[list[Key], bool]:
    """What a number of steps along the order's index meets of the page, and whether that is all of it."""
    order = page.order
    where, parameters = _all(page.beyond, *_bounds(page.place.compiled))
    sql = (
        f"SELECT {_columns(order)} FROM customers c INDEXED BY {order.index} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT 1 OFFSET ?"
    )
    end = connection.execute(sql, (*parameters, steps)).fetchone()
    found = _step(connection, page, how, end)
    return found, end is None or len(found) == page.size


def _step(connection: Connection, page: _Page, how: Strategy, end: Key | None) -> list[Key]:
    """Walk the order's index up to the row `end` (None: to its end) and keep those of the list."""
    order = page.order
    held, condition = _held(page.place, how)
    until = ("", ()) if end is None else (_beyond(order, ">=" if page.downwards else "<="), tuple(end))
    bounds = _bounds(page.place.compiled)
    where, parameters = _all(page.beyond, until, *bounds, *held, _excluding(page.place))
    sql = (
        f"SELECT {_columns(order)} FROM {_from(condition, order.index)} "
        f"WHERE {where} ORDER BY {page.ordering} LIMIT ? OFFSET ?"
    )
    return [tuple(row) for row in connection.execute(sql, (*parameters, page.size, page.skip))]


def _gather(connection: Connection, page: _Page, source: Source) -> list[Key]:
    """Look at every candidate and sort: where the list lies far along its order, or is sparse."""
    left = (source.left.sql, source.left.parameters)
    if source.is_match:
        tables = f"found CROSS JOIN {_from(source.left)}"
        among: Part = ("found MATCH ? AND c.n = found.rowid", source.parameters)
    else:
        # In the order of the table, not of the range: neighbours lie on one page. (LIMIT keeps the order.)
        tables = f"({source.sql} ORDER BY c.n LIMIT -1) AS hit CROSS JOIN {_from(source.left)}"
        among = ("c.n = hit.n", ())
    where, parameters = _all(among, page.beyond, left, _excluding(page.place))
    if not source.is_match:
        parameters = (*source.parameters, *parameters)
    sql = f"SELECT {_columns(page.order)} FROM {tables} WHERE {where} ORDER BY {page.ordering} LIMIT ? OFFSET ?"
    return [tuple(row) for row in connection.execute(sql, (*parameters, page.size, page.skip))]

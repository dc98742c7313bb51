"""Wingback's paging: keyset cursors in a parameter named `offset`, forward or backward.

A cursor has the number (`no`) that its page starts after or ends before, and the page number. It belongs to
one search and is refused with other filters. Default and maximum size are ours.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from wbtui.sandbox.problems import Problem, invalid_fields
from wbtui.sandbox.routes.strict import Query
from wbtui.sandbox.store import Tx

PARAMETERS = ("limit", "offset", "direction")
DEFAULT_LIMIT = 25
MAXIMUM_LIMIT = 100


@dataclass(frozen=True)
class Listing:
    """A listing: a `table` with a unique ascending `no`, and a WHERE condition with its values."""

    table: str
    columns: str
    where: str
    values: tuple[Any, ...]

    @property
    def mark(self) -> str:
        """An identifier of this search."""
        return hashlib.sha256(repr((self.table, self.where, self.values)).encode()).hexdigest()[:12]


@dataclass(frozen=True)
class _Cursor:
    """`after`: the page starts after this `no` (None: at the start). `before`: it ends before this one."""

    page: int
    after: int | None = None
    before: int | None = None
    end: bool = False


def page(tx: Tx, query: Query, listing: Listing) -> tuple[Sequence[Any], dict[str, Any]]:
    """The rows of a page and its envelope without `hits`. Raises Problem (invalid) on an unknown cursor."""
    limit = min(query.integer("limit", DEFAULT_LIMIT, 0, 10**9), MAXIMUM_LIMIT)
    backward = query.choice("direction", ("forward", "backward")) == "backward"
    total = tx.number(f"SELECT count(*) FROM {listing.table} WHERE {listing.where}", listing.values)
    pages = -(-total // limit) if limit else 0
    mark = f"{listing.mark}{'b' if backward else 'f'}"
    offset = query.text("offset")
    cursor = _read(offset, mark) if offset else _Cursor(1)
    rows = _rows(tx, listing, cursor, limit, backward, total) if limit else []
    envelope: dict[str, Any] = {"current_page": cursor.page, "total": total, "total_pages": pages}
    if rows:
        envelope["first"] = _write(_Cursor(1), mark)
        envelope["last"] = _write(_Cursor(pages, end=True), mark)
        if _more(tx, listing, rows[-1]["no"], backward):
            envelope["forward"] = _write(_Cursor(cursor.page + 1, after=rows[-1]["no"]), mark)
        if _more(tx, listing, rows[0]["no"], not backward):
            envelope["backward"] = _write(_Cursor(max(1, cursor.page - 1), before=rows[0]["no"]), mark)
    return rows, envelope


def _rows(tx: Tx, listing: Listing, cursor: _Cursor, limit: int, backward: bool, total: int) -> Sequence[Any]:
    """The rows in order. A page with a known end is read from its end and reversed."""
    from_end = cursor.end or cursor.before is not None
    size = limit if not cursor.end else (total - 1) % limit + 1 if total else 0
    order = "DESC" if backward != from_end else "ASC"
    bound, values = "", listing.values
    edge = cursor.after if cursor.after is not None else cursor.before
    if edge is not None:
        bound, values = f" AND no {'<' if order == 'DESC' else '>'} ?", (*values, edge)
    rows = tx.all(
        f"SELECT {listing.columns} FROM {listing.table} WHERE {listing.where}{bound}"
        f" ORDER BY no {order} LIMIT ?",
        (*values, size),
    )
    return rows[::-1] if from_end else rows


def _more(tx: Tx, listing: Listing, edge: int, below: bool) -> bool:
    """Whether there are rows beyond `edge`."""
    sign = "<" if below else ">"
    found = tx.one(
        f"SELECT 1 FROM {listing.table} WHERE {listing.where} AND no {sign} ? LIMIT 1",
        (*listing.values, edge),
    )
    return found is not None


def _write(cursor: _Cursor, mark: str) -> str:
    payload = [mark, cursor.page, cursor.after, cursor.before, cursor.end]
    return base64.urlsafe_b64encode(json.dumps(payload, separators=(",", ":")).encode()).rstrip(b"=").decode()


def _read(text: str, mark: str) -> _Cursor:
    try:
        payload = json.loads(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
        given, number, after, before, end = payload
    except (binascii.Error, ValueError, TypeError):
        raise _invalid_cursor() from None
    whole = all(type(value) is int for value in (number, after, before) if value is not None)
    if given != mark or number is None or not whole:
        raise _invalid_cursor()
    return _Cursor(number, after, before, bool(end))


def _invalid_cursor() -> Problem:
    return invalid_fields({"offset": "Not a cursor of this search."})

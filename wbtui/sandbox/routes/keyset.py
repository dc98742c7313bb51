"""Wingback's paging: keyset cursors in a parameter named `offset`, forward or backward.

A cursor has the page number and where the page is: at the `start`, at the `end`, or `after` or `before` the
row of a number (`no`). It belongs to one search and is refused with other filters. Default and maximum size
are ours.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pydantic_core import from_json, to_json

from wbtui.sandbox.problems import invalid_fields
from wbtui.sandbox.routes.strict import Query
from wbtui.sandbox.store import Tx


def encode(mark: str, *position: int | str) -> str:
    """The cursor of a position in the list `mark`."""
    return base64.urlsafe_b64encode(to_json([mark, *position])).rstrip(b"=").decode()


def parse(text: str, *types: type) -> tuple[str, list[Any]]:
    """The list and the position of a cursor. Raises ValueError unless the position is of these types."""
    value = from_json(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    if not isinstance(value, list) or [type(part) for part in value] != [str, *types]:
        raise ValueError("not a cursor")
    mark, *position = value
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in position):
        raise ValueError("a position that no row has")
    return mark, position


def decode(text: str, mark: str, *types: type) -> list[Any]:
    """The position of a cursor. Raises ValueError unless it belongs to the list `mark`."""
    given, position = parse(text, *types)
    if given != mark:
        raise ValueError("a cursor of another list")
    return position


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


def page(tx: Tx, query: Query, listing: Listing) -> tuple[Sequence[Any], dict[str, Any]]:
    """The rows of a page and its envelope without `hits`. Raises Problem (invalid) on an unknown cursor."""
    limit = min(query.integer("limit", DEFAULT_LIMIT, 0, 10**9), MAXIMUM_LIMIT)
    backward = query.choice("direction", ("forward", "backward")) == "backward"
    total = tx.number(f"SELECT count(*) FROM {listing.table} WHERE {listing.where}", listing.values)
    pages = -(-total // limit) if limit else 0
    mark = f"{listing.mark}{'b' if backward else 'f'}"
    number, side, edge = _position(query.text("offset"), mark)
    size = (total - 1) % limit + 1 if side == "end" and total and limit else limit
    rows = _rows(tx, listing, side, edge, size, backward)
    envelope: dict[str, Any] = {"current_page": number, "total": total, "total_pages": pages}
    if rows:
        first, last = rows[0]["no"], rows[-1]["no"]
        envelope["first"] = encode(mark, 1, "start", 0)
        envelope["last"] = encode(mark, pages, "end", 0)
        if _rows(tx, listing, "after", last, 1, backward):
            envelope["forward"] = encode(mark, number + 1, "after", last)
        if _rows(tx, listing, "before", first, 1, backward):
            envelope["backward"] = encode(mark, max(1, number - 1), "before", first)
    return rows, envelope


def _position(text: str | None, mark: str) -> tuple[int, str, int]:
    """(page number, side, number of the row at the edge). Raises Problem (invalid)."""
    if text is None:
        return 1, "start", 0
    try:
        number, side, edge = decode(text, mark, int, str, int)
        if side in ("start", "after", "before", "end"):
            return number, side, edge
    except ValueError:
        pass
    raise invalid_fields({"offset": "Not a cursor of this search."})


def _rows(tx: Tx, listing: Listing, side: str, edge: int, size: int, backward: bool) -> Sequence[Any]:
    """The rows in order. A page with a known end is read from its end and reversed."""
    from_end = side in ("before", "end")
    order, sign = ("DESC", "<") if backward != from_end else ("ASC", ">")
    bound, values = "", listing.values
    if side in ("after", "before"):
        bound, values = f" AND no {sign} ?", (*values, edge)
    rows = tx.all(
        f"SELECT {listing.columns} FROM {listing.table} WHERE {listing.where}{bound}"
        f" ORDER BY no {order} LIMIT ?",
        (*values, size),
    )
    return rows[::-1] if from_end else rows

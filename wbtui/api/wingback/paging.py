"""Helpers for paginated lists, the documented customer search, and concurrent reads."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from pydantic import ValidationError

from wbtui import errors
from wbtui.api.answer import CursorLoop, Unreadable
from wbtui.api.port import Lookup
from wbtui.api.wingback.wire import Wire
from wbtui.models.base import LONGEST_CURSOR, LONGEST_ID
from wbtui.models.page import Page, SkippedRow

T = TypeVar("T")
R = TypeVar("R")

MOST_PAGES = 1_000
"""Maximum number of pages of a list that is fetched completely."""

_SLICE = 16
_CONCURRENCY = 6
_LONGEST_NAME = 200


async def read_rows(
    items: Iterable[Wire], read: Callable[[Wire], T], pause: Callable[[], Awaitable[None]]
) -> tuple[tuple[T, ...], tuple[SkippedRow, ...]]:
    """Return the rows of a page, and those with an invalid value.

    Pauses every few rows: a page takes tens of milliseconds. Raises Unreadable when none of several can be
    read: then something else than the rows is wrong.
    """
    rows: list[T | SkippedRow] = []
    for item in items:
        rows.append(_row_or_skipped(item, read))
        if len(rows) % _SLICE == 0:
            await pause()
    skipped = tuple(row for row in rows if isinstance(row, SkippedRow))
    if len(skipped) == len(rows) > 1:
        raise Unreadable(skipped[0].reason)
    return tuple(row for row in rows if not isinstance(row, SkippedRow)), skipped


def _row_or_skipped(wire: Wire, read: Callable[[Wire], T]) -> T | SkippedRow:
    try:
        return read(wire)
    except Unreadable as error:
        reason = str(error)
    except (ValidationError, errors.MoneyError):
        reason = f"{wire.place} contains an invalid value"
    identifier, owner = (_text_of(wire, name)[:LONGEST_ID] for name in ("id", "customer_id"))
    name = _text_of(wire, "name") or _text_of(wire, "number") or identifier
    return SkippedRow(identifier, name[:_LONGEST_NAME], reason, owner)


def _text_of(wire: Wire, name: str) -> str:
    value = wire.data.get(name)
    return value.strip() if isinstance(value, str) else ""


def check_cursor(cursor: str | None) -> None:
    """Raise CursorExpired for a cursor that is too long to be sent, as an earlier version may have stored."""
    if cursor is not None and len(cursor) > LONGEST_CURSOR:
        raise errors.CursorExpired("The cursor is too long.", sent=False)


class CursorLoopGuard:
    """Detects loops in the cursors of a paginated list."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}
        self._rows: dict[str, int] = {}

    def note(self, cursor: str | None, following: str | None, ids: Iterable[str] = ()) -> None:
        """Record a page. Raises CursorLoop if its next cursor leads back, or if it repeats the previous page.

        Requesting the same cursor again is allowed, as for a retried page.
        """
        here = cursor or ""
        if cursor is None:
            self._next.clear()
            self._rows.clear()
        rows = tuple(ids)
        if rows and self._rows.get(here) == hash(rows):
            raise CursorLoop("it repeats the previous page")
        if following is None:
            return
        self._next[here] = following
        self._rows[following] = hash(rows)
        step: str | None = following
        for _ in range(len(self._next) + 1):
            if step is None:
                return
            if step == here:
                raise CursorLoop("its cursor leads back to an earlier page")
            step = self._next.get(step)


async def all_pages(page: Callable[[str | None], Awaitable[Page[T]]]) -> tuple[T, ...]:
    """Return the rows of all pages. Raises BadAnswer for a list that is too long or has an unreadable row."""
    found: list[T] = []
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        part = await page(cursor)
        if part.skipped:
            raise errors.BadAnswer(f"Cannot use the list: {part.skipped[0].reason}.")
        found += part.rows
        cursor = part.next
        if cursor is None:
            return tuple(found)
    raise errors.BadAnswer(f"The list has more than {MOST_PAGES:,} pages.")


async def gather_limited(items: Sequence[T], call: Callable[[T], Awaitable[R]]) -> list[R]:
    """Call `call` for all items, a few at a time; the first failure cancels the others."""
    gate = asyncio.Semaphore(_CONCURRENCY)

    async def one(item: T) -> R:
        async with gate:
            return await call(item)

    tasks = [asyncio.ensure_future(one(item)) for item in items]
    try:
        return await asyncio.gather(*tasks)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def search_params(wanted: Lookup, limit: int) -> dict[str, str]:
    """Return the query parameters. Raises BadInput without any: the search requires at least one."""
    asked = {
        "search": wanted.text,
        "email": wanted.email,
        "contract_plan_name": wanted.plan,
    }
    params = {name: value for name, value in asked.items() if value}
    if not params:
        raise errors.BadInput("The search is empty.")
    return params | {"limit": str(min(max(limit, 1), 200))}


def hits_of(body: object) -> Iterator[Wire]:
    """Return the hits of one page."""
    return Wire(body).page("hits")


def following(body: object) -> str | None:
    """Return the cursor of the next page; an empty page has none."""
    wire = Wire(body)
    if not any(True for _ in wire.objects("hits")):
        return None
    return wire.maybe_identity("forward", longest=LONGEST_CURSOR)

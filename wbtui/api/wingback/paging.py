"""Walking lists: cursors that loop are noticed, long pages read with pauses, small reads a few at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import TypeVar

from wbtui.api.answer import Unreadable

T = TypeVar("T")
R = TypeVar("R")

MOST_PAGES = 1_000
"""Of a list that is read whole in one call: more is not a list of one customer."""


_SLICE = 16


async def map_with_pauses(
    items: Iterable[T], read: Callable[[T], R], pause: Callable[[], Awaitable[None]]
) -> tuple[R, ...]:
    """`read` of every item of a page, with a pause between every few: a page takes tens of milliseconds."""
    found: list[R] = []
    for item in items:
        found.append(read(item))
        if len(found) % _SLICE == 0:
            await pause()
    return tuple(found)


class CursorLoopGuard:
    """The cursors of one walk as they followed one another."""

    def __init__(self) -> None:
        self._next: dict[str, str] = {}
        self._rows: dict[str, int] = {}

    def note(self, cursor: str | None, following: str | None, ids: Iterable[str] = ()) -> None:
        """Raises Unreadable when `following` leads back to `cursor`, or this page is the one before again.

        A cursor may be asked for twice (a retried page, a resumed walk); that is no loop.
        """
        here = cursor or ""
        if cursor is None:
            self._next.clear()
            self._rows.clear()
        rows = tuple(ids)
        if rows and self._rows.get(here) == hash(rows):
            raise Unreadable("it repeats the page before it")
        if following is None:
            return
        self._next[here] = following
        self._rows[following] = hash(rows)
        step: str | None = following
        for _ in range(len(self._next) + 1):
            if step is None:
                return
            if step == here:
                raise Unreadable("its cursor leads back to where the walk has been")
            step = self._next.get(step)


async def gather_limited(items: Sequence[T], call: Callable[[T], Awaitable[R]], *, width: int = 6) -> list[R]:
    """`call` for every item, at most `width` at a time, answers in order; the first failure stops all."""
    gate = asyncio.Semaphore(width)

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

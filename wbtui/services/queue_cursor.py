"""Walking through a list customer by customer, from the cache alone; who is set aside is stepped over."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from wbtui.models.saved import Mark, SavedSearch
from wbtui.store.cache import Window

_CHUNK = 32
"""Rows looked at together."""
_NEAR = 8
"""Rows by which a customer may have moved and is still found without counting."""


class RowSource(Protocol):
    """What walking needs of a search."""

    async def page(self, start: int, size: int) -> Window: ...

    async def count(self) -> int: ...

    async def position_of(self, customer_id: str) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Position:
    """A customer and their row number in the list, counted from 0."""

    customer_id: str
    number: int


class QueueCursor:
    """One way through one list. The list may change behind it: every step looks where it is now."""

    def __init__(
        self, search: SavedSearch, rows: RowSource, marks: Callable[[], Awaitable[Mapping[str, Mark]]]
    ) -> None:
        self.search = search
        self.total: int | None = None
        """Rows of the list, once they are counted."""
        self.position: Position | None = None
        """Where the agent is."""
        self._rows = rows
        self._marks = marks

    async def count(self) -> int:
        """How many rows the list has now."""
        self.total = await self._rows.count()
        return self.total

    async def mark(self) -> Mark | None:
        """How the customer here is set aside, if so."""
        return (await self._marks()).get(self.position.customer_id) if self.position else None

    async def first(self) -> Position | None:
        """The first customer who is not set aside; None when there is none left."""
        return self._take(await self._onwards(0, ""))

    async def next(self) -> Position | None:
        """The next one who is not set aside; None at the end, and the walk stays where it is."""
        if self.position is None:
            return await self.first()
        here = await self._here(self.position)
        # Who has left the list made room: the row number is the next one's already.
        return self._take(
            await self._onwards(self.position.number if here is None else here + 1, self.position.customer_id)
        )

    async def previous(self) -> Position | None:
        """The one before who is not set aside; None at the beginning."""
        if self.position is None:
            return await self.first()
        here = await self._here(self.position)
        return self._take(
            await self._backwards(self.position.number if here is None else here, self.position.customer_id)
        )

    def _take(self, position: Position | None) -> Position | None:
        if position is not None:
            self.position = position
        return position

    async def _here(self, position: Position) -> int | None:
        window = await self._rows.page(max(position.number - _NEAR, 0), 2 * _NEAR + 1)
        for index, row in enumerate(window.rows, start=window.start):
            if row.value.id == position.customer_id:
                return index
        return await self._rows.position_of(position.customer_id)

    async def _onwards(self, start: int, besides: str) -> Position | None:
        marks = await self._marks()
        while rows := (await self._rows.page(start, _CHUNK)).rows:
            for index, row in enumerate(rows, start=start):
                if row.value.id not in marks and row.value.id != besides:
                    return Position(row.value.id, index)
            start += len(rows)
        return None

    async def _backwards(self, end: int, besides: str) -> Position | None:
        marks = await self._marks()
        while end > 0:
            start = max(end - _CHUNK, 0)
            rows = (await self._rows.page(start, end - start)).rows
            for offset in reversed(range(len(rows))):
                if rows[offset].value.id not in marks and rows[offset].value.id != besides:
                    return Position(rows[offset].value.id, start + offset)
            end = start
        return None

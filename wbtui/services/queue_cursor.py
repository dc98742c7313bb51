"""Cursor over the customers of a work queue, which skips those who are done or snoozed."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from wbtui.models.saved import Mark, SavedSearch
from wbtui.services.directory import Search

_PAGE_SIZE = 500
"""IDs read at a time."""
_NEAR = 8
"""Rows around the last position in which a customer is searched first; beyond that, rows are counted."""


@dataclass(frozen=True, slots=True)
class Position:
    """A customer and their row number in the list, from 0."""

    customer_id: str
    number: int


class QueueCursor:
    """Cursor over the list of one search, from the cache.

    The list can change meanwhile: every step first finds the current row number of its customer.
    """

    def __init__(
        self, search: SavedSearch, rows: Search, marks: Callable[[], Awaitable[Mapping[str, Mark]]]
    ) -> None:
        self.search = search
        self.total: int | None = None
        """Number of rows, once they are counted."""
        self.position: Position | None = None
        """The current position, None before the first step."""
        self._rows = rows
        self._marks = marks

    async def count(self) -> int:
        """Count the rows of the list."""
        self.total = await self._rows.count()
        return self.total

    async def mark(self) -> Mark | None:
        """Return the mark of the current customer, if any."""
        return (await self._marks()).get(self.position.customer_id) if self.position else None

    async def first(self) -> Position | None:
        """Go to the first unmarked customer; None if there is none."""
        return self._move_to(await self._find_forward(0, ""))

    async def next(self) -> Position | None:
        """Go to the next unmarked customer; None at the end, where the position does not change."""
        if self.position is None:
            return await self.first()
        row = await self._current_row(self.position)
        # If the customer has left the list, their row number is now that of the next customer.
        start = self.position.number if row is None else row + 1
        return self._move_to(await self._find_forward(start, self.position.customer_id))

    async def previous(self) -> Position | None:
        """Go to the previous unmarked customer; None at the start, where the position does not change."""
        if self.position is None:
            return await self.first()
        row = await self._current_row(self.position)
        end = self.position.number if row is None else row
        return self._move_to(await self._find_backward(end, self.position.customer_id))

    def _move_to(self, position: Position | None) -> Position | None:
        if position is not None:
            self.position = position
        return position

    async def _current_row(self, position: Position) -> int | None:
        window = await self._rows.page(max(position.number - _NEAR, 0), 2 * _NEAR + 1)
        for index, row in enumerate(window.rows, start=window.start):
            if row.value.id == position.customer_id:
                return index
        return await self._rows.position_of(position.customer_id)

    async def _find_forward(self, start: int, except_id: str) -> Position | None:
        marks = await self._marks()
        while ids := await self._rows.ids(start, _PAGE_SIZE):
            for index, customer_id in enumerate(ids, start=start):
                if customer_id not in marks and customer_id != except_id:
                    return Position(customer_id, index)
            start += len(ids)
        return None

    async def _find_backward(self, end: int, except_id: str) -> Position | None:
        marks = await self._marks()
        while end > 0:
            start = max(end - _PAGE_SIZE, 0)
            ids = await self._rows.ids(start, end - start)
            for index, customer_id in reversed([*enumerate(ids, start)]):
                if customer_id not in marks and customer_id != except_id:
                    return Position(customer_id, index)
            end = start
        return None

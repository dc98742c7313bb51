"""The position of a profile in a queue: steps to other customers, done and snoozed marks."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date

from textual.content import Content
from textual.dom import DOMNode

from wbtui.errors import WbtuiError
from wbtui.models.saved import Mark
from wbtui.services.queue_cursor import Position, QueueCursor
from wbtui.ui.host import host
from wbtui.ui.text import queue as text
from wbtui.ui.work import COMMANDS, apply, start


class QueuePosition:
    """Moves a screen through a queue. `show` shows a customer there, `changed` repaints the breadcrumb."""

    def __init__(
        self,
        owner: DOMNode,
        cursor: QueueCursor,
        *,
        show: Callable[[str], Awaitable[None]],
        changed: Callable[[], None],
    ) -> None:
        self._owner = owner
        self._cursor = cursor
        self._show = show
        self._changed = changed
        self._mark: Mark | None = None
        self._last: tuple[Position, str] | None = None
        self._moving = asyncio.Lock()
        """Held by each command, because a click does not wait for the one before."""

    @property
    def queue(self) -> str:
        """Name of the queue."""
        return self._cursor.search.name

    @property
    def is_only_one(self) -> bool:
        """Whether a search that is not saved found only this customer: there is nobody to go to."""
        return self._cursor.total == 1 and not self._cursor.search.is_saved

    def breadcrumb(self) -> Content:
        """`‹ 3 of 38 · Past due ✓ done / `."""
        position, mark = self._cursor.position, self._mark
        if position is None:
            return text.breadcrumb(self.queue)
        marked = "" if mark is None else text.mark_text(mark, host(self._owner).today())
        typed = not self._cursor.search.is_saved
        return text.queue_breadcrumb(position.number + 1, self._cursor.total, self.queue, marked, typed=typed)

    def load(self) -> None:
        """Read the mark and count the list in the background."""
        start(self._owner, self._load, group="queue-position", latest=True)

    async def _load(self) -> None:
        try:
            await apply(self._owner, self._marked_as, await self._cursor.mark())
            await self._cursor.count()
        except WbtuiError:
            return  # the position is shown without a total
        await apply(self._owner, self._changed)

    def _marked_as(self, mark: Mark | None) -> None:
        self._mark = mark
        self._changed()

    async def next(self) -> None:
        """Go to the next customer who is neither done nor snoozed."""
        async with self._moving:
            await self._go(await self._cursor.next(), text.LAST_REACHED)

    async def previous(self) -> None:
        """Go to the previous customer who is neither done nor snoozed."""
        async with self._moving:
            await self._go(await self._cursor.previous(), text.FIRST_REACHED)

    async def toggle_done(self, title: Callable[[], str]) -> None:
        """Mark the customer of that name as done and go on, or remove the mark and stay."""
        cursor, queues = self._cursor, host(self._owner).services.queues
        async with self._moving:
            position, name = cursor.position, title()
            assert position is not None
            if await cursor.mark() is None:
                mark = await queues.mark_done(cursor.search, position.customer_id)
                await self._marked(position, name, mark)
            else:
                await queues.drop_mark(cursor.search, position.customer_id)
                self._last = None
                self._marked_as(None)
                host(self._owner).show_toast(text.BACK_IN_QUEUE, title=self.queue)

    def snooze(self, title: str, until: date) -> None:
        """Hide the customer of that name from the queue until that day and go on."""
        start(self._owner, self._snooze, title, until, group=COMMANDS)

    async def _snooze(self, title: str, until: date) -> None:
        cursor, queues = self._cursor, host(self._owner).services.queues
        async with self._moving:
            position = cursor.position
            assert position is not None
            mark = await queues.snooze(cursor.search, position.customer_id, until)
            await self._marked(position, title, mark)

    async def _marked(self, position: Position, title: str, mark: Mark) -> None:
        """Say that a customer was marked, and go on."""
        self._last = position, title
        app = host(self._owner)
        undo = app.keymap.shown("profile.undo")
        app.show_toast(text.marked_toast(title, mark, app.today(), undo), title=self.queue)
        self._marked_as(mark)
        await self._go(await self._cursor.next(), app.keymap.fill(text.END_OF_QUEUE))

    @property
    def can_undo(self) -> bool:
        """Whether a customer was marked here."""
        return self._last is not None

    async def undo(self) -> None:
        """Remove the last mark and return to its customer."""
        async with self._moving:
            if self._last is None:
                return
            (position, title), self._last = self._last, None
            await host(self._owner).services.queues.drop_mark(self._cursor.search, position.customer_id)
            host(self._owner).show_toast(text.undone_toast(title), title=self.queue)
            self._cursor.position = position
            await self._go(position, "")

    async def _go(self, position: Position | None, at_end: str) -> None:
        if position is None:
            host(self._owner).show_toast(at_end, title=self.queue)
            return
        self._mark = None
        await self._show(position.customer_id)
        self.load()

"""The work-queue side of a profile: where in which list it stands; next, previous, done, snooze, pin."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from datetime import date

from textual.content import Content

from wbtui.errors import WbtuiError
from wbtui.models.saved import Mark
from wbtui.services.queue_cursor import QueueCursor, Spot
from wbtui.ui import format as fmt
from wbtui.ui import messages
from wbtui.ui.command import Command
from wbtui.ui.commands import in_scope
from wbtui.ui.host import host
from wbtui.ui.safe import fit, join
from wbtui.ui.screens.customer_screen import CustomerScreen
from wbtui.ui.screens.customers_queue import mark_text, pin
from wbtui.ui.work import start

WALKING = ("next_customer", "previous_customer", "done", "snooze")
ALWAYS = ("back", "refund")
"""What the line of keys names first."""


class WalkingScreen(CustomerScreen):
    """A screen about one customer of a list. `walk` None: it was opened by itself."""

    def __init__(self, walk: QueueCursor | None) -> None:
        super().__init__()
        self.walk = walk
        self._mark: Mark | None = None

    async def show_customer(self, customer_id: str) -> None:
        """Be about another customer, in place."""
        raise NotImplementedError

    def crumbs_changed(self) -> None:
        """Paint the path anew."""
        raise NotImplementedError

    # ── where ──
    def way_back(self) -> Content:
        """`‹ Customers / `, or `‹ 3 of 38 · Past due / `."""
        walk = self.walk
        if walk is None or walk.spot is None:
            return join(("‹ Customers / ", "$text-muted"))
        total = fmt.count(walk.total) if walk.total is not None else "…"
        where = f"{fmt.count(walk.spot.number + 1)} of {total}"
        name = fit(walk.search.name, 24).rstrip()
        mark = (f" {mark_text(self._mark, self)}", "bold") if self._mark is not None else ""
        return join(("‹ ", "$text-muted"), where, (f" · {name}", "$text-muted"), mark,
                      (" / ", "$text-muted"))  # fmt: skip

    def look_around(self) -> None:
        """Count the list and read the mark, behind what is painted."""
        if self.walk is not None:
            start(self, self._look_around, self.walk, group="walk-count", latest=True)

    async def _look_around(self, walk: QueueCursor) -> None:
        try:
            mark = await walk.mark()
            if mark != self._mark:
                self._mark = mark
                self.crumbs_changed()
            before = walk.total
            if await walk.count() != before:
                self.crumbs_changed()
        except WbtuiError:
            pass  # a courtesy: the position is told without a total

    def on_data_changed(self, _message: messages.DataChanged) -> None:
        # Besides the base class's own handler, which loads what is shown.
        self.look_around()

    # ── commands ──
    def bar_commands(self) -> Iterable[Command]:
        """Walking is named where there is a list to walk through, behind what must fit at any width."""
        rows = [row for row in in_scope(self.SCOPE) if row.bar]
        if self.walk is None:
            return [row for row in rows if row.method not in WALKING]
        return sorted(rows, key=lambda row: 0 if row.method in ALWAYS else 1 if row.method in WALKING else 2)

    def disabled_reason(self, command: Command) -> str | None:
        if command.method in WALKING and self.walk is None:
            return "This profile was not opened from a list: w in the customer list starts a queue."
        if command.method == "pin" and self.customer is None:
            return "The customer is not held yet: wait for the profile to load."
        return super().disabled_reason(command)

    async def action_next_customer(self) -> None:
        assert self.walk is not None
        await self._step(self.walk.next, "That was the last one.")

    async def action_previous_customer(self) -> None:
        assert self.walk is not None
        await self._step(self.walk.previous, "That was the first one.")

    async def _step(self, step: Callable[[], Awaitable[Spot | None]], at_end: str) -> None:
        assert self.walk is not None
        try:
            spot = await step()
        except WbtuiError as error:
            host(self).tell_error(error)
            return
        if spot is None:
            host(self).tell(at_end, title=self.walk.search.name)
            return
        self._mark = None
        await self.show_customer(spot.customer_id)
        self.look_around()

    async def action_done(self) -> None:
        walk = self.walk
        assert walk is not None and walk.spot is not None
        queues, customer_id = host(self).services.queues, walk.spot.customer_id
        try:
            if await walk.mark() is not None:
                await queues.back(walk.search, customer_id)
                self._mark = None
                self.crumbs_changed()
                host(self).tell("Back in the queue.", title=walk.search.name)
                return
            self._mark = await queues.done(walk.search, customer_id)
        except WbtuiError as error:
            host(self).tell_error(error)
            return
        await self._go_on()

    def action_snooze(self) -> None:
        from wbtui.ui.dialogs.snooze import SnoozeDialog

        walk = self.walk
        assert walk is not None and walk.spot is not None
        title = self.customer.title if self.customer is not None else walk.spot.customer_id

        def answered(until: date | None) -> None:
            if until is not None:
                start(self, self._snooze, walk, until, group="snooze")

        self.app.push_screen(SnoozeDialog(title, walk.search.name), answered)

    async def _snooze(self, walk: QueueCursor, until: date) -> None:
        assert walk.spot is not None
        try:
            self._mark = await host(self).services.queues.snooze(walk.search, walk.spot.customer_id, until)
        except WbtuiError as error:
            host(self).tell_error(error)
            return
        await self._go_on()

    async def _go_on(self) -> None:
        """After the customer here was set aside."""
        assert self.walk is not None
        self.crumbs_changed()
        await self._step(self.walk.next, "Nobody further down is left in this queue; p looks upwards.")

    async def action_pin(self) -> None:
        assert self.customer is not None
        await pin(self, self.customer.id, self.customer.title)

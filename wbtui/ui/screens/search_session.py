"""The search of the customer list: asks the cache, then the server, and posts its state after every step."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from textual.dom import DOMNode
from textual.message import Message

from wbtui.errors import Superseded, WbtuiError
from wbtui.ui.host import host
from wbtui.ui.search_state import Placement, Rows, SearchState, ServerSearch
from wbtui.ui.work import start

if TYPE_CHECKING:
    from wbtui.models.customer import Customer
    from wbtui.services.directory import Search
    from wbtui.store.highlights import Match

log = logging.getLogger(__name__)

DEBOUNCE = 0.3
"""Seconds after the last key before the server is asked."""


@dataclass(frozen=True, slots=True)
class View:
    """The part of the list in view: first row, number of rows, the cursor's row.

    Attributes:
        customer_id: the customer on that row, if the agent has chosen it: the cursor stays on them.
    """

    first: int
    size: int
    cursor: int
    customer_id: str | None


class SearchSession:
    """One search after another. Posts `Changed` to its owner; the answers to an outdated search are dropped.

    Attributes:
        state: the state as last posted, or of the search that has just begun.
    """

    @dataclass
    class Changed(Message):
        """The state of the search changed."""

        state: SearchState

    def __init__(self, owner: DOMNode, view: Callable[[], View]) -> None:
        self._owner = owner
        self._view = view
        self._search: Search | None = None
        self.state = SearchState()

    def search(self, text: str) -> None:
        """Search for `text`, in the cache at once and on the server a moment after the last key."""
        self._begin(text, matching=None, server=ServerSearch.NOT_ASKED, server_error=None, unreadable=())
        self.ask_server()
        self._start(self._find, group="search")

    def repeat(self) -> None:
        """Search again after cached data changed; the cursor stays on its customer."""
        self._begin(self.state.text)
        self._start(self._find_again, group="search")
        self.load_completions()

    def fetch(self, first: int, size: int) -> None:
        """Fetch more rows of the same search."""
        if self._search is not None:
            self._start(self._fetch, first, size, group="window")

    async def highlights(self, customer: Customer) -> tuple[Match, ...]:
        """Return which fields of a row matched; nothing when that cannot be found out."""
        if self._search is None:
            return ()
        try:
            return await self._search.why(customer)
        except Exception as error:  # noqa: BLE001 - the line stays empty, never ends the app
            log.error("The matched fields are unknown: %s", type(error).__name__)
            return ()

    def ask_server(self) -> None:
        """Ask the server, too, unless every customer is cached or the server is unreachable."""
        search = self._search
        if search is None or self.state.server is ServerSearch.DONE:
            return
        if search.is_complete or not search.can_ask or not host(self._owner).services.link.reachable:
            self._owner.workers.cancel_group(self._owner, "ask")
        else:
            start(self._owner, self._ask, search, group="ask", latest=True)

    def load_completions(self) -> None:
        """Read the names of plans and countries that the search box suggests."""
        start(self._owner, self._read_completions, group="completions", latest=True)

    # ── state ──
    def _begin(self, text: str, **changes: Any) -> None:
        self._search = host(self._owner).services.directory.open(text)
        self.state = replace(
            self.state, number=self.state.number + 1, text=text, query=self._search.query, shown=False,
            counted=False, failure=None, **changes,
        )  # fmt: skip

    def _change(self, number: int, **changes: Any) -> None:
        """Change and post the state, unless a newer search has begun."""
        if number == self.state.number:
            self.state = replace(self.state, **changes)
            self._owner.post_message(self.Changed(self.state))

    # ── workers ──
    async def _read_completions(self) -> None:
        directory = host(self._owner).services.directory
        try:
            await directory.plan_names()
            await directory.countries()
        except WbtuiError:
            pass  # the search itself shows when the cache cannot be read

    def _start(self, work: Callable[..., Coroutine[Any, Any, None]], *args: int, group: str) -> None:
        start(self._owner, self._guarded, work, self._search, self.state.number, *args, group=group,
              latest=True)  # fmt: skip

    async def _guarded(
        self, work: Callable[..., Coroutine[Any, Any, None]], search: Search, number: int, *args: int
    ) -> None:
        """Run the work of a search; its failure is posted, an outdated search is dropped."""
        try:
            await work(search, number, *args)
        except Superseded:
            return
        except Exception as error:  # noqa: BLE001 - shown in the list, never ends the app
            if not isinstance(error, WbtuiError):
                log.error("The search failed: %s", type(error).__name__)
            self._change(number, failure=error, shown=True, counted=True)

    async def _find(self, search: Search, number: int) -> None:
        view = self._view()
        # Only the rows in view: building the models of rows is a large part of a keystroke's cost.
        window = await search.page(0, view.size)
        self._change(number, rows=Rows(Placement.FIRST, window), shown=True)
        if await self._count(search, number) > len(window.rows):
            ahead = await search.page(0, view.size * 3)
            self._change(number, rows=Rows(Placement.AROUND, ahead))

    async def _find_again(self, search: Search, number: int) -> None:
        view = self._view()
        first, position = 0, None
        if view.customer_id is not None:
            position = await search.position_of(view.customer_id)
            shift = 0 if position is None else position - view.cursor
            first = max(view.first + shift - view.size, 0)
        window = await search.page(first, view.size * 3)
        self._change(number, rows=Rows(Placement.REPLACE, window, position), shown=True)
        await self._count(search, number)

    async def _count(self, search: Search, number: int) -> int:
        cached = matching = await search.count()
        if not search.query.is_empty:
            cached = (await host(self._owner).services.cache.counts()).customers
        unknown = await search.not_listed()
        self._change(number, matching=matching, cached=cached, counted=True, not_listed=unknown)
        return matching

    async def _fetch(self, search: Search, number: int, first: int, size: int) -> None:
        try:
            window = await search.page(first, size)
        except Superseded:
            self._change(number, rows=Rows(Placement.MISSING))
        else:
            self._change(number, rows=Rows(Placement.REPLACE, window))

    async def _ask(self, search: Search) -> None:
        await asyncio.sleep(DEBOUNCE)
        self._server_is(search, ServerSearch.ASKING)
        try:
            asked = await search.ask_server()
        except Exception as error:  # noqa: BLE001 - shown beside the count, never ends the app
            self._server_is(search, ServerSearch.FAILED, error)
        else:
            names = tuple(row.name for row in asked.skipped)
            self._server_is(search, ServerSearch.DONE, unreadable=names)
            if asked.rows and search.text == self.state.text:
                self.repeat()

    def _server_is(
        self,
        search: Search,
        server: ServerSearch,
        error: Exception | None = None,
        unreadable: tuple[str, ...] = (),
    ) -> None:
        # By text, not by number: a repeated search does not ask the server again.
        if search.text == self.state.text:
            self._change(self.state.number, server=server, server_error=error, unreadable=unreadable)

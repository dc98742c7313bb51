"""What the customers screen asks for behind: pages and counts from the cache, then the server's own search.

Every answer comes back as a message to the screen; an answer to an outdated question is dropped there by
its `turn`.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from textual.dom import DOMNode
from textual.message import Message

from wbtui.errors import Superseded
from wbtui.ui.host import host
from wbtui.ui.screens.customers_text import Asking
from wbtui.ui.widgets.customer_columns import Row
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import start

if TYPE_CHECKING:
    from wbtui.services.directory import Asked, Search
    from wbtui.store.cache import Window
    from wbtui.store.highlights import Match

log = logging.getLogger(__name__)

DEBOUNCE = 0.3
"""Seconds after the last key before the server is asked."""


class PageCame(Message):
    """Rows. `fresh`: the first of a new search; `position`: where the highlighted customer is now."""

    def __init__(self, turn: int, window: Window, *, fresh: bool, position: int | None = None) -> None:
        super().__init__()
        self.turn, self.window, self.fresh, self.position = turn, window, fresh, position


class Counted(Message):
    """How many match, of how many held."""

    def __init__(self, turn: int, matching: int, everyone: int) -> None:
        super().__init__()
        self.turn, self.matching, self.everyone = turn, matching, everyone


class Failed(Message):
    """The cache could not be read."""

    def __init__(self, turn: int, error: Exception) -> None:
        super().__init__()
        self.turn, self.error = turn, error


class ServerAsked(Message):
    """The server's own search began, ended or failed."""

    def __init__(
        self, text: str, state: Asking, *, asked: Asked | None = None, trouble: Exception | None = None
    ) -> None:
        super().__init__()
        self.text, self.state, self.asked, self.trouble = text, state, asked, trouble


class WhyCame(Message):
    """Why the row of that number matched."""

    def __init__(self, index: int, matches: tuple[Match, ...]) -> None:
        super().__init__()
        self.index, self.matches = index, matches


class AheadCame(Message):
    """The same rows with those that lie below them."""

    def __init__(self, turn: int, window: Window) -> None:
        super().__init__()
        self.turn, self.window = turn, window


class PageLost(Message):
    """Rows that were asked for will not come."""

    def __init__(self, turn: int) -> None:
        super().__init__()
        self.turn = turn


class SearchSession:
    """The search under way, and how far it is.

    Attributes:
        turn: the number of the question; older answers are outdated.
        arrived: rows of this question are on the screen.
        counted: the count, too.
    """

    def __init__(self, screen: DOMNode) -> None:
        self._screen = screen
        self.turn = 0
        self.search: Search | None = None
        self.arrived = False
        self.counted = False
        self.matching: int | None = None
        self.everyone = 0
        self.asking = Asking.NOT
        self.trouble: Exception | None = None

    @property
    def text(self) -> str | None:
        return None if self.search is None else self.search.text

    @property
    def narrowed(self) -> bool:
        """Something in the box narrows the list."""
        return self.search is not None and not self.search.query.is_empty

    # ── asking ──
    def look(self, text: str, table: VirtualTable[Row], *, again: bool = False) -> None:
        """Search for `text`; `again`: held data changed, so that the cursor follows its customer."""
        self.turn += 1
        self.arrived = self.counted = False
        self.search = host(self._screen).services.directory.open(text)
        if not again:
            self.asking, self.trouble = Asking.NOT, None
            self.ask_behind()
        start(self._screen, self._find, self.search, self.turn, table, again, group="search", latest=True)

    def page(self, first: int, size: int) -> None:
        """More rows of the same search."""
        if self.search is not None:
            start(self._screen, self._page, self.search, self.turn, first, size, group="window", latest=True)

    def explain(self, index: int, row: Row) -> None:
        """Why that row matched."""
        if self.search is not None:
            start(self._screen, self._explain, self.search, index, row, group="why", latest=True)

    def ask_behind(self) -> None:
        """Ask the server, too, a moment after the last key; not where that could tell nothing new."""
        search = self.search
        if search is None:
            return
        if search.is_complete or not search.can_ask or not host(self._screen).services.link.reachable:
            self._screen.workers.cancel_group(self._screen, "ask")
            return
        start(self._screen, self._ask, search, group="ask", latest=True)

    # ── in workers: they only read and post ──
    async def _find(self, search: Search, turn: int, table: VirtualTable[Row], again: bool) -> None:
        post = self._screen.post_message
        try:
            first, position = 0, None
            if again and table.current is not None and (table.cursor or table.first_shown):
                position = await search.position_of(table.current.value.id)
                shift = 0 if position is None else position - table.cursor
                first = max(table.first_shown + shift - table.page, 0)
            # A list that is hidden, or was not laid out yet, does not know how many rows it will show.
            rows = table.page if table.page > 1 else self._screen.app.size.height
            # Only what will be seen: making models of rows is a good part of what a letter costs.
            window = await search.page(first, rows * 3 if again else rows)
            post(PageCame(turn, window, fresh=not again, position=position))
            matching = await search.count()
            everyone = matching
            if not search.query.is_empty:
                everyone = (await host(self._screen).services.cache.counts()).customers
            post(Counted(turn, matching, everyone))
            if matching > len(window.rows) and not again:
                post(AheadCame(turn, await search.page(first, rows * 3)))
        except Superseded:
            return
        except Exception as error:  # noqa: BLE001 - told in the list, never ends the app
            post(Failed(turn, error))

    async def _page(self, search: Search, turn: int, first: int, size: int) -> None:
        try:
            window = await search.page(first, size)
        except Superseded:
            self._screen.post_message(PageLost(turn))
        except Exception as error:  # noqa: BLE001 - told in the list, never ends the app
            self._screen.post_message(Failed(turn, error))
        else:
            self._screen.post_message(PageCame(turn, window, fresh=False))

    async def _ask(self, search: Search) -> None:
        post = self._screen.post_message
        await asyncio.sleep(DEBOUNCE)
        post(ServerAsked(search.text, Asking.BUSY))
        try:
            asked = await search.ask_server()
        except Exception as error:  # noqa: BLE001 - said beside the count, never ends the app
            post(ServerAsked(search.text, Asking.FAILED, trouble=error))
        else:
            post(ServerAsked(search.text, Asking.DONE, asked=asked))

    async def _explain(self, search: Search, index: int, row: Row) -> None:
        try:
            matches = await search.why(row.value)
        except Exception as error:  # noqa: BLE001 - the line stays empty, never ends the app
            log.error("Why a row matched is not known: %s", type(error).__name__)
        else:
            self._screen.post_message(WhyCame(index, matches))

"""Parts of the customers screen: rows put into the list, the preview, and the line below the list."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.dom import DOMNode
from textual.screen import Screen

from wbtui.errors import WbtuiError
from wbtui.models.attention import ProfileData
from wbtui.models.customer import Customer
from wbtui.models.parts import PAYMENTS
from wbtui.models.query.complete import filter_values, with_filter
from wbtui.ui.commanding import active_commands
from wbtui.ui.commands import in_scope, types_a_character
from wbtui.ui.host import default_currency, host
from wbtui.ui.screens.search_session import SearchSession, View
from wbtui.ui.search_state import Placement, Rows
from wbtui.ui.text import customers as text
from wbtui.ui.text.search import order_words
from wbtui.ui.widgets.customer_columns import Row
from wbtui.ui.widgets.customer_preview import preview_content
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import apply, start

if TYPE_CHECKING:
    from wbtui.store.highlights import Match


_INVOICE_NUMBER = re.compile(r"[^\W\d_]{1,8}[-/ ]?\d[\w/-]{2,30}")
"""A few letters, then a number: not an amount, the last digits of a card or a phone number."""
_ORDERS = ("", "-owes", "-since", "status")
"""The orders of the list that follow one another; empty: by name."""


def view_of(table: VirtualTable[Row]) -> View:
    """Return the part of the list in view."""
    # A table that is hidden or not laid out yet does not know its height.
    size = table.page if table.page > 1 else table.app.size.height
    current = table.current
    # While the agent types in the search box the first row is the top hit, not a customer they have chosen.
    chosen = current is not None and (table.screen.focused is table or table.cursor or table.first_shown)
    return View(table.first_shown, size, table.cursor, current.value.id if current and chosen else None)


def place(rows: Rows, table: VirtualTable[Row]) -> None:
    """Put the rows of a search into the list, as their placement says."""
    window = rows.window
    if window is None:
        table.ask_again()
    elif rows.placement is Placement.AROUND:
        table.put_ahead(window.start, window.rows)
    elif not window.rows and not window.start:
        table.clear()
    else:
        table.put_window(window.start, window.rows, keep_cursor=rows.placement is Placement.REPLACE)
        if rows.position is not None:
            table.move_to(rows.position)


class Preview(VerticalScroll, can_focus=False):
    """The selected customer beside the list, on wide terminals."""

    def compose(self) -> ComposeResult:
        yield SteadyStatic(id="preview-text")

    def show(self, row: Row) -> None:
        """Show the customer of a row."""
        if self.screen.has_class("-wide"):
            start(self, self._read, row.value, group="preview", latest=True)

    async def _read(self, customer: Customer) -> None:
        services = host(self).services
        try:
            invoices = await services.cache.invoices_of(customer.id)
            payments = await services.profiles.cached(PAYMENTS, customer.id)
        except WbtuiError:
            invoices = payments = None  # the row is shown without them
        paid = payments.value if payments is not None else None
        await apply(self, self._show, ProfileData(customer, invoices=invoices, payments=paid))

    def _show(self, data: ProfileData) -> None:
        today = host(self).today()
        self.query_one(SteadyStatic).fit(lambda width: preview_content(data, today, width, self.size.height))

    def on_resize(self) -> None:
        self.query_one(SteadyStatic).refit()


class ListFoot(Horizontal):
    """Which fields of the selected row matched, and its row number."""

    def compose(self) -> ComposeResult:
        yield SteadyStatic(id="why")
        yield SteadyStatic(id="position")

    def clear(self) -> None:
        """Show nothing."""
        self.show_matches(())
        self.query_one("#position", SteadyStatic).update(layout=False)

    def show_matches(self, matches: Sequence[Match]) -> None:
        """Show the matched fields."""
        shown = self.query_one("#why", SteadyStatic)
        shown.update(text.matched_line(matches, max(shown.size.width, 20)), layout=False)

    def load_matches(self, session: SearchSession, table: VirtualTable[Row]) -> None:
        """Show the matched fields of the selected row, once they are known."""
        if table.current is not None:
            start(self, self._find_matches, session, table, table.current.value, group="matches", latest=True)

    async def _find_matches(
        self, session: SearchSession, table: VirtualTable[Row], customer: Customer
    ) -> None:
        await apply(self, self._matches_found, table, customer, await session.highlights(customer))

    def _matches_found(self, table: VirtualTable[Row], customer: Customer, matches: Sequence[Match]) -> None:
        # The list may be empty by now.
        if table.current is not None and table.current.value is customer:
            self.show_matches(matches)

    def show_position(self, cursor: int, total: int | None, row: Row | None, sorted_by: str = "") -> None:
        """Show the row number, the age of a stale row, and the currency that amounts are sorted by.

        Nothing where there are no rows.
        """
        app = host(self)
        order = order_words(sorted_by, default_currency(app), row.value) if row is not None else ""
        line = text.position_line(cursor, total, row, app.now(), order) if total != 0 else Content("")
        shown = self.query_one("#position", SteadyStatic)
        shown.update(line, layout=line.cell_length > shown.size.width)


class DeadKeys:
    """Says once which key is meant by a character that does nothing in the list."""

    def __init__(self, screen: Screen[Any]) -> None:
        self._screen = screen
        self._said: set[str] = set()

    def pressed(self, key: str) -> None:
        """Take note of a key that was pressed in the list."""
        keymap = host(self._screen).keymap
        used = any(key in keymap.of(row.id) for _, row in active_commands(self._screen))
        if used or not types_a_character(key):
            return
        meant = next((row for row in in_scope("profile") if key in keymap.of(row.id)), None)
        hint = text.dead_key(meant, keymap)
        if hint not in self._said:
            self._said.add(hint)
            host(self._screen).show_toast(hint)


def in_next_order(query: str) -> str:
    """Return the text of a search with the order that follows its own."""
    now = ",".join(filter_values(query, "sort"))
    after = _ORDERS[(_ORDERS.index(now) + 1) % len(_ORDERS)] if now in _ORDERS else ""
    return with_filter(query, "sort", [after] if after else [])


def in_order_by(query: str, column: str, sorted_by: tuple[str, bool]) -> str:
    """Return the text of a search that is sorted by a column; by that already, the other way round.

    `sorted_by`: the column that it is sorted by, and whether from the highest to the lowest.
    """
    now, descending = sorted_by
    descending = not descending if now == column else f"-{column}" in _ORDERS
    return with_filter(query, "sort", [f"{'-' if descending else ''}{column}"])


async def choose_filters(screen: Screen[Any], query: str, chosen: Callable[[str], None]) -> None:
    """Open the filters of a search; `chosen` takes the text with the choice written into it."""
    from wbtui.ui.dialogs.base import open_dialog
    from wbtui.ui.dialogs.filters import FilterDialog

    try:
        plans = await host(screen).services.directory.plan_names()
    except WbtuiError as error:
        host(screen).show_error(error)
        plans = ()
    await apply(screen, open_dialog, screen, FilterDialog(query, plans), chosen)


async def find_invoice(node: DOMNode, typed: str, then: Callable[[str | None], object]) -> None:
    """Call `then` with the id of the cached invoice whose number was typed; with None for any other text."""
    invoice_id = None
    if _INVOICE_NUMBER.fullmatch(typed.strip()):
        # It may be anything else that looks like a number; the list reports a cache that cannot be read.
        with suppress(WbtuiError):
            invoice_id = (await host(node).services.cache.find_invoice(typed)).value.id
    await apply(node, then, invoice_id)

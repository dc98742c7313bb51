"""Work-queue parts of the customer list: quick access, marks, and opening profiles in a queue."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from textual.content import Content
from textual.dom import DOMNode

from wbtui.models.customer import Customer
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch, find_saved_search
from wbtui.services.queue import QuickAccessEntry
from wbtui.services.queue_cursor import Position, QueueCursor
from wbtui.ui.command_table_queue import QUICK_ACCESS
from wbtui.ui.host import host
from wbtui.ui.text import queue as text
from wbtui.ui.work import COMMANDS, apply, start


class QuickAccess:
    """Pinned customers, then recent ones, on the number keys. `show` paints their line."""

    def __init__(self, owner: DOMNode, show: Callable[[Content], None]) -> None:
        self._owner = owner
        self._show = show
        self.entries: tuple[tuple[QuickAccessEntry, bool], ...] = ()

    def load(self) -> None:
        """Read the entries again and paint them."""
        start(self._owner, self._read, group="quick-access", latest=True)

    async def _read(self) -> None:
        entries = await host(self._owner).services.queues.quick_access(QUICK_ACCESS)
        await apply(self._owner, self._loaded, entries)

    def _loaded(self, entries: tuple[tuple[QuickAccessEntry, bool], ...]) -> None:
        self.entries = entries
        self.paint()

    def paint(self) -> None:
        """Paint the line at the owner's width."""
        self._show(text.quick_access_line(self.entries, self._owner.app.size.width))

    def pin(self, customer: Customer) -> None:
        """Pin or unpin a customer."""
        start(self._owner, self._pin, customer, group="pin")

    async def _pin(self, customer: Customer) -> None:
        await pin(self._owner, customer)
        await self._read()

    def customer_id(self, number: int) -> str | None:
        """The customer on a number key."""
        return self.entries[number - 1][0].customer_id if number <= len(self.entries) else None


class QueueMarks:
    """Marks of the queue that a list shows: a saved search, or the typed text. `changed` repaints them."""

    def __init__(self, owner: DOMNode, changed: Callable[[], None]) -> None:
        self._owner = owner
        self._changed = changed
        self._searches: tuple[SavedSearch, ...] = BUILT_IN
        self._marks: Mapping[str, Mark] = {}
        self.queue = find_saved_search("", BUILT_IN)

    def show(self, query: str) -> None:
        """Make the queue of `query` the one shown; marks of another queue are dropped."""
        before, self.queue = self.queue, find_saved_search(query, self._searches)
        if before.id != self.queue.id:
            self._set(self.queue, {})

    def load(self, *, searches: bool = False) -> None:
        """Read the marks again, with `searches` the saved searches, too."""
        start(self._owner, self._read, searches, group="marks", latest=True)

    async def _read(self, searches: bool) -> None:
        queues = host(self._owner).services.queues
        if searches or self._searches is BUILT_IN:
            await apply(self._owner, self._use_searches, await queues.searches())
        queue = self.queue
        await apply(self._owner, self._set, queue, await queues.marks(queue))

    def _use_searches(self, searches: tuple[SavedSearch, ...]) -> None:
        self._searches = searches
        self.show(self.queue.query)

    def save(self, query: str) -> None:
        """Ask for a name and save the search as a queue of its own."""
        from wbtui.ui.dialogs.base import open_dialog
        from wbtui.ui.dialogs.work_queue import save_dialog

        def saved(search: SavedSearch) -> None:
            app = host(self._owner)
            app.show_toast(text.saved_toast(search.name, app.keymap.shown("app.work_queue")), title="Search")
            self.load(searches=True)

        open_dialog(self._owner, save_dialog(self._owner, query), saved)

    def _set(self, queue: SavedSearch, marks: Mapping[str, Mark]) -> None:
        if queue.id == self.queue.id and marks != self._marks:
            self._marks = marks
            self._changed()

    async def stored(self) -> Mapping[str, Mark]:
        """Return the marks as they are stored now; the list may not show them yet."""
        return await host(self._owner).services.queues.marks(self.queue)

    def word(self, customer_id: str) -> str:
        """Return the status of a done or snoozed customer for the list; empty for all others."""
        mark = self._marks.get(customer_id)
        return "" if mark is None else text.mark_word(mark)


class QueueOpener:
    """Opens profiles from a list, and remembers how far the agent went through it."""

    def __init__(self, owner: DOMNode) -> None:
        self._owner = owner
        self._cursor: QueueCursor | None = None

    def open(
        self, queue: SavedSearch, query: str, position: Position, total: int | None, *, tab: str = ""
    ) -> None:
        """Open a customer of the list of `query`, whose marks belong to `queue`."""
        cursor = host(self._owner).services.queues.cursor(queue, query)
        cursor.position, cursor.total = position, total
        self._open(position, cursor, tab)

    def choose(self, query: str, apply: Callable[[str], None]) -> None:
        """Open the dialog of the queues; `apply` searches for the chosen one before its first is opened."""
        from wbtui.ui.dialogs.base import open_dialog
        from wbtui.ui.dialogs.work_queue import Chosen, WorkQueueDialog

        def chosen(choice: Chosen) -> None:
            apply(choice.search.query)
            if choice.begin:
                start(self._owner, self._start, choice.search, group=COMMANDS)

        open_dialog(self._owner, WorkQueueDialog(query), chosen)

    async def _start(self, search: SavedSearch) -> None:
        cursor = host(self._owner).services.queues.cursor(search, search.query)
        position = await cursor.first()
        if position is None:
            host(self._owner).show_toast(text.NOTHING_REMAINS, title=search.name)
        else:
            await apply(self._owner, self._open, position, cursor)

    def _open(self, position: Position, cursor: QueueCursor, tab: str = "") -> None:
        self._cursor = cursor
        host(self._owner).open_customer(position.customer_id, tab=tab, cursor=cursor)

    def reached(self, queue: SavedSearch) -> int | None:
        """The row number that the agent reached in `queue` since the last call."""
        cursor, self._cursor = self._cursor, None
        if cursor is None or cursor.position is None or cursor.search.id != queue.id:
            return None
        return cursor.position.number


async def pin(node: DOMNode, customer: Customer) -> None:
    """Pin or unpin a customer and show a toast that says which."""
    queues = host(node).services.queues
    shown = [entry.title for entry, is_pin in await queues.quick_access(QUICK_ACCESS) if is_pin]
    pinned = await queues.toggle_pin(customer.id, customer.title)
    displaced = shown[-1] if len(shown) == QUICK_ACCESS else None
    key = host(node).keymap.shown("customers.quick_access_1")
    host(node).show_toast(text.pin_toast(customer.title, pinned=pinned, displaced=displaced, key=key))

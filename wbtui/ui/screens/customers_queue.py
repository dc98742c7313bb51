"""The work-queue side of the customers screen: marks in the list, customers at hand, saved searches."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from textual import on
from textual.content import Content
from textual.message import Message

from wbtui.errors import WbtuiError
from wbtui.models.saved import BUILT_IN, Mark, SavedSearch, find_saved_search
from wbtui.services.queue import Kept
from wbtui.services.queue_cursor import QueueCursor, Spot
from wbtui.ui import format as fmt
from wbtui.ui.command import Command
from wbtui.ui.command_table_queue import AT_HAND
from wbtui.ui.host import host
from wbtui.ui.safe import fit, join
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.widgets.customer_columns import Row
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.widgets.virtual_table import VirtualTable
from wbtui.ui.work import start

QuickAccess = tuple[tuple[Kept, bool], ...]


class _Desk(Message):
    """What the desk file holds: saved searches, and customers at hand."""

    def __init__(self, searches: tuple[SavedSearch, ...], quick_access: QuickAccess) -> None:
        super().__init__()
        self.searches, self.quick_access = searches, quick_access


class _Marks(Message):
    def __init__(self, search_id: str, marks: Mapping[str, Mark]) -> None:
        super().__init__()
        self.search_id, self.marks = search_id, marks


class QueueScreen(BaseScreen):
    """A screen with a search bar over a list of customers."""

    _searches: tuple[SavedSearch, ...] = BUILT_IN
    _at_hand: QuickAccess = ()
    _marks: Mapping[str, Mark] = {}
    _marked_in = ""
    _walk: QueueCursor | None = None

    @property
    def bar(self) -> SearchBar:
        return self.query_one(SearchBar)

    @property
    def table(self) -> VirtualTable[Row]:
        return self.query_one("#customers", VirtualTable)

    @property
    def matching(self) -> int | None:
        """Rows of the list, once they are counted."""
        raise NotImplementedError

    @property
    def queue(self) -> SavedSearch:
        """The queue that the list is: a saved search, or what is typed."""
        return find_saved_search(self.bar.text, self._searches)

    # ── what the desk holds ──
    def read_desk(self) -> None:
        """Read customers at hand and saved searches anew, and the marks of the list shown."""
        start(self, self._read_desk, group="desk", latest=True)

    async def _read_desk(self) -> None:
        queues = host(self).services.queues
        try:
            self.post_message(_Desk(await queues.searches(), await queues.quick_access(AT_HAND)))
        except WbtuiError as error:
            host(self).tell_error(error)

    @on(_Desk)
    def _desk_came(self, event: _Desk) -> None:
        self._searches, self._at_hand = event.searches, event.quick_access
        self._show_at_hand()
        self.read_marks()

    def _show_at_hand(self) -> None:
        self.bar.set_at_hand(quick_access_line(self._at_hand, self.size.width))

    def on_screen_resume(self) -> None:
        self.read_desk()
        walk, self._walk = self._walk, None
        if walk is not None and walk.spot is not None and walk.search.id == self.queue.id:
            self.table.move_to(walk.spot.number)

    # ── marks ──
    def read_marks(self) -> None:
        """Who of the list shown is done or put off; called behind the list, never before it."""
        start(self, self._read_marks, self.queue, group="marks", latest=True)

    async def _read_marks(self, queue: SavedSearch) -> None:
        try:
            self.post_message(_Marks(queue.id, await host(self).services.queues.marks(queue)))
        except WbtuiError as error:
            host(self).tell_error(error)

    @on(_Marks)
    def _marks_came(self, event: _Marks) -> None:
        if event.search_id != self.queue.id:
            return
        changed = event.marks != self._marks
        self._marks, self._marked_in = event.marks, event.search_id
        if changed:
            self.table.repaint()

    def forget_marks(self) -> None:
        """Another list is shown: what was marked in the one before says nothing here."""
        if self._marks and self.queue.id != self._marked_in:
            self._marks = {}
            self.table.repaint()

    def mark_words(self, customer_id: str) -> str:
        """What the list says of a customer who is set aside; empty for all others."""
        mark = self._marks.get(customer_id)
        return "" if mark is None else mark_text(mark, self)

    # ── commands ──
    def bar_commands(self) -> Iterable[Command]:
        """Copying gives way first where the line is short: its key is the same everywhere."""
        return sorted(super().bar_commands(), key=lambda row: row.method == "copy")

    def disabled_reason(self, command: Command) -> str | None:
        name = command.id.removeprefix("customers.")
        if name == "pin" and self.table.current is None:
            return "No customer is highlighted."
        if name == "save_search" and not self.bar.text.strip():
            return "The search box is empty: type a search first."
        if name.startswith("at_hand_"):
            if self.bar.text:
                return "They are at hand under the empty search box; esc clears it."
            if int(name.removeprefix("at_hand_")) > len(self._at_hand):
                return "There is nobody under that number: b pins a customer, and opened ones are remembered."
        return super().disabled_reason(command)

    def open_in_list(self, row: Row, number: int) -> None:
        """The profile of a row, from where `n` and `p` go on through this list."""
        walk = host(self).services.queues.walk(self.queue, self.bar.text)
        walk.spot, walk.total = Spot(row.value.id, number), self.matching
        self._open(row.value.id, walk)

    def _open(self, customer_id: str, walk: QueueCursor) -> None:
        # Coming back, the cursor goes to where the walk ended.
        self._walk = walk
        host(self).open_customer(customer_id, walk=walk)

    def action_work_queue(self) -> None:
        from wbtui.ui.dialogs.work_queue import Chosen, WorkQueueDialog

        def chosen(choice: Chosen | None) -> None:
            if choice is None:
                return
            self.bar.text = choice.search.query
            self.table.focus()
            if choice.begin:
                start(self, self._begin, choice.search, group="walk", latest=True)

        self.app.push_screen(WorkQueueDialog(self.bar.text), chosen)

    async def _begin(self, search: SavedSearch) -> None:
        walk = host(self).services.queues.walk(search, search.query)
        try:
            spot = await walk.begin()
        except WbtuiError as error:
            host(self).tell_error(error)
            return
        if spot is None:
            host(self).tell("Nobody is left in this queue.", title=search.name)
        else:
            self._open(spot.customer_id, walk)

    def action_save_search(self) -> None:
        from wbtui.ui.dialogs.work_queue import save_dialog

        def saved(search: SavedSearch | None) -> None:
            if search is not None:
                host(self).tell(f"Saved as {search.name}; w lists it.", title="Search")
                self.read_desk()

        self.app.push_screen(save_dialog(self, self.bar.text.strip()), saved)

    def action_pin(self) -> None:
        row = self.table.current
        if row is not None:
            start(self, self._pin, row.value.id, row.value.title, group="pin")

    async def _pin(self, customer_id: str, title: str) -> None:
        await pin(self, customer_id, title)
        self.read_desk()

    def _open_at_hand(self, number: int) -> None:
        host(self).open_customer(self._at_hand[number - 1][0].customer_id)

    def action_at_hand_1(self) -> None:
        self._open_at_hand(1)

    def action_at_hand_2(self) -> None:
        self._open_at_hand(2)

    def action_at_hand_3(self) -> None:
        self._open_at_hand(3)

    def action_at_hand_4(self) -> None:
        self._open_at_hand(4)

    def action_at_hand_5(self) -> None:
        self._open_at_hand(5)


def quick_access_line(quick_access: QuickAccess, width: int) -> Content:
    """`★ 1 Anna Schmidt  2 Lumen Labs   recent 3 Bob …`; empty when nobody is at hand."""
    if not quick_access:
        return Content("")
    # Fixed cells: each number, the words, the sentence at the end, the padding of the line.
    each = max((width - 8 - 9 - 5 * len(quick_access)) // len(quick_access), 6)
    pieces: list[object] = []
    recent = False
    for number, (kept, pinned) in enumerate(quick_access, start=1):
        if pinned and number == 1:
            pieces.append(("★ ", "$accent"))
        elif not pinned and not recent:
            recent = True
            pieces.append((" recent " if number > 1 else "recent ", "$text-disabled"))
        pieces += [(f"{number} ", "bold"), (fit(kept.title, min(each, 24)).rstrip(), "$text-muted"), "  "]
    return join(*pieces)


def mark_text(mark: Mark, node: BaseScreen) -> str:
    """`✓ done`, `○ until 24 Nov`."""
    if mark.until is None:
        return "✓ done"
    return f"○ until {fmt.day(mark.until, host(node).today())}"


async def pin(node: BaseScreen, customer_id: str, title: str) -> None:
    """Pin a customer or let them go, and say which."""
    try:
        pinned = await host(node).services.queues.pin(customer_id, title)
    except WbtuiError as error:
        host(node).tell_error(error)
    else:
        host(node).tell(
            f"{title} is {'pinned: at hand under the empty search box' if pinned else 'no longer pinned'}."
        )

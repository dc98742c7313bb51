"""Timeline: what happened when, by whom and why, newest first; older events load as the agent scrolls."""

from __future__ import annotations

from collections.abc import Awaitable, Iterable, Iterator, Sequence
from functools import partial

from textual import getters, on
from textual.app import ComposeResult
from textual.widgets import Button

from wbtui.errors import Offline, WbtuiError
from wbtui.models.activity import Event, EventKind, EventPage
from wbtui.models.customer import Customer
from wbtui.models.page import Stamped
from wbtui.models.parts import ACTIVITY, EVENTS, events_owner
from wbtui.services.documents.timeline import timeline_text
from wbtui.ui import format as fmt
from wbtui.ui.clipboard import Copyable
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles, refresh_key
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, join_lines, safe
from wbtui.ui.tabs.base import FilterWanted, ListDetailTab
from wbtui.ui.text import activity as text
from wbtui.ui.text import panels
from wbtui.ui.widgets.columns import Cell, Column, amount, dim
from wbtui.ui.widgets.detail_pane import DetailPane
from wbtui.ui.widgets.filtered_panel import FilteredPanel, FilterForm
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

_AHEAD = 30
"""The next page is fetched when fewer rows than this are below the cursor."""


_COPIES = (("m", True, False), ("t", False, False), ("M", True, True), ("T", False, True))
"""Letter, whether Markdown, and whether for the customer."""


class ActivityPanel(FilteredPanel[Event]):
    """The first page, then older pages, which are cached one by one under their cursors."""

    PART = ACTIVITY
    EMPTY = text.EMPTY
    NO_MATCH = text.NO_MATCH
    FORM = FilterForm(
        text.FILTER_TITLE,
        "Kind",
        [(kind.value, kind) for kind in EventKind if kind is not EventKind.UNKNOWN],
        text.FILTER_HINT,
        "timeline.filter",
    )
    DEFAULT_CSS = """
    ActivityPanel { height: 1fr; padding-bottom: 0; overflow-y: scroll; }
    ActivityPanel .events-foot { height: auto; padding: 0 2; display: none; }
    ActivityPanel .events-retry { display: none; margin: 0 2; }
    """

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._older: dict[str, EventPage] = {}
        self._loading = ""
        self._failure: Exception | None = None

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield SteadyStatic(classes="events-foot")
        yield Button(panels.retry(refresh_key(self)), classes="events-retry", compact=True)

    def columns(self) -> Sequence[Column[Event]]:
        now = host(self).now()
        return (
            dim("When", lambda e: fmt.instant(e.at, now), right=True),
            dim("Kind", lambda e: e.kind.value, rank=2),
            Column("What", lambda e: Cell(e.what), share=3, least=46),
            amount("Amount", lambda e: e.money, empty=""),
            Column(
                "By", lambda e: Cell(text.actor(e), more=text.channel(e)), share=1, least=12, most=44, rank=1
            ),
            Column("Reason", lambda e: Cell(fmt.spaced(e.reason), "dim"), most=16, rank=4),
            Column("Ticket", lambda e: Cell(e.ticket or "", "dim"), most=14, rank=3),
        )

    def known(self, customer: Customer) -> Sequence[object]:
        today = host(self).today()
        return text.event_lines(text.known_events(customer, today), today)

    # ── pages ──
    def _pages(self, first: EventPage) -> Iterator[EventPage]:
        """The pages that are loaded without a gap, newest first; a cursor is followed once."""
        page, followed = first, set[str]()
        yield page
        while page.next is not None and page.next not in followed and page.next in self._older:
            followed.add(page.next)
            page = self._older[page.next]
            yield page

    @property
    def _loaded(self) -> tuple[EventPage, ...]:
        return tuple(self._pages(self.stamped.value)) if self.stamped is not None else ()

    def rows_of(self, value: EventPage) -> Sequence[Event]:
        events = (event for page in self._pages(value) for event in page.events)
        return tuple(event for event in events if event.matches(self.filter.kinds, self.filter.words))

    def found(self, value: EventPage) -> str:
        read = sum(len(page.events) for page in self._pages(value))
        return text.found(len(self.table.rows), read, value.total)

    @property
    def marked(self) -> tuple[Event, ...]:
        """The marked events, newest first, also those that the filter hides."""
        keys = self.table.marked
        return tuple(event for page in self._loaded for event in page.events if event.id in keys)

    def show_marked(self) -> None:
        """Show in the title how many events are marked."""
        count = len(self.marked)
        self.show_title(safe(fmt.dots(self.part.title, f"{fmt.count(count)} marked" if count else "")))

    def paint(self, value: EventPage) -> None:
        super().paint(value)
        self.show_marked()
        self._show_foot()
        self.load_more()

    def load(self, *, force: bool = False) -> None:
        super().load(force=force)
        self._failure = None
        if self.stamped is None:
            return
        if force:
            cursors = [page.next for page in self._loaded if page.next in self._older]
            start(self, self._refresh, cursors, group="older-events-refresh", latest=True)
        self.load_more()

    def load_more(self) -> None:
        """Fetch the next page when the cursor or the visible part is near the end of the rows."""
        if not self._loaded or self._loading or self._failure is not None:
            return
        cursor = self._loaded[-1].next
        seen = max(self.table.cursor, self.scroll_offset.y + self.size.height)
        if cursor is not None and cursor not in self._older and len(self.table.rows) - seen < _AHEAD:
            self._loading = cursor
            self._show_foot()
            start(self, self._fetch_older, cursor, group="older-events")

    async def _fetch_older(self, cursor: str) -> None:
        failure = None
        try:
            await self._fetch_page(cursor)
        except Exception as error:  # noqa: BLE001 - said below the rows, with Retry; never ends the app
            failure = error
        await apply(self, self._older_fetched, cursor, failure)

    def _older_fetched(self, cursor: str, failure: Exception | None) -> None:
        self._loading, self._failure = "", None if cursor in self._older else failure
        self.repaint()
        self.show_end()

    async def _fetch_page(self, cursor: str, *, force: bool = False) -> None:
        """Read one older page, from the cache when offline. Raises what `Profiles.load` raises."""

        def arrived(stamped: Stamped[EventPage]) -> Awaitable[None]:
            return apply(self, self._older.__setitem__, cursor, stamped.value)

        owner = events_owner(self.owner, cursor)
        profiles = host(self).services.profiles
        await arrived(await profiles.load(EVENTS, owner, on_cached=arrived, force=force))

    async def _refresh(self, cursors: Sequence[str]) -> None:
        """Fetch the older pages that are shown again; one that fails keeps what is cached."""
        for cursor in cursors:
            try:
                await self._fetch_page(cursor, force=True)
            except WbtuiError:
                return
        await apply(self, self.repaint)

    def on_resize(self) -> None:
        self.show_end()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if self.is_mounted:
            self.load_more()

    def show_end(self) -> None:
        """Scroll to what is said below the last row while the cursor is on it."""
        at_end = self.table.cursor + 1 >= len(self.table.rows)
        if self._failure is not None and at_end:
            self.call_after_refresh(self.scroll_end, animate=False)

    def _show_foot(self) -> None:
        """Say below the rows what becomes of the older events."""
        failure, offline = self._failure, isinstance(self._failure, Offline)
        foot, retry = self.query_one(".events-foot", SteadyStatic), self.query_one(".events-retry", Button)
        if failure is None:
            foot.update(safe(text.LOADING_OLDER, DIM))
        elif offline:
            foot.update(safe(text.OLDER_NOT_AVAILABLE, DIM))
        else:
            foot.update(join_lines((text.OLDER_FAILED, "$warning"), report(failure).panel()))
        foot.display = failure is not None or bool(self._loading)
        retry.display = failure is not None and not offline

    @on(Button.Pressed, ".events-retry")
    def _retry_older(self, event: Button.Pressed) -> None:
        event.stop()
        self._failure = None
        self._show_foot()
        self.load_more()

    def details(self, row: Event) -> Iterable[tuple[str, str]]:
        return text.detail_rows(row, host(self).now())


class ActivityTab(ListDetailTab):
    """The detail stays in view above the table, which scrolls by itself."""

    DEFAULT_CSS = """
    ActivityTab { overflow-y: hidden; }
    ActivityTab > DetailPane { height: 40%; max-height: 8; }
    ActivityTab.-beside > DetailPane { max-height: 100%; }
    """
    SCOPE = "timeline"
    PANEL = ActivityPanel
    BESIDE = 180
    events = getters.query_one(ActivityPanel)

    def compose(self) -> ComposeResult:
        yield from self.compose_detail()
        yield ActivityPanel(self.owner)

    def show_detail(self) -> None:
        super().show_detail()
        self.query_one(DetailPane).display = self.events.table.current is not None
        self.events.load_more()
        self.events.show_end()

    @property
    def invoice_id(self) -> str | None:
        event: Event | None = self.panel.table.current
        refs = event.refs if event is not None else ()
        return next((ref.id for ref in refs if ref.type == "invoice"), None)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if self.events.stamped is None:
            return text.NOT_LOADED
        return super().disabled_reason(command)

    @handles("filter")
    def choose_filter(self) -> None:
        self.post_message(FilterWanted(self.events))

    @handles("mark")
    def toggle_mark(self) -> None:
        self.events.table.toggle_mark()
        self.events.show_marked()

    @handles("mark_all")
    def mark_all(self) -> None:
        self.events.table.mark_all()
        self.events.show_marked()

    def copyables(self, customer: Customer) -> tuple[Copyable, ...]:
        """Return the marked events, without any the highlighted one, as texts for the ticket."""
        current, marked = self.events.table.current, self.events.marked
        events = marked or ((current,) if current is not None else ())
        if not events:
            return ()
        return tuple(
            Copyable(
                letter,
                text.copy_name(len(events), markdown=markdown, customer_safe=customer_safe),
                events[0].what or events[0].kind.value,
                partial(timeline_text, customer, events, markdown=markdown, customer_safe=customer_safe),
            )
            for letter, markdown, customer_safe in _COPIES
        )

"""A panel that shows one part of a profile: the cached value at once, then the server's answer.

A failed load stays inside the panel, with Retry; the age of what is shown is in its title line.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Generic, TypeVar

from textual import getters, on
from textual.app import ComposeResult, RenderResult
from textual.containers import Vertical
from textual.content import Content
from textual.geometry import Region
from textual.layout import Layout
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Button, Static

from wbtui.errors import NOT_REACHED, NotCached, NotOffered, Offline, WbtuiError
from wbtui.models.customer import Customer
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CATALOGUE, CUSTOMER, Part
from wbtui.services.ownership import is_owner_confirmed
from wbtui.ui import format as fmt
from wbtui.ui.commanding import refresh_key
from wbtui.ui.host import host
from wbtui.ui.report import read_report
from wbtui.ui.safe import DIM, join, join_lines, safe
from wbtui.ui.text import panels as text
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import BELOW_TITLE, title_line
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.work import apply, start

T = TypeVar("T")
U = TypeVar("U")
log = logging.getLogger(__name__)


class DataPanel(Vertical, Generic[T]):
    """Name `PART`, yield the body in `compose_body` and fill it in `paint`.

    A panel that needs further parts, of the same customer or the catalogue, names them in `OTHERS`: it is
    painted again as each arrives. `stamped` is what is painted now; while there is nothing, a note is shown
    instead of the body. Whoever mounts a panel calls `open_panels` or `load`.
    """

    PART: ClassVar[Part[Any]]
    OTHERS: ClassVar[tuple[Part[Any], ...]] = ()
    TITLE: ClassVar[str] = ""
    """Its title, where that is not the part's."""
    HAS_TITLE: ClassVar[bool] = True
    DEFAULT_CSS = """
    DataPanel { height: auto; }
    DataPanel > .panel-note { height: auto; padding: 0 2; }
    DataPanel > .panel-retry { margin: 0 2; }
    """

    @dataclass
    class Painted(Message):
        """The panel shows a (new) value."""

        panel: DataPanel[Any]

    body = getters.query_one(".panel-text", SteadyStatic)
    """The text of the default body."""

    def __init__(self, owner: str) -> None:
        super().__init__()
        self.part: Part[T] = self.PART
        self.owner = owner
        self.stamped: Stamped[T] | None = None
        self.failed = False
        """Whether nothing is shown because the last load failed."""
        self._others: dict[str, Stamped[Any]] = {}
        self._forced: set[str] = set()
        """Names of the parts that the server has to be asked for, also by loads that replace a forced one."""
        self._missing: dict[str, tuple[str, str]] = {}
        """By name of the part: its title, and why it could not be loaded."""
        self._title = safe(self.TITLE or self.PART.title)
        self._age = Content("")
        self._age_word = ""
        self._body: list[Widget] = []
        self._note: Static | None = None
        self._retry: Button | None = None
        """Mounted only where it is needed, like the note."""

    # ── for subclasses ──
    def compose_body(self) -> ComposeResult:
        """The widgets of the body. By default one Static that `paint` may update by `body`."""
        yield SteadyStatic(classes="panel-text")

    def paint(self, value: T) -> None:
        """Show the value. Runs in the UI thread; no I/O."""
        raise NotImplementedError

    def known(self, customer: Customer) -> Sequence[object]:
        """Return lines that the row of a customer tells about a part that is not available offline."""
        return ()

    @property
    def is_summary(self) -> bool:
        """Whether the value is derived from the lists of a sync, so that some of it is not available."""
        return self.stamped is not None and self.stamped.source is Source.SNAPSHOT

    def other(self, part: Part[U]) -> U | None:
        """Return the value of one of `OTHERS`; None while it is not available."""
        return None if (known := self._others.get(part.name)) is None else known.value

    def stamped_of(self, part: Part[Any]) -> Stamped[Any] | None:
        """Return its part or one of `OTHERS` with its age and source; None for any that is not available."""
        return self.stamped if part.name == self.part.name else self._others.get(part.name)

    @property
    def is_complete(self) -> bool:
        """Whether all of `OTHERS` are loaded."""
        return all(part.name in self._others for part in self.OTHERS)

    @property
    def has_summaries(self) -> bool:
        """Whether one of `OTHERS` is derived from the lists of a sync, see `is_summary`."""
        return any(stamped.source is Source.SNAPSHOT for stamped in self._others.values())

    def missing(self) -> list[Content]:
        """The titles of `OTHERS` that could not be loaded, in a line for each reason."""
        titles: dict[str, list[str]] = {}
        for title, why in self._missing.values():
            titles.setdefault(why, []).append(title)
        return [join((text.not_loaded(names, why), DIM)) for why, names in titles.items()]

    # ── loading ──
    @property
    def layout(self) -> Layout:
        """The layout that leaves a line for the title, in place of one from the style sheet."""
        return BELOW_TITLE if self.HAS_TITLE else super().layout

    def render(self) -> RenderResult:
        if not self.HAS_TITLE:
            return super().render()
        return title_line(self._title, self._age, self.content_size.width)

    def show_title(self, title: Content | None = None, age: Content | None = None) -> None:
        """Show another title, or another note beside it."""
        before = self._title, self._age
        self._title, self._age = title or self._title, self._age if age is None else age
        if not (self._title.is_same(before[0]) and self._age.is_same(before[1])):
            self.refresh(Region(0, 0, self.size.width, 1))

    def compose(self) -> ComposeResult:
        for widget in self.compose_body():
            self._body.append(widget)
            yield widget

    def open(self, cached: Mapping[str, Stamped[Any]]) -> None:
        """Show cached parts, by name, at once; then load what is missing or stale."""
        services, parts = host(self).services, (self.part, *self.OTHERS)
        self._others |= {part.name: cached[part.name] for part in self.OTHERS if part.name in cached}
        if (stamped := cached.get(self.part.name)) is not None:
            is_fresh = services.profiles.is_fresh(stamped)
            refreshing = text.REFRESHING if services.link.reachable else text.OFFLINE
            self._show(stamped, "" if is_fresh else refreshing)
        if not all(part.name in cached and services.profiles.is_fresh(cached[part.name]) for part in parts):
            self.load()

    def load(self, *, force: bool = False) -> None:
        """Read the cached value, then ask the server when that is stale or `force`."""
        if self.stamped is None and self._note is None:
            self._show_note(safe(text.LOADING, DIM))
        if force:
            self._forced |= {part.name for part in (self.part, *self.OTHERS)}
        start(self, self._fetch, group="panel-load", latest=True)
        if self.OTHERS:
            start(self, self._fetch_others, group="panel-others", latest=True)

    def keep(self) -> None:
        """Offer no further load: the customer was deleted, as the screen says."""
        self._offer_retry(False)
        if self.stamped is not None:
            self._show_age("")

    def show_part(self, part: Part[T], owner: str) -> None:
        """Show another part in place of the one before."""
        self.part, self.owner, self.stamped = part, owner, None
        self._offer_retry(False)
        self._show_note(safe(text.LOADING, DIM))
        self.show_title(age=Content(""))
        self.load()

    async def _fetch(self) -> None:
        try:
            stamped = await host(self).services.profiles.load(
                self.part,
                self.owner,
                on_cached=lambda cached: apply(self, self._show, cached, text.REFRESHING),
                force=self.part.name in self._forced,
                or_summary=True,
            )
        except Exception as error:  # noqa: BLE001 - a failed load is reported in its panel, never ends the app
            row = None
            if self._is_offline(error) and self.stamped is None:
                row = await host(self).services.profiles.cached(CUSTOMER, self.owner)
            self._forced.discard(self.part.name)
            await apply(self, self._fail, error, row)
        else:
            self._forced.discard(self.part.name)
            await apply(self, self._show, stamped)

    def _show(self, stamped: Stamped[T], note: str = "") -> None:
        before, self.stamped, self.failed = self.stamped, stamped, False
        if before is None and self._note is not None:
            self._note.display = False
            self._show_body(True)
        self._offer_retry(False)
        self._show_age(note)
        if before is None or before.value != stamped.value or before.source != stamped.source:
            self._paint(stamped.value)
        if before != stamped:
            self.post_message(self.Painted(self))

    def _paint(self, value: T) -> None:
        focused = self.screen.focused if self.is_attached else None
        if isinstance(focused, GridTable):
            focused.hold_in_view()
        self.paint(value)

    def _show_note(self, note: Content) -> None:
        """Show a note in place of the body."""
        if self._note is None:
            self._note = Static(note, classes="panel-note", markup=False)
            self.mount(self._note, before=self._retry)
        else:
            self._note.update(note)
        self._note.display = True
        self._show_body(False)

    def _show_body(self, shown: bool) -> None:
        """Show or hide the widgets of the body; `paint` may hide some of them."""
        # Not by a class of the panel, which would style everything in it again.
        for widget in self._body:
            widget.display = shown

    def _offer_retry(self, offered: bool) -> None:
        """Show or hide the button that loads again."""
        if offered and self._retry is None:
            self._retry = Button(text.retry(refresh_key(self)), classes="panel-retry", compact=True)
            self.mount(self._retry)
        if self._retry is not None:
            self._retry.display = offered

    def _fail(self, error: Exception, row: Stamped[Customer] | None) -> None:
        """Show a failure; for a part that is not available offline, what the row of the customer contains."""
        if not isinstance(error, WbtuiError):
            log.error("Part %s failed: %s", self.part.name, type(error).__name__)
        failure = read_report(error)
        offline, deleted = self._is_offline(error), host(self).services.profiles.deleted.at(self.owner)
        if self.stamped is not None:
            why = "" if deleted else text.not_refreshed(failure.title)  # the screen says that it was deleted
            self._show_age(text.OFFLINE if offline else why)
            self._offer_retry(not (offline or deleted or isinstance(error, NotCached | NotOffered)))
            return
        self.failed = True
        self._offer_retry(not (offline or deleted or isinstance(error, NotOffered)))
        # The top bar says why there is no connection; repeated in every panel it would hide the rest.
        if row is not None and (lines := self.known(row.value)):
            self._show_note(join_lines(*lines, "", (text.REST_NOT_AVAILABLE, DIM)))
            at = fmt.instant(row.fetched_at, host(self).now())
            self.show_title(age=safe(text.summary(at), DIM))
        else:
            self._show_note(safe(text.NOT_AVAILABLE, DIM) if offline else failure.panel())
            self.show_title(age=Content(""))

    def _is_offline(self, error: Exception) -> bool:
        """Whether there is no connection; a call that was under way then fails with another error."""
        is_lost = isinstance(error, NOT_REACHED) and not host(self).services.link.reachable
        return is_lost or isinstance(error, Offline)

    def _show_age(self, word: str) -> None:
        assert self.stamped is not None
        self._age_word, now = word, host(self).now()
        at = fmt.instant(self.stamped.fetched_at, now)
        age = text.summary(at) if self.is_summary else f"as of {at}"
        stale = "" if self.is_summary or self.stamped.is_fresh(now) else "stale"
        owner = "" if is_owner_confirmed(self.stamped.value) else text.OWNER_NOT_CONFIRMED
        self.show_title(age=safe(fmt.dots(age, word or stale, owner), DIM))

    @on(Button.Pressed, ".panel-retry")
    def _load_again(self, event: Button.Pressed) -> None:
        event.stop()
        if self.stamped is None:
            self._show_note(safe(text.LOADING, DIM))
        self._offer_retry(False)
        self.load(force=True)

    # ── further parts ──
    async def _fetch_others(self) -> None:
        await asyncio.gather(*(self._fetch_other(part) for part in self.OTHERS))

    async def _fetch_other(self, part: Part[Any]) -> None:
        def arrived(stamped: Stamped[Any]) -> Awaitable[None]:
            return apply(self, self._other_arrived, part, stamped)

        owner = "" if part in CATALOGUE else self.owner
        try:
            stamped = await host(self).services.profiles.load(
                part,
                owner,
                force=part.name in self._forced,
                on_cached=arrived,
                or_summary=True,
            )
        except WbtuiError as error:
            self._forced.discard(part.name)
            await apply(self, self._other_failed, part, error)
        else:
            self._forced.discard(part.name)
            await arrived(stamped)

    def _other_arrived(self, part: Part[Any], stamped: Stamped[Any]) -> None:
        missing, known = self._missing.pop(part.name, None), self._others.get(part.name)
        self._others[part.name] = stamped
        was_summary = known is not None and known.source is Source.SNAPSHOT
        if missing is not None or known is None or was_summary or known.value != stamped.value:
            self.repaint()

    def _other_failed(self, part: Part[Any], error: WbtuiError) -> None:
        # A cached value stays on the screen; only what is not there at all is reported.
        if part.name not in self._others and not isinstance(error, NotOffered | Offline | NotCached):
            self._missing[part.name] = (part.title, error.title)
            self.repaint()

    def repaint(self) -> None:
        """Paint again: something besides the part has changed."""
        if self.stamped is not None:
            self._show_age(self._age_word)
            self._paint(self.stamped.value)
            self.post_message(self.Painted(self))


async def open_panels(panels: Iterable[DataPanel[Any]], customer_id: str) -> None:
    """Open mounted panels of a customer with what is cached, which is read at once for all of them."""
    opened = list(panels)
    parts = {part.name: part for panel in opened for part in (panel.part, *panel.OTHERS)}
    if opened:
        cached = await host(opened[0]).services.profiles.cached_parts(customer_id, parts.values())
        for panel in opened:
            panel.open(cached)

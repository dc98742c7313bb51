"""A panel that shows one part of a profile: what is held at once, the server's answer behind it.

A failed load stays inside the panel, with Retry; the age of what is shown stands in its title line.
"""

from __future__ import annotations

import logging
from typing import Any, Generic, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.message import Message
from textual.widgets import Button, Static

from wbtui.errors import NotCached, NotOffered, Offline
from wbtui.models.page import Stamped
from wbtui.models.parts import Part
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import safe
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.work import start

T = TypeVar("T")
log = logging.getLogger(__name__)
_NOT_HELD = safe(f"{NotCached.title}. {NotCached.hint}", "$text-muted")


class DataPanel(Vertical, Generic[T]):
    """Subclass it, yield the body in `compose_body` and fill it in `paint`.

    Classes on the panel tell its state: -waiting, -shown, -failed. `stamped` is what is painted now.
    """

    DEFAULT_CSS = """
    DataPanel { height: auto; }
    DataPanel > .panel-note { height: auto; padding: 0 2; display: none; }
    DataPanel > .panel-retry { display: none; margin: 0 2; }
    DataPanel.-waiting > .panel-note, DataPanel.-failed > .panel-note { display: block; }
    DataPanel.-waiting > .panel-body, DataPanel.-failed > .panel-body { display: none; }
    DataPanel.-retry > .panel-retry { display: block; }
    """

    class Painted(Message):
        """The panel shows a (new) value."""

        def __init__(self, panel: DataPanel[Any], stamped: Stamped[Any]) -> None:
            super().__init__()
            self.panel = panel
            self.stamped = stamped

    class _Came(Message):
        def __init__(self, stamped: Stamped[Any], final: bool, asked: int) -> None:
            super().__init__()
            self.stamped = stamped
            self.final = final
            self.asked = asked

    class _Failed(Message):
        def __init__(self, error: Exception, asked: int) -> None:
            super().__init__()
            self.error = error
            self.asked = asked

    def __init__(
        self,
        part: Part[T],
        owner: str,
        *,
        customer_id: str | None = None,
        title: str = "",
        id: str | None = None,
        classes: str | None = None,
    ) -> None:
        """`customer_id`: whose part it is, where the owner is not the customer (an invoice)."""
        super().__init__(id=id, classes=classes)
        self.part = part
        self.owner = owner
        self.customer_id = customer_id
        self.stamped: Stamped[T] | None = None
        self._title = title or part.title
        self._asked = 0

    # ── for subclasses ──
    def compose_body(self) -> ComposeResult:
        """The widgets of the body. By default one Static that `paint` may update by `body`."""
        yield Static(classes="panel-text", markup=False)

    def paint(self, stamped: Stamped[T]) -> None:
        """Show the value. Runs in the UI thread; no I/O."""
        raise NotImplementedError

    @property
    def body(self) -> Static:
        """The Static of the default body."""
        return self.query_one(".panel-text", Static)

    # ── loading ──
    def compose(self) -> ComposeResult:
        yield PanelTitle(safe(self._title))
        with Vertical(classes="panel-body"):
            yield from self.compose_body()
        yield Static(safe("Loading…", "$text-muted"), classes="panel-note", markup=False)
        yield Button("Retry (r)", classes="panel-retry", compact=True)

    def on_mount(self) -> None:
        self.query_one(".panel-body").styles.height = "auto"
        self.add_class("-waiting")
        self.load()

    def load(self, *, force: bool = False) -> None:
        """Read what is held, then ask the server when that is stale or `force`."""
        self._asked += 1
        start(self, self._fetch, force, self._asked, group="panel-load", latest=True)

    def set_owner(self, owner: str) -> None:
        """Show another owner's part."""
        if owner == self.owner and self.stamped is not None:
            return
        self.owner, self.stamped = owner, None
        self.set_classes({*self.classes, "-waiting"} - {"-shown", "-failed", "-retry"})
        self.load()

    async def _fetch(self, force: bool, asked: int) -> None:
        def held(stamped: Stamped[T]) -> None:
            self.post_message(self._Came(stamped, False, asked))

        try:
            stamped = await host(self).services.profiles.load(
                self.part, self.owner, on_held=held, customer_id=self.customer_id, force=force
            )
            self.post_message(self._Came(stamped, True, asked))
        except Exception as error:  # noqa: BLE001 - a load that failed is told in its panel, never ends the app
            self.post_message(self._Failed(error, asked))

    @on(_Came)
    def _show(self, event: _Came) -> None:
        event.stop()
        if event.asked != self._asked:
            return
        same = self.stamped is not None and self.stamped.value == event.stamped.value
        self.stamped = event.stamped
        self.set_classes({*self.classes, "-shown"} - {"-waiting", "-failed", "-retry"})
        self._stamp("" if event.final else "asking…")
        if not same:
            self.paint(event.stamped)
        self.post_message(self.Painted(self, event.stamped))

    @on(_Failed)
    def _fail(self, event: _Failed) -> None:
        event.stop()
        if event.asked != self._asked:
            return
        if not hasattr(event.error, "sentence"):
            log.error("Part %s failed: %s", self.part.name, type(event.error).__name__)
        said = report(event.error)
        quiet = isinstance(event.error, NotCached | NotOffered | Offline)
        note = self.query_one(".panel-note", Static)
        if self.stamped is not None:
            word = "offline" if isinstance(event.error, Offline) else f"▲ not refreshed: {said.title}"
            self._stamp(word)
            self.set_class(not quiet, "-retry")
            return
        self.set_classes({*self.classes, "-failed"} - {"-waiting", "-shown"})
        self.set_class(not isinstance(event.error, NotOffered | Offline), "-retry")
        # Why there is no link stands in the top bar; said once more in every panel it would bury the rest.
        note.update(_NOT_HELD if isinstance(event.error, Offline) else said.panel())

    def _stamp(self, word: str) -> None:
        assert self.stamped is not None
        app = host(self)
        pieces = [f"as of {fmt.instant(self.stamped.fetched_at, app.now())}"]
        if word:
            pieces.append(word)
        elif not self.stamped.is_fresh(app.now()):
            pieces.append("stale")
        self.query_one(PanelTitle).note = safe(" · ".join(pieces), "$text-muted")

    @on(Button.Pressed, ".panel-retry")
    def _retry(self, event: Button.Pressed) -> None:
        event.stop()
        if self.stamped is None:
            self.query_one(".panel-note", Static).update(safe("Loading…", "$text-muted"))
        self.remove_class("-retry")
        self.load(force=True)

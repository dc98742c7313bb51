"""Base of the full screens: top bar, body, key bar, and a notice on terminals that are too small."""

from __future__ import annotations

from textual import events, getters
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.widgets import Static

from wbtui.ui import messages
from wbtui.ui.commanding import handles
from wbtui.ui.rendering.screen import SinglePassScreen
from wbtui.ui.safe import DIM, join, safe
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.top_bar import Restrictions, TopBar

MIN_WIDTH, MIN_HEIGHT = 60, 15


class BaseScreen(SinglePassScreen[None]):
    """Full screen. Yield the body in `compose_body`; set SCOPE, BINDINGS and ABOUT.

    Announcements that concern every screen arrive here once and are passed to the methods `link_changed`,
    `sync_changed`, `data_changed` and `date_changed`, which subclasses override. Message handlers would run
    in every class of the hierarchy.

    Attributes:
        ABOUT: what the screen is for and its terms, for the help.
    """

    ABOUT = ""
    # A screen opens at its top: focusing a table by itself would scroll to it.
    AUTO_FOCUS = ""

    DEFAULT_CSS = """
    BaseScreen > #too-small { display: none; height: 1; }
    BaseScreen > #body { height: 1fr; }
    BaseScreen.-too-small > #too-small { display: block; }
    BaseScreen.-too-small > #body { display: none; }
    BaseScreen.-too-small > KeyBar { display: none; }
    BaseScreen.-too-small > TopBar { display: none; }
    BaseScreen.-too-small > Restrictions { display: none; }
    """
    top_bar = getters.query_one(TopBar)

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield Restrictions()
        yield Static(
            safe(f"Too small: wbtui needs {MIN_WIDTH} × {MIN_HEIGHT}."), id="too-small", markup=False
        )
        with Vertical(id="body"):
            yield from self.compose_body()
        yield KeyBar()

    def compose_body(self) -> ComposeResult:
        """The widgets between top bar and key bar."""
        yield from ()

    @property
    def crumb(self) -> str:
        """Name of the screen in the breadcrumbs of screens above it."""
        return ""

    @property
    def origin(self) -> str:
        """Name of the screen that Esc returns to."""
        stack = self.app.screen_stack
        at = stack.index(self) if self in stack else len(stack)
        below = stack[at - 1] if at else None
        return str(getattr(below, "crumb", ""))  # a dialog from which screens are opened has one, too

    def set_crumbs(self, before: object, name: object) -> None:
        """Set the path after the environment banner, and the name at its end; both are as in `join`."""
        self.top_bar.crumbs = join(before), join(name)

    def show_path(self, *names: str) -> None:
        """Show where Esc returns to and the names on this screen, the last one bright."""
        *before, last = (name for name in (self.origin, *names) if name)
        path = "‹ " + "".join(f"{name} / " for name in before)
        self.set_crumbs((path, DIM), (last, "bold"))

    def refresh_keys(self) -> None:
        """Update the key bar after something that enables or disables commands."""
        self.query_one(KeyBar).renew()

    # ── announcements ──
    def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        self.set_class(small, "-too-small")
        if isinstance(focused := self.focused, GridTable):
            focused.call_after_refresh(focused.keep_in_view)
        self.refresh_keys()
        self.resized()

    def resized(self) -> None:
        """Called when the terminal has another size."""

    def on_screen_resume(self) -> None:
        self.resumed()

    def resumed(self) -> None:
        """Called when the screen becomes the topmost one, for the first time or again."""

    def on_link_changed(self) -> None:
        self.top_bar.refresh()
        self.refresh_keys()
        self.link_changed()

    def link_changed(self) -> None:
        """Called when the connection to the server has another state."""

    def on_drafts_changed(self) -> None:
        self.top_bar.refresh()

    def on_ticket_changed(self) -> None:
        self.top_bar.refresh()

    def on_sync_changed(self, _message: messages.SyncChanged) -> None:
        if self.top_bar.right is None:
            self.top_bar.refresh()
        self.sync_changed()

    def sync_changed(self) -> None:
        """Called when a synchronization made progress."""

    def on_data_changed(self, message: messages.DataChanged) -> None:
        self.data_changed(message)

    def data_changed(self, message: messages.DataChanged) -> None:
        """Called when cached data changed."""

    def on_date_changed(self) -> None:
        self.top_bar.refresh()
        self.date_changed()

    def date_changed(self) -> None:
        """Called when the server's date or the local one has changed."""

    # ── commands ──
    @handles("back")
    def back(self) -> None:
        """Close the screen, unless it is the outermost one."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

"""What every full screen is made of: top bar, body, key bar, and a plain word when it is too small."""

from __future__ import annotations

from textual import events
from textual.app import ComposeResult
from textual.containers import Vertical
from textual.content import Content
from textual.reactive import Reactive
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Static

from wbtui.ui import messages
from wbtui.ui.commanding import CommandHost
from wbtui.ui.safe import safe
from wbtui.ui.widgets.key_bar import KeyBar
from wbtui.ui.widgets.top_bar import TopBar

MIN_WIDTH, MIN_HEIGHT = 60, 15


class BaseScreen(Screen[None], CommandHost):
    """Yield the body in `compose_body`; name SCOPE, BINDINGS and ABOUT.

    ABOUT: what the screen is for and the words it uses, for `?`.
    """

    ABOUT = ""
    # The focus is painted by whoever has it; by default the whole screen is painted again when it moves.
    focused: Reactive[Widget | None] = Reactive(None, repaint=False)

    DEFAULT_CSS = """
    BaseScreen > #too-small { display: none; height: 1; }
    BaseScreen > #body { height: 1fr; }
    BaseScreen.-too-small > #too-small { display: block; }
    BaseScreen.-too-small > #body { display: none; }
    BaseScreen.-too-small > KeyBar { display: none; }
    BaseScreen.-too-small > TopBar { display: none; }
    """

    def compose(self) -> ComposeResult:
        yield TopBar()
        yield Static(
            safe(f"Too small: wbtui needs {MIN_WIDTH} × {MIN_HEIGHT}."), id="too-small", markup=False
        )
        with Vertical(id="body"):
            yield from self.compose_body()
        yield KeyBar()

    def compose_body(self) -> ComposeResult:
        """The widgets between top bar and key bar."""
        yield from ()

    def on_resize(self, event: events.Resize) -> None:
        small = event.size.width < MIN_WIDTH or event.size.height < MIN_HEIGHT
        self.set_class(small, "-too-small")

    @property
    def top_bar(self) -> TopBar:
        return self.query_one(TopBar)

    def set_crumbs(self, crumbs: Content) -> None:
        """The path after the banner; made by `plain`."""
        self.top_bar.crumbs = crumbs

    def on_link_changed(self, _message: messages.LinkChanged) -> None:
        self.top_bar.refresh()
        self.refresh_keys()

    def on_sync_changed(self, _message: messages.SyncChanged) -> None:
        if self.top_bar.right is None:
            self.top_bar.refresh()

    def refresh_keys(self) -> None:
        """The key bar again, after something that enables or disables commands."""
        self.query_one(KeyBar).renew()

    def action_back(self) -> None:
        """One level outwards; the outermost screen stays."""
        if len(self.app.screen_stack) > 2:
            self.app.pop_screen()

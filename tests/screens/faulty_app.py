"""The app with fake services as a program, with keys that cause faults.

F5 raises an exception with a secret in a local variable, F6 blocks the UI thread, F7 queries a widget that
does not exist, F8 opens a screen after the app was told to exit. The app's clock advances only on a signal
(tests/support/manual_clock.py).
"""

from __future__ import annotations

import sys
import time

from textual import events
from textual.app import ComposeResult
from textual.screen import Screen
from textual.widgets import Static

from tests.support.fake_services import fake_services
from tests.support.manual_clock import ManualClock
from wbtui.app import WbtuiApp
from wbtui.settings import Settings

SECRET = "api_key_that_must_not_be_seen"


class FragileScreen(Screen[None]):
    """Fails if its widget is missing when it is mounted."""

    def compose(self) -> ComposeResult:
        yield Static(id="part")

    def on_mount(self) -> None:
        self.query_one("#part")


class FaultyApp(WbtuiApp):
    def on_key(self, event: events.Key) -> None:
        if event.key == "f5":
            key_of_the_customer = SECRET
            raise ValueError(f"{key_of_the_customer} is wrong")
        if event.key == "f6":
            time.sleep(3600)
        if event.key == "f7":
            self.screen.query_one("DataPanel")
        if event.key == "f8":
            self.exit(None, 129)
            self.push_screen(FragileScreen())


if __name__ == "__main__":
    app = FaultyApp(fake_services(300), Settings(), clock=ManualClock().clock)  # type: ignore[arg-type]
    app.run()
    sys.exit(app.return_code or 0)

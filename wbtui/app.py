"""The app: takes opened services, opens the first screen, registers themes and keymap. Wiring only."""

from __future__ import annotations

import gc
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from textual.app import App, AutopilotCallbackType
from textual.driver import Driver
from textual.message import Message
from textual.screen import Screen

from wbtui.services.clock import Clock
from wbtui.services.progress import SyncPhase
from wbtui.ui import messages
from wbtui.ui.clipboard import MAX_COPY, SAID, osc52
from wbtui.ui.colourless import Colourless
from wbtui.ui.commanding import CommandHost
from wbtui.ui.commands import bindings_for, make_keymap
from wbtui.ui.fatal import FatalPage
from wbtui.ui.outcome_news import OutcomeNews
from wbtui.ui.report import report
from wbtui.ui.safe import safe_text
from wbtui.ui.themes import THEMES, theme_named
from wbtui.ui.work import start as start_work

if TYPE_CHECKING:
    from wbtui.services.open import Services
    from wbtui.services.queue_cursor import QueueCursor
    from wbtui.settings import Settings
    from wbtui.ui.watchdog import Watchdog

__all__ = ["AutopilotCallbackType", "Start", "WbtuiApp"]


@dataclass(frozen=True, slots=True)
class Start:
    """Where the app begins. `id` is a customer's or an invoice's."""

    screen: Literal["customers", "customer", "invoice", "journal", "connect"] = "customers"
    id: str = ""
    query: str = ""


class WbtuiApp(FatalPage, App[int], CommandHost, inherit_bindings=False):
    """wbtui on the screen. The services are closed by whoever opened them."""

    SCOPE = "app"
    BINDINGS = bindings_for("app")
    CSS_PATH = Path(__file__).parent / "ui" / "shared.tcss"
    # What a dialog may override for itself is a default; shared.tcss would win over it.
    DEFAULT_CSS = """
    ModalScreen { align: center middle; background: $background 70%; }
    .dialog {
        width: 92; max-width: 100%; height: auto; max-height: 100%; padding: 1 2;
        background: $background; border: round $primary;
        border-title-color: $foreground; border-title-style: bold; border-subtitle-color: $text-muted;
    }
    """
    ENABLE_COMMAND_PALETTE = False
    TITLE = "wbtui"
    NOTIFICATION_TIMEOUT = 6
    HORIZONTAL_BREAKPOINTS = [(0, "-narrow"), (100, "-normal"), (140, "-wide")]
    VERTICAL_BREAKPOINTS = [(0, "-low"), (30, "-high")]

    def __init__(
        self,
        services: Services | None,
        settings: Settings,
        *,
        start: Start = Start(),
        crash_report: Callable[[BaseException], Path] | None = None,
        driver_class: type[Driver] | None = None,
        clock: Clock | None = None,
    ) -> None:
        super().__init__(driver_class=driver_class)
        self.clock = clock or Clock()
        self._services = services
        self._settings = settings
        self._start = start
        self._unsubscribe: list[Callable[[], None]] = []
        self._news = OutcomeNews()
        self.crash_report = crash_report
        self.watchdog: Watchdog | None = None
        self.synced_at: datetime | None = None
        self.keymap = make_keymap(settings.keymap)
        self.animation_level = "none"
        if self.no_color:
            # Textual's own filter sends greys, which are colours to a terminal.
            self._filters = [Colourless()]
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = theme_named(settings.theme)

    def get_driver_class(self) -> type[Driver]:
        """Our driver, which survives bad input and hang-ups."""
        from wbtui.ui.terminal import WbtuiDriver

        return WbtuiDriver

    def run(self, **options: Any) -> int | None:
        """On this terminal, under the watchdog: ends in time after a hang-up or a deadly signal."""
        from wbtui.ui.terminal import under_watchdog

        return under_watchdog(self, lambda: super(WbtuiApp, self).run(**options))

    # ── what screens ask for (ui.host.Host) ──
    @property
    def services(self) -> Services:
        if self._services is None:
            raise RuntimeError("No connection is open yet.")
        return self._services

    @property
    def connected(self) -> bool:
        """Whether a connection is open; only the connect screen lives without one."""
        return self._services is not None

    @property
    def settings(self) -> Settings:
        return self._settings

    def now(self) -> datetime:
        return self._services.now() if self._services is not None else datetime.now(UTC)

    def today(self) -> date:
        return self.services.today()

    # ── life ──
    def on_mount(self) -> None:
        self.set_keymap(self.keymap.overrides())
        self._listen()
        self._open_start()
        for problem in self.keymap.problems:
            self.tell(problem, title="Settings", tone="warning")

    def on_ready(self) -> None:
        """Something is on the screen: what was made for it stays, and is not looked at for garbage again."""
        if not gc.isenabled():
            gc.freeze()
            gc.enable()

    def on_unmount(self) -> None:
        self._stop_listening()

    def _open_start(self) -> None:
        if self._services is None or self._start.screen == "connect":
            self._push_connect()
            return
        self._push_customers(self._start.query)
        if self._start.screen == "customer":
            self.open_customer(self._start.id)
        elif self._start.screen == "invoice":
            self.open_invoice(self._start.id)
        elif self._start.screen == "journal":
            self.open_journal()

    def _push_customers(self, query: str = "") -> None:
        from wbtui.ui.screens.customers import CustomersScreen

        self.push_screen(CustomersScreen(query))

    def _push_connect(self) -> None:
        from wbtui.ui.screens.connect import ConnectScreen

        self.push_screen(ConnectScreen())

    async def use_services(self, services: Services) -> None:
        """Go on with another connection: its list is shown, screens of the former are closed.

        The former services are left to the caller to close.
        """
        self._stop_listening()
        self._services, self.synced_at = services, None
        while len(self.screen_stack) > 1:
            await self.pop_screen()
        self._listen()
        self._push_customers()

    # ── signals of the services, from their threads ──
    def _listen(self) -> None:
        if self._services is None:
            return
        services = self._services
        # post_message may be called from any thread.
        self._unsubscribe = [
            services.link.changed.subscribe(lambda state: self._hop(messages.LinkChanged(state))),
            services.sync.changed.subscribe(lambda _progress: self._hop(messages.SyncChanged())),
            services.sync.data_changed.subscribe(lambda ids: self._hop(messages.DataChanged(ids))),
            services.actions.outcome_changed.subscribe(
                lambda entry: self._hop(messages.OutcomeChanged(entry))
            ),
        ]
        # Behind the first paint: what is held is on the screen before the first request.
        self.call_after_refresh(services.sync.start_following)
        for notice in services.notices:
            self.tell(notice, title="Local files", tone="warning")
        self._news = OutcomeNews()
        start_work(self, self._tell_what_was_left, services, group="news", latest=True)

    async def _tell_what_was_left(self, services: Services) -> None:
        if (said := self._news.left(await services.journal.unresolved())) is not None:
            self.tell(said, title="Unresolved", tone="warning")

    def _stop_listening(self) -> None:
        for unsubscribe in self._unsubscribe:
            unsubscribe()
        self._unsubscribe = []

    def _hop(self, message: Message) -> None:
        if self.is_running:
            self.post_message(message)

    def on_link_changed(self, message: messages.LinkChanged) -> None:
        self._hand_down(lambda: messages.LinkChanged(message.state))

    def on_sync_changed(self, _message: messages.SyncChanged) -> None:
        if self.services.sync.progress.phase is SyncPhase.FOLLOWING:
            self.synced_at = self.now()
        self._hand_down(messages.SyncChanged)

    def on_data_changed(self, message: messages.DataChanged) -> None:
        self._hand_down(lambda: messages.DataChanged(message.customer_ids))

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        said = self._news.heard(message.entry)
        # The dialog of that very command says it by itself.
        if said is not None and getattr(self.screen, "outcome_key", "") != message.entry.key:
            self.tell(said, title="Now known")
        self._hand_down(lambda: messages.OutcomeChanged(message.entry))

    def _hand_down(self, make: Callable[[], Message]) -> None:
        for screen in self.screen_stack[1:]:
            screen.post_message(make())

    # ── going places ──
    def open_customer(self, customer_id: str, *, tab: str = "", walk: QueueCursor | None = None) -> None:
        """Push the profile of a customer."""
        from wbtui.ui.screens.profile import ProfileScreen

        self.push_screen(ProfileScreen(customer_id, tab=tab, walk=walk))

    def open_invoice(self, invoice_id: str) -> None:
        """Push one invoice."""
        from wbtui.ui.screens.invoice import InvoiceScreen

        self.push_screen(InvoiceScreen(invoice_id))

    def open_journal(self) -> None:
        """Push the journal: what this agent did, with outcomes."""
        from wbtui.ui.screens.journal import JournalScreen

        self.push_screen(JournalScreen())

    # ── saying things ──
    def copy(self, text: str, what: str) -> None:
        """To the terminal's clipboard by OSC 52; `what` names it in the toast."""
        if self._driver is not None and not self.is_headless:
            self._driver.write(osc52(text))
        self.copied = text[:MAX_COPY]
        self.tell(f"{what} {SAID}.")

    copied = ""
    """What was copied last."""

    def tell(self, text: str, *, title: str = "", tone: str = "information") -> None:
        """A toast; title and text are cleaned here."""
        severity: Literal["information", "warning", "error"] = (
            "warning" if tone == "warning" else "error" if tone == "error" else "information"
        )
        self.notify(
            safe_text(text, limit=500), title=safe_text(title, limit=80), severity=severity, markup=False
        )

    def tell_error(self, error: BaseException) -> None:
        said = report(error)
        self.tell(f"{said.sentence} {said.hint}".strip(), title=said.title, tone="error")

    # ── commands of everywhere ──
    async def action_ask_quit(self) -> None:
        """Quit; a screen that holds unsent input is asked first."""
        held = next((what for screen in reversed(self.screen_stack) if (what := _unsent(screen))), None)
        if held is None:
            self.exit(0)
            return
        from wbtui.ui.dialogs.ask import AskScreen

        if isinstance(self.screen, AskScreen):
            return

        def answered(yes: bool | None) -> None:
            if yes:
                self.exit(0)

        self.push_screen(
            AskScreen("Quit wbtui?", f"Discard {held} and quit?", yes="Quit", no="Stay"), answered
        )

    def action_open_palette(self) -> None:
        from wbtui.ui.palette import open_palette

        open_palette(self)

    def action_open_help(self) -> None:
        from wbtui.ui.screens.help import HelpScreen

        if not isinstance(self.screen, HelpScreen):
            self.push_screen(HelpScreen.about(self.screen))

    def action_interrupt(self) -> None:
        from wbtui.ui.commands import show_key

        keys = self.keymap.of("app.quit")
        self.tell(f"{show_key(keys[0])} quits wbtui." if keys else "The palette (ctrl+p) has Quit.")

    def action_sync(self) -> None:
        self.services.sync.nudge()
        self.tell("Asking the server for what changed.")

    def action_open_journal(self) -> None:
        self.open_journal()

    def action_open_connections(self) -> None:
        self._push_connect()

    def action_next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.tell(
            f'Theme {self.theme}; to keep it: theme = "{self.theme.removeprefix("wbtui-")}" in the settings.'
        )


def _unsent(screen: Screen[object]) -> str | None:
    """What a screen would lose: its `unsent()`, where it has one."""
    ask = getattr(screen, "unsent", None)
    found = ask() if callable(ask) else None
    return found if isinstance(found, str) and found else None

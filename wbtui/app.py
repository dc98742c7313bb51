"""The app: opens the first screen on opened services, and passes their announcements to the screens."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textual import on
from textual.driver import Driver
from textual.events import Event, InputEvent
from textual.notifications import Notification, SeverityLevel

from wbtui.services.clock import Clock
from wbtui.services.progress import SyncPhase
from wbtui.ui import messages
from wbtui.ui.clipboard import MAX_COPY, clipboard_text
from wbtui.ui.commanding import handles
from wbtui.ui.commands import bindings_for, make_keymap
from wbtui.ui.format import capital
from wbtui.ui.idle_collector import IdleCollector
from wbtui.ui.outcome_news import OutcomeNews
from wbtui.ui.rendering.no_color import NoColor
from wbtui.ui.rendering.screen import SinglePassScreen
from wbtui.ui.rendering.stylesheet import CachingStylesheet
from wbtui.ui.report import report
from wbtui.ui.safe import break_paths, safe_text
from wbtui.ui.service_signals import ServiceSignals
from wbtui.ui.terminal.app import TerminalApp
from wbtui.ui.text import commands as text
from wbtui.ui.text.commands import copied
from wbtui.ui.themes import THEMES
from wbtui.ui.work import start as start_work

if TYPE_CHECKING:
    from wbtui.services.open import Services
    from wbtui.services.queue_cursor import QueueCursor
    from wbtui.settings import Settings
    from wbtui.ui.command import Command
    from wbtui.ui.screens.customers import CustomersScreen


_WITHOUT_CONNECTION = ("quit", "palette", "help", "interrupt", "suspend", "theme", "connections")
"""Handlers of the commands that work before a connection is open."""
_TOAST_WIDTH, _TOAST_FRAME = 60, 3
"""Cells of a toast, as Textual's style sheet says, and those of its border and padding."""


@dataclass(frozen=True, slots=True)
class Start:
    """The first screen. `id` is a customer's or an invoice's."""

    screen: Literal["customers", "customer", "invoice", "journal", "connect"] = "customers"
    id: str = ""
    query: str = ""


class WbtuiApp(TerminalApp, inherit_bindings=False):
    """The app. Its services are closed by the caller."""

    SCOPE = "app"
    BINDINGS = bindings_for("app")
    CSS_PATH = Path(__file__).parent / "ui" / "styles.tcss"
    # Defaults, which dialogs may override; styles.tcss would take precedence over them.
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
    VERTICAL_BREAKPOINTS = [(0, "-tiny"), (20, "-low"), (30, "-high")]

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
        self.settings = settings
        self._start = start
        self._signals = ServiceSignals(self)
        self._news = OutcomeNews()
        self._collector: IdleCollector | None = None
        self.crash_report = crash_report
        self.synced_at: datetime | None = None
        self.keymap = make_keymap(settings.keymap)
        self.animation_level = "none"
        if self.no_color:
            self._filters = [NoColor()]
            self.add_class("-few-colors")
        for theme in THEMES:
            self.register_theme(theme)
        self.theme = f"wbtui-{settings.theme}"
        self.stylesheet = CachingStylesheet(variables=self.get_css_variables())

    # ── ui.host.Host ──
    @property
    def services(self) -> Services:
        if self._services is None:
            raise RuntimeError("No connection is open yet.")
        return self._services

    @property
    def connected(self) -> bool:
        return self._services is not None

    def now(self) -> datetime:
        return self._services.now() if self._services is not None else self.clock.now()

    def today(self) -> date:
        return self.services.today()

    # ── start and end ──
    def on_mount(self) -> None:
        self.set_keymap(self.keymap.overrides())
        self._listen()
        self._open_start()
        self.call_after_refresh(self.accept_input)
        for problem in self.keymap.problems:
            self.show_toast(problem, title="Settings", tone="warning")

    def on_ready(self) -> None:
        """Exclude the objects of the first screen from garbage collection, now that it is painted.

        Does nothing unless the caller has paused garbage collection.
        """
        if not gc.isenabled():
            gc.freeze()
            # What background work leaves, in portions that take at most 10 to 15 ms; the rest in pauses.
            gc.set_threshold(5_000, 3, 100)
            gc.enable()
            self._collector = IdleCollector(self.clock)

    def on_unmount(self) -> None:
        self._signals.unsubscribe()

    def _open_start(self) -> None:
        if self._services is None or self._start.screen == "connect":
            self.open_connections()
            return
        from wbtui.ui.screens.customers import CustomersScreen

        self.push_screen(CustomersScreen(self._start.query))
        if self._start.screen == "customer":
            self.open_customer(self._start.id)
        elif self._start.screen == "invoice":
            self.open_invoice(self._start.id)
        elif self._start.screen == "journal":
            self.open_journal()

    @handles("connections")
    def open_connections(self) -> None:
        from wbtui.ui.screens.connect import ConnectScreen

        if not isinstance(self.screen, ConnectScreen):
            self.push_screen(ConnectScreen())

    # ── what the services announce ──
    def _listen(self) -> None:
        if (services := self._services) is None:
            return
        self._signals.subscribe(services)
        # The first paint shows cached data; requests start after it.
        self.call_after_refresh(services.sync.start_following)
        start_work(self, self._tell_unresolved, services, group="news", latest=True)

    async def _tell_unresolved(self, services: Services) -> None:
        unresolved, key = await services.journal.unresolved(), self.keymap.fill("{app.journal}")
        if (news := self._news.earlier(unresolved, key, offline=not services.link.reachable)) is not None:
            self.show_toast(news, title="Unresolved", tone="warning")
        if (bulk := await services.bulks.unfinished()) is not None:
            from wbtui.ui.actions.bulk_menu import offer_unfinished

            offer_unfinished(self, bulk)

    async def on_event(self, event: Event) -> None:
        """Handle an event; input of the agent begins the idle time anew."""
        if isinstance(event, InputEvent):
            if self._services is not None:
                self._services.details.note_use()
            if self._collector is not None:
                self._collector.note_use()
        await super().on_event(event)

    def on_notice(self, message: messages.Notice) -> None:
        self.show_toast(message.text, title=message.title, tone="warning")

    def on_sync_changed(self, _message: messages.SyncChanged) -> None:
        if self.services.sync.progress.phase is SyncPhase.FOLLOWING:
            self.synced_at = self.now()

    def on_outcome_changed(self, message: messages.OutcomeChanged) -> None:
        news = self._news.changed(message.entry)
        # The open dialog of the same action shows it, too.
        if news is not None and getattr(self.screen, "outcome_key", "") != message.entry.key:
            self.show_toast(news, title="Outcome known")

    @on(messages.Announcement)
    def _pass_on(self, message: messages.Announcement) -> None:
        """Post a message of its own to each screen."""
        for screen in self.screen_stack[1:]:
            screen.post_message(replace(message))

    # ── screens ──
    def open_customer(self, customer_id: str, *, tab: str = "", cursor: QueueCursor | None = None) -> None:
        from wbtui.ui.screens.profile import ProfileScreen

        self.push_screen(ProfileScreen(customer_id, tab=tab, cursor=cursor))

    def open_invoice(self, invoice_id: str) -> None:
        from wbtui.ui.screens.invoice import InvoiceScreen

        self.push_screen(InvoiceScreen(invoice_id))

    @handles("journal")
    def open_journal(self) -> None:
        from wbtui.ui.screens.journal import JournalScreen

        if not isinstance(self.screen, JournalScreen):
            self.push_screen(JournalScreen())

    @handles("drafts")
    def open_drafts(self) -> None:
        """List the drafts; the chosen one is opened again."""
        from wbtui.ui.actions.opening import open_drafts

        open_drafts(self.screen)

    # ── ticket ──
    async def use_ticket(self, ticket: str) -> None:
        """Keep the ticket in the workspace and show it in every top bar."""
        await self.services.workspace.set_last_ticket(ticket)
        self._pass_on(messages.TicketChanged())

    @handles("ticket")
    def choose_ticket(self) -> None:
        """Ask for the ticket of the next actions."""
        from wbtui.ui.dialogs.ticket import ask_ticket

        ask_ticket(self)

    # ── toasts and clipboard ──
    def copy(self, text: str, what: str, *, one_line: bool = False) -> None:
        self.copy_to_clipboard(" ".join(text.splitlines()) if one_line else text)
        self.show_toast(copied(capital(what), MAX_COPY if len(text) > MAX_COPY else None))

    def copy_to_clipboard(self, text: str) -> None:
        """Copy text, also what is selected with the mouse or in a field, without control characters."""
        super().copy_to_clipboard(clipboard_text(text))

    def show_toast(self, text: str, *, title: str = "", tone: SeverityLevel = "information") -> None:
        width = min(_TOAST_WIDTH, self.size.width) - _TOAST_FRAME
        message, heading = break_paths(safe_text(text, limit=500), width), safe_text(title, limit=80)
        self._remove_toasts(lambda toast: (toast.message, toast.title) == (message, heading))
        self.notify(message, title=heading, severity=tone, markup=False)
        if isinstance(screen := self.screen, SinglePassScreen):
            screen.call_after_refresh(screen.place_toasts)

    def clear_information(self) -> None:
        self._remove_toasts(lambda toast: toast.severity == "information")

    def _remove_toasts(self, which: Callable[[Notification], bool]) -> None:
        for toast in [one for one in self._notifications if which(one)]:
            self._unnotify(toast)

    def show_error(self, error: BaseException) -> None:
        failure = report(error)
        self.show_toast(f"{failure.sentence} {failure.hint}".strip(), title=failure.title, tone="error")

    def on_paste_discarded(self) -> None:
        self.show_toast("A paste did not finish and was discarded.", tone="warning")

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if not self.connected and command.handled_by not in _WITHOUT_CONNECTION:
            return text.NOT_CONNECTED
        return super().disabled_reason(command)

    def bar_commands(self) -> Iterable[Command]:
        """Help and palette; the customer list shows search and queue among its own."""
        return (row for row in super().bar_commands() if row.handled_by in ("palette", "help"))

    @handles("quit")
    def ask_quit(self) -> None:
        """Quit; asks first when a screen has unsent input."""
        from wbtui.ui.quitting import ask_quit

        ask_quit(self)

    @handles("palette")
    def open_palette(self) -> None:
        from wbtui.ui.palette import open_palette

        if not self._stays_on_top():
            open_palette(self)

    @handles("help")
    def open_help(self) -> None:
        from wbtui.ui.screens.help import HelpScreen

        if isinstance(self.screen, HelpScreen):
            self.screen.dismiss()
        elif not self._stays_on_top():
            self.push_screen(HelpScreen.about(self.screen))

    def _stays_on_top(self) -> bool:
        from wbtui.ui.dialogs.base import Dialog

        return isinstance(self.screen, Dialog) and self.screen.stays_on_top

    @handles("search")
    def open_search(self) -> None:
        self._return_to_customers(lambda customers: customers.focus_search())

    @handles("work_queue")
    def open_work_queue(self) -> None:
        self._return_to_customers(lambda customers: customers.choose_queue())

    def search(self, query: str) -> None:
        self._return_to_customers(lambda customers: customers.show_search(query))

    def _return_to_customers(self, then: Callable[[CustomersScreen], object]) -> None:
        """Close the screens above the customer list, then do something there; say so if there is no list."""
        from wbtui.ui.quitting import close_above
        from wbtui.ui.screens.customers import CustomersScreen

        customers = next((one for one in self.screen_stack if isinstance(one, CustomersScreen)), None)
        if customers is None:
            self.show_toast(text.NO_LIST)
        else:
            close_above(self, customers, partial(then, customers))

    @handles("interrupt")
    def show_quit_key(self) -> None:
        from wbtui.ui.quitting import interrupt

        interrupt(self)

    @handles("bulk")
    async def open_bulk(self) -> None:
        from wbtui.ui.actions.bulk_menu import show_current_bulk

        await show_current_bulk(self)

    @handles("sync")
    def sync(self) -> None:
        self.services.sync.request_sync()
        self.show_toast(text.SYNC_STARTED)

    @handles("theme")
    def next_theme(self) -> None:
        names = [theme.name for theme in THEMES]
        self.theme = names[(names.index(self.theme) + 1) % len(names)]
        self.show_toast(text.theme_changed(self.theme.removeprefix("wbtui-")))

"""The profile of one customer: header, six tabs, and the position in a queue."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any, TypeVar

from textual import on
from textual.app import ComposeResult
from textual.timer import Timer
from textual.widgets import ContentSwitcher

from wbtui.errors import WbtuiError
from wbtui.models.actions import About
from wbtui.models.actions.base import noun_of
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Source
from wbtui.models.parts import INVOICES, SUBSCRIPTIONS, Part
from wbtui.models.payment import CreditEntry, Payment, PaymentMethod, Refund
from wbtui.models.subscription import SubscriptionBrief
from wbtui.services.queue_cursor import QueueCursor
from wbtui.ui import messages, states
from wbtui.ui.actions.catalogue import TAB_OF, Entry, entry_of
from wbtui.ui.actions.data import name_of
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import ask_to_select
from wbtui.ui.clipboard import Copyable, of_customer, offered
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import open_dialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join
from wbtui.ui.screens.customer_queue import pin
from wbtui.ui.screens.customer_screen import FIRST_VERBS, CustomerScreen, DeletedNote
from wbtui.ui.screens.queue_position import QueuePosition
from wbtui.ui.tabs.activity import ActivityTab
from wbtui.ui.tabs.base import FilterWanted, GoTo, OpenInvoice, RunAction, Tab
from wbtui.ui.tabs.billing import BillingTab, InvoicesPanel
from wbtui.ui.tabs.overview import OverviewTab
from wbtui.ui.tabs.payment_methods import PaymentMethodsTab
from wbtui.ui.tabs.subscriptions import SubscriptionsTab
from wbtui.ui.tabs.usage import UsageTab
from wbtui.ui.text import profile as text
from wbtui.ui.text import queue as queue_text
from wbtui.ui.widgets.data_panel import DataPanel, open_panels
from wbtui.ui.widgets.profile_header import ProfileHeader
from wbtui.ui.widgets.tab_strip import TabStrip
from wbtui.ui.work import COMMANDS, apply, start

T = TypeVar("T")
_TABS: tuple[tuple[str, str, str, type[Tab]], ...] = (
    ("overview", "Overview", "Overview", OverviewTab),
    ("subscriptions", "Subscriptions", "Subscr.", SubscriptionsTab),
    ("billing", "Billing", "Billing", BillingTab),
    ("methods", "Payment methods", "Methods", PaymentMethodsTab),
    ("usage", "Usage", "Usage", UsageTab),
    ("activity", "Activity", "Activity", ActivityTab),
)


_TAB_NUMBERS = {name: number for number, (name, *_) in enumerate(_TABS, start=1)}
_SUBJECTS: tuple[About, ...] = ("refund", "credit", "method", "invoice", "payment", "subscription")
"""The order of the menu: what a highlighted row is comes first, a payment after the invoice it paid."""
_SELECTABLE: dict[About, type[Any]] = {
    "payment": Payment,
    "refund": Refund,
    "credit": CreditEntry,
    "method": PaymentMethod,
    "subscription": SubscriptionBrief,
}
"""The class of the rows of a tab by the kind of object; invoices are found by id."""
_QUEUE_VERBS = ("next_customer", "previous_customer", "done", "snooze", "undo")


ROWS_TIMEOUT = 0.3
"""Seconds that keys wait at most for the rows of a new tab, so that another tab opens soon on a slow link."""


class ProfileScreen(CustomerScreen):
    """Profile of one customer; with a `cursor`, of the customer it has reached in a queue."""

    SCOPE = "profile"
    ABOUT = text.ABOUT

    def __init__(self, customer_id: str, *, tab: str = "", cursor: QueueCursor | None = None) -> None:
        super().__init__()
        self.customer_id: str = customer_id
        self._position: QueuePosition | None = None
        if cursor is not None:
            self._position = QueuePosition(
                self, cursor, show=self._show_customer, changed=self._show_breadcrumb
            )
        self._title_line = join("…")
        names = [name for name, *_ in _TABS]
        self._tab = names.index(tab) if tab in names else 0
        self._opening = asyncio.Lock()
        """Held while a tab opens, because two commands may be under way at once."""
        self._waiting: Timer | None = None
        """While it runs, keys wait for the rows of a tab that was opened for the first time."""

    def compose_body(self) -> ComposeResult:
        yield DeletedNote()
        yield TabStrip([(long, short) for _, long, short, _ in _TABS])
        yield ContentSwitcher(id="tabs")

    def on_mount(self) -> None:
        self._show_breadcrumb()
        if self._position is not None:
            self._position.load()
        start(self, self._show_customer, self.customer_id, group=COMMANDS)

    @property
    def crumb(self) -> str:
        return self._shown_title

    def _show_breadcrumb(self) -> None:
        position = self._position
        before = queue_text.breadcrumb(self.origin) if position is None else position.breadcrumb()
        self.set_crumbs(before, self._title_line)
        self.refresh_keys()

    async def _show_customer(self, customer_id: str) -> None:
        """Show a customer, in place of the one before, on the same tab."""
        switcher = self.query_one(ContentSwitcher)
        async with self._opening:
            with self.app.batch_update():
                await apply(self, self._leave, customer_id)
                await switcher.remove_children()
                await self.query(ProfileHeader).remove()
                header = ProfileHeader(customer_id)
                await self.mount(header, before=self.query_one(DeletedNote))
                await open_panels([header], customer_id)
                await self._open_tab(self._tab + 1)
                self.query_one(DeletedNote).show(self.deleted_at)
        await apply(self, self._show_breadcrumb)

    def _leave(self, customer_id: str) -> None:
        """Forget the customer before this one."""
        self.customer_id, self.customer = customer_id, None
        self._title_line, self.top_bar.right = join("…"), None
        self.set_focus(None)
        self.query_one(ContentSwitcher).current = None

    def data_changed(self, message: messages.DataChanged) -> None:
        super().data_changed(message)
        if self._position is not None:
            self._position.load()

    # ── header ──
    @on(ProfileHeader.Painted)
    def _header_painted(self, event: ProfileHeader.Painted) -> None:
        header = event.panel
        if not isinstance(header, ProfileHeader) or header.owner != self.customer_id:
            return  # another panel, or the header of the customer before
        assert header.stamped is not None
        customer = header.stamped.value
        if self.customer is None:
            start(self, self._remember, customer.id, customer.title, group="recent")
        self.customer = customer
        self._title_line = join((customer.title, "bold"))
        if customer.company and customer.company != customer.title:
            self._title_line = join(self._title_line, (f" · {customer.company}", DIM))
        self._show_breadcrumb()
        self.show_state(states.BILLING[customer.billing_status], header.stamped.fetched_at)
        self.refresh_keys()

    async def _remember(self, customer_id: str, title: str) -> None:
        try:
            await host(self).services.queues.record_visit(customer_id, title)
        except WbtuiError:
            pass  # the customer is only missing from the recent ones

    # ── tabs ──
    @property
    def tab(self) -> Tab | None:
        """The open tab."""
        switcher = self.query_one(ContentSwitcher)
        return switcher.query_one(f"#{switcher.current}", Tab) if switcher.current else None

    @handles("tab")
    async def show_tab(self, number: int) -> None:
        """Open the tab of that number, counted from 1."""
        async with self._opening:
            if self in self.app.screen_stack:
                await self._open_tab(number)

    async def _open_tab(self, number: int) -> None:
        self._tab = index = number - 1
        name, _, _, kind = _TABS[index]
        switcher = self.query_one(ContentSwitcher)
        with self.app.batch_update():
            self.query_one(TabStrip).open = index
            if not switcher.query(f"#tab-{name}"):
                tab = kind(self.customer_id, id=f"tab-{name}")
                await switcher.add_content(tab)
                await open_panels(tab.walk_children(DataPanel), self.customer_id)
                tab.panels_opened()
                self._wait_for_rows()
            if self not in self.app.screen_stack:
                return  # closed meanwhile, with its tabs
            switcher.current = f"tab-{name}"
            self._focus_tab()

    def _wait_for_rows(self) -> None:
        if self._waiting is not None:
            self._waiting.stop()
        self._waiting = self.set_timer(ROWS_TIMEOUT, self._wait_no_longer, name="rows")

    def _wait_no_longer(self) -> None:
        self._waiting = None

    @property
    def is_loading(self) -> bool:
        """Whether keys wait for the rows of the open tab."""
        return self._waiting is not None and self.tab is not None and self.tab.awaits_rows

    def _focus_tab(self) -> None:
        self.set_focus(None)
        if self.tab is not None:
            self.tab.restore_focus()
        self.refresh_keys()

    def on_data_panel_painted(self, event: InvoicesPanel.Painted) -> None:
        """Focus the topmost table of the open tab as its panels load."""
        if self.tab is not None and self.tab in event.panel.ancestors:
            self.tab.refocus_first()
        self.refresh_keys()

    def on_grid_table_highlighted(self) -> None:
        """Another object is selected: other actions may be possible."""
        self.refresh_keys()

    def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        start(self, self.show_tab, event.index + 1, group=COMMANDS)

    # ── needs attention ──
    def on_go_to(self, message: GoTo) -> None:
        start(self, self._go_to, message, group=COMMANDS)

    async def _go_to(self, message: GoTo) -> None:
        await self.show_tab(_TAB_NUMBERS.get(message.part.name, _TAB_NUMBERS["billing"]))
        if self.tab is not None:
            await apply(self, self.tab.select, message.part, message.row)

    async def on_run_action(self, message: RunAction) -> None:
        await self.action_command(f"{self.SCOPE}.{entry_of(message.kind).verb}")

    # ── invoices ──
    def on_open_invoice(self, message: OpenInvoice) -> None:
        host(self).open_invoice(message.invoice_id)

    def _invoice(self) -> tuple[str, InvoiceRow | None] | None:
        """Id of the selected invoice, and its row where that is loaded."""
        invoice_id = self.tab.invoice_id if self.tab is not None else None
        if invoice_id is None:
            return None
        rows = self._loaded(INVOICES, or_summary=True)  # it has the same rows
        return invoice_id, next((one for one in rows if one.id == invoice_id), None)

    # ── filters ──
    def on_filter_wanted(self, message: FilterWanted) -> None:
        from wbtui.ui.dialogs.row_filter import RowFilterDialog

        panel = message.panel
        open_dialog(self, RowFilterDialog(panel.FORM, panel.filter), panel.use_filter)

    # ── queue ──
    def bar_commands(self) -> Iterable[Command]:
        """The queue's commands come after back and actions; without others in it they are left out."""
        rows = list(super().bar_commands())
        if self._position is None or self._position.is_only_one:
            return [row for row in rows if row.verb not in _QUEUE_VERBS]
        return sorted(rows, key=lambda row: (row.verb not in FIRST_VERBS, row.verb not in _QUEUE_VERBS))

    def disabled_reason(self, command: Command) -> str | None:
        if command.verb in _QUEUE_VERBS and self._position is None:
            return queue_text.NO_QUEUE
        if command.verb == "undo" and not self.position.can_undo:
            return queue_text.NOTHING_TO_UNDO
        if command.verb == "pin" and self.customer is None:
            return text.NOT_LOADED
        return super().disabled_reason(command)

    @property
    def position(self) -> QueuePosition:
        """The position in the queue; only for commands that are disabled without one."""
        assert self._position is not None
        return self._position

    @property
    def _shown_title(self) -> str:
        return self.customer.title if self.customer is not None else self.customer_id

    @handles("next_customer")
    async def next_customer(self) -> None:
        await self.position.next()

    @handles("previous_customer")
    async def previous_customer(self) -> None:
        await self.position.previous()

    @handles("done")
    async def toggle_done(self) -> None:
        await self.position.toggle_done(lambda: self._shown_title)

    @handles("undo")
    async def undo(self) -> None:
        await self.position.undo()

    @handles("snooze")
    def snooze(self) -> None:
        from wbtui.ui.dialogs.snooze import SnoozeDialog

        title = self._shown_title
        open_dialog(self, SnoozeDialog(title, self.position.queue), partial(self.position.snooze, title))

    @handles("pin")
    async def pin_customer(self) -> None:
        assert self.customer is not None
        await pin(self, self.customer)

    @handles("access")
    def show_access(self) -> None:
        """Show which features the customer may use."""
        from wbtui.ui.dialogs.entitlements import EntitlementsDialog

        self.app.push_screen(EntitlementsDialog(self.customer_id, self._shown_title))

    def subjects(self) -> Subjects:
        return {about: named for about in _SUBJECTS if (named := self._named(about)) is not None}

    def _named(self, about: About) -> tuple[str, str] | None:
        """Id and name of the selected object of a kind."""
        if about == "invoice":
            found = self._invoice()
            return found and (found[0], found[1].number if found[1] is not None else "invoice")
        row = self._selected(about)
        return None if row is None else (row.id, name_of(row))

    def subject(self, about: About) -> Any:
        if about == "invoice":
            found = self._invoice()
            return found and found[1]
        row = self._selected(about)
        if about != "subscription" or row is None:
            return row
        return next((one for one in self._loaded(SUBSCRIPTIONS) if one.id == row.id), None)

    def _loaded(self, part: Part[tuple[T, ...]], *, or_summary: bool = False) -> Iterable[T]:
        """The rows of a part as far as the panels have loaded them, `or_summary` those from a sync, too."""
        for panel in self.query_one(ContentSwitcher).walk_children(DataPanel):
            stamped = panel.stamped_of(part)
            if stamped is not None and (or_summary or stamped.source is not Source.SNAPSHOT):
                yield from stamped.value

    def _selected(self, about: About) -> Any:
        """The selected object of a kind, without invoices; else the customer's only active subscription.

        An object from the summary of a sync may have no id, so that nothing can be done to it.
        """
        kind = _SELECTABLE.get(about, ())
        rows: Sequence[Any] = self.tab.selected if self.tab is not None else ()
        if (row := next((one for one in rows if isinstance(one, kind) and one.id), None)) is not None:
            return row
        running = self.customer.running if self.customer is not None else ()
        return running[0] if about == "subscription" and len(running) == 1 else None

    def choose_subject(self, entry: Entry) -> None:
        """Ask to select the line that names the action, else an object on the tab that lists those."""
        tab = self.tab
        if not (isinstance(tab, OverviewTab) and tab.attention.names_action(entry.kind)):
            start(self, self.show_tab, _TAB_NUMBERS[TAB_OF[entry.about]], group=COMMANDS)
        ask_to_select(self, self.SCOPE, entry)

    def copyables(self) -> tuple[Copyable, ...]:
        customer = self.customer
        if customer is None:
            return ()
        found = self._invoice()
        row = found[1] if found is not None else None
        invoice = Copyable("f", "Invoice", row.number if row is not None else "")
        selected = [
            Copyable("s", f"{noun_of(about).capitalize()} ID", subject_id)
            for about, (subject_id, _name) in self.subjects().items()
        ][:1]
        refund = self._selected("refund")
        reference = refund.reference if isinstance(refund, Refund) else None
        events = self.tab.copyables(customer) if isinstance(self.tab, ActivityTab) else ()
        return offered(
            *of_customer(customer),
            invoice,
            *selected,
            Copyable("b", "Refund reference", reference or ""),
            *events,
        )

"""The profile of one customer: who it is, how it stands, and six tabs."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import BindingType
from textual.widgets import ContentSwitcher

from wbtui.errors import WbtuiError
from wbtui.models.invoice import InvoiceRow
from wbtui.models.subscription import SubscriptionBrief
from wbtui.services.queue_cursor import QueueCursor
from wbtui.ui import format as fmt
from wbtui.ui.actions.catalogue import Entry
from wbtui.ui.actions.opening import Subjects
from wbtui.ui.actions.proposing import subscription_name
from wbtui.ui.clipboard import Copyable, offered
from wbtui.ui.commands import bindings_for
from wbtui.ui.host import host
from wbtui.ui.safe import join
from wbtui.ui.screens.customer_screen import GoneNote
from wbtui.ui.screens.profile_queue import WalkingScreen
from wbtui.ui.tabs.activity import ActivityTab
from wbtui.ui.tabs.base import OpenInvoice, Tab
from wbtui.ui.tabs.billing import BillingTab, InvoicesPanel
from wbtui.ui.tabs.overview import OverviewTab
from wbtui.ui.tabs.payment_methods import PaymentMethodsTab
from wbtui.ui.tabs.subscriptions import SubscriptionsTab
from wbtui.ui.tabs.usage import UsageTab
from wbtui.ui.widgets.profile_header import ProfileHeader
from wbtui.ui.widgets.tab_strip import TabStrip
from wbtui.ui.work import start

_TABS: tuple[tuple[str, str, str, type[Tab]], ...] = (
    ("overview", "Overview", "Overview", OverviewTab),
    ("subscriptions", "Subscriptions", "Subscr.", SubscriptionsTab),
    ("billing", "Billing", "Billing", BillingTab),
    ("methods", "Payment methods", "Methods", PaymentMethodsTab),
    ("usage", "Usage", "Usage", UsageTab),
    ("activity", "Activity", "Activity", ActivityTab),
)


class ProfileScreen(WalkingScreen):
    """Everything held is painted at once with its age; the server is asked behind it."""

    SCOPE = "profile"
    BINDINGS: ClassVar[list[BindingType]] = bindings_for("profile")
    CSS_PATH = "profile.tcss"
    ABOUT = (
        "One customer: how it stands, and six tabs (1–6). R refunds the highlighted invoice, N adds a note, "
        "L makes a self-serve link for the customer. Owed: unpaid, not voided, not written-off invoices, "
        "per currency. Overdue: the part due before today. The line “verify” holds what a caller can be "
        "asked for."
    )

    def __init__(self, customer_id: str, *, tab: str = "", walk: QueueCursor | None = None) -> None:
        super().__init__(walk)
        self.customer_id = customer_id
        self._who = join("…")
        names = [name for name, *_ in _TABS]
        self._tab = names.index(tab) if tab in names else 0

    def compose_body(self) -> ComposeResult:
        yield ProfileHeader(self.customer_id, id="profile-head")
        yield GoneNote()
        yield TabStrip([(long, short) for _, long, short, _ in _TABS])
        yield ContentSwitcher(id="tabs")

    async def on_mount(self) -> None:
        self.crumbs_changed()
        self.look_around()
        await self._show_tab(self._tab)

    def crumbs_changed(self) -> None:
        self.set_crumbs(join(self.way_back(), self._who))

    async def show_customer(self, customer_id: str) -> None:
        """Head and open tab of another customer in the same place; what is held is painted at once."""
        self.customer_id, self.customer = customer_id, None
        switcher = self.query_one(ContentSwitcher)
        with self.app.batch_update():
            self.set_focus(None)
            switcher.current = None
            await switcher.remove_children()
            await self.query_one(ProfileHeader).remove()
            await self.mount(ProfileHeader(customer_id, id="profile-head"), before=self.query_one(GoneNote))
            await self._show_tab(self._tab)
            self.query_one(GoneNote).tell(self.gone_at)
        self.crumbs_changed()

    @property
    def about(self) -> str | None:
        return self.customer_id

    # ── the head ──
    @on(ProfileHeader.Painted)
    def _head_painted(self, event: ProfileHeader.Painted) -> None:
        header = self.query_one(ProfileHeader)
        if event.panel is not header or header.stamped is None:
            return
        customer = header.stamped.value
        if self.customer is None:
            start(self, self._remember, customer.id, customer.title, group="recent")
        self.customer = customer
        self._who = join((customer.title, "bold"))
        if customer.company and customer.company != customer.title:
            self._who = join(self._who, (f" · {customer.company}", "$text-muted"))
        self.crumbs_changed()
        state = fmt.billing_status(customer.billing_status)
        as_of = f" · as of {fmt.instant(header.stamped.fetched_at, host(self).now())}"
        self.top_bar.right = join((state.text, state.style), (as_of, "$text-muted"))
        self.refresh_keys()

    async def _remember(self, customer_id: str, title: str) -> None:
        try:
            await host(self).services.queues.visited(customer_id, title)
        except WbtuiError:
            pass  # a courtesy: it is only missing from the recent ones

    # ── tabs ──
    @property
    def tab(self) -> Tab | None:
        """The open tab."""
        switcher = self.query_one(ContentSwitcher)
        return switcher.query_one(f"#{switcher.current}", Tab) if switcher.current else None

    async def _show_tab(self, index: int) -> None:
        self._tab = index
        name, _, _, kind = _TABS[index]
        switcher = self.query_one(ContentSwitcher)
        self.query_one(TabStrip).open = index
        if not switcher.query(f"#tab-{name}"):
            await switcher.add_content(kind(self.customer_id, id=f"tab-{name}"), id=f"tab-{name}")
        switcher.current = f"tab-{name}"
        self._focus_tab()

    def _focus_tab(self) -> None:
        self.set_focus(None)
        if self.tab is not None:
            self.tab.focus_first()
        self.refresh_keys()

    def on_data_panel_painted(self, event: InvoicesPanel.Painted) -> None:
        """A tab that was still empty when it was opened takes the focus with its first rows."""
        if self.focused is None and self.tab is not None and event.panel in self.tab.query("*"):
            self.tab.focus_first()
        self.refresh_keys()

    async def on_tab_strip_chosen(self, event: TabStrip.Chosen) -> None:
        await self._show_tab(event.index)

    async def action_tab_1(self) -> None:
        await self._show_tab(0)

    async def action_tab_2(self) -> None:
        await self._show_tab(1)

    async def action_tab_3(self) -> None:
        await self._show_tab(2)

    async def action_tab_4(self) -> None:
        await self._show_tab(3)

    async def action_tab_5(self) -> None:
        await self._show_tab(4)

    async def action_tab_6(self) -> None:
        await self._show_tab(5)

    # ── invoices ──
    def on_open_invoice(self, message: OpenInvoice) -> None:
        host(self).open_invoice(message.invoice_id)

    def _invoice(self) -> tuple[str, InvoiceRow | None] | None:
        """The highlighted invoice, with its row where that is held."""
        invoice_id = self.tab.invoice_id if self.tab is not None else None
        if invoice_id is None:
            return None
        for panel in self.query(InvoicesPanel):
            rows = panel.stamped.value if panel.stamped is not None else ()
            found = next((row for row in rows if row.id == invoice_id), None)
            if found is not None:
                return invoice_id, found
        return invoice_id, None

    def subjects(self) -> Subjects:
        found: Subjects = {}
        if (invoice := self._invoice()) is not None:
            found["invoice"] = (invoice[0], invoice[1].number if invoice[1] is not None else "invoice")
        if (subscription := self._subscription()) is not None:
            found["subscription"] = (subscription.id, subscription_name(subscription))
        return found

    def _subscription(self) -> SubscriptionBrief | None:
        """The selected subscription; on another tab the only one that is active."""
        brief = self.customer.subscriptions if self.customer is not None else ()
        if isinstance(self.tab, SubscriptionsTab):
            return next((one for one in brief if one.id == self.tab.subscription_id), None)
        running = self.customer.running if self.customer is not None else ()
        return running[0] if len(running) == 1 else None

    def choose_subject(self, entry: Entry) -> None:
        at = {"invoice": 2, "subscription": 1}[entry.about]
        start(self, self._show_tab, at, group="tab", latest=True)
        super().choose_subject(entry)

    # ── copying ──
    def copyables(self) -> tuple[Copyable, ...]:
        customer = self.customer
        if customer is None:
            return ()
        found = self._invoice()
        row = found[1] if found is not None else None
        address = customer.address
        where = ""
        if address is not None:
            town = f"{address.zip} {address.city}".strip()
            where = ", ".join(p for p in (address.line_1, address.line_2, town, address.country) if p)
        return offered(
            Copyable("i", "customer id", customer.id),
            Copyable("e", "e-mail", customer.email or ""),
            Copyable("n", "name", customer.name or ""),
            Copyable("r", "reference", customer.reference or ""),
            Copyable("a", "address", where),
            Copyable("v", "VAT id", customer.vat_id or ""),
            Copyable("f", "invoice", row.number if row is not None else ""),
        )

"""The invoice screen: lines, totals, payments, refunds and timeline, and how each amount was calculated."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

from textual import getters, on
from textual.app import ComposeResult
from textual.containers import VerticalScroll
from textual.content import Content

from wbtui.errors import WbtuiError
from wbtui.models.actions import About
from wbtui.models.compare_invoices import compare
from wbtui.models.customer import Customer
from wbtui.models.explain import explain_line
from wbtui.models.invoice import Attempt, Invoice
from wbtui.models.parts import SUBSCRIPTIONS
from wbtui.models.payment import Payment, Refund
from wbtui.models.subscription import Subscription, SubscriptionBrief
from wbtui.services.documents.saving import Format, save_invoice
from wbtui.services.previous_invoice import previous_invoice
from wbtui.ui import states
from wbtui.ui.actions.data import name_of
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import load_customer
from wbtui.ui.clipboard import Copyable, offered
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.text_dialog import TextDialog
from wbtui.ui.host import host
from wbtui.ui.screens.customer_screen import CustomerScreen, DeletedNote
from wbtui.ui.text import invoice as text
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.invoice_detail import InvoiceDetail
from wbtui.ui.widgets.invoice_panel import InvoicePanel
from wbtui.ui.work import COMMANDS, apply, start

_BESIDE = 140
"""Columns of a terminal with room for the timeline and everything about a row beside the invoice."""
_OF_LINES = ("compare", "save")
"""Handlers of the commands that need the line items."""


class InvoiceScreen(CustomerScreen):
    """One invoice."""

    SCOPE = "invoice"
    ABOUT = text.ABOUT
    panel = getters.query_one(InvoicePanel)

    def __init__(self, invoice_id: str) -> None:
        super().__init__()
        self.invoice_id = invoice_id
        self._subscriptions: tuple[Subscription, ...] = ()
        """Those of the customer, as far as they are cached and current."""
        self._customer_asked = False
        """Whether loading the customer has ended, with a failure or not."""

    def compose_body(self) -> ComposeResult:
        yield DeletedNote()
        with VerticalScroll(id="invoice-scroll", can_focus=False):
            yield InvoicePanel(self.invoice_id)
            yield InvoiceDetail()

    def on_mount(self) -> None:
        self.show_path("Invoice")
        self.resized()
        self.panel.load()

    def resized(self) -> None:
        self.query_one("#invoice-scroll").set_class(self.app.size.width >= _BESIDE, "-beside")

    @property
    def crumb(self) -> str:
        return self.invoice.number if self.invoice is not None else "Invoice"

    @property
    def is_loading(self) -> bool:
        """Whether keys wait for the invoice or its customer."""
        return not (self._customer_asked or self.panel.failed)

    @property
    def invoice(self) -> Invoice | None:
        """The invoice; None until it is loaded."""
        return self.panel.stamped.value if self.panel.stamped is not None else None

    @on(InvoicePanel.Painted)
    def _painted(self) -> None:
        invoice = self.invoice
        assert invoice is not None
        self.customer_id = invoice.customer_id
        self._show_crumbs()
        if self.customer is None:
            self._find_customer()
        if self.focused is None:
            self.panel.focus_first()
        self._show_detail()
        self.refresh_keys()

    def on_grid_table_highlighted(self) -> None:
        self._show_detail()

    def on_descendant_focus(self) -> None:
        self._show_detail()

    def _show_detail(self) -> None:
        """Show the timeline, and everything about the highlighted row of the table that has the focus."""
        table = self.focused if isinstance(self.focused, GridTable) else self.panel.lines
        if self.invoice is not None:
            self.query_one(InvoiceDetail).show(self.invoice, table.current)

    def load(self, *, force: bool = False) -> None:
        super().load(force=force)
        self._find_customer()

    def _find_customer(self) -> None:
        if self.customer_id is not None:
            start(self, self._load_customer, self.customer_id, group="customer", latest=True)

    async def _load_customer(self, customer_id: str) -> None:
        """Load the customer, and the subscriptions where they are cached: their state enables keys."""
        profiles = host(self).services.profiles
        try:
            customer = await load_customer(host(self), customer_id)
        except WbtuiError:
            await apply(self, self._use_customer, self.customer)
            raise
        await apply(self, self._use_customer, customer)
        if (known := await profiles.cached(SUBSCRIPTIONS, customer_id)) is not None:
            with suppress(WbtuiError):  # the form of an action says what is not available
                known = await profiles.load(SUBSCRIPTIONS, customer_id)
            await apply(self, self._use_subscriptions, () if known.outdated else known.value)

    def _use_customer(self, customer: Customer | None) -> None:
        self.customer, self._customer_asked = customer, True
        self._show_crumbs()
        self.refresh_keys()

    def _use_subscriptions(self, subscriptions: tuple[Subscription, ...]) -> None:
        self._subscriptions = subscriptions
        self.refresh_keys()

    def _show_crumbs(self) -> None:
        invoice, stamped = self.invoice, self.panel.stamped
        if invoice is None or stamped is None:
            return
        who = self.customer.title if self.customer is not None else "…"
        self.show_path("" if who == self.origin else who, invoice.number)
        self.show_state(states.state_of(invoice, host(self).today()), stamped.fetched_at)

    # ── commands ──
    def subjects(self) -> Subjects:
        order: tuple[About, ...] = ("refund", "invoice", "payment")
        rows = {about: self.subject(about) for about in order} | {"subscription": self._subscription()}
        return {about: (row.id, name_of(row)) for about, row in rows.items() if row is not None}

    def _subscription(self) -> SubscriptionBrief | None:
        """The subscription that the lines charge; the only one of the customer where no line names one."""
        invoice, customer = self.invoice, self.customer
        if invoice is None or customer is None:
            return None
        charged = {line.subscription_id for line in invoice.lines if line.subscription_id is not None}
        named = [one for one in customer.subscriptions if not charged or one.id in charged]
        return named[0] if len(named) == 1 else None

    def subject(self, about: About) -> Any:
        invoice, table = self.invoice, self.focused
        if invoice is None or about == "invoice":
            return invoice
        if about == "subscription":
            named = self._subscription()
            return next((one for one in self._subscriptions if named and one.id == named.id), None)
        row = table.current if isinstance(table, GridTable) else None
        row_id = row.payment_id if isinstance(row, Attempt) else getattr(row, "id", None)
        of_kind: dict[About, tuple[Payment | Refund, ...]]
        of_kind = {"payment": invoice.payments, "refund": invoice.refunds}
        return next((one for one in of_kind.get(about, ()) if one.id == row_id), None)

    def disabled_reason(self, command: Command) -> str | None:
        if command.handled_by in _OF_LINES and (self.invoice is None or self.panel.is_summary):
            return text.NOT_LOADED if self.invoice is None else text.NO_LINES
        return super().disabled_reason(command)

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        invoice = self.invoice
        line = (
            next((one for one in invoice.lines if one.id == event.key), None) if invoice is not None else None
        )
        if line is None:
            return
        assert invoice is not None
        explanation = explain_line(line, invoice.lines)
        self._show_text(f"Why: {line.name}", text.explanation(explanation), "explanation", explanation.text)

    def _show_text(self, title: str, content: Content, what: str, copied: str) -> None:
        self.app.push_screen(TextDialog(title, content, what=what, copied=copied))

    @handles("compare")
    def compare_with_previous(self) -> None:
        """Show what differs from the previous invoice of the subscription."""
        assert self.invoice is not None
        start(self, self._compare, self.invoice, group=COMMANDS)

    async def _compare(self, invoice: Invoice) -> None:
        before = await previous_invoice(host(self).services.profiles, invoice)
        if before is None:
            host(self).show_toast(text.first_of_subscription(invoice))
        else:
            found = compare(before, invoice)
            title = f"{invoice.number} and {before.number}"
            await apply(self, self._show_text, title, text.comparison(found), text.COMPARED, found.text)

    @handles("save")
    def save(self, file_format: str) -> None:
        """Save the invoice as a new file."""
        start(self, self._save, Format(file_format), group="save")

    async def _save(self, file_format: Format) -> None:
        stamped = self.panel.stamped
        assert stamped is not None
        path = await asyncio.to_thread(
            save_invoice,
            host(self).services.documents,
            stamped,
            file_format,
            customer=self.customer.title if self.customer is not None else "",
            state=states.state_of(stamped.value, host(self).today()).word,
            environment=str(host(self).services.connection.environment),
            now=host(self).now(),
        )
        host(self).show_toast(text.saved(path))

    def copyables(self) -> tuple[Copyable, ...]:
        invoice, customer = self.invoice, self.customer
        if invoice is None:
            return ()
        return offered(
            Copyable("f", "Invoice", invoice.number),
            Copyable("i", "Invoice ID", invoice.id),
            Copyable("t", "Total", str(invoice.total)),
            Copyable("e", "E-mail", (customer.email or "") if customer is not None else ""),
            Copyable("c", "Customer ID", invoice.customer_id),
        )

"""Payment methods: in the order they are charged, with their expiry, their use and the last attempt."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from wbtui.models.parts import INVOICES, METHODS, SUBSCRIPTIONS
from wbtui.models.payment import PaymentMethod
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines
from wbtui.ui.tabs.base import ListDetailTab, detail_lines
from wbtui.ui.text import payment_methods as text
from wbtui.ui.text.panels import known_rows
from wbtui.ui.widgets.columns import Cell, Column, dim, state
from wbtui.ui.widgets.table_panel import TablePanel


class MethodsPanel(TablePanel[PaymentMethod]):
    PART = METHODS
    OTHERS: ClassVar = (SUBSCRIPTIONS, INVOICES)
    EMPTY = "No payment methods."

    def columns(self) -> Sequence[Column[PaymentMethod]]:
        today = host(self).today()
        methods = self.stamped.value if self.stamped is not None else ()
        orders = sorted(m.order for m in methods if m.order is not None)

        def order(m: PaymentMethod) -> str:
            return fmt.NOTHING if m.order is None else f"{orders.index(m.order) + 1}."

        return (
            dim("Order", order, right=True),
            Column("Method", lambda m: Cell(m.label, "strong")),
            state("Expires", lambda m: fmt.expiry(m, today)),
            state("Status", lambda m: fmt.METHOD[m.status]),
            Column("Default", lambda m: Cell("● default" if m.is_default else "", "good")),
            Column("Subscriptions", lambda m: _count(m.subscriptions), right=True, rank=2),
            Column("Open invoices", lambda m: _count(m.open_invoices), right=True, rank=1),
            dim("Last attempt", lambda m: text.last_attempt(m, today), rank=3),
        )

    def rows_of(self, value: tuple[PaymentMethod, ...]) -> Sequence[PaymentMethod]:
        return sorted(value, key=lambda m: (m.order is None, m.order or 0))

    def describe(self, row: PaymentMethod) -> Content:
        subscriptions, invoices = self.other(SUBSCRIPTIONS) or (), self.other(INVOICES) or ()
        rows = text.detail_rows(row, subscriptions, invoices, host(self).today())
        return join_lines(*detail_lines(known_rows(rows, ()) if self.is_summary else rows, self.size.width))


def _count(several: Sequence[str] | None) -> Cell:
    return Cell(fmt.NOTHING if several is None else str(len(several)))


class PaymentMethodsTab(ListDetailTab):
    PANEL = MethodsPanel

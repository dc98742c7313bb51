"""Payment methods: in the order they are charged, with their expiry, their use and the last attempt."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from wbtui.models.customer import CustomerStatus
from wbtui.models.method_use import MethodUse, default_method, use_of
from wbtui.models.parts import CUSTOMER, INVOICES, METHODS, PAYMENTS, SUBSCRIPTIONS
from wbtui.models.payment import MethodStatus, PaymentMethod
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.host import absent, host
from wbtui.ui.tabs.base import ListDetailTab
from wbtui.ui.text import payment_methods as text
from wbtui.ui.text.panels import known_rows
from wbtui.ui.widgets.columns import Cell, Column, dim, state
from wbtui.ui.widgets.table_panel import ScrollingTablePanel


class MethodsPanel(ScrollingTablePanel[PaymentMethod]):
    """In the order in which they are charged; removed ones last."""

    PART = METHODS
    OTHERS: ClassVar = (SUBSCRIPTIONS, INVOICES, PAYMENTS, CUSTOMER)
    EMPTY = "No payment methods."

    def columns(self) -> Sequence[Column[PaymentMethod]]:
        today, default = host(self).today(), default_method(self._methods)
        none = fmt.UNKNOWN if self.is_summary else absent(host(self))
        charged = [m for m in self.rows_of(self._methods) if m.status is MethodStatus.ACTIVE]
        orders = {m.id: f"{place}." for place, m in enumerate(charged, start=1) if m.order is not None}
        return (
            dim("Order", lambda m: orders.get(m.id, fmt.NOTHING), right=True),
            Column("Method", lambda m: Cell(m.label, "strong")),
            state("Expires", lambda m: text.expiry(m, today)),
            state("Status", lambda m: states.METHOD[m.status]),
            Column("Default", lambda m: Cell("● default" if m == default else "", "good")),
            Column("Subscriptions", lambda m: _count(self._use(m).subscriptions), right=True, rank=2),
            Column("Open invoices", lambda m: _count(self._use(m).invoices), right=True, rank=1),
            dim("Last attempt", lambda m: text.last_attempt(m, today, none), rank=3),
        )

    def rows_of(self, value: tuple[PaymentMethod, ...]) -> Sequence[PaymentMethod]:
        return sorted(value, key=lambda m: (m.status is MethodStatus.DETACHED, m.order is None, m.order or 0))

    @property
    def _methods(self) -> tuple[PaymentMethod, ...]:
        return self.stamped.value if self.stamped is not None else ()

    def _use(self, method: PaymentMethod) -> MethodUse:
        return use_of(method, self._methods, self.other(SUBSCRIPTIONS), self.other(INVOICES))

    def details(self, row: PaymentMethod) -> Iterable[tuple[str, str]]:
        today, customer = host(self).today(), self.other(CUSTOMER)
        subscriptions, invoices = self.other(SUBSCRIPTIONS) or (), self.other(INVOICES) or ()
        payments, use = self.other(PAYMENTS), self._use(row)
        rows = text.detail_rows(
            row,
            use,
            subscriptions,
            invoices,
            today,
            attempt=text.last_attempt_sentence(row, payments or (), invoices, today, absent(host(self))),
            frozen=customer is not None and customer.status is CustomerStatus.INACTIVE,
        )
        return known_rows(rows, text.known(use)) if self.is_summary else rows


def _count(several: Sequence[str] | None) -> Cell:
    return Cell(fmt.UNKNOWN, "dim") if several is None else Cell(str(len(several)))


class PaymentMethodsTab(ListDetailTab):
    PANEL = MethodsPanel

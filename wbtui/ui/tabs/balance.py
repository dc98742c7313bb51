"""The balance of a customer by currency, with what is overdue or disputed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from textual.content import Content

from wbtui.models.balances import balances
from wbtui.models.customer import Customer
from wbtui.models.parts import CREDITS, CUSTOMER, INVOICES, PAYMENTS, REFUNDS, WALLETS
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, WARNING, hanging, join, join_lines
from wbtui.ui.text import billing as text
from wbtui.ui.widgets.data_panel import DataPanel


class BalancePanel(DataPanel[Customer]):
    """The amounts of each currency, and what is overdue or disputed."""

    PART = CUSTOMER
    OTHERS: ClassVar = (INVOICES, PAYMENTS, REFUNDS, CREDITS, WALLETS)
    TITLE = "Balance"

    def paint(self, value: Customer) -> None:
        today = host(self).today()
        found = balances(
            value,
            today,
            invoices=self.other(INVOICES),
            credits=self.other(CREDITS),
            wallets=self.other(WALLETS),
            refunds=self.other(REFUNDS),
        )
        nothing = join((text.no_balance(value, is_complete=self.is_complete), DIM))
        notes: list[Content] = []
        if value.overdue_since is not None:
            since = f"Overdue since {fmt.day(value.overdue_since, today)}."
            notes.append(join(WARNING, since))
        if disputes := text.disputes(value, self.other(PAYMENTS), invoice_numbers(self)):
            notes.append(join(("▲ ", "$error"), disputes))
        notes += self.missing()

        def lines(width: int) -> Content:
            return hanging(join_lines(*(text.balance_lines(found, width) or [nothing]), *notes), width)

        self.body.fit(lines)


def invoice_numbers(panel: DataPanel[Any]) -> Mapping[str, str]:
    """The numbers of invoices by ID, as far as a panel that names INVOICES in `OTHERS` has them."""
    return {invoice.id: invoice.number for invoice in panel.other(INVOICES) or ()}

"""Billing: the balance, then invoices, payments, refunds, credit, credit notes and wallets as tables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

from textual import getters
from textual.app import ComposeResult

from wbtui.models.actions.rules import nothing_refundable
from wbtui.models.credit_ledger import CreditLedger, credit_ledger
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.invoice_order import InvoiceOrder, in_order
from wbtui.models.parts import CREDIT_NOTES, CREDITS, CUSTOMER, INVOICES, PAYMENTS, REFUNDS, WALLETS, Part
from wbtui.models.payment import (
    CreditEntry,
    CreditNote,
    Payment,
    PaymentStatus,
    Refund,
    Wallet,
    disputed_invoices,
)
from wbtui.models.text import fold
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.host import default_currency, host
from wbtui.ui.safe import hanging, join_lines, safe
from wbtui.ui.tabs.balance import BalancePanel, invoice_numbers
from wbtui.ui.tabs.base import FilterWanted, ListDetailTab, invoice_of
from wbtui.ui.text import billing as text
from wbtui.ui.text import billing_details as about
from wbtui.ui.widgets.columns import Cell, Column, amount, details, dim, state
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.filtered_panel import FilteredPanel, FilterForm, RowFilter
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.refund_columns import note_columns, refund_columns
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import TablePanel

T = TypeVar("T")


def _listed(panel: DataPanel[Any], part: Part[T]) -> T | None:
    """Return what a panel of the same customer shows of a part; None while it is not loaded."""
    panels = panel.screen.walk_children(DataPanel)
    return next((one.stamped.value for one in panels if one.part is part and one.stamped), None)


def _named(panel: DataPanel[Any], *invoice_ids: str | None) -> str:
    """Return the numbers of invoices, as far as they are known."""
    numbers = invoice_numbers(panel)
    return ", ".join(numbers[one] for one in invoice_ids if one is not None and one in numbers)


def _invoice_column(panel: DataPanel[Any], *, rank: int) -> Column[Any]:
    """Return the column with the number of the invoice that a row belongs to; ` +1`: there is another one."""
    numbers = invoice_numbers(panel)

    def cell(row: Any) -> Cell:
        more = len(row.invoice_ids) - 1 if isinstance(row, Payment) else 0
        return Cell(numbers.get(invoice_of(row) or "", ""), tail=f" +{more}" if more > 0 else "")

    return Column("Invoice", cell, rank=rank)


class InvoicesPanel(FilteredPanel[InvoiceRow]):
    """Filter and order are kept as long as the profile is open."""

    PART = INVOICES
    OTHERS: ClassVar = (PAYMENTS,)
    EMPTY = "No invoices."
    NO_MATCH = text.NO_INVOICE_MATCHES
    FORM = FilterForm(
        text.FILTER_TITLE,
        "State",
        [(one.text, one) for one in states.INVOICE_STATES],
        text.FILTER_HINT,
        "billing.filter",
    )

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self.order = InvoiceOrder.NEWEST

    def columns(self) -> Sequence[Column[InvoiceRow]]:
        today, paid = host(self).today(), self._paid()
        columns: tuple[Column[InvoiceRow], ...] = (
            Column("Number", lambda i: Cell(i.number, "strong")),
            replace(dim("Date", lambda i: fmt.day(i.date, today), right=True, rank=2), sort="date"),
            dim("Due", lambda i: fmt.day(i.due, today), right=True, rank=1),
            replace(amount("Total", lambda i: i.total), sort="total"),
            replace(amount("Open", lambda i: i.open, empty=fmt.UNKNOWN), sort="open"),
            amount("Refunded", lambda i: i.refunded, rank=3, empty=fmt.UNKNOWN),
            state("State", self._states()),
            Column("Overdue", lambda i: Cell(text.overdue(i, today), "warn"), rank=4),
            dim("Paid", lambda i: paid.get(i.id, ""), rank=5),
        )
        mark = text.order_mark(self.order, self._currency, self.stamped.value if self.stamped else ())
        return [
            replace(one, title=one.title + mark) if one.sort == self.order.column else one for one in columns
        ]

    @property
    def _currency(self) -> str:
        """The currency whose amounts come first where invoices are sorted by amount: the merchant's."""
        return default_currency(host(self))

    def _states(self) -> Callable[[InvoiceRow], states.State]:
        """Return the function that returns the state of an invoice."""
        today, payments = host(self).today(), self.other(PAYMENTS)
        disputed = disputed_invoices(payments or ())
        return lambda i: states.invoice_state(i, today, refunded=i.refunded, disputed=i.id in disputed)

    def _paid(self) -> Mapping[str, str]:
        """Return day and method of the latest payment of each invoice, by its ID."""
        today, payments = host(self).today(), self.other(PAYMENTS) or ()
        succeeded = [one for one in payments if one.status is PaymentStatus.SUCCEEDED]
        return {
            invoice_id: text.paid(one, today)
            for one in sorted(succeeded, key=lambda one: one.at)
            for invoice_id in one.invoice_ids
        }

    def details(self, row: InvoiceRow) -> Iterable[tuple[str, str]]:
        customer = _listed(self, CUSTOMER)
        subscriptions = customer.subscriptions if customer is not None else ()
        return about.invoice_rows(
            row,
            self._states()(row),
            host(self).today(),
            subscription=next((fmt.plan(one) for one in subscriptions if one.id == row.subscription_id), ""),
            payments=self.other(PAYMENTS) or (),
            refunds=_listed(self, REFUNDS) or (),
            credits=_listed(self, CREDITS) or (),
            notes=_listed(self, CREDIT_NOTES) or (),
        )

    def rows_of(self, value: tuple[InvoiceRow, ...]) -> Sequence[InvoiceRow]:
        kinds, words = self.filter.kinds, fold(self.filter.words).split()
        state_of, columns = self._states(), self.columns() if words else ()

        def matches(row: InvoiceRow) -> bool:
            shown = fold(" ".join(column.cell(row).text for column in columns))
            return (not kinds or state_of(row) in kinds) and all(word in shown for word in words)

        return [row for row in in_order(value, self.order, self._currency) if matches(row)]

    def found(self, value: tuple[InvoiceRow, ...]) -> str:
        return text.found(len(self.table.rows), len(value))

    def paint(self, value: tuple[InvoiceRow, ...]) -> None:
        super().paint(value)
        self.show_title(safe(text.invoices_title(len(self.table.rows), len(value))))

    def use_filter(self, chosen: RowFilter) -> None:
        super().use_filter(chosen)
        self._show_top()

    def sort(self, order: InvoiceOrder) -> None:
        """Sort by another order."""
        self.order = order
        self.repaint()
        self._show_top()

    def on_grid_table_heading_clicked(self, event: GridTable.HeadingClicked) -> None:
        event.stop()
        self.sort(self.order.by(event.sort))

    def _show_top(self) -> None:
        """Go to the first row; title and filter are above it."""
        self.table.go(0)
        self.table.focus(scroll_visible=False)
        if isinstance(self.parent, BillingTab):
            self.parent.scroll_home(animate=False)
        self.table.call_after_refresh(self.table.keep_in_view)


class PaymentsPanel(TablePanel[Payment]):
    """Payments and attempts, with why one was declined."""

    PART = PAYMENTS
    OTHERS: ClassVar = (INVOICES,)
    EMPTY = "No payments."

    def columns(self) -> Sequence[Column[Payment]]:
        today = host(self).today()
        return (
            dim("Date", lambda p: fmt.day(p.when, today), right=True),
            amount("Amount", lambda p: p.money),
            state("State", states.payment_state),
            _invoice_column(self, rank=2),
            Column("Method", lambda p: Cell(p.method.label if p.method else fmt.NOTHING), rank=3),
            dim("Attempt", text.attempt_number, right=True, rank=5),
            amount("Refundable", lambda p: p.refundable, rank=4),
            # Wide enough for why it was declined.
            replace(details("Details", lambda p: text.payment_details(p, today), rank=1), least=24),
        )

    def details(self, row: Payment) -> Iterable[tuple[str, str]]:
        return about.payment_rows(
            row, row, _named(self, *row.invoice_ids), host(self).now(), host(self).today()
        )

    def known(self, customer: Customer) -> Sequence[object]:
        return text.known_payment(customer, host(self).today())


class RefundsPanel(TablePanel[Refund]):
    PART = REFUNDS
    OTHERS: ClassVar = (INVOICES,)
    EMPTY = "No refunds."

    def columns(self) -> Sequence[Column[Refund]]:
        today = host(self).today()
        columns = refund_columns(lambda at: fmt.day(at, today), today)
        return (*columns[:3], _invoice_column(self, rank=3), *columns[3:])

    def details(self, row: Refund) -> Iterable[tuple[str, str]]:
        return about.refund_rows(row, _named(self, row.invoice_id), host(self).now(), host(self).today())


class CreditsPanel(TablePanel[CreditEntry]):
    """The ledger with its running balance; below, where the entries do not add up."""

    PART = CREDITS
    OTHERS: ClassVar = (INVOICES,)
    EMPTY = "No credit."
    DEFAULT_CSS = "CreditsPanel .ledger { height: auto; padding: 0 2; }"

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._ledger = CreditLedger()

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield SteadyStatic(classes="ledger")

    def columns(self) -> Sequence[Column[CreditEntry]]:
        today, ledger = host(self).today(), self._ledger
        return (
            dim("Date", lambda c: fmt.day(c.at, today), right=True),
            amount("Amount", lambda c: c.money),
            amount("Balance", lambda c: ledger.balances.get(c.id), empty="unknown"),
            Column("Kind", lambda c: Cell(text.credit_kind(c))),
            _invoice_column(self, rank=1),
            Column("By", lambda c: Cell(c.by or fmt.NOTHING), most=20, rank=3),
            details("Details", lambda c: text.credit_details(c, today), rank=2),
        )

    def details(self, row: CreditEntry) -> Iterable[tuple[str, str]]:
        balance, invoice = self._ledger.balances.get(row.id), _named(self, row.invoice_id)
        return about.credit_rows(row, balance, invoice, host(self).now(), host(self).today())

    def paint(self, value: tuple[CreditEntry, ...]) -> None:
        self._ledger = credit_ledger(value)
        super().paint(value)
        lines = text.ledger_lines(self._ledger, host(self).today())
        foot = self.query_one(".ledger", SteadyStatic)
        foot.display = bool(lines)
        foot.fit(lambda width: hanging(join_lines(*lines), width))


class CreditNotesPanel(TablePanel[CreditNote]):
    PART = CREDIT_NOTES
    OTHERS: ClassVar = (INVOICES,)
    EMPTY = "No credit notes."

    def columns(self) -> Sequence[Column[CreditNote]]:
        today = host(self).today()
        columns = note_columns(lambda at: fmt.day(at, today))
        return (*columns[:2], _invoice_column(self, rank=3), *columns[2:])

    def details(self, row: CreditNote) -> Iterable[tuple[str, str]]:
        return about.note_rows(row, _named(self, row.invoice_id), host(self).now())


class WalletsPanel(TablePanel[Wallet]):
    PART = WALLETS
    EMPTY = "No wallets."

    def columns(self) -> Sequence[Column[Wallet]]:
        return (
            Column("Wallet", lambda w: Cell(w.name)),
            Column("Balance", lambda w: Cell(text.wallet_balance(w)), right=True),
            Column("Currency", lambda w: Cell(w.currency.upper())),
            dim("Details", lambda w: text.VIRTUAL if w.virtual else ""),
        )

    def details(self, row: Wallet) -> Iterable[tuple[str, str]]:
        return about.wallet_rows(row)


class BillingTab(ListDetailTab):
    """All of it in one scrolling column; on a wide terminal everything about the highlighted row beside it.

    Enter on a row opens its invoice.
    """

    SCOPE = "billing"
    PANEL = InvoicesPanel
    BESIDE = 140
    DEFAULT_CSS = """
    BillingTab .panel-text { padding: 0 2 1 2; }
    BillingTab DetailPane { display: none; }
    BillingTab.-beside DetailPane { display: block; }
    """
    invoices = getters.query_one(InvoicesPanel)

    def compose(self) -> ComposeResult:
        yield from self.compose_detail()
        yield BalancePanel(self.owner)
        yield InvoicesPanel(self.owner)
        yield PaymentsPanel(self.owner)
        yield RefundsPanel(self.owner)
        yield CreditsPanel(self.owner)
        yield CreditNotesPanel(self.owner)
        yield WalletsPanel(self.owner)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if self.invoices.stamped is None:
            return text.NOT_LOADED
        return super().disabled_reason(command)

    @handles("filter")
    def choose_filter(self) -> None:
        self.post_message(FilterWanted(self.invoices))

    @handles("sort")
    def sort_invoices(self) -> None:
        self.invoices.sort(self.invoices.order.following)

    # ── what is selected ──
    @property
    def panel(self) -> TablePanel[Any]:
        """The panel whose table has the focus."""
        panels = (one for one in self.walk_children(TablePanel) if one.table.has_focus and one.table.rows)
        return next(panels, self.invoices)

    def table_focused(self) -> None:
        self.show_detail()

    def show_detail(self) -> None:
        if self.has_class("-beside"):
            super().show_detail()

    @property
    def invoice_id(self) -> str | None:
        """The highlighted invoice; on a payment or refund, the first it is for, of those with money left."""
        row = self._focused_row
        if isinstance(row, Payment):
            rows = {one.id: one for one in self.invoices.stamped.value} if self.invoices.stamped else {}
            left = (one for one in row.invoice_ids if one in rows and nothing_refundable(rows[one]) is None)
            return next(left, invoice_of(row))
        if isinstance(row, Refund):
            return invoice_of(row)
        return invoice_of(row) or self.invoices.table.key

    @property
    def selected(self) -> Sequence[object]:
        """The highlighted row while its table has the focus."""
        return (self._focused_row,)

    @property
    def _focused_row(self) -> object:
        focused = self.screen.focused
        return focused.current if isinstance(focused, GridTable) and self in focused.ancestors else None

    def chosen_invoice(self, table: GridTable[Any]) -> str | None:
        return invoice_of(table.current)

"""Payment methods: in the order they are tried, with their expiry, their use and the last attempt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.attention import method_name
from wbtui.models.parts import METHODS
from wbtui.models.payment import MethodBrief, PaymentMethod
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines
from wbtui.ui.tabs.base import Detail, Tab, detail_lines
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.table_panel import TablePanel, state_cell


def expiry(method: MethodBrief, today: date) -> Cell:
    """`11/26`, with ▲ in its last month and after it."""
    if method.expires is None:
        return Cell(fmt.NOTHING, "dim")
    year, _, month = method.expires.partition("-")
    text = f"{month}/{year[-2:]}"
    if method.expired(today):
        return Cell(f"▲ {text} expired", "bad")
    if method.expiring(today):
        return Cell(f"▲ {text} this month", "warn")
    return Cell(f"  {text}")


class MethodsPanel(TablePanel[tuple[PaymentMethod, ...]]):
    PART = METHODS
    EMPTY = "No payment methods."
    COLUMNS = (
        Column("Tried", right=True),
        Column("Method"),
        Column("Expires"),
        Column("Status"),
        Column("Default"),
        Column("Charges", right=True, drop=2),
        Column("Open invoices", right=True, drop=1),
        Column("Last attempt", drop=3),
    )

    def rows_of(self, value: tuple[PaymentMethod, ...]) -> Sequence[Row]:
        today = host(self).today()
        shown = sorted(value, key=lambda m: (m.order is None, m.order or 0))
        return [
            Row(
                m.id,
                (
                    Cell("–" if m.order is None else f"{at + 1}.", "dim"),
                    Cell(method_name(m), "strong"),
                    expiry(m, today),
                    state_cell(fmt.method_status(m.status)),
                    Cell("● default" if m.is_default else "", "good"),
                    Cell(_count(m.subscriptions)),
                    Cell(_count(m.open_invoices)),
                    Cell(last_attempt(m, today), "dim"),
                ),
            )
            for at, m in enumerate(shown)
        ]


def _count(several: Sequence[str] | None) -> str:
    return fmt.NOTHING if several is None else str(len(several))


def last_attempt(method: PaymentMethod, today: date) -> str:
    """`● succeeded €49.00 14 Nov`."""
    last = method.last_attempt
    if last is None:
        return fmt.NOTHING
    return f"{fmt.payment_status(last.status).text} {last.money} {fmt.day(last.at.date(), today)}"


def describe(m: PaymentMethod, today: date) -> Content:
    """Everything about one method."""
    return join_lines(
        *detail_lines(
            [
                ("Holder", m.holder or fmt.NOTHING),
                ("Kind", m.kind.value.replace("_", " ")),
                ("Provider", m.provider.replace("_", " ")),
                ("Added", fmt.full_day(m.created.date())),
                ("Would charge", ", ".join(m.subscriptions or ()) or fmt.NOTHING),
                ("Open invoices", ", ".join(m.open_invoices or ()) or fmt.NOTHING),
                ("Last attempt", last_attempt(m, today)),
                ("Id", m.id),
            ]
        )
    )


class PaymentMethodsTab(Tab):
    """The table over the detail."""

    def compose(self) -> ComposeResult:
        yield MethodsPanel(self.owner)
        yield Detail()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show()

    def on_data_panel_painted(self, _event: MethodsPanel.Painted) -> None:
        self._show()

    def _show(self) -> None:
        panel = self.query_one(MethodsPanel)
        value: tuple[PaymentMethod, ...] = panel.stamped.value if panel.stamped is not None else ()
        found = next((m for m in value if m.id == panel.table.key), None)
        self.query_one(Detail).update(describe(found, host(self).today()) if found is not None else "")

"""Feature access: which features a customer may use, and why not the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.app import ComposeResult

from wbtui.models.entitlements import Entitlement, entitlements
from wbtui.models.parts import CUSTOMER, PLANS, SUBSCRIPTIONS, USAGE
from wbtui.models.subscription import Subscription
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join_lines
from wbtui.ui.text import entitlements as text
from wbtui.ui.widgets.columns import Cell, Column, details, state
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import TablePanel


class EntitlementsPanel(TablePanel[Entitlement]):
    """First the features that cannot be used though a subscription has or had them."""

    PART = SUBSCRIPTIONS
    OTHERS: ClassVar = (CUSTOMER, USAGE, PLANS)
    TITLE = text.FEATURES
    EMPTY = text.EMPTY
    DEFAULT_CSS = """
    EntitlementsPanel { padding-bottom: 0; }
    EntitlementsPanel .panel-text { padding: 1 2 0 2; }
    """

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield SteadyStatic(classes="panel-text")

    def columns(self) -> Sequence[Column[Entitlement]]:
        return (
            Column("Feature", lambda one: Cell(one.feature.name, "strong"), most=28),
            state("Access", lambda one: text.STATES[one.access]),
            details("Reason", self.why),
        )

    def why(self, row: Entitlement) -> str:
        """Return the reason for the access to a feature."""
        return text.why(row, self._subscriptions, host(self).today())

    def sentence(self, row: Entitlement) -> str:
        """Return feature, access and reason, for a ticket."""
        return text.sentence(row, self.why(row))

    @property
    def _subscriptions(self) -> tuple[Subscription, ...]:
        """Those whose features are known; the lists of a sync have none."""
        return self.stamped.value if self.stamped is not None and not self.is_summary else ()

    def rows_of(self, value: tuple[Subscription, ...]) -> Sequence[Entitlement]:
        customer = self.other(CUSTOMER)
        if customer is None or self.is_summary:
            return ()
        today = host(self).today()
        return entitlements(customer.status, value, self.other(USAGE), self.other(PLANS), today)

    def key_of(self, row: Entitlement) -> str:
        return row.feature.slug or row.feature.name

    @property
    def empty(self) -> str:
        # Without the features of the subscriptions it is not known that there are none.
        return "" if self.is_summary else self.EMPTY

    def paint(self, value: tuple[Subscription, ...]) -> None:
        super().paint(value)
        self.show_detail()

    def on_grid_table_highlighted(self) -> None:
        self.show_detail()

    def show_detail(self) -> None:
        """Show the selected line in full, and what could not be judged."""
        row, lines = self.table.current, list[object](self.missing())
        usage, plans = self.other(USAGE), self.other(PLANS)
        lines += [(note, DIM) for note in text.not_judged(usage, plans, is_summary=self.is_summary)]
        self.body.update(join_lines(*([self.sentence(row)] if row is not None else []), *lines))


class EntitlementsDialog(Dialog[None]):
    """The panel; the selected line can be copied."""

    SCOPE = "access"
    NAMES_ENVIRONMENT = True
    FOOT = ("close", "", "copy")
    DEFAULT_CSS = "EntitlementsDialog > .dialog { width: 110; max-width: 100%; }"

    def __init__(self, customer_id: str, title: str) -> None:
        super().__init__(f"{text.TITLE} · {title}")
        self._customer_id = customer_id

    def compose_body(self) -> ComposeResult:
        yield EntitlementsPanel(self._customer_id)

    def opened(self) -> None:
        self.query_one(EntitlementsPanel).load()
        self._focus_table()

    def on_data_panel_painted(self) -> None:
        self._focus_table()

    def _focus_table(self) -> None:
        table = self.query_one(EntitlementsPanel).table
        (table if table.rows else self.query_one("#dialog-back")).focus()

    def disabled_reason(self, command: Command) -> str | None:
        no_row = self.query_one(EntitlementsPanel).table.current is None
        return text.NOTHING_TO_COPY if command.verb == "copy" and no_row else super().disabled_reason(command)

    @handles("copy")
    def copy(self) -> None:
        panel = self.query_one(EntitlementsPanel)
        row = panel.table.current
        assert row is not None
        host(self).copy(panel.sentence(row), text.COPIED)

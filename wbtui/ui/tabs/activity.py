"""Activity: what happened when, by whom and why, newest first."""

from __future__ import annotations

from collections.abc import Sequence

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.activity import Event, EventPage
from wbtui.models.customer import Customer
from wbtui.models.parts import ACTIVITY
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.tabs.base import ListDetailTab, detail_lines
from wbtui.ui.text import activity as text
from wbtui.ui.widgets.columns import Cell, Column, amount, dim
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import TablePanel


class ActivityPanel(TablePanel[Event]):
    PART = ACTIVITY
    EMPTY = "No activity yet."

    def columns(self) -> Sequence[Column[Event]]:
        now = host(self).now()
        return (
            dim("When", lambda e: fmt.instant(e.at, now), right=True),
            dim("Kind", lambda e: e.kind.value, rank=2),
            Column("What", lambda e: Cell(e.what), share=1, least=36),
            amount("Amount", lambda e: e.money),
            Column("By", lambda e: Cell(text.actor(e)), most=22, rank=1),
            Column("Ticket", lambda e: Cell(e.ticket or "", "dim"), most=14, rank=3),
        )

    def known(self, customer: Customer) -> Sequence[object]:
        today = host(self).today()
        return text.event_lines(text.known_events(customer, today), today)

    def rows_of(self, value: EventPage) -> Sequence[Event]:
        return value.events

    def describe(self, row: Event) -> Content:
        lines = detail_lines(text.detail_rows(row, host(self).now()), self.size.width)
        older = text.older(self.stamped.value) if self.stamped is not None else ""
        return join_lines(*lines, *([safe(older, "$text-muted")] if older else []))


class ActivityTab(ListDetailTab):
    """The detail is above the table, which is longer than the screen."""

    PANEL = ActivityPanel

    def compose(self) -> ComposeResult:
        yield SteadyStatic(classes="detail")
        yield ActivityPanel(self.owner)

    @property
    def invoice_id(self) -> str | None:
        event: Event | None = self.panel.table.current
        refs = event.refs if event is not None else ()
        return next((ref.id for ref in refs if ref.type == "invoice"), None)

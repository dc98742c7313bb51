"""Activity: what happened when, by whom and why, newest first."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.activity import Event, EventPage
from wbtui.models.page import Stamped
from wbtui.models.parts import ACTIVITY
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join_lines, safe
from wbtui.ui.tabs.base import Detail, OpenInvoice, Tab, detail_lines
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.table_panel import TablePanel, money_cells


class ActivityPanel(TablePanel[EventPage]):
    PART = ACTIVITY
    EMPTY = "Nothing has happened yet."
    COLUMNS = (
        Column("When", right=True),
        Column("Kind", drop=2),
        Column("What", grow=True, least=36),
        Column("Amount", right=True),
        Column("By", most=22, drop=1),
        Column("Ticket", most=14, drop=3),
    )

    def rows_of(self, value: EventPage) -> Sequence[Row]:
        now = host(self).now()
        amounts = money_cells([event.money for event in value.events])
        return [
            Row(
                e.id,
                (
                    Cell(fmt.instant(e.at, now), "dim"),
                    Cell(e.kind.value, "dim"),
                    Cell(e.what),
                    amounts[at],
                    Cell(actor(e)),
                    Cell(e.ticket or "", "dim"),
                ),
            )
            for at, e in enumerate(value.events)
        ]


def actor(event: Event) -> str:
    """The agent's name, else what acted."""
    return event.actor.name or event.actor.kind


def describe(e: Event, now: datetime) -> Content:
    """Everything about one event."""
    return join_lines(
        *detail_lines(
            [
                ("At", f"{fmt.instant(e.at, now)} · {e.at:%Y-%m-%d %H:%M:%S} UTC"),
                ("By", f"{actor(e)} ({e.actor.kind})" if e.actor.name else e.actor.kind),
                ("Reason", (e.reason or "").replace("_", " ")),
                ("Comment", e.comment or ""),
                ("Ticket", e.ticket or ""),
                ("About", ", ".join(f"{ref.type.replace('_', ' ')} {ref.label or ref.id}" for ref in e.refs)),
            ]
        )
    )


class ActivityTab(Tab):
    """The table over the detail; how many older events there are is said."""

    def compose(self) -> ComposeResult:
        yield Detail()
        yield ActivityPanel(self.owner)

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show()

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        if (invoice_id := self.invoice_id) is not None:
            self.post_message(OpenInvoice(invoice_id))

    def on_data_panel_painted(self, _event: ActivityPanel.Painted) -> None:
        self._show()

    def _event(self) -> Event | None:
        panel = self.query_one(ActivityPanel)
        stamped: Stamped[EventPage] | None = panel.stamped
        events = stamped.value.events if stamped is not None else ()
        return next((e for e in events if e.id == panel.table.key), None)

    @property
    def invoice_id(self) -> str | None:
        found = self._event()
        refs = found.refs if found is not None else ()
        return next((ref.id for ref in refs if ref.type == "invoice"), None)

    def _show(self) -> None:
        found = self._event()
        if found is None:
            self.query_one(Detail).update("")
            return
        stamped = self.query_one(ActivityPanel).stamped
        assert stamped is not None
        shown, total = len(stamped.value.events), stamped.value.total
        older = (
            f"Shown are the newest {fmt.count(shown)} of {fmt.count(total)} events." if total > shown else ""
        )
        lines = [describe(found, host(self).now())]
        self.query_one(Detail).update(join_lines(*lines, *([safe(older, "$text-muted")] if older else [])))

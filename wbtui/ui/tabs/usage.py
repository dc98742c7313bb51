"""Usage: metered features of the period against limit and included units, and the highlighted one by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.app import ComposeResult

from wbtui.models.attention import NEARLY
from wbtui.models.parts import SUBSCRIPTIONS, USAGE
from wbtui.models.usage import UsageSeries, projected_use, used_share
from wbtui.ui import format as fmt
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.host import host
from wbtui.ui.tabs.base import Tab
from wbtui.ui.tabs.usage_period import UsagePeriodPanel
from wbtui.ui.text import usage as text
from wbtui.ui.widgets.bars import limit_bar
from wbtui.ui.widgets.columns import Cell, Column, amount, dim
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.table_panel import ScrollingTablePanel

_BAR = 12


class UsagePanel(ScrollingTablePanel[UsageSeries]):
    """The features, over the chart of the highlighted one."""

    PART = USAGE
    OTHERS: ClassVar = (SUBSCRIPTIONS,)
    EMPTY = text.EMPTY

    def columns(self) -> Sequence[Column[UsageSeries]]:
        today = host(self).today()
        return (
            Column("Feature", lambda s: Cell(s.name, "strong"), share=1),
            Column("Used", lambda s: Cell(fmt.units(s.used)), right=True),
            Column(
                "Limit", lambda s: Cell("no limit" if s.limit is None else fmt.units(s.limit)), right=True
            ),
            Column("", _bar_cell, rank=2),
            Column("Share", share_cell, right=True),
            dim("Included", lambda s: fmt.units(s.included), right=True, rank=4),
            dim("Projected", lambda s: text.maybe_quantity(projected_use(s, today)), right=True, rank=3),
            amount("Overage to date", lambda s: s.overage_so_far, rank=1),
            dim("Period", lambda s: fmt.period(*s.period, today) if s.period else fmt.NOTHING, rank=5),
        )

    def key_of(self, row: UsageSeries) -> str:
        start = row.period[0].isoformat() if row.period else ""
        return f"{row.subscription_id}/{row.feature}/{start}"


def _bar_cell(series: UsageSeries) -> Cell:
    share = used_share(series.used, series.limit)
    if share is None:
        return Cell("")
    return Cell(limit_bar(share, _BAR), "warn" if share >= NEARLY else "accent")


def share_cell(series: UsageSeries) -> Cell:
    """`▲ 92 %` from 90 % on."""
    share = used_share(series.used, series.limit)
    if share is None:
        return Cell(fmt.NOTHING, "dim")
    percent = fmt.percent(share)
    return Cell(f"▲ {percent}", "warn") if share >= NEARLY else Cell(percent)


class UsageTab(Tab):
    """The features over the highlighted one in a period."""

    SCOPE = "usage"

    def compose(self) -> ComposeResult:
        yield UsagePanel(self.owner)
        yield UsagePeriodPanel(self.owner)

    @property
    def _period(self) -> UsagePeriodPanel:
        return self.query_one(UsagePeriodPanel)

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        if event.table.id == "usage-table":
            self._show_feature()

    def on_data_panel_painted(self, event: DataPanel.Painted) -> None:
        if isinstance(event.panel, UsagePanel):
            self._show_feature()

    def _show_feature(self) -> None:
        features = self.query_one(UsagePanel)
        subscriptions = features.other(SUBSCRIPTIONS)
        self._period.show_feature(features.table.current, subscriptions or ())

    # ── commands ──
    def bar_commands(self) -> Iterable[Command]:
        """The key of the table names what it shows next."""
        for row in super().bar_commands():
            yield replace(row, bar="chart") if row.verb == "table" and self._period.is_table else row

    def disabled_reason(self, command: Command) -> str | None:
        if command.verb == "earlier" and not self._period.has_earlier:
            return text.NO_EARLIER
        if command.verb == "later" and not self._period.has_later:
            return text.NO_LATER
        return super().disabled_reason(command)

    @handles("step")
    def step(self, by: int) -> None:
        self._period.step(by)

    @handles("table")
    def toggle_table(self) -> None:
        self._period.toggle_table()

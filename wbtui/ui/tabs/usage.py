"""Usage: metered features of the period against limit and included units, and the highlighted one by day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from textual.app import ComposeResult
from textual.content import Content

from wbtui.models.attention import used_share
from wbtui.models.parts import USAGE
from wbtui.models.usage import UsageSeries
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import Detail, Tab, detail_lines
from wbtui.ui.widgets.grid_table import Cell, Column, GridTable, Row
from wbtui.ui.widgets.table_panel import TablePanel

_DAYS = 31


def key_of(series: UsageSeries) -> str:
    """One row per feature, subscription and period."""
    start = series.period[0].isoformat() if series.period else ""
    return f"{series.subscription_id}/{series.feature}/{start}"


class UsagePanel(TablePanel[tuple[UsageSeries, ...]]):
    PART = USAGE
    EMPTY = "Nothing is metered."
    COLUMNS = (
        Column("Feature", grow=True),
        Column("Used", right=True),
        Column("Limit", right=True),
        Column("Share", right=True),
        Column("Included", right=True, drop=2),
        Column("Projected", right=True, drop=3),
        Column("Over so far", right=True, drop=1),
        Column("Period", drop=4),
    )

    def rows_of(self, value: tuple[UsageSeries, ...]) -> Sequence[Row]:
        today = host(self).today()
        return [
            Row(
                key_of(s),
                (
                    Cell(s.name, "strong"),
                    Cell(fmt.units(s.used)),
                    Cell("no limit" if s.limit is None else fmt.units(s.limit)),
                    share_cell(s),
                    Cell(fmt.units(s.included), "dim"),
                    Cell(fmt.units(s.projected), "dim"),
                    Cell(fmt.money(s.overage_so_far)),
                    Cell(fmt.period(*s.period, today) if s.period else fmt.NOTHING, "dim"),
                ),
            )
            for s in value
        ]


def share_cell(series: UsageSeries) -> Cell:
    """`▲ 92 %` from 90 % on."""
    share = used_share(series.used, series.limit)
    if share is None:
        return Cell(fmt.NOTHING, "dim")
    percent = f"{int(share * 100)} %"
    return Cell(f"▲ {percent}", "warn") if share * 10 >= 9 else Cell(percent)


def describe(series: UsageSeries, today: date) -> Content:
    """The days of one series, newest first."""
    price = ""
    if series.overage_price is not None:
        per = f" per {fmt.units(series.overage_per)} {series.unit or ''}" if series.overage_per else ""
        price = f"{series.overage_price}{per}".strip()
    lines = detail_lines(
        [
            ("Over the limit", price),
            ("Subscription", series.subscription_id),
        ]
    )
    shown = sorted(series.buckets, key=lambda bucket: bucket.date, reverse=True)[:_DAYS]
    if shown:
        unit = f" in {series.unit}" if series.unit else ""
        lines += ["", join((f"By day{unit}, {len(shown)} of {len(series.buckets)} days", "$text-muted"))]
        width = max(len(fmt.units(bucket.units)) for bucket in shown)
        lines += [
            join(
                (f"{fmt.day(bucket.date, today):>11}  ", "$text-muted"), f"{fmt.units(bucket.units):>{width}}"
            )
            for bucket in shown
        ]
    return join_lines(*lines)


class UsageTab(Tab):
    """The table over the days."""

    def compose(self) -> ComposeResult:
        yield UsagePanel(self.owner)
        yield Detail()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        event.stop()
        self._show()

    def on_data_panel_painted(self, _event: UsagePanel.Painted) -> None:
        self._show()

    def _show(self) -> None:
        panel = self.query_one(UsagePanel)
        value: tuple[UsageSeries, ...] = panel.stamped.value if panel.stamped is not None else ()
        found = next((s for s in value if key_of(s) == panel.table.key), None)
        self.query_one(Detail).update(describe(found, host(self).today()) if found is not None else "")

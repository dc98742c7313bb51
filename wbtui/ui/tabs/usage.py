"""Usage: metered features of the period against limit and included units, and the highlighted one by day."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from textual.content import Content

from wbtui.models.attention import NEARLY, used_share
from wbtui.models.parts import SUBSCRIPTIONS, USAGE
from wbtui.models.usage import UsageSeries
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import join, join_lines
from wbtui.ui.tabs.base import ListDetailTab, detail_lines
from wbtui.ui.text import usage as text
from wbtui.ui.widgets.columns import Cell, Column, amount, dim
from wbtui.ui.widgets.table_panel import TablePanel

_DIM = "$text-muted"
_DAYS = 31


class UsagePanel(TablePanel[UsageSeries]):
    PART = USAGE
    OTHERS: ClassVar = (SUBSCRIPTIONS,)
    EMPTY = "No metered features."

    def columns(self) -> Sequence[Column[UsageSeries]]:
        today = host(self).today()
        return (
            Column("Feature", lambda s: Cell(s.name, "strong"), share=1),
            Column("Used", lambda s: Cell(fmt.units(s.used)), right=True),
            Column(
                "Limit", lambda s: Cell("no limit" if s.limit is None else fmt.units(s.limit)), right=True
            ),
            Column("Share", share_cell, right=True),
            dim("Included", lambda s: fmt.units(s.included), right=True, rank=2),
            dim("Projected", lambda s: fmt.units(s.projected), right=True, rank=3),
            amount("Overage to date", lambda s: s.overage_so_far, rank=1),
            dim("Period", lambda s: fmt.period(*s.period, today) if s.period else fmt.NOTHING, rank=4),
        )

    def key_of(self, row: UsageSeries) -> str:
        start = row.period[0].isoformat() if row.period else ""
        return f"{row.subscription_id}/{row.feature}/{start}"

    def describe(self, row: UsageSeries) -> Content:
        today = host(self).today()
        subscriptions = self.other(SUBSCRIPTIONS)
        lines = detail_lines(text.detail_rows(row, subscriptions or ()), self.size.width)
        shown = sorted(row.buckets, key=lambda bucket: bucket.date, reverse=True)[:_DAYS]
        if shown:
            lines += ["", join((text.days_title(row, len(shown)), _DIM))]
            width = max(len(fmt.units(bucket.units)) for bucket in shown)
            for bucket in shown:
                day = f"{fmt.day(bucket.date, today):>11}  "
                lines.append(join((day, _DIM), f"{fmt.units(bucket.units):>{width}}"))
        return join_lines(*lines)


def share_cell(series: UsageSeries) -> Cell:
    """`▲ 92 %` from 90 % on."""
    share = used_share(series.used, series.limit)
    if share is None:
        return Cell(fmt.NOTHING, "dim")
    percent = f"{int(share * 100)} %"
    return Cell(f"▲ {percent}", "warn") if share >= NEARLY else Cell(percent)


class UsageTab(ListDetailTab):
    PANEL = UsagePanel

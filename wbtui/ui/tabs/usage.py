"""Usage: metered features of the period against limit and included units, and the highlighted one by day."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from textual import getters
from textual.app import ComposeResult
from textual.geometry import Size
from textual.layout import ArrangeResult, Layout
from textual.layouts.vertical import VerticalLayout
from textual.widget import Widget
from textual.widgets import Static

from wbtui.models.attention import NEARLY
from wbtui.models.parts import EARLIER_USAGE, SUBSCRIPTIONS, USAGE, Part, period_owner
from wbtui.models.subscription import Subscription
from wbtui.models.usage import Period, UsageSeries, in_period, projected_use, used_share
from wbtui.models.usage_periods import last_period
from wbtui.ui import format as fmt
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.host import absent, host
from wbtui.ui.safe import DIM, safe
from wbtui.ui.tabs.base import Tab
from wbtui.ui.tabs.usage_period import UsagePeriodPanel
from wbtui.ui.text import usage as text
from wbtui.ui.widgets.bars import limit_bar
from wbtui.ui.widgets.columns import Cell, Column, amount, dim
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.table_panel import ScrollingTablePanel

_BAR = 12
_FRAME = 2
"""Lines of the period besides details and chart: its title and its dates."""


class UsagePanel(ScrollingTablePanel[UsageSeries]):
    """The features, over the chart of the highlighted one."""

    PART = USAGE
    OTHERS: ClassVar[tuple[Part[Any], ...]] = (SUBSCRIPTIONS,)
    EMPTY = text.EMPTY

    def columns(self) -> Sequence[Column[UsageSeries]]:
        today, none = host(self).today(), absent(host(self))
        return (
            Column("Feature", lambda s: Cell(s.name, "strong"), share=1),
            Column("Used", lambda s: Cell(text.used_cell(s, today)), right=True),
            Column("Limit", lambda s: Cell(text.limit_cell(s)), right=True),
            Column("", _bar_cell, rank=2),
            Column("Share", share_cell, right=True),
            dim("Included", lambda s: fmt.units(s.included) if s.included else none, right=True, rank=4),
            dim(
                "Projected", lambda s: text.maybe_quantity(projected_use(s, today), none), right=True, rank=3
            ),
            amount("Overage to date", lambda s: s.overage_so_far, rank=1, empty=none),
            dim("Period", lambda s: fmt.period(*s.period, today) if s.period else none, rank=5),
        )

    @property
    def empty(self) -> str:
        later = (one for one in self.other(SUBSCRIPTIONS) or () if one.status.has_not_started)
        waits = any(feature.is_metered for one in later for feature in one.features)
        return text.NOT_STARTED if waits else text.EMPTY

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
        return Cell(fmt.NOTHING if series.limit_known else fmt.UNKNOWN, "dim")
    percent = fmt.percent(share)
    return Cell(f"▲ {percent}", "warn") if share >= NEARLY else Cell(percent)


class EndedUsagePanel(UsagePanel):
    """The features of a subscription that ended, in its last billing period."""

    PART = EARLIER_USAGE
    OTHERS: ClassVar[tuple[Part[Any], ...]] = ()
    TITLE = text.ENDED
    DEFAULT_CSS = "EndedUsagePanel .ended { padding: 0 2; }"

    def __init__(self, customer_id: str, subscription: Subscription, period: Period) -> None:
        super().__init__(period_owner(customer_id, period))
        self.subscription = subscription
        self._period = period

    def compose_body(self) -> ComposeResult:
        ended = text.ended_line(self.subscription, host(self).today())
        yield Static(safe(ended, DIM), classes="ended", markup=False)
        yield from super().compose_body()

    def rows_of(self, value: tuple[UsageSeries, ...]) -> Sequence[UsageSeries]:
        features = {one.slug: one for one in self.subscription.features}
        own = (one for one in value if one.subscription_id == self.subscription.id)
        found = (in_period(one, self._period, features.get(one.feature)) for one in own)
        return [one for one in found if one is not None]


class UsageLayout(VerticalLayout):
    """The list over the period, which gets the lines that the list leaves."""

    def arrange(
        self, parent: Widget, children: list[Widget], size: Size, greedy: bool = True
    ) -> ArrangeResult:
        """Return the places of the panels."""
        used = _FRAME
        for panel in children:
            if isinstance(panel, UsagePeriodPanel):
                panel.limit_lines(size.height - used)
            else:
                inside = size.width - panel.gutter.width
                used += panel.get_content_height(size, parent.app.size, inside) + panel.gutter.height
        return super().arrange(parent, children, size, greedy)


_LAYOUT = UsageLayout()


class UsageTab(Tab):
    """The features over the highlighted one in a period."""

    SCOPE = "usage"
    ABOUT = text.ABOUT
    _period = getters.query_one(UsagePeriodPanel)

    @property
    def layout(self) -> Layout:
        """The layout that divides the lines, in place of one from the style sheet."""
        return _LAYOUT

    def __init__(self, owner: str, *, id: str | None = None) -> None:
        super().__init__(owner, id=id)
        self._active = UsagePanel(owner)
        self._ended: EndedUsagePanel | None = None
        """In place of the other while no subscription is active, where one has ended."""

    def compose(self) -> ComposeResult:
        yield self._active
        yield UsagePeriodPanel(self.owner)

    @property
    def _subscriptions(self) -> Sequence[Subscription]:
        return self._active.other(SUBSCRIPTIONS) or ()

    def on_grid_table_highlighted(self, event: GridTable.Highlighted) -> None:
        if event.table.id != "usage-days":
            self._show_feature()

    async def on_data_panel_painted(self, event: DataPanel.Painted) -> None:
        if isinstance(event.panel, UsagePanel):
            await self._show_ended()
            self._show_feature()

    async def _show_ended(self) -> None:
        """Show the usage of the subscription that ended last in place of that of active ones, if none is."""
        is_empty = self._active.stamped is not None and not self._active.stamped.value
        found = last_period(self._subscriptions) if is_empty else None
        self._active.display = found is None
        if self._ended is not None and (found is None or self._ended.subscription != found[0]):
            outdated, self._ended = self._ended, None
            await outdated.remove()
        if found is not None and self._ended is None:
            panel = EndedUsagePanel(self.owner, *found)
            await self.mount(panel, before=self._period)
            panel.table.opens = lambda _table: False
            panel.load()
            self._ended = panel

    def _show_feature(self) -> None:
        ended = self._ended.subscription.end if self._ended is not None else None
        self._period.show_feature(self._series, self._subscriptions, ended=ended)

    @property
    def _series(self) -> UsageSeries | None:
        """The highlighted feature."""
        return (self._ended or self._active).table.current

    @property
    def selected(self) -> Sequence[object]:
        """The subscription that the highlighted feature belongs to."""
        series = self._series
        return [one for one in self._subscriptions if series is not None and one.id == series.subscription_id]

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

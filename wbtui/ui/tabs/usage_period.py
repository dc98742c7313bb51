"""Usage of one feature in the current or an earlier billing period, as a chart or as a table."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from textual import events
from textual.app import ComposeResult
from textual.content import Content
from textual.message import Message
from textual.reactive import reactive
from textual.widget import Widget

from wbtui.models.parts import EARLIER_USAGE, USAGE, period_owner
from wbtui.models.plan import Feature
from wbtui.models.subscription import Subscription
from wbtui.models.units import fraction
from wbtui.models.usage import UsageDay, UsageSeries, in_period, usage_days
from wbtui.models.usage_periods import EarlierPeriod, earlier_periods
from wbtui.ui import format as fmt
from wbtui.ui.host import host
from wbtui.ui.safe import DIM, join_lines, safe
from wbtui.ui.text import usage as text
from wbtui.ui.widgets.columns import Cell, Column, dim
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.steady_static import SteadyStatic
from wbtui.ui.widgets.table_panel import detail_lines
from wbtui.ui.widgets.usage_chart import usage_chart


class PeriodPicker(Widget):
    """`‹ earlier   14 Nov – 13 Dec, day 9 of 30   later ›`; a click on an end steps one period."""

    DEFAULT_CSS = "PeriodPicker { height: 1; width: auto; padding: 0 2; }"

    line: reactive[Content] = reactive(Content(""), layout=True)

    @dataclass
    class Stepped(Message):
        """A number of periods back, negative towards the current one."""

        by: int

    def show(self, period: str, *, earlier: bool, later: bool) -> None:
        """Show the period; an end without a further one is left out."""
        pieces = ((text.EARLIER, "bold", earlier), (period, "", True), (text.LATER, "bold", later))
        self.line = safe("   ").join(safe(piece, style) for piece, style, shown in pieces if shown)

    def render(self) -> Content:
        return self.line

    def on_click(self, event: events.Click) -> None:
        shown, x = self.line.plain, event.x - 2
        if shown.startswith(text.EARLIER) and x < len(text.EARLIER):
            self.post_message(self.Stepped(1))
        elif shown.endswith(text.LATER) and x >= len(shown) - len(text.LATER):
            self.post_message(self.Stepped(-1))


class UsagePeriodPanel(DataPanel[tuple[UsageSeries, ...]]):
    """One feature in one period: the current one from the part USAGE, an earlier one fetched by itself."""

    DEFAULT_CSS = """
    UsagePeriodPanel { display: none; }
    UsagePeriodPanel .panel-text, UsagePeriodPanel .chart { padding: 0 2; height: auto; }
    UsagePeriodPanel .chart { text-wrap: nowrap; }
    """

    PART = USAGE

    def __init__(self, owner: str) -> None:
        super().__init__(owner)
        self._customer_id = owner
        self._series: UsageSeries | None = None
        self._subscriptions: Sequence[Subscription] = ()
        self._periods: tuple[EarlierPeriod | None, ...] = (None,)
        """Newest first; None for the current one."""
        self._back = 0
        self._line_limit = 0
        """Most lines of details and chart."""
        self.is_table = False
        """Whether the table is shown instead of the chart."""

    def compose(self) -> ComposeResult:
        yield PeriodPicker()
        yield from super().compose()

    def compose_body(self) -> ComposeResult:
        yield from super().compose_body()
        yield SteadyStatic(classes="chart")
        yield GridTable[UsageDay](key=lambda day: day.date.isoformat(), id="usage-days")

    # ── which feature, which period ──
    def show_feature(
        self, series: UsageSeries | None, subscriptions: Sequence[Subscription], *, ended: date | None = None
    ) -> None:
        """Show a feature of the current period, or the same number of periods back as before.

        `ended`: first day without service of a subscription that ended, whose last period comes first.
        """
        self.display = series is not None
        self._series, self._subscriptions, self._periods = series, subscriptions, (None,)
        if series is not None:
            self.show_title(safe(series.name))
            if ended is not None:
                self._periods = earlier_periods(series.subscription_id, ended, subscriptions)
            elif series.period is not None:
                earlier = earlier_periods(series.subscription_id, series.period[0], subscriptions)
                self._periods = (None, *earlier)
        self._go(min(self._back, len(self._periods) - 1))

    @property
    def has_earlier(self) -> bool:
        return self._back < len(self._periods) - 1

    @property
    def has_later(self) -> bool:
        return self._back > 0

    def step(self, by: int) -> None:
        """Go a number of periods back, a negative one towards the current period."""
        self._go(min(max(self._back + by, 0), len(self._periods) - 1))

    def on_period_picker_stepped(self, event: PeriodPicker.Stepped) -> None:
        event.stop()
        self.step(event.by)

    def _go(self, back: int) -> None:
        self._back = back
        self.refresh_bindings()
        series, earlier = self._series, self._chosen
        period = earlier.period if earlier is not None else series.period if series is not None else None
        line = text.period_line(period, host(self).today())
        self.query_one(PeriodPicker).show(line, earlier=self.has_earlier, later=self.has_later)
        part = USAGE if earlier is None else EARLIER_USAGE
        owner = self._customer_id if earlier is None else period_owner(self._customer_id, earlier.period)
        if (part, owner) == (self.part, self.owner):
            self.repaint()
        else:
            self.show_part(part, owner)

    @property
    def _chosen(self) -> EarlierPeriod | None:
        """The earlier period that is shown; None for the current one."""
        return self._periods[self._back]

    # ── showing ──
    def toggle_table(self) -> None:
        """Show the table instead of the chart, or the chart again."""
        self.is_table = not self.is_table
        self.repaint()
        self.refresh_bindings()

    def paint(self, value: tuple[UsageSeries, ...]) -> None:
        series, feature = self._found(value)
        table, chart = self.query_one(GridTable), self.query_one(".chart", SteadyStatic)
        today = host(self).today()
        days = usage_days(series, today) if series is not None else ()
        table.display = self.is_table and bool(days)
        chart.display = not table.display
        table.show(_columns(series), days if table.display else ())
        if series is None:
            self.body.update(safe(text.NO_USAGE, DIM))
            chart.update("")
            return
        rows = tuple(text.detail_rows(series, feature, days, today))

        def details(width: int) -> Content:
            return join_lines(*detail_lines(rows, width))

        def drawn(width: int) -> Content:
            height = self._line_limit - details(width).plain.count("\n") - 1
            lines = usage_chart(days, fraction(series.limit), width=width, height=height)
            return join_lines(*lines) if lines else safe("" if days else text.NO_DAYS, DIM)

        self.body.fit(details)
        chart.fit(drawn)

    def limit_lines(self, count: int) -> None:
        """Show details and chart in at most so many lines."""
        if count != self._line_limit:
            self._line_limit = count
            self.query_one(".chart", SteadyStatic).refit()

    def _found(self, value: Iterable[UsageSeries]) -> tuple[UsageSeries | None, Feature | None]:
        """The shown feature in the shown period, and what the subscription's contract says about it."""
        series, earlier = self._series, self._chosen
        if series is None:
            return None, None
        wanted = series.subscription_id if earlier is None else earlier.subscription_id
        features = next((one.features for one in self._subscriptions if one.id == wanted), ())
        feature = next((one for one in features if one.slug == series.feature), None)
        same = (one for one in value if (one.subscription_id, one.feature) == (wanted, series.feature))
        if earlier is None:
            return next((one for one in same if one.period == series.period), None), feature
        found = next(same, None)
        return (None if found is None else in_period(found, earlier.period, feature)), feature


def _columns(series: UsageSeries | None) -> Sequence[Column[UsageDay]]:
    limit = fraction(series.limit) if series is not None else None

    def share(day: UsageDay) -> Cell:
        if day.total is None or not limit:
            return Cell(fmt.NOTHING, "dim")
        return Cell(fmt.percent(day.total / limit), "warn" if day.total >= limit else "plain")

    return (
        Column("Day", lambda day: Cell(text.short_day(day.date)), right=True),
        Column("Used", lambda day: Cell(text.maybe_quantity(day.used)), right=True),
        Column("Total", lambda day: Cell(text.maybe_quantity(day.total)), right=True),
        Column("Of limit", share, right=True),
        dim("", lambda day: text.PROJECTED if day.projected else ""),
    )

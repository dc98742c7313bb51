"""The insights screen: the customers of a search as figures and bars, from the cache."""

from __future__ import annotations

from textual.app import ComposeResult
from textual.containers import Vertical, VerticalScroll
from textual.content import Content
from textual.widgets import Static

from wbtui.errors import WbtuiError
from wbtui.models.mrr import UNKNOWN
from wbtui.services.insights import Bar, Chart, ChartKind, Insights
from wbtui.ui import format as fmt
from wbtui.ui.command import Command
from wbtui.ui.commanding import handles
from wbtui.ui.exporting import export_rows
from wbtui.ui.host import host
from wbtui.ui.report import report
from wbtui.ui.safe import DIM, safe
from wbtui.ui.screens.base import BaseScreen
from wbtui.ui.text import insights as text
from wbtui.ui.widgets.bars import value_bar
from wbtui.ui.widgets.columns import Cell, Column, amount
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.panel_title import PanelTitle
from wbtui.ui.work import apply, start


def columns(chart: Chart, full_bar: int) -> tuple[Column[Bar], ...]:
    """Declare the columns of a chart; they have the same width in every chart.

    `full_bar`: cells of the longest bar.
    """
    largest = max((bar.customers for bar in chart.bars if bar.key != UNKNOWN), default=0)
    return (
        Column("", lambda bar: Cell(text.label(chart.kind, bar).ljust(text.LABEL_WIDTH)), share=1),
        Column("Customers", lambda bar: Cell(fmt.count(bar.customers).rjust(9), "strong"), right=True),
        Column("", lambda bar: Cell(_drawn(bar, largest, full_bar), "accent")),
        amount("", lambda bar: bar.amount, empty=""),
    )


def _drawn(bar: Bar, largest: int, full_bar: int) -> str:
    """Return the bar; customers whose month is not known have none beside those of the months."""
    customers = 0 if bar.key == UNKNOWN else bar.customers
    return value_bar(customers, largest, full_bar).ljust(full_bar)


_BESIDE_BAR = 60
"""Cells of a chart besides its bars: for the name, the count and the amount."""
_MONEY = (ChartKind.STATUS, ChartKind.MRR, ChartKind.PLANS, ChartKind.OWED, ChartKind.AGES)
_OTHERS = tuple(kind for kind in ChartKind if kind not in _MONEY)


class InsightsScreen(BaseScreen):
    """One table of bars for each chart, side by side where they fit. Enter lists the customers of a bar."""

    SCOPE = "insights"
    ABOUT = text.ABOUT
    DEFAULT_CSS = """
    InsightsScreen .charts { height: auto; }
    InsightsScreen.-wide VerticalScroll { layout: horizontal; }
    InsightsScreen.-wide .charts { width: 1fr; padding-right: 1; }
    """

    def __init__(self, query: str) -> None:
        super().__init__()
        self._query = query
        self._charts: dict[ChartKind, Chart] = {}
        self._titles = {
            kind: PanelTitle(safe(title), safe(text.LOADING)) for kind, title in text.TITLES.items()
        }

    def compose_body(self) -> ComposeResult:
        yield Static(safe(text.LOADING, DIM), id="insights-source", markup=False)
        with VerticalScroll(can_focus=False):
            for kinds in (_MONEY, _OTHERS):
                with Vertical(classes="charts"):
                    for kind in kinds:
                        yield self._titles[kind]
                        yield GridTable[Bar](key=lambda bar: bar.query, id=kind.value)

    def on_mount(self) -> None:
        self.show_path(text.title(self._query))
        self.load()

    @property
    def crumb(self) -> str:
        return "Insights"

    @handles("refresh")
    def load(self) -> None:
        """Count again."""
        self._charts = {}
        start(self, self._read, group="insights", latest=True)

    def date_changed(self) -> None:
        self.load()

    async def _read(self) -> None:
        services = host(self).services
        figures = Insights(services.directory, services.cache, self._query, services.today())
        try:
            async for chart in figures.charts():
                await apply(self, self._show, chart)
            counted = (await services.cache.counts()).customers
        except WbtuiError as error:
            await apply(self, self._show_failure, error)
        else:
            said = text.source(counted, complete=services.directory.is_complete())
            await apply(self, self._show_source, safe(said, DIM))

    def _show_source(self, said: Content) -> None:
        self.query_one("#insights-source", Static).update(said)
        self.refresh_keys()

    def _show_failure(self, error: WbtuiError) -> None:
        self._show_source(report(error).line())
        for title in self._titles.values():
            title.note = safe("")

    def _show(self, chart: Chart) -> None:
        self._charts[chart.kind] = chart
        table = self.query_one(f"#{chart.kind.value}", GridTable)
        table.show(columns(chart, self._full_bar), chart.bars)
        table.display = bool(chart.bars)
        self._titles[chart.kind].note = safe(text.note(chart))
        if self.focused is None and chart.bars:
            table.focus()

    @property
    def _full_bar(self) -> int:
        """Cells of the longest bar: where charts are side by side, what their other columns leave."""
        beside = self.app.size.width // 2 - _BESIDE_BAR if self.has_class("-wide") else 0
        return max(beside, text.FULL_BAR)

    def resized(self) -> None:
        for chart in self._charts.values():
            self.query_one(f"#{chart.kind.value}", GridTable).show(columns(chart, self._full_bar), chart.bars)

    # ── commands ──
    def disabled_reason(self, command: Command) -> str | None:
        if command.handled_by == "export" and len(self._charts) < len(text.TITLES):
            return text.INCOMPLETE
        return super().disabled_reason(command)

    def on_grid_table_chosen(self, event: GridTable.Chosen) -> None:
        event.stop()
        if event.table.current is not None:
            host(self).search(event.table.current.query)

    @handles("export")
    def export(self) -> None:
        """Save the figures as CSV."""
        start(self, self._export, group="export")

    async def _export(self) -> None:
        charts = list(self._charts.values())
        count = sum(len(chart.bars) for chart in charts)
        await export_rows(self, "insights", text.csv_rows(charts), fmt.plural(count, "figure"))

"""Insights: figures of the search on small and large terminals, offline, and the customers behind a bar."""

from __future__ import annotations

import csv
from pathlib import Path

from tests.screens.driver import driver
from tests.support.opened import opened
from tests.support.sandbox import CUSTOMERS, Sandbox
from wbtui.app import Start
from wbtui.models.money import Money
from wbtui.services.insights import Bar, Chart, ChartKind
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.screens.insights import InsightsScreen, columns
from wbtui.ui.text import insights as text
from wbtui.ui.text.insights import FULL_BAR
from wbtui.ui.widgets.grid_table import GridTable


async def test_figures_are_shown_and_a_bar_opens_its_customers(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        past_due = await services.directory.open("is:past_due").count()
        owing = await services.directory.open("owes>0").count()
        assert 0 < past_due < CUSTOMERS
        async with driver(services, size=(80, 24), start=Start(query="owes>0")) as d:
            await d.expect_text(f"{owing} of {CUSTOMERS}")
            await d.press_command("search.to_list")
            await d.press_command("customers.insights")
            await d.expect_screen("InsightsScreen")
            await d.expect_text(
                "Insights: owes>0", "Billing status", f"Based on {CUSTOMERS} cached customers"
            )
            await d.expect_match(rf"▌ ▲ past due +{past_due} +█+")
            await d.resize(200, 50)
            await d.expect_row("─ Billing status ─", "─ New by month ─")
            await d.expect_text("█" * 40)
            await d.resize(80, 24)
            await d.press_command("insights.export")
            await d.expect_toast("figures saved as")
            assert isinstance(d.screen, InsightsScreen)
            d.screen._charts.popitem()
            await d.press_command("insights.export")
            await d.expect_toast("Not all figures have been counted.")
            await d.press_command("app.help")
            await d.expect_text("MRR was 0 when the month began")
            await d.press("escape")
            await d.expect_screen("InsightsScreen")
            await d.expect_focus("GridTable")
            await d.press("tab")
            await d.wait_for(lambda: "MRR by currency" in d.text(), "the next chart is in view")
            table = d.screen.query_one("#owed_by_age", GridTable)
            assert table.rows
            table.focus()
            await d.expect_focus("#owed_by_age")
            await d.press("G")
            bar = table.rows[-1]
            await d.expect_match(rf"▌ .*overdue +{bar.customers} +█+ +[€$£]")
            await d.press("enter")
            await d.expect_screen("CustomersScreen")
            screen = d.screen
            assert isinstance(screen, CustomersScreen) and screen.bar.text == bar.query
            await d.expect_text(f"{bar.customers} of {CUSTOMERS}")
    [file] = (tmp_path / "d").iterdir()
    with file.open(newline="", encoding="utf-8-sig") as lines:
        figures = list(csv.DictReader(lines))
    assert ["owed_by_age", str(bar.customers)] in [[row["chart"], row["customers"]] for row in figures]


def test_a_title_and_its_note_fit_into_half_a_wide_terminal() -> None:
    bars = (Bar("eur", "owes>0", 1),)
    for kind, title in text.TITLES.items():
        for found in (bars, ()):
            note = text.note(Chart(kind, found, known=False))
            assert len(f"─ {title} ── {note} ─") <= 66


def test_a_file_says_of_which_figures_the_data_is_not_listed() -> None:
    bar = Bar("eur", "owes:eur>0", 1, Money(4900, "eur"))
    charts = (Chart(ChartKind.MRR, (), known=False), Chart(ChartKind.OWED, (bar,), known=False))
    assert list(text.csv_rows(charts))[1:] == [
        ("mrr", "unknown", None, None, None, None),
        ("owed", "incomplete", None, None, None, None),
        ("owed", "eur", 1, "49.00", "eur", "owes:eur>0"),
    ]


def test_customers_of_unknown_months_are_counted_without_a_bar() -> None:
    bars = (Bar("2026-10", "lost:2026-10", 3), Bar("unknown", "lost:unknown", 40))
    _, counts, drawn, _ = columns(Chart(ChartKind.LOST, bars), FULL_BAR)
    assert [(counts.cell(bar).text.strip(), drawn.cell(bar).text.strip()) for bar in bars] == [
        ("3", "█" * text.FULL_BAR),
        ("40", ""),
    ]

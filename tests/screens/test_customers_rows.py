"""Movement in the list of customers, and which rows are fetched and painted for it."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from textual.geometry import Region
from textual.strip import Strip

from tests.screens.driver import Driver, driver
from tests.support.fake_services import FakeSearch, FakeWindow, fake_services
from wbtui.errors import Superseded
from wbtui.models.page import Stamped
from wbtui.ui.screens.customers_parts import ListFoot
from wbtui.ui.widgets.suggestions import Suggestions
from wbtui.ui.widgets.virtual_table import VirtualTable


def table(d: Driver) -> VirtualTable[object]:
    return d.screen.query_one(VirtualTable)


async def test_keys_move_the_cursor_and_the_position_is_shown() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.to_list")
        await d.expect_focus("VirtualTable")
        for name, where in (
            ("list.down", 2), ("list.down", 3), ("list.up", 2), ("list.end", 300), ("list.top", 1),
            ("list.half_down", 1 + table(d).page // 2), ("list.half_up", 1),
            ("list.page_down", 1 + table(d).page), ("list.page_up", 1), ("list.up", 1),
            ("app.search", 1), ("search.page_down", 1 + table(d).page),
        ):  # fmt: skip
            await d.press_command(name)
            await d.expect_text(f"row {where} of 300")
            await d.wait_for(lambda: table(d).current is not None, "the row came")
        await d.expect_focus("VirtualTable")


async def test_only_a_window_of_the_rows_is_in_memory() -> None:
    async with driver(fake_services(3000)) as d:
        await d.expect_text("row 1 of 3,000")
        await d.press_command("search.to_list")
        await d.press_command("list.end")
        await d.expect_text("row 3,000 of 3,000")
        await d.wait_for(lambda: table(d).current is not None, "the last row came")
        assert len(table(d)._rows) <= table(d).page * 3


async def test_letters_without_a_command_do_nothing_in_the_list() -> None:
    async with driver(fake_services(30)) as d:
        await d.expect_text("row 1 of 30")
        await d.press_command("search.leave")
        await d.expect_focus("VirtualTable")
        before = d.text()
        await d.press("x", "z", "v", "3", "Z", "at")
        assert d.text() == before
        await d.expect_screen("CustomersScreen")


async def test_a_key_that_does_nothing_in_the_list_says_once_which_key_is_meant() -> None:
    async with driver(fake_services(30)) as d:
        await d.expect_text("row 1 of 30")
        await d.press_command("search.leave")
        await d.press("n")
        await d.expect_toast("Next customer works on a profile. Press enter to open it first.")
        await d.press("v")
        await d.expect_toast("Press / to search, ? for all keys.")
        before = len(d.notices)
        await d.press("n", "v", "v")
        assert len(d.notices) == before


async def test_another_search_begins_at_its_first_row() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.leave")
        await d.press_command("list.half_down")
        await d.expect_gone("row 1 of 300")
        await d.press_command("app.search")
        await d.type("anna")
        await d.expect_row("▌ Anna Johansson")
        await d.expect_match(r"row 1 of 2\d\b")


async def test_a_search_in_a_list_scrolled_by_its_bar_begins_at_its_first_row() -> None:
    async with driver(fake_services(3000)) as d:
        await d.expect_text("row 1 of 3,000")
        table(d).scroll_to(y=1500, animate=False, immediate=True)
        await d.wait_for(lambda: table(d).row(1500) is not None, "the rows in the middle came")
        assert table(d).first_shown == 1500
        await d.type("a")
        await d.wait_for(lambda: table(d).first_shown == 0, "back at the first row")
        await d.expect_match(r"row 1 of \d")
        assert table(d).current is not None


@pytest.fixture
def painted(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The lines of the list that were painted, in order."""
    lines: list[int] = []
    paint = VirtualTable.render_line

    def counted(self: VirtualTable[object], y: int) -> Strip:
        lines.append(y)
        return paint(self, y)

    monkeypatch.setattr(VirtualTable, "render_line", counted)
    return lines


async def test_moving_focus_or_suggestions_repaints_few_lines(painted: list[int]) -> None:
    async with driver(fake_services(300), size=(100, 40)) as d:
        await d.expect_text("row 1 of 300")
        assert table(d).page > 30
        await d.pilot.pause()
        painted.clear()
        await d.press_command("search.leave")
        await d.wait_for(lambda: table(d).has_focus, "focus on the list")
        await d.press_command("app.search")
        await d.wait_for(lambda: not table(d).has_focus, "focus on the box")
        assert len(painted) <= 4
        await d.type("is:")
        await d.wait_for(lambda: d.screen.query_one(Suggestions).display, "suggestions are shown")
        await d.expect_row("300 customers")
        await d.expect_text("row 1 of 300")
        painted.clear()
        await d.press("escape")
        await d.wait_for(lambda: not d.screen.query_one(Suggestions).display, "suggestions are hidden")
        assert len(painted) <= 10


async def test_an_empty_list_that_finds_rows_is_painted_once(painted: list[int]) -> None:
    async with driver(fake_services(300), size=(100, 40)) as d:
        await d.expect_text("row 1 of 300")
        await d.type("zz")
        await d.expect_text("No customer matches")
        await d.pilot.pause()
        painted.clear()
        await d.press("ctrl+u")
        await d.wait_for(lambda: len(painted) > 30, "the list is painted")
        await d.pilot.pause()
        assert len(painted) == len(set(painted))
        await d.expect_text("row 1 of 300")


async def test_a_count_that_brings_the_scroll_bar_repaints_no_line(painted: list[int]) -> None:
    async with driver(fake_services(300), size=(100, 40)) as d:
        await d.expect_text("row 1 of 300")
        few = table(d).page
        table(d).set_total(few)
        await d.wait_for(lambda: not table(d).show_vertical_scrollbar, "the bar is gone")
        painted.clear()
        table(d).set_total(300)
        await d.wait_for(lambda: table(d).vertical_scrollbar.region.height > 0, "the bar is laid out")
        assert painted == []


async def test_a_count_that_leaves_lines_blank_repaints_none_of_them(monkeypatch: pytest.MonkeyPatch) -> None:
    async with driver(fake_services(300), size=(100, 40)) as d:
        await d.expect_text("row 1 of 300")
        table(d).put_window(0, [table(d).row(index) for index in range(3)])
        repainted: list[Region] = []
        refresh = VirtualTable.refresh

        def noted(self: VirtualTable[object], *regions: Region, **options: bool) -> VirtualTable[object]:
            repainted.extend(regions)
            return refresh(self, *regions, **options)

        monkeypatch.setattr(VirtualTable, "refresh", noted)
        table(d).set_total(3)
        assert repainted == []


async def test_the_position_is_whole_with_a_million_customers_and_old_data() -> None:
    async with driver(fake_services(300), size=(80, 24)) as d:
        await d.expect_text("row 1 of 300")
        row = table(d).current
        assert isinstance(row, Stamped)
        old = replace(row, fetched_at=row.fetched_at - timedelta(days=5))
        d.screen.query_one(ListFoot).show_position(999_999, 1_000_000, old)
        await d.expect_match(r"as of \d+ \w+ \d\d:\d\d  ·  row 1,000,000 of 1,000,000 *\n")


async def test_until_a_search_is_counted_no_total_of_the_one_before_is_shown(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, counted, count = fake_services(300), asyncio.Event(), FakeSearch.count

    async def wait_and_count(self: FakeSearch) -> int:
        await counted.wait()
        return await count(self)

    async with driver(services) as d:
        await d.expect_text("row 1 of 300", "300 customers")
        monkeypatch.setattr(FakeSearch, "count", wait_and_count)
        await d.type("ortega")
        await d.expect_text("▌ Annabel Ortega", "row 1 of …")
        assert "300" not in d.text()
        counted.set()
        await d.expect_text("row 1 of 7", "7 of 300")


async def test_missing_rows_in_view_are_requested_when_the_count_comes() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        few = [row for index in range(3) if (row := table(d).row(index)) is not None]
        table(d).clear()
        table(d).put_window(0, few)
        assert table(d).total == 3
        table(d).set_total(300)
        await d.wait_for(lambda: table(d).row(table(d).page - 1) is not None, "the rows below came")


async def test_rows_below_the_view_are_fetched_before_scrolling() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        below = 2 * table(d).page
        await d.wait_for(lambda: table(d).row(below) is not None, "rows below the view")
        assert table(d).first_shown == 0
        assert table(d).row(0) is not None


async def test_rows_whose_read_was_cancelled_are_requested_again(monkeypatch: pytest.MonkeyPatch) -> None:
    page = FakeSearch.page
    cancelled: list[int] = []

    async def cancelled_once(self: FakeSearch, start: int, size: int) -> FakeWindow:
        if start and not cancelled:
            cancelled.append(start)
            raise Superseded("A later query was started.")
        return await page(self, start, size)

    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        monkeypatch.setattr(FakeSearch, "page", cancelled_once)
        await d.press_command("search.leave")
        await d.press_command("list.end")
        await d.wait_for(lambda: table(d).row(299) is not None, "the last row")
        assert cancelled

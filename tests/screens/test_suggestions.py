"""The search box suggests filters and values, and never changes a name."""

from __future__ import annotations

from dataclasses import replace

import pytest
from textual.events import Paste

from tests.screens.driver import Driver, driver
from tests.support.customers import customer
from tests.support.fake_services import fake_services
from wbtui.ui.widgets.search_bar import SearchBar
from wbtui.ui.widgets.search_field import SearchField
from wbtui.ui.widgets.suggestions import Suggestions
from wbtui.ui.widgets.virtual_table import VirtualTable


def box(d: Driver) -> SearchField:
    return d.screen.query_one(SearchField)


def suggested(d: Driver) -> list[str]:
    return [one.insert for one in box(d).suggestions]


async def test_a_filter_is_suggested_after_two_letters_and_tab_takes_it_then_its_values() -> None:
    async with driver(fake_services(300), size=(80, 24)) as d:
        await d.type("p")
        await d.expect_match(r"\d+ of 300")
        assert not d.screen.query_one(Suggestions).display
        await d.type("l")
        await d.expect_row("▌plan:", "Is on one of these plans.", "tab │")
        await d.press("tab")
        assert box(d).value == "plan:"
        await d.expect_row("▌Business")
        await d.expect_row("│Pro")
        assert "needs a value" not in d.text()
        await d.type("p")
        await d.expect_gone("│Pro", "▌Business")
        await d.press("tab")
        assert box(d).value == "plan:Pro"
        await d.expect_gone("▌Pro")
        await d.expect_focus("SearchField")
        await d.expect_row("▌ ", "Pro ·")


async def test_suggestions_overlay_the_list_without_moving_it() -> None:
    async with driver(fake_services(300), size=(80, 24)) as d:
        await d.expect_text("row 1 of 300")
        before = d.screen.query_one(VirtualTable).region
        await d.type("sort:")
        await d.expect_row("▌name", "Name.")
        await d.expect_row("1 more")
        assert d.screen.query_one(VirtualTable).region == before
        assert d.screen.query_one(Suggestions).region.y == d.screen.query_one(SearchBar).region.y + 1
        await d.press("escape")
        await d.expect_gone("Name.")
        await d.expect_focus("SearchField")
        assert box(d).value == "sort:"
        await d.press("escape")
        await d.expect_focus("VirtualTable")


async def test_the_first_suggestion_is_completed_inline_and_right_accepts_it() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("anna is:pa")
        await d.expect_text("/  anna is:past_due")
        assert box(d).value == "anna is:pa"
        d.app.add_class("-few-colors")
        await d.wait_for(lambda: bool(box(d).get_component_rich_style("input--suggestion").dim), "it is dim")
        await d.press("left")
        await d.press("right")
        assert box(d).value == "anna is:pa"
        await d.press("right")
        assert box(d).value == "anna is:past_due"


async def test_arrows_choose_a_suggestion_enter_takes_it_and_escape_closes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    async with driver(fake_services(300)) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.type("is:f")
        await d.expect_row("▌frozen", "tab")
        for key, chosen in (("down", "frozen"), ("down", "free"), ("down", "frozen"), ("up", "free")):
            await d.press(key)
            await d.expect_row(f"▌{chosen}", "enter")
            assert box(d).value == "is:f"
            await d.expect_focus("SearchField")
        await d.press("escape")
        await d.expect_gone("▌free")
        assert box(d).value == "is:f"
        await d.type("re")
        await d.expect_row("▌free")
        await d.press("up", "down", "enter")
        assert box(d).value == "is:free"
        assert opened == []
        await d.expect_gone("▌free")
        await d.expect_row("● free")
        await d.press("enter")
        await d.wait_for(lambda: len(opened) == 1, "the customer opened")


async def test_enter_opens_the_customer_while_no_suggestion_was_chosen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    async with driver(fake_services(300)) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.type("anna is:a")
        await d.expect_row("▌active")
        await d.press("enter")
        await d.wait_for(lambda: len(opened) == 1, "the customer opened")
        assert box(d).value == "anna is:a"
        await d.press("escape", "down")
        await d.expect_focus("VirtualTable")
        await d.expect_gone("▌active")


async def test_a_status_in_plain_words_stays_as_it_was_typed() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("no plan")
        await d.expect_row("▌no plan", "Never had a subscription.")
        await d.press("down", "enter")
        assert box(d).value == "no plan"
        await d.expect_gone("▌no plan")
        await d.press("down")
        await d.expect_focus("VirtualTable")


@pytest.mark.parametrize(
    "name", ["carl", "anna", "o'brien", "planck", "isabel", "INV-0042", '"plan', "smith"]
)
async def test_tab_and_right_do_not_change_a_name(name: str) -> None:
    async with driver(fake_services(300)) as d:
        await d.type(name.replace("'", ""))
        assert suggested(d) == []
        await d.press("right")
        assert box(d).value == name.replace("'", "")
        await d.press("tab")
        assert box(d).value == name.replace("'", "")


async def test_tab_moves_the_focus_if_there_is_no_suggestion() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("anna")
        await d.expect_row("▌ Anna Johansson")
        await d.press("tab")
        await d.expect_focus("VirtualTable")


async def test_tab_accepts_the_correction_of_an_unknown_filter_or_value() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("plam:pro anna")
        await d.expect_text("plam: is not a filter.", "Did you mean plan:? tab accepts")
        await d.press("tab")
        assert box(d).value == "plan:pro anna"
        await d.expect_gone("is not a filter")
        await d.type(" is:pst_du")
        await d.expect_text("Did you mean past_due?")
        await d.press("tab")
        assert box(d).value == "plan:pro anna is:past_due"
        await d.expect_gone("Did you mean")


async def test_a_click_accepts_a_suggestion() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("has:")
        await d.expect_row("│company")
        await d.pilot.click(Suggestions, offset=(4, 1))
        await d.wait_for(lambda: box(d).value == "has:company", "the suggestion is inserted")
        await d.expect_focus("SearchField")


async def test_a_plan_with_a_hostile_name_is_cleaned_and_can_be_searched() -> None:
    services = fake_services(3)
    one = customer(0)
    plan = '[@click=app.pwn]Evil[/] "x",y\x1b[2J'
    brief = one.subscriptions[0].model_copy(update={"plan": plan})
    row = services.directory.rows[0]
    services.directory.rows = [replace(row, value=one.model_copy(update={"subscriptions": (brief,)}))]
    async with driver(services) as d:
        await d.type("plan:")
        await d.expect_row("▌", "[@click=app.pwn]Evil[/]", "tab")
        assert "\x1b" not in d.text()
        await d.press("tab")
        assert "\x1b" not in box(d).value
        assert box(d).value.startswith('plan:"[@click=app.pwn]Evil[/]')


@pytest.mark.parametrize("size", [(62, 16), (80, 24), (100, 30), (140, 40)])
async def test_suggestions_fit_every_terminal_size(size: tuple[int, int]) -> None:
    async with driver(fake_services(300), size=size) as d:
        await d.type("is:")
        await d.expect_row("▌frozen")
        assert all(len(line) <= size[0] for line in d.lines())
        region = d.screen.query_one(Suggestions).region
        assert region.x >= 0 and region.right <= size[0] and region.height <= 8


async def test_text_typed_right_after_tab_is_appended_to_the_accepted_value() -> None:
    async with driver(fake_services(300)) as d:
        await d.press("p", "l", "tab", "f", "r", "tab", "space", "a")
        await d.wait_for(lambda: box(d).value == "plan:Free a", "the letter typed after the value")


async def test_question_mark_in_the_empty_box_and_f1_open_the_search_help() -> None:
    async with driver(fake_services(300), size=(100, 60)) as d:
        await d.press("question_mark")
        await d.expect_screen("HelpScreen")
        await d.expect_text("Search syntax", "plan:pro,business", "renews<7d", "sort:-owes", "Orders")
        await d.press_command("help.back")
        await d.expect_focus("SearchField")
        assert box(d).value == ""
        await d.type("anna?")
        assert box(d).value == "anna?"
        await d.press("left", "f1")
        await d.expect_screen("HelpScreen")
        await d.press("q")
        await d.expect_focus("SearchField")
        assert (box(d).value, box(d).cursor_position) == ("anna?", 4)


async def test_a_text_longer_than_the_box_is_shown_and_its_problem_once() -> None:
    async with driver(fake_services(3), size=(100, 30)) as d:
        d.screen.query_one(SearchBar).text = 30 * "word "
        await d.expect_text("Only the first 24 words are used.")
        await d.expect_match(r"(?m)^ / .*word word word")
        assert d.text().count("Only the first") == 1


async def test_the_end_of_a_long_paste_is_shown_with_the_cursor() -> None:
    async with driver(fake_services(3), size=(100, 30)) as d:
        await d.expect_text("3 customers")
        for last in ("first", "second"):
            box(d).post_message(Paste(40 * "word " + last))
            await d.expect_match(rf"(?m)^ / .* word {last} ")
            assert box(d).cursor_at_end

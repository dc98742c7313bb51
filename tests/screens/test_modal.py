"""A modal closes once: a key pressed twice does not close the screen below it."""

from __future__ import annotations

from tests.screens.driver import driver
from tests.support.fake_services import fake_services
from wbtui.ui.dialogs.ask import AskScreen
from wbtui.ui.screens.customers import CustomersScreen


async def test_a_second_dismiss_is_ignored() -> None:
    async with driver(fake_services(20)) as d:
        answers: list[bool | None] = []
        asked = AskScreen("Sure?", "Really?", yes="Yes", no="No")
        await d.app.push_screen(asked, answers.append)
        asked.dismiss(True)
        asked.dismiss(False)
        await d.wait_for(lambda: isinstance(d.screen, CustomersScreen), "the list")
        assert answers == [True]


async def test_a_modal_dismissed_below_another_closes_once_it_is_on_top() -> None:
    async with driver(fake_services(20)) as d:
        answers: list[str] = []
        below = AskScreen("Below", "?", yes="Yes", no="No")
        above = AskScreen("Above", "?", yes="Yes", no="No")
        await d.app.push_screen(below, lambda answer: answers.append(f"below {answer}"))
        await d.app.push_screen(above, lambda answer: answers.append(f"above {answer}"))
        below.dismiss(True)
        assert d.screen is above
        above.dismiss(False)
        await d.wait_for(lambda: isinstance(d.screen, CustomersScreen), "the list")
        assert answers == ["above False", "below True"]

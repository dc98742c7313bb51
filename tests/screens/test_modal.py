"""A modal closes once: a key pressed twice does not close the screen below it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from textual.app import ComposeResult
from textual.widgets import Static

from tests.screens.driver import driver
from tests.support.action_form import begin, services_with_anna
from tests.support.fake_services import fake_services
from wbtui.ui.actions.data import FormData
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.form_row import FormRow
from wbtui.ui.actions.money import GRANT_CREDIT
from wbtui.ui.dialogs.ask import AskScreen
from wbtui.ui.dialogs.base import Dialog
from wbtui.ui.dialogs.form import FormDialog
from wbtui.ui.dialogs.row_filter import RowFilterDialog
from wbtui.ui.dialogs.snooze import SnoozeDialog
from wbtui.ui.dialogs.ticket import TicketDialog
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.filtered_panel import FilterForm, RowFilter
from wbtui.ui.widgets.grid_table import GridTable
from wbtui.ui.widgets.key_bar import KeyBar


async def test_a_second_dismiss_is_ignored() -> None:
    async with driver(fake_services(20)) as d:
        answers: list[bool | None] = []
        asked = AskScreen("Sure?", "Really?", yes="Yes", no="No")
        await d.app.push_screen(asked, answers.append)
        asked.dismiss(True)
        asked.dismiss(False)
        await d.wait_for(lambda: isinstance(d.screen, CustomersScreen), "the list")
        assert answers == [True]


async def test_a_command_that_arrives_after_its_form_has_closed_does_nothing() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "grant_credit")
        form = d.screen
        assert isinstance(form, ActionForm)
        await d.press("escape")
        await d.wait_for(lambda: d.screen is not form and not form.query("*"), "the form is gone")
        await form.action_command("form.back")


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


async def test_a_modal_dismissed_before_it_is_mounted_closes_once_it_is() -> None:
    async with driver(fake_services(20)) as d:
        answers: list[str] = []
        for earlier in (True, False):
            below = AskScreen("Below", "?", yes="Yes", no="No")
            above = AskScreen("Above", "?", yes="Yes", no="No")
            if earlier:
                below.dismiss(True)
            d.app.push_screen(below, lambda answer: answers.append(f"below {answer}"))
            d.app.push_screen(above, lambda answer: answers.append(f"above {answer}"))
            below.dismiss(True)
            above.dismiss(False)
            await d.wait_for(lambda: isinstance(d.screen, CustomersScreen), "the list")
        assert answers == ["above False", "below True"] * 2


async def test_what_waits_for_the_next_drawing_is_done_although_a_dialog_closes_before_it() -> None:
    async with driver(fake_services(20)) as d:
        await d.expect_text("20 customers")
        bar, done = d.screen.query_one(KeyBar), list[int]()
        for turns in range(8):
            asked = AskScreen("Sure?", "Really?", yes="Yes", no="No")
            await d.app.push_screen(asked)
            asked.refresh()
            bar.call_after_refresh(done.append, turns)
            asked.call_after_refresh(asked.query_one, "#dialog-back")  # not there once it has closed
            for _ in range(turns):
                await asyncio.sleep(0)  # one turn of the event loop: no time has to pass
            asked.dismiss(False)
        await d.wait_for(lambda: len(done) == 8, f"what the key bar waited for; {done} are done")


@pytest.mark.parametrize(
    ("keys", "answer"),
    [
        (["y"], True),
        (["n"], None),
        (["escape"], None),
        (["right", "enter"], True),
        (["right", "left", "enter"], None),
        (["enter"], None),
    ],
)
async def test_letters_and_arrows_answer_a_question(keys: list[str], answer: bool | None) -> None:
    async with driver(fake_services(1)) as d:
        await d.expect_text("row 1 of 1")
        answers: list[bool | None] = []
        d.app.push_screen(AskScreen("Sure?", "Really?", yes="Delete", no="Keep it"), answers.append)
        await d.expect_screen("AskScreen")
        await d.expect_text("n  Keep it", "y  Delete")
        await d.press(*keys)
        await d.wait_for(lambda: answers == [answer], f"the answer to {keys}")


class _LoadingForm(ActionForm):
    """A form whose data does not come."""

    def opened(self) -> None:
        pass


async def test_a_form_can_be_left_while_its_fields_are_being_mounted() -> None:
    services = fake_services(1)
    async with driver(services) as d:
        one = services.directory.rows[0].value
        form = _LoadingForm(GRANT_CREDIT, one, one.id)
        await d.app.push_screen(form)
        field = next(field for field in GRANT_CREDIT.all_fields if field.name == "amount")
        data = FormData(one, one, d.app.today(), "jo")
        # Not awaited: the field stands in the form, the parts of its control do not yet.
        form.query_one(".form-part.-first").mount(FormRow(field, field.control(data)))
        assert form.unsent() is None


class SixtyRows(Dialog[None]):
    """A dialog with a table that is higher than its body."""

    SCOPE = "drafts"
    FIRST = "GridTable"

    def compose_body(self) -> ComposeResult:
        yield GridTable[str](key=str)

    def opened(self) -> None:
        super().opened()
        rows = [f"row {number:02}" for number in range(60)]
        self.query_one(GridTable).show([Column("Row", Cell)], rows)


async def test_the_row_with_the_cursor_stays_in_view_when_the_terminal_is_resized() -> None:
    async with driver(fake_services(3), size=(120, 40)) as d:
        await d.app.push_screen(SixtyRows("Sixty rows"))
        await d.expect_text("row 00")
        d.screen.query_one(GridTable).go(45)
        await d.expect_text("row 45")
        for height in (30, 18, 40):
            await d.resize(100, height)
            await d.expect_text("row 45")


async def test_toasts_with_the_same_text_are_one_and_a_dialog_removes_those_that_only_inform() -> None:
    async with driver(fake_services(3), size=(80, 24)) as d:
        for _ in range(3):
            d.app.show_toast("E-mail copied.")
            await d.expect_toast("E-mail copied.")
        d.app.show_toast("The limit is near.", tone="warning")
        await d.expect_toast("The limit is near.")
        assert d.notices == [": E-mail copied.", ": The limit is near."]
        await d.app.push_screen(SixtyRows("Sixty rows"))
        assert d.notices == [": The limit is near."]


@pytest.mark.parametrize("size", [(60, 15), (40, 10)])
async def test_a_toast_keeps_its_words_on_a_small_terminal(size: tuple[int, int]) -> None:
    words = "The server did not answer within thirty seconds; nothing is known of it yet."
    async with driver(fake_services(3), size=size) as d:
        await d.expect_screen("CustomersScreen")
        d.app._disable_notifications = False
        await d.app.push_screen(TicketDialog("ZD-1"))
        d.app.show_toast(words)
        await d.expect_text(*words.split())


async def test_a_toast_leaves_the_commands_of_a_dialog_in_view() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(80, 24)) as d:
        d.app._disable_notifications = False
        d.app.show_toast("Free disk space.", title="The draft could not be deleted", tone="error")
        await begin(d, "edit_customer")
        await d.expect_text("The draft could not be deleted", "Free disk space.")
        foot, border = d.text().rstrip().splitlines()[-2:]
        assert "ctrl+s  Preview     ctrl+d  Keep draft" in foot and "esc  Back" in foot
        assert border.endswith("─ DEMO ─╯")
        assert set(border) <= set("╰─╯ DEMO")


class Lines(Dialog[None]):
    """A dialog of some lines."""

    SCOPE = "drafts"

    def __init__(self, count: int) -> None:
        super().__init__("Lines")
        self.count = count

    def compose_body(self) -> ComposeResult:
        yield Static("\n".join("line" for _ in range(self.count)))


@pytest.mark.parametrize("told_first", [False, True])
@pytest.mark.parametrize("lines", [3, 11, 14, 15, 17, 20])
async def test_a_toast_hides_no_command_whatever_the_height_of_the_dialog(
    lines: int, told_first: bool
) -> None:
    async with driver(fake_services(3), size=(80, 24)) as d:
        await d.expect_screen("CustomersScreen")
        d.app._disable_notifications = False
        warning = "The pasted text has 10,000 characters, but this field takes at most 200."
        if told_first:
            d.app.show_toast(warning, tone="warning")
        await d.app.push_screen(Lines(lines))
        if not told_first:
            d.app.show_toast(warning, tone="warning")
        await d.expect_text("The pasted text has 10,000 characters", "takes at most 200.")
        await d.expect_match(r"esc  Back +│\n╰─+╯")
        for height in (20, 24):
            await d.resize(80, height)
            await d.expect_match(r"esc  Back +│\n╰─+╯")


@pytest.mark.parametrize(
    ("dialog", "reach"),
    [
        (lambda: TicketDialog("ZD-1"), ()),
        (lambda: SnoozeDialog("Anna Schmidt", "Past due"), ("down", "down", "down", "tab")),
        (
            lambda: RowFilterDialog(
                FilterForm("Filter", "Kind", (("Note", "note"),), "text", "billing.filter"), RowFilter()
            ),
            (),
        ),
    ],
)
async def test_a_small_form_asks_before_it_drops_what_was_typed(
    dialog: Callable[[], FormDialog[Any]], reach: Sequence[str]
) -> None:
    async with driver(fake_services(3)) as d:
        await d.app.push_screen(dialog())
        await d.press("escape")
        await d.expect_screen("CustomersScreen")
        form = dialog()
        await d.app.push_screen(form)
        await d.press(*reach)
        await d.type("27")
        await d.press("escape")
        await d.expect_text("Discard your input?", "Keep editing")
        await d.press("escape")
        await d.expect_screen(type(form).__name__)
        await d.expect_text("27")
        await d.press("escape")
        await d.press_command("ask.yes")
        await d.expect_screen("CustomersScreen")

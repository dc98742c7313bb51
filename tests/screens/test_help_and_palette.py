"""Help, palette and key bar are made from the registry and show why a command is disabled."""

from __future__ import annotations

import asyncio
import re

import pytest
from rich.style import Style
from textual.command import Hits

from tests.screens.driver import Driver, driver
from tests.support.action_form import begin, menu, services_with_anna
from tests.support.fake_services import fake_services
from wbtui.services.link import LinkKind
from wbtui.settings import Settings
from wbtui.ui.commands import in_scope, show_key
from wbtui.ui.dialogs.snooze import SnoozeDialog
from wbtui.ui.palette import Commands, Palette


async def test_help_describes_the_current_screen_and_lists_its_commands() -> None:
    async with driver(fake_services(3), size=(110, 210)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.help")
        await d.expect_text("Search by name, company, e-mail", "Everywhere", "Lists")
        for scope in ("customers", "list", "app"):
            for row in in_scope(scope):
                key = show_key(row.keys[0]) if row.keys else "palette"
                if row.keys or row.handled_by != "action":
                    await d.expect_match(rf"  {re.escape(key)} .*  {re.escape(row.title)}  ")
        # Actions without a key are in the menu of actions; here they would be most of the text.
        await d.expect_gone("Void invoice")
        await d.press_command("help.back")
        await d.expect_screen("CustomersScreen")


async def test_the_palette_runs_commands_and_has_none_of_textual() -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.palette")
        await d.expect_text("Open customer", "Filters")
        assert "Screenshot" not in d.text()
        # The colour of selected rows everywhere, on which all texts can be read.
        await d.wait_for(lambda: background(d, "Open customer") == d.app.theme_variables["row"], "selected")
        await d.type("sort")
        await d.expect_gone("Open customer")
        await d.expect_text("Sort by name")
        await d.press("enter")
        await d.expect_screen("CustomersScreen")
        await d.expect_text("sort:-owes")


@pytest.fixture
def may_search(monkeypatch: pytest.MonkeyPatch) -> asyncio.Event:
    """The palette finds commands while this is set."""
    may, search = asyncio.Event(), Commands.search

    async def waiting(self: Commands, query: str) -> Hits:
        await may.wait()
        async for hit in search(self, query):
            yield hit

    monkeypatch.setattr(Commands, "search", waiting)
    return may


async def test_enter_runs_the_best_match_of_all_that_was_typed(may_search: asyncio.Event) -> None:
    may_search.set()
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.palette")
        await d.type("sa")
        await d.expect_gone("Open customer")
        await d.expect_text("Save as CSV")
        may_search.clear()
        await d.press("backspace", *"ort", "enter")
        assert type(d.screen) is Palette and d.screen.is_loading, "the terminal's next key waits"
        may_search.set()
        await d.expect_screen("CustomersScreen")
        await d.expect_text("sort:-owes")


async def test_keys_do_not_wait_where_enter_found_nothing(may_search: asyncio.Event) -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.palette")
        await d.press(*"xqzk", "enter")
        palette = d.screen
        assert isinstance(palette, Palette) and palette.is_loading
        may_search.set()
        await d.wait_for(lambda: not palette.is_loading, "keys are taken")
        assert d.screen is palette


async def test_letters_after_enter_are_searched_first(may_search: asyncio.Event) -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.palette")
        await d.expect_text("Open customer")
        await d.press(*"sa", "enter", "v", "e")
        may_search.set()
        await d.expect_gone("Open customer")
        await d.expect_text("Save as CSV")
        assert type(d.screen) is Palette


async def test_a_disabled_command_is_shown_with_its_reason() -> None:
    async with driver(fake_services(0)) as d:
        await d.expect_text("✕")
        await d.press_command("search.leave")
        await d.press_command("customers.open")
        await d.expect_toast("No customer is selected.")
        await d.resize(100, 90)
        await d.press_command("app.help")
        await d.expect_text("unavailable: No customer is selected.")


async def test_ctrl_c_shows_which_key_quits() -> None:
    async with driver(fake_services(3)) as d:
        await d.press_command("search.leave")
        await d.press("ctrl+c")
        await d.expect_toast("ctrl+q quits wbtui.")
        assert d.app.is_running


async def test_in_dialogs_and_fields_ctrl_c_shows_which_key_quits_and_f1_opens_the_help() -> None:
    async with driver(fake_services(3)) as d:
        await d.type("anna")
        await d.press("ctrl+c")
        await d.expect_toast("ctrl+q quits wbtui.")
        d.app.clear_notifications()
        await d.press_command("search.leave")
        await d.press_command("customers.filters")
        await d.expect_screen("FilterDialog")
        await d.press("ctrl+c")
        await d.expect_toast("ctrl+q quits wbtui.")
        await d.press("f1")
        await d.expect_screen("HelpScreen")
        await d.expect_text("Filters", "Apply the chosen filters")
        await d.press("f1")
        await d.expect_screen("FilterDialog")


async def test_the_palette_explains_itself() -> None:
    async with driver(fake_services(3)) as d:
        await d.press_command("app.palette")
        await d.expect_screen("Palette")
        await d.press("f1")
        await d.expect_screen("HelpScreen")
        await d.expect_text("Every command of the screen below", "enter runs it")
        await d.press("f1")
        await d.expect_screen("Palette")


async def test_a_form_explains_itself() -> None:
    async with driver(fake_services(3)) as d:
        d.app.push_screen(SnoozeDialog("Anna Schmidt", "Past due"))
        for key in ("question_mark", "f1"):
            await d.expect_screen("SnoozeDialog")
            await d.press(key)
            await d.expect_screen("HelpScreen")
            await d.expect_text("space checks a box", "Go to the next field.", "Leave the form")
            await d.expect_gone("Keep draft", "Delete draft")
            await d.press("escape")


DIALOGS = {
    "customers.filters": ("FilterDialog", "space checks"),
    "customers.copy": ("CopyMenu", "Close without copying"),
    "customers.actions": ("ActionMenu", "Enter opens the chosen one"),
    "app.work_queue": ("WorkQueueDialog", "neither done nor snoozed"),
    "app.drafts": ("DraftsDialog", "Forms that you kept"),
}


@pytest.mark.parametrize("opener", DIALOGS)
async def test_question_mark_opens_the_help_of_a_dialog_that_lists_the_keys_of_every_screen(
    opener: str,
) -> None:
    name, said = DIALOGS[opener]
    async with driver(fake_services(3), size=(100, 60)) as d:
        await d.expect_text("row 1 of 3")
        await d.press_command("search.leave")
        await d.press_command(opener)
        await d.expect_screen(name)
        await d.press("question_mark")
        await d.expect_screen("HelpScreen")
        await d.expect_text(said, "Everywhere", "ctrl+q", "F1")
        await d.press("question_mark")
        await d.expect_screen(name)


async def test_a_small_form_says_what_its_keys_do() -> None:
    async with driver(fake_services(3), size=(80, 40)) as d:
        await d.expect_text("row 1 of 3")
        await d.press_command("search.leave")
        await d.press_command("app.ticket")
        await d.expect_screen("TicketDialog")
        await d.press("f1")
        await d.expect_row("ctrl+s", "Save", "use its values.")
        await d.expect_row("enter", "Save", "use its values.")
        await d.expect_gone("Preview")


async def test_the_theme_can_be_changed_and_every_theme_draws() -> None:
    async with driver(fake_services(3)) as d:
        for name in ("wbtui-light", "wbtui-high-contrast", "wbtui-dark"):
            d.app.next_theme()
            await d.wait_for(lambda name=name: d.app.theme == name, name)  # type: ignore[misc]
            await d.expect_text("row 1 of 3")


async def test_a_theme_of_the_settings_is_used() -> None:
    async with driver(fake_services(3), settings=Settings(theme="high-contrast")) as d:
        assert d.app.theme == "wbtui-high-contrast"


async def test_without_colours_the_chosen_command_of_the_palette_is_underlined(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    async with driver(fake_services(3)) as d:
        await d.press_command("search.leave")
        await d.press_command("app.palette")
        await d.expect_text("Open customer", "Filters")
        for chosen, other in (("Open customer", "Filters"), ("Filters", "Open customer")):
            await d.wait_for(lambda chosen=chosen: underlined(d, chosen), chosen)  # type: ignore[misc]
            assert not underlined(d, other)
            await d.press("down")


def styles(d: Driver, text: str) -> list[Style]:
    """Return the styles of the pieces of the screen with that text."""
    pieces = [piece for strip in d.screen._compositor.render_strips() for piece in strip]
    return [piece.style for piece in pieces if piece.text == text and piece.style is not None]


def underlined(d: Driver, text: str) -> bool:
    return any(style.underline for style in styles(d, text))


def background(d: Driver, text: str) -> str | None:
    """Return the background of a text as `#rrggbb`; None where it is not on the screen."""
    colors = (style.bgcolor.get_truecolor().hex for style in styles(d, text) if style.bgcolor is not None)
    return next(colors, None)


async def test_the_examples_of_the_search_syntax_stay_in_columns_and_use_the_width() -> None:
    async with driver(fake_services(3), size=(80, 50)) as d:
        await d.press("question_mark")
        await d.expect_text("anna schmidt", "days, hours, weeks.")
        column = d.line_with("anna schmidt").index("All words")
        assert d.line_with(" case.").index("case.") == column == d.line_with("An exact").index("An exact")
    async with driver(fake_services(3), size=(100, 50)) as d:
        await d.press("question_mark")
        await d.expect_row("anna schmidt", "All words, in any order, ignoring accents and case.")


async def test_a_page_key_right_after_the_palette_opens_ends_nothing() -> None:
    async with driver(fake_services(3)) as d:
        await d.expect_text("row 1 of 3")
        for turns in range(0, 60, 3):
            d.app.simulate_key("ctrl+p")
            d.app.simulate_key("down")
            for _ in range(turns):
                await asyncio.sleep(0)  # one turn of the event loop: no time has to pass
            d.app.simulate_key("pagedown")
            await d.expect_screen("Palette")
            await d.press("escape")
            await d.expect_screen("CustomersScreen")
        assert d.app._exception is None


@pytest.mark.parametrize("width", [80, 140])
async def test_a_click_in_the_key_bar_presses_the_key(width: int) -> None:
    """Nothing happened."""
    async with driver(fake_services(30), size=(width, 24)) as d:
        await d.press_command("search.leave")
        await d.expect_text("s sort")
        for word, seen in (("s sort", "sort:-owes"), ("ctrl+p more", "Save all customers listed")):
            bar = d.text().splitlines()[-1]
            await d.pilot.click(offset=(bar.index(word) + len(word) - 1, 23))
            await d.expect_text(seen)


async def test_help_reasons_and_notes_name_the_keys_of_the_settings() -> None:
    services, _ = services_with_anna()
    keymap = {"form.keep": "f6", "form.go_on": "f7", "drafts.open": "f8"}
    async with driver(services, settings=Settings(keymap=keymap)) as d:
        await d.press("escape")
        await d.press_command("app.drafts")
        await d.expect_text("No drafts. F6 in a form keeps it.")
        await d.press("question_mark")
        await d.expect_text("Forms that you kept with F6.", "F8 opens one again")
        await d.press("escape", "escape")
        await begin(d, "append_note")
        await d.press("f1")
        await d.expect_text("Nothing is sent from here: F7")
        await d.press("escape")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("▲ No network.", "F6 keeps a draft.")
        await d.press("escape")
        menu(d)
        await d.expect_text("○ Keep a draft (F6).")

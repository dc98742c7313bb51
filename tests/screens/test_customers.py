"""The customers screen: search, movement, and every state of the list."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest
from textual.events import Paste
from textual.strip import Strip

from tests.screens.driver import Driver, driver
from tests.support.anna import PAYMENT
from tests.support.customers import NOW, customer, customers, invoices_of
from tests.support.fake_services import FakeSearch, FakeWindow, fake_services
from tests.support.opened import intended, opened, refund_of, refundable
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.errors import StoreCorrupt, Superseded, TimedOut
from wbtui.models.page import SkippedRow, Source, Stamped
from wbtui.services.link import LinkKind
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.settings import Settings
from wbtui.store.highlights import Match
from wbtui.ui.screens import search_session
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.text.customers import matched_line
from wbtui.ui.widgets.search_bar import MAX_TYPED, SearchBar
from wbtui.ui.widgets.suggestions import Suggestions
from wbtui.ui.widgets.virtual_table import VirtualTable


def table(d: Driver) -> VirtualTable[object]:
    return d.screen.query_one(VirtualTable)


async def test_cached_customers_are_listed_at_once_and_typing_narrows_the_list() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("300 customers")
        await d.type("anna")
        await d.expect_match(r"\d+ of 300")
        await d.expect_row("▌ Anna Johansson", "● active")
        await d.expect_text("matched: name Anna Johansson")


async def test_the_search_key_types_nothing_into_an_empty_search_box() -> None:
    async with driver(fake_services(300)) as d:
        await d.press("slash")
        await d.type("a/b")
        assert d.screen.query_one(SearchBar).text == "a/b"


async def test_keys_move_the_cursor_and_the_position_is_shown() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.to_list")
        await d.expect_focus("VirtualTable")
        for name, where in (
            ("list.down", 2), ("list.down", 3), ("list.up", 2), ("list.end", 300), ("list.top", 1),
            ("list.half_down", 1 + table(d).page // 2), ("list.half_up", 1),
            ("list.page_down", 1 + table(d).page), ("list.page_up", 1), ("list.up", 1),
        ):  # fmt: skip
            await d.press_command(name)
            await d.expect_text(f"row {where} of 300")
            await d.wait_for(lambda: table(d).current is not None, "the row came")


def test_the_line_of_matches_holds_only_what_fits() -> None:
    matches = [
        Match("name", "Anna Schmidt", ((0, 4),)),
        Match("e-mail", "anna.schmidt@example.org", ((0, 4),)),
        Match("note", "Anna asked for an invoice", ((0, 4),)),
    ]
    assert matched_line(matches, 80).plain == ("matched: name Anna Schmidt · e-mail anna.schmidt@example.org")
    assert matched_line(matches, 40).plain == "matched: name Anna Schmidt"
    assert matched_line(matches, 20).plain == "matched: name Anna …"
    assert matched_line([], 80).plain == ""


async def test_a_new_search_begins_at_its_first_row() -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.to_list")
        await d.press("j", "j", "j")
        await d.expect_text("row 4 of 300")
        await d.press_command("app.search")
        await d.type("ann")
        await d.expect_match(r"row 1 of \d\d\b")


async def test_only_a_window_of_the_rows_is_in_memory() -> None:
    async with driver(fake_services(3000)) as d:
        await d.expect_text("row 1 of 3,000")
        await d.press_command("search.to_list")
        await d.press_command("list.end")
        await d.expect_text("row 3,000 of 3,000")
        await d.wait_for(lambda: table(d).current is not None, "the last row came")
        assert len(table(d)._rows) <= table(d).page * 3


async def test_enter_opens_the_selected_customer_from_search_box_and_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    async with driver(fake_services(300)) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        await d.type("ortega")
        await d.expect_row("▌ Annabel Ortega")
        await d.press("enter")
        await d.expect_focus("VirtualTable")
        await d.press_command("customers.open")
        await d.wait_for(lambda: len(opened) == 2, "opened twice")
        assert opened[0] == opened[1]


async def test_a_paste_that_does_not_fit_into_the_search_box_says_so() -> None:
    async with driver(fake_services(300)) as d:
        field = d.screen.query_one(SearchBar).field
        field.post_message(Paste("x" * (MAX_TYPED + 1)))
        await d.expect_toast("1,001 characters, but this field takes at most 1,000. Nothing was pasted.")
        assert field.value == ""
        field.post_message(Paste("x" * MAX_TYPED))
        await d.wait_for(lambda: len(field.value) == MAX_TYPED, "what fits is pasted")


async def test_entering_the_search_box_selects_its_text_and_typing_replaces_it() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("ortega")
        await d.press_command("search.leave")
        await d.press_command("app.search")
        await d.type("anna")
        assert d.screen.query_one(SearchBar).text == "anna"
        await d.press("f1")
        await d.expect_screen("HelpScreen")
        await d.press("escape")
        await d.expect_screen("CustomersScreen")
        await d.type("b")
        assert d.screen.query_one(SearchBar).text == "annab", "it was not left"
        await d.press_command("search.leave")
        await d.press("shift+tab")
        await d.type("ortega")
        assert d.screen.query_one(SearchBar).text == "ortega"


async def test_the_key_bar_shows_the_keys_of_the_focused_widget() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("enter open", "↓ list", "esc leave", "F1 help")
        for key in ("/ search", "f filters", "s sort", "w queue", "y copy", "? help"):
            assert key not in d.lines()[-1]
        await d.press_command("search.leave")
        await d.expect_text("/ search", "f filters", "s sort", "w queue", "y copy", "? help")
        assert "↓ list" not in d.lines()[-1]


async def test_enter_before_rows_have_come_opens_the_first_match(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    services = fake_services(300)
    async with driver(services) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        services.directory.gate = asyncio.Event()
        await d.type("ortega")
        await d.press("enter")
        assert opened == []
        services.directory.gate.set()
        await d.wait_for(lambda: bool(opened), "the customer opened")
        row = next(one for one in services.directory.rows if "Annabel Ortega" in one.value.title)
        assert opened == [row.value.id]


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


async def test_an_unknown_filter_value_is_reported_with_the_nearest_and_the_rest_applies() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("anna is:pst_due")
        await d.expect_text("▲", "Did you mean past_due?")
        await d.expect_match(r"\d+ of 300")
        await d.expect_row("Anna")


async def test_an_empty_result_shows_what_was_searched() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("zzzz")
        await d.expect_text("No customer matches zzzz", "Searched all 300 customers.", "0 of 300")
        await d.press_command("search.leave")
        await d.press_command("customers.clear")
        await d.expect_text("300 customers")


async def test_with_an_incomplete_cache_the_server_is_asked_and_its_hits_are_merged(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = fake_services(30, complete=False)
    services.sync.is_complete = False
    services.directory.server = [customer(104)]  # Annabel Ortega
    rest = asyncio.Event()

    async def until_typing_rests(_seconds: float) -> None:
        await rest.wait()

    monkeypatch.setattr(search_session, "asyncio", SimpleNamespace(sleep=until_typing_rests))
    async with driver(services) as d:
        await d.expect_text("30 cached")
        await d.type("annabel")
        await d.expect_text("0 of 30 cached")
        assert services.directory.asked == [], "not one request per key"
        rest.set()
        await d.expect_row("Annabel Ortega")
        await d.expect_text("1 of 31 cached")
        assert services.directory.asked == ["annabel"]


async def test_a_server_that_does_not_answer_is_reported_beside_the_cached_data() -> None:
    services = fake_services(30, complete=False)
    services.directory.server_failure = TimedOut("No answer within 30 s.")
    async with driver(services) as d:
        await d.type("zzzz")
        await d.expect_text("No customer matches zzzz", "Timed out", "the server did not answer")


@pytest.mark.parametrize(("text", "matching"), [("zzzz", 0), ("annabel", 1)])
async def test_a_hit_of_the_server_that_cannot_be_read_is_named_and_the_rest_shown(
    text: str, matching: int
) -> None:
    services = fake_services(30, complete=False)
    services.directory.server = [customer(104)]  # Annabel Ortega
    services.directory.unreadable = (SkippedRow("Cust_odd", "Odd [/] One", "created is not a date"),)
    async with driver(services) as d:
        await d.type(text)
        await d.expect_text(f"{matching} cached · ▲ Odd [/] One could not be read")
        if matching:
            await d.expect_row("Annabel Ortega")


async def test_fetching_details_is_shown_in_the_status() -> None:
    services = fake_services(30)
    async with driver(services) as d:
        services.sync.set(SyncProgress(SyncPhase.DETAILS, total=12))
        await d.expect_text("fetching details of 12")
        services.sync.set(SyncProgress(SyncPhase.FOLLOWING))
        await d.expect_gone("fetching details")


async def test_a_cache_that_is_set_aside_and_a_repeated_sync_are_reported() -> None:
    services = fake_services(30)
    async with driver(services) as d:
        services.file_notice.emit("The cache was damaged. It was set aside as cache.db.damaged-1.")
        await d.expect_toast("It was set aside as cache.db.damaged-1.")
        services.sync.refetched.emit("The server refused to continue the list of customers.")
        await d.expect_toast("The server refused to continue the list of customers.")


async def test_customers_that_could_not_be_read_are_named_in_the_status() -> None:
    services = fake_services(30)
    services.sync.skipped = (SkippedRow("Cust_9", "Anna\x1b[2J Schmidt", "created is not a timestamp"),)
    async with driver(services) as d:
        await d.expect_text("▲ Anna␛[2J Schmidt could not be read")
        services.sync.skipped *= 2
        services.sync.set(SyncProgress(SyncPhase.DONE))
        await d.expect_text("▲ 2 customers could not be read")


async def test_offline_only_cached_customers_are_searched() -> None:
    services = fake_services(30, complete=False)
    services.link.set(LinkKind.OFFLINE, "The network is down.")
    async with driver(services) as d:
        await d.expect_text("■ offline since", "30 cached · offline")
        await d.type("zzzz")
        await d.expect_text("only cached customers were searched")
        assert services.directory.asked == []
        services.link.set(LinkKind.ONLINE)
        await d.expect_text("● online")


async def test_offline_with_an_empty_cache_shows_why() -> None:
    services = fake_services(0, complete=False)
    services.link.set(LinkKind.OFFLINE, "The name api.example does not resolve.")
    async with driver(services) as d:
        await d.expect_text("Nothing is cached yet", "The name api.example does not resolve.")


async def test_the_first_synchronization_shows_progress_and_rows_as_they_arrive() -> None:
    services = fake_services(0, complete=False)
    services.sync.is_complete = False
    services.sync.progress = SyncProgress(SyncPhase.CUSTOMERS, 4200, 12480, 980.0, 8.6)
    async with driver(services) as d:
        await d.expect_text(
            "Downloading customers for the first time", "customers 4,200 of 12,480 · 980/s · 9 s left"
        )
        services.directory.rows = fake_services(5).directory.rows
        services.sync.data_changed.emit(frozenset())
        await d.expect_text("row 1 of 5", "syncing customers 4,200 of 12,480")
        await d.expect_focus("SearchField")


async def test_changes_in_the_background_keep_the_cursor_on_its_customer() -> None:
    services = fake_services(300)
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.to_list")
        await d.press("j", "j", "j")
        await d.expect_text("row 4 of 300")
        name = d.line_with("▌")[2:20].strip()
        first = services.directory.rows[0]
        newcomer = first.value.model_copy(update={"id": "cus_new", "name": "Aaa First"})
        services.directory.rows.append(replace(first, value=newcomer))
        services.sync.data_changed.emit(frozenset(["cus_new"]))
        await d.expect_text("row 5 of 301", "Aaa First")
        await d.expect_row("▌", name)


async def test_a_damaged_cache_is_reported_and_the_list_recovers() -> None:
    services = fake_services(30)
    services.directory.failure = StoreCorrupt("cache.db is damaged.")
    async with driver(services) as d:
        await d.expect_text("Damaged local file", "cache.db is damaged.")
        services.directory.failure = None
        await d.type("anna")
        await d.expect_gone("damaged")


async def test_a_stale_row_shows_its_age() -> None:
    services = fake_services(3)
    services.directory.rows = [
        replace(row, fetched_at=row.fetched_at - timedelta(days=2)) for row in services.directory.rows
    ]
    async with driver(services) as d:
        await d.expect_text("as of 20 Nov")


async def test_sort_switches_between_the_orders() -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("customers.sort")
        await d.expect_text("sort:-owes", "Owes ↓")
        for _ in range(3):
            await d.press_command("customers.sort")
        await d.expect_text("Name ↑")
        await d.expect_gone("sort:")


async def test_the_filter_dialog_edits_the_search() -> None:
    async with driver(fake_services(300)) as d:
        await d.type("plan:pro")
        await d.press_command("search.leave")
        await d.press_command("customers.filters")
        await d.expect_text("[x] Pro", "[ ] Business", "▲ past due", "■ frozen")
        await d.press("tab", "j", "space")
        await d.expect_text("/ plan:pro is:past_due")
        await d.press_command("filters.apply")
        await d.expect_screen("CustomersScreen")
        await d.expect_text("/  plan:pro is:past_due")
        await d.expect_row("Pro ·", "▲ past due")


async def test_enter_applies_the_filters() -> None:
    async with driver(fake_services(30)) as d:
        await d.expect_text("row 1 of 30")
        await d.press_command("search.leave")
        await d.press_command("customers.filters")
        await d.expect_screen("FilterDialog")
        await d.press("tab", "space", "enter")
        await d.expect_screen("CustomersScreen")
        await d.expect_text("is:frozen")


async def test_the_copy_menu_copies_the_email() -> None:
    async with driver(fake_services(30)) as d:
        await d.press_command("search.leave")
        await d.press_command("customers.copy")
        await d.expect_text("E-mail")
        await d.press("e")
        await d.expect_toast("E-mail copied.")
        assert "@" in d.app.clipboard


@pytest.mark.parametrize(
    ("size", "there", "gone"),
    [
        ((80, 24), ["E-mail", "Status", "Owes"], ["Since", "Latest invoices"]),
        ((100, 30), ["E-mail", "Status", "Owes", "Since"], ["Latest invoices"]),
        ((150, 40), ["Since", "Latest invoices", "Contact"], []),
        ((62, 16), ["Name", "Status", "Owes"], ["Since"]),
    ],
)
async def test_columns_and_preview_follow_the_width(
    size: tuple[int, int], there: list[str], gone: list[str]
) -> None:
    async with driver(fake_services(300), size=size) as d:
        await d.expect_text("row 1 of 300", *there)
        assert not any(word in d.text() for word in gone)
        assert all(len(line) <= size[0] for line in d.lines())


async def test_a_terminal_that_is_too_small_shows_a_notice() -> None:
    async with driver(fake_services(30), size=(40, 10)) as d:
        await d.expect_text("Too small")
        await d.resize(100, 30)
        await d.expect_text("row 1 of 30")


async def test_no_size_ends_the_app() -> None:
    async with driver(fake_services(30)) as d:
        await d.expect_text("row 1 of 30")
        for width, height in [
            (1, 1),
            (2, 5),
            (20, 5),
            (59, 15),
            (60, 14),
            (60, 15),
            (139, 20),
            (300, 90),
            (80, 24),
        ]:
            await d.resize(width, height)
            await d.pilot.pause()
        await d.expect_text("row 1 of 30")


@pytest.mark.parametrize("word", ["demo", "test", "live"])
async def test_the_banner_shows_the_environment(word: str) -> None:
    async with driver(fake_services(3, environment=word)) as d:
        await d.expect_match(rf"^ {word.upper()} ")


async def test_a_search_can_be_given_at_the_start() -> None:
    async with driver(fake_services(300), start=Start(query="ortega")) as d:
        await d.expect_text("/  ortega")
        await d.expect_row("▌ Annabel Ortega")


async def test_escape_never_quits() -> None:
    async with driver(fake_services(3)) as d:
        await d.press(*["escape"] * 6)
        assert d.app.is_running
        assert isinstance(d.screen, CustomersScreen)
        await d.press_command("app.quit")
        await d.wait_for(lambda: not d.app.is_running or d.app.return_code == 0, "the app ended")


async def test_a_remapped_key_works_and_the_bar_shows_it() -> None:
    async with driver(fake_services(300), settings=Settings(keymap={"customers.sort": "o"})) as d:
        await d.press_command("search.leave")
        await d.expect_text("o sort")
        await d.press("s")
        await d.press("o")
        await d.expect_text("sort:-owes")


async def test_a_keymap_that_cannot_be_used_is_reported_by_name() -> None:
    async with driver(fake_services(3), settings=Settings(keymap={"no.such": "x"})) as d:
        await d.expect_toast("unknown command no.such")


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


async def test_moving_focus_or_suggestions_repaints_few_lines(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    painted: list[int] = []
    paint = VirtualTable.render_line

    def counted(self: VirtualTable[object], y: int) -> Strip:
        painted.append(y)
        return paint(self, y)

    async with driver(fake_services(300), size=(100, 40)) as d:
        await d.expect_text("row 1 of 300")
        assert table(d).page > 30
        await d.pilot.pause()
        monkeypatch.setattr(VirtualTable, "render_line", counted)
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


async def test_the_preview_does_not_call_refunded_and_disputed_invoices_paid() -> None:
    services = fake_services(0)
    one = next(one for one in customers(50) if one.latest_invoices and one.latest_invoices[0].total)
    services.directory.rows = [Stamped(one.model_copy(update={"disputed": True}), NOW, Source.CACHE)]
    async with driver(services, size=(150, 40)) as d:
        await d.expect_text("Latest invoices", "▲ A payment is disputed")
        first, second, third = invoices_of(one)
        services.invoices[one.id] = (first.model_copy(update={"refunded": first.total}), second, third)
        payment = PAYMENT.model_copy(update={"invoice_ids": (second.id,), "disputed": True})
        services.profiles.parts[("payments", one.id)] = Stamped((payment,), NOW, Source.CACHE)
        services.data_changed.emit(frozenset([one.id]))
        await d.expect_row(f"○ {first.number}", "refunded ·")
        await d.expect_row(f"▲ {second.number}", "disputed ·")
        await d.expect_row(f"● {third.number}", "paid ·")
        await d.expect_gone("▲ A payment is disputed")


async def test_the_list_and_the_journal_are_saved_as_csv_into_a_new_file_each_time(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        await intended(services, refund_of(customer, payment), title="=Anna")
        async with driver(services, start=Start(query="a sort:-owes")) as d:
            await d.expect_match(r"row 1 of \d+")
            await d.press_command("search.to_list")
            await d.press_command("customers.export")
            await d.expect_toast("customers saved as")
            await d.press_command("customers.export")
            await d.wait_for(lambda: len(list((tmp_path / "d").iterdir())) == 2, "a second file")
            await d.press_command("app.journal")
            await d.expect_row("=Anna")
            await d.press_command("journal.export")
            await d.expect_toast("1 entry saved as")
        search = services.directory.open("a sort:-owes")
        ids = [row.value.id async for rows in search.pages(99) for row in rows]
    *lists, journal = sorted((tmp_path / "d").iterdir())
    assert {path.stat().st_mode & 0o777 for path in (*lists, journal)} == {0o600}
    for path in lists:
        assert [row["id"] for row in csv.DictReader(path.read_text().splitlines())] == ids
    assert "'=Anna" in journal.read_text()

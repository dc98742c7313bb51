"""The customers screen: search box, commands, sizes, preview and export."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import replace
from pathlib import Path

import pytest
from textual.events import Paste

from tests.screens.driver import driver
from tests.support.anna import BRIEF, PAYMENT
from tests.support.customers import NOW, TODAY, customers, invoices_of
from tests.support.fake_services import fake_services
from tests.support.opened import intended, opened, refund_of, refundable
from tests.support.sandbox import Sandbox
from wbtui.app import Start
from wbtui.models.attention import ProfileData
from wbtui.models.customer import Email
from wbtui.models.page import Source, Stamped
from wbtui.settings import Settings
from wbtui.store.highlights import Match
from wbtui.ui.clipboard import MAX_COPY
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.text.customers import matched_line
from wbtui.ui.widgets.customer_preview import preview_content
from wbtui.ui.widgets.search_bar import MAX_TYPED, SearchBar


async def test_cached_customers_are_listed_at_once_and_typing_narrows_the_list() -> None:
    async with driver(fake_services(300)) as d:
        await d.expect_text("300 customers")
        await d.type("anna")
        await d.expect_match(r"\d+ of 300")
        await d.expect_row("▌ Anna Johansson", "● active")
        await d.expect_text("matched: name Anna Johansson")


async def test_the_search_key_leads_to_the_empty_search_box_and_then_is_text() -> None:
    async with driver(fake_services(300)) as d:
        await d.press("slash")  # at the start, the box has the focus already
        await d.type("a/b")
        assert d.screen.query_one(SearchBar).text == "a/b"
        d.screen.query_one(SearchBar).text = ""
        await d.press("down", "slash", "slash")
        await d.type("srv")
        assert d.screen.query_one(SearchBar).text == "/srv"


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
        assert len(d.lines()[-1]) == 99, "as wide as the screen, but for the padding"


async def test_enter_opens_nobody_when_all_that_was_typed_is_ignored(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    async with driver(fake_services(300)) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        await d.type("has:nothing")
        await d.press("enter")
        await d.expect_toast("has: has no value nothing")
        await d.expect_focus("SearchField")
        await d.press("down")
        for one in ("mark_all", "export", "insights"):
            await d.press_command(f"customers.{one}")
            await d.expect_toast("Part of the search is ignored. has: has no value nothing")
            await d.expect_screen("CustomersScreen")
            d.app.clear_notifications()
        await d.press_command("app.search")
        await d.press("end")
        await d.type(" ortega")
        await d.expect_row("▌ Annabel Ortega")
        assert not opened
        await d.press("enter")
        await d.wait_for(lambda: len(opened) == 1, "who was found is opened")


async def test_enter_before_rows_have_come_opens_the_first_match(monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    services = fake_services(300)
    async with driver(services) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        services.directory.gate = asyncio.Event()
        await d.type("ortega")
        await d.press("enter")
        assert isinstance(d.screen, CustomersScreen)
        assert (opened, d.screen.is_loading) == ([], True), "the terminal's next key waits"
        services.directory.gate.set()
        await d.wait_for(lambda: bool(opened), "the customer opened")
        assert not d.screen.is_loading
        row = next(one for one in services.directory.rows if "Annabel Ortega" in one.value.title)
        assert opened == [row.value.id]


async def test_enter_while_rows_wait_to_be_listed_opens_none_of_those_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    opened: list[str] = []
    services = fake_services(300)
    async with driver(services) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        services.directory.gate = asyncio.Event()
        await d.type("ortega")
        assert isinstance(d.screen, CustomersScreen)
        session = d.screen._session
        session.state = replace(session.state, shown=True)  # they have come, the screen is still busy
        d.screen._opening = True
        d.screen._open_found(None)
        assert opened == []
        services.directory.gate.set()
        await d.wait_for(lambda: bool(opened), "the customer opened")
        row = next(one for one in services.directory.rows if "Annabel Ortega" in one.value.title)
        assert opened == [row.value.id]


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


async def test_a_click_on_a_heading_sorts_by_its_column_and_the_next_click_reverses_it() -> None:
    async with driver(fake_services(300), size=(140, 40)) as d:
        for clicked, typed, heading in (
            ("Owes", "sort:-owes", "Owes ↓"),
            ("Owes ↓", "sort:owes", "Owes ↑"),
            ("Status", "sort:status", "Status ↑"),
            ("Status ↑", "sort:-status", "Status ↓"),
            ("Name", "sort:name", "Name ↑"),
            ("Name ↑", "sort:-name", "Name ↓"),
        ):
            await d.click(clicked)
            await d.expect_text(typed, heading)
        await d.click("E-mail")
        await d.expect_text("sort:-name")


async def test_sort_switches_between_the_orders() -> None:
    async with driver(fake_services(300)) as d:
        await d.press_command("search.leave")
        await d.press_command("customers.sort")
        await d.expect_text("sort:-owes", "Owes ↓", "by amount owed in EUR  ·  row 1 of 300")
        for _ in range(3):
            await d.press_command("customers.sort")
        await d.expect_text("Name ↑")
        await d.expect_gone("sort:")
        await d.press_command("app.search")
        await d.type("lange")
        await d.expect_gone("Name ↑")  # the best match comes first
        await d.press("space")
        await d.type("sort:name")
        await d.expect_text("Name ↑")


async def test_an_order_by_amounts_names_their_currency() -> None:
    """MRR has no column, and amounts of other currencies come last."""
    async with driver(fake_services(300)) as d:
        await d.type("sort:-mrr")
        await d.expect_text("by MRR in EUR  ·  row 1 of 300")
        await d.press("ctrl+u")
        await d.type("sort:status")
        await d.expect_match(r"  row 1 of 300")
        await d.expect_gone("in EUR")


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
        await d.expect_text("row 1 of 30")
        await d.press_command("customers.copy")
        await d.expect_screen("CopyMenu")
        await d.press("e")
        await d.expect_toast("E-mail copied.")
        assert "@" in d.app.clipboard
        await d.press_command("customers.copy")
        line = d.line_with("Name   ")
        await d.pilot.click(offset=(line.index("Name") + 20, d.lines().index(line)))
        await d.expect_toast("Name copied.")
        await d.expect_screen("CustomersScreen")
        d.app.copy("x" * (MAX_COPY + 1), "comparison")
        await d.expect_toast("Comparison: only the first 20,000 characters were copied.")


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


async def test_the_preview_takes_its_width_again_after_a_search_without_matches() -> None:
    async with driver(fake_services(30), size=(140, 40)) as d:
        await d.expect_text("row 1 of 30", "Latest invoices")
        rule = d.line_with("─ Latest invoices").rpartition("─ Latest invoices")[2]
        await d.type("zzzz")
        await d.expect_text("No customer matches")
        await d.press("escape", "escape")
        await d.expect_text("row 1 of 30", f"─ Latest invoices{rule}")
        await d.resize(170, 40)
        await d.expect_text(f"─ Latest invoices{rule}──")
        await d.resize(240, 40)
        # The list gets what no line of the preview needs.
        await d.wait_for(lambda: d.screen.query_one("#preview").region.width == 58, "at most 58 cells")


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
        await d.expect_row(f"○ {first.number}", "· refunded")
        await d.expect_row(f"▲ {second.number}", "· disputed")
        await d.expect_row(f"● {third.number}", "· paid")
        await d.expect_text("─ Needs attention ", f"▲ Payment of {PAYMENT.money} is disputed")
        await d.expect_gone("▲ A payment is disputed")


def test_the_preview_indents_labels_and_notes_alike() -> None:
    one = next(customers(1)).model_copy(
        update={"id": "Cust_" + "1" * 38, "reference": "LUM-77", "notes": "Prefers e-mail.\n" + "Moved. " * 9}
    )
    lines = preview_content(ProfileData(one), TODAY, 44, 60).plain.splitlines()
    contact = lines[next(at for at, line in enumerate(lines) if line.startswith("─ Contact")) :]
    labels = [line for line in contact if line.split()[:1] in (["ref"], ["ID"])]
    assert [line[:3].rstrip() for line in labels] == ["  r", "  I"]
    notes = lines[next(at for at, line in enumerate(lines) if line.startswith("─ Notes")) + 1 :]
    assert notes[0] == "  Prefers e-mail."
    assert len(notes) > 2 and all(line.startswith("  Moved.") for line in notes[1:])


def test_the_preview_says_how_many_lines_it_leaves_out() -> None:
    one = next(customers(1))
    several = tuple(BRIEF.model_copy(update={"id": f"Cont_{number}"}) for number in range(6))
    methods = (PAYMENT.method,) * 7
    emails = tuple(Email(label="other", address=f"{number}@lumen.example") for number in range(5))
    row = one.model_copy(update={"subscriptions": several, "methods": methods, "emails": emails})
    lines = preview_content(ProfileData(row), TODAY, 60, 60).plain.splitlines()
    assert [line for line in lines if " more" in line] == ["  and 2 more", "  and 1 more", "  and 3 more"]
    few = row.model_copy(update={"subscriptions": several[:4], "methods": methods[:4], "emails": emails[:4]})
    assert " more" not in preview_content(ProfileData(few), TODAY, 60, 60).plain


async def test_the_list_and_the_journal_are_saved_as_csv_into_a_new_file_each_time(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("wbtui.ui.exporting.MANY", 1)
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        customer, payment = await refundable(services)
        await intended(services, refund_of(customer, payment), title="=Anna")
        async with driver(services, start=Start(query="a sort:-owes")) as d:
            await d.expect_match(r"row 1 of \d+")
            await d.press_command("search.to_list")
            await d.press_command("customers.export")
            await d.expect_screen("ExportColumnsDialog")
            await d.expect_text("[x] ID", "[x] Owes", "[ ] Company", "[ ] Notes")
            await d.press("escape")
            await d.press_command("customers.export")
            await d.press_command("form.go_on")
            await d.expect_toast("Saving ")
            await d.expect_toast("customers saved as")
            await d.press_command("customers.export")
            await d.expect_screen("ExportColumnsDialog")
            for steps in (0, 1, 2, 2, 1, 2):
                await d.press(*["j"] * steps, "space")
            await d.press("tab", "space", "j", "j", "space")
            await d.press_command("form.go_on")
            await d.expect_text("▲ Choose a column.")
            await d.press("shift+tab", *["k"] * 8, "space", "j", "j", "space")
            await d.press_command("form.go_on")
            await d.wait_for(lambda: len(list((tmp_path / "d").iterdir())) == 2, "a second file")
            await d.press_command("customers.export")
            await d.expect_text("[x] ID", "[x] Company", "[ ] Name", "[ ] Owes")
            await d.press("escape")
            await d.press_command("app.journal")
            await d.expect_row("=Anna")
            assert d.screen.query_one("#journal-entry PanelTitle").styles.margin == (1, 1, 0, 1)
            await d.press_command("journal.export")
            await d.expect_toast("1 entry saved as")
        search = services.directory.open("a sort:-owes")
        ids = [row.value.id async for rows in search.pages(99) for row in rows]
    *lists, journal = sorted((tmp_path / "d").iterdir())
    assert {path.stat().st_mode & 0o777 for path in (*lists, journal)} == {0o600}
    saved = [path.read_text("utf-8-sig").splitlines() for path in lists]
    assert [lines[0][:18] for lines in saved] == ["id,name,email,plan", "id,company"]
    for lines in saved:
        assert [row["id"] for row in csv.DictReader(lines)] == ids
    assert "'=Anna" in journal.read_text()

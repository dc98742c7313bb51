"""The customers screen while data is missing, stale, damaged or changing in the background."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.screens.driver import driver
from tests.support.customers import TODAY, customer
from tests.support.fake_services import fake_services
from wbtui.errors import StoreCorrupt, TimedOut
from wbtui.models.page import SkippedRow
from wbtui.models.query.data import not_listed
from wbtui.models.query.parser import parse
from wbtui.services.link import KEY_REJECTED, LinkKind
from wbtui.services.progress import SyncPhase, SyncProgress
from wbtui.ui.format import clock
from wbtui.ui.screens import search_session
from wbtui.ui.search_state import SearchState
from wbtui.ui.text.customers import Sources, count_line
from wbtui.ui.text.search import inexact


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


async def test_a_filter_on_data_that_is_not_listed_does_not_say_that_nobody_matches() -> None:
    services = fake_services(30)
    rows = services.directory.rows
    services.directory.rows = [
        replace(row, value=row.value.model_copy(update={"owed": None})) for row in rows
    ]
    async with driver(services) as d:
        await d.expect_row("Ava García", "unknown")
        await d.type("owes>0")
        await d.expect_text("list of customers does not include the data for owes.")
        await d.expect_gone("Searched all 30 customers.")
        await d.expect_text("unknown of 30")


def test_where_the_list_lacks_the_data_more_may_match() -> None:
    services = fake_services(1)
    sources = Sources(services.link.state, services.sync.progress, complete=True, synced_before=True)
    query = parse("owes>0", today=TODAY)
    found = SearchState(text="owes>0", query=query, matching=1, cached=30, not_listed=("owes",))
    assert count_line(found, sources) == "at least 1 of 30"
    assert inexact(("owes",), complete=True).endswith("for owes. Others may match.")


def test_where_the_list_lacks_the_data_a_filter_excludes_nobody() -> None:
    services = fake_services(1)
    sources = Sources(services.link.state, services.sync.progress, complete=True, synced_before=True)
    query = parse("-owes>0 country:de", today=TODAY)
    [unknown] = not_listed(query, [customer(1).model_copy(update={"owed": None})])
    assert inexact((unknown,), complete=True).endswith("for owes. Some may not match.")
    found = SearchState(text="-owes>0", query=query, matching=30, cached=30, not_listed=(unknown,))
    assert count_line(found, sources) == "at most 30 of 30"


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
        services.link.set(LinkKind.OFFLINE)  # the server is not asked about the next search
        await d.type("q")
        await d.expect_text("only cached customers were searched")
        await d.expect_gone("could not be read")


async def test_what_is_marked_or_saved_of_an_incomplete_list_says_that_others_may_match(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    services = fake_services(30, complete=False)
    services.documents = tmp_path
    for of, name in ((services.cache, "currencies"), (services.workspace, "export_columns")):
        monkeypatch.setattr(of, name, _none, raising=False)
    monkeypatch.setattr(services.workspace, "set_export_columns", _none, raising=False)
    async with driver(services) as d:
        await d.press_command("search.leave")
        await d.press_command("customers.mark_all")
        await d.expect_toast("30 customers marked. Not all customers are cached yet: others may match.")
        await d.press_command("customers.export")
        await d.press_command("form.go_on")
        await d.expect_toast(".csv. Not all customers are cached yet: others may match.")
        services.directory.complete = True
        await d.press_command("customers.mark_all")
        await d.expect_gone("marked ·")
        await d.press_command("customers.mark_all")
        await d.wait_for(lambda: d.notices[-1].endswith("30 customers marked."), "nobody else may match")


async def _none(*_args: object) -> tuple[str, ...]:
    return ()


async def test_fetching_details_is_shown_in_the_status() -> None:
    services = fake_services(30)
    async with driver(services) as d:
        services.sync.set(SyncProgress(SyncPhase.DETAILS, total=12))
        await d.expect_text("fetching details 0 of 12")
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


async def test_started_offline_the_top_bar_shows_how_old_the_data_is() -> None:
    services = fake_services(30)
    services.link.set(LinkKind.OFFLINE, "Started with --offline. Nothing is sent or fetched.")
    services.sync.confirmed_at = services.now() - timedelta(days=3)
    async with driver(services, size=(80, 24)) as d:
        await d.expect_text("■ offline since", f"synced {clock(services.sync.confirmed_at, services.now())}")


async def test_a_rejected_key_is_named_in_the_top_bar() -> None:
    """It said "degraded" only, as of a server that fails now and then."""
    services = fake_services(30)
    async with driver(services, size=(80, 24)) as d:
        await d.expect_text("● online")
        services.link.set(LinkKind.DEGRADED, KEY_REJECTED)
        await d.expect_text("▲ API key rejected, read-only")
        services.link.set(LinkKind.DEGRADED, "The server failed.")
        await d.expect_text("▲ degraded")


async def test_offline_with_an_empty_cache_shows_why() -> None:
    services = fake_services(0, complete=False)
    services.link.set(LinkKind.OFFLINE, "The name api.example does not resolve.")
    async with driver(services) as d:
        await d.expect_text("Nothing is cached yet", "The name api.example does not resolve.")
        services.sync.confirmed_at = services.now()
        services.sync.set(services.sync.progress)
        await d.expect_text("The cached data has expired", "The name api.example does not resolve.")


async def test_started_offline_an_empty_cache_promises_no_further_attempts() -> None:
    services = fake_services(0, complete=False)
    services.link.set(LinkKind.OFFLINE, "Started with --offline. Nothing is sent or fetched.")
    async with driver(services) as d:
        await d.expect_text("Nothing is cached yet", "Started with --offline.", "when you are online")
        assert "cannot be reached" not in d.text() and "keeps trying" not in d.text()


async def test_the_first_synchronization_shows_progress_and_rows_as_they_arrive() -> None:
    services = fake_services(0, complete=False)
    services.sync.is_complete = False
    services.sync.progress = SyncProgress(SyncPhase.CUSTOMERS, 4200, 12480, 980.0, 8.6)
    async with driver(services) as d:
        await d.expect_text(
            "Downloading customers for the first time", "customers 4,200 of 12,480 · 980/s · 9 s left"
        )
        services.directory.rows = fake_services(5).directory.rows
        services.data_changed.emit(frozenset())
        await d.expect_text("row 1 of 5", "syncing customers 4,200 of 12,480")
        await d.expect_focus("SearchField")


@pytest.mark.parametrize("row", [1, 4])
async def test_changes_in_the_background_keep_the_cursor_on_its_customer(row: int) -> None:
    services = fake_services(300)
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        await d.press_command("search.to_list")
        await d.press(*"j" * (row - 1))
        await d.expect_text(f"row {row} of 300")
        name = d.line_with("▌")[2:20].strip()
        first = services.directory.rows[0]
        newcomer = first.value.model_copy(update={"id": "cus_new", "name": "Aaa First"})
        services.directory.rows.append(replace(first, value=newcomer))
        services.data_changed.emit(frozenset(["cus_new"]))
        await d.expect_text(f"row {row + 1} of 301", "Aaa First")
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

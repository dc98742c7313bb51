"""The timeline: older events as the agent scrolls, a page that fails, the filter."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from tests.screens.driver import Driver, profile_tab
from tests.support.customers import NOW, customer
from tests.support.events import page
from tests.support.fake_services import FakeServices, fake_services
from wbtui.errors import Offline, ServerFailed
from wbtui.models.activity import Actor, EventPage
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import ACTIVITY, CUSTOMER, EVENTS, events_owner
from wbtui.ui.widgets.detail_pane import DetailPane

OWNER = customer(1).id
FIRST = (ACTIVITY.name, OWNER)
SECOND, THIRD = ((EVENTS.name, events_owner(OWNER, cursor)) for cursor in ("c1", "c2"))


def stamped(value: EventPage) -> Stamped[EventPage]:
    return Stamped(value, NOW, Source.SERVER)


def services_with_events() -> FakeServices:
    """A customer with 200 events in the cache, and 100 older ones on the server, in two pages."""
    services = fake_services(1)
    profiles = services.profiles
    profiles.parts[CUSTOMER.name, OWNER] = Stamped(customer(1), NOW, Source.SERVER)
    profiles.parts[FIRST] = stamped(page(range(200), "c1", 300))
    profiles.answers[SECOND] = stamped(page(range(200, 280), "c2", 300))
    profiles.answers[THIRD] = stamped(page(range(280, 300), None, 300))
    return services


@asynccontextmanager
async def timeline(services: FakeServices, size: tuple[int, int] = (140, 30)) -> AsyncIterator[Driver]:
    async with profile_tab(services, 6, OWNER, size=size) as d:
        await d.expect_row("▌", "Event number 0")
        yield d


async def test_older_events_come_as_the_agent_scrolls_and_show_who_channel_reason_and_ticket() -> None:
    services = services_with_events()
    async with timeline(services) as d:
        await d.expect_row("▌", "Event number 0", "€49.00", "Priya Nair · agent", "courtesy", "ZD-0")
        assert SECOND not in services.profiles.parts, "not before it is needed"
        await d.press_command("table.end")
        await d.wait_for(lambda: SECOND in services.profiles.parts, "the second page was fetched")
        await d.press_command("table.end")
        await d.wait_for(lambda: THIRD in services.profiles.parts, "the third page was fetched")
        await d.press_command("table.end")
        await d.expect_row("▌", "Event number 299")
        await d.press_command("table.top")
        await d.expect_row("▌", "Event number 0")
    for size in ((80, 24), (100, 30), (200, 50)):
        async with timeline(services_with_events(), size) as d:
            for label, value in (
                ("By", "Priya Nair"),
                ("Channel", "agent"),
                ("Reason", "courtesy"),
                ("Ticket", "ZD-0"),
            ):
                await d.expect_row(label, value)


async def test_heading_and_details_stay_in_view_while_rows_scroll_past() -> None:
    async with timeline(services_with_events(), (100, 24)) as d:
        at = heading_line(d)
        await d.press_command("table.end")
        await d.expect_row("▌", "Event number 199")
        await d.expect_gone("─ Activity ")
        await d.expect_row("What  ", "Event number 199")
        stuck = heading_line(d)
        assert stuck < at
        for number in range(198, 180, -1):
            await d.press_command("table.up")
            await d.expect_row("▌", f"Event number {number}")
            assert heading_line(d) == stuck, "also when the view follows the cursor"
        await d.pilot.click(offset=(5, stuck))
        await d.pilot.click(offset=(5, stuck + 2))
        await d.expect_row("▌", "Event number 182")
        await d.press_command("table.top")
        await d.expect_row("▌", "Event number 0")
        await d.expect_text("─ Activity ")
        assert heading_line(d) == at


async def test_the_details_of_another_event_are_shown_from_the_beginning() -> None:
    async with timeline(services_with_events(), (62, 16)) as d:
        await d.expect_text("What     Event number 0")
        await d.press_command("table.details_down")
        await d.expect_gone("What     Event number 0")
        await d.press_command("table.down")
        await d.expect_text("What     Event number 1")


def heading_line(d: Driver) -> int:
    """The only line of the screen with the titles of the columns."""
    (at,) = (at for at, line in enumerate(d.lines()) if line.split()[:3] == ["When", "Kind", "What"])
    return at


async def test_at_100_columns_an_event_is_whole_and_the_channel_is_cut() -> None:
    services = services_with_events()
    what = "Payment failed (insufficient funds): INV-0042"
    who = Actor(kind="agent", name="Anna-Maria Schmidt-Meier")
    old = page(range(1), None, 1, what=what, actor=who, at=NOW.replace(year=2025))
    services.profiles.parts[FIRST] = stamped(old)
    async with profile_tab(services, 6, OWNER, size=(100, 30)) as d:
        await d.expect_row("▌", f" {what} ", "€49.00", "Anna-Maria S")


async def test_a_page_that_fails_says_so_below_the_rows_and_is_retried() -> None:
    services = services_with_events()
    answer = services.profiles.answers[SECOND]
    services.profiles.answers[SECOND] = ServerFailed("It answered 503.", request_id="req_7")
    async with timeline(services) as d:
        await d.press_command("table.end")
        await d.expect_text("Older events were not loaded", "It answered 503.", "Retry", "Event number 199")
        services.profiles.answers[SECOND] = answer
        await d.pilot.click(".events-retry")
        await d.wait_for(lambda: SECOND in services.profiles.parts, "the page was fetched")
        await d.expect_gone("Older events were not loaded", "503")
        await d.press_command("table.end")
        await d.expect_text("Event number 279")


async def test_offline_the_cached_pages_are_shown_and_the_rest_is_not_available() -> None:
    services = services_with_events()
    services.profiles.parts[SECOND] = stamped(page(range(200, 280), "c2", 300))
    services.profiles.answers[THIRD] = Offline("No route.")
    async with timeline(services) as d:
        await d.press_command("table.end")
        await d.expect_gone("Loading older")
        await d.press_command("table.end")
        await d.expect_text("Event number 279", "Older events are not available offline.")


async def test_a_filter_by_kind_and_text_reads_older_pages_too() -> None:
    async with timeline(services_with_events()) as d:
        await d.press_command("timeline.filter")
        await d.expect_screen("RowFilterDialog")
        await d.type("number 29")
        await d.press("enter")
        await d.expect_text('"number 29"', "13 of 300 events", "Event number 299")
        await d.press_command("timeline.filter")
        await d.press("down", "down", "down", "space")
        await d.press_command("form.go_on")
        await d.expect_text("Filter: payment", "Event number 297")
        await d.expect_gone("Event number 298")
        await d.press_command("timeline.filter")
        await d.type(" nothing")
        await d.press("enter")
        await d.expect_text("No event matches.", "0 of 300 events")
        assert not d.screen.query_one(DetailPane).display, "no empty lines above"
        await d.press_command("timeline.filter")
        await d.press("ctrl+u", "down", "down", "down", "space")
        await d.press_command("form.go_on")
        await d.expect_text("Event number 1 ")
        await d.expect_gone("Filter:")


async def test_marked_events_are_copied_as_text_for_the_ticket_and_long_ones_saved(tmp_path: Path) -> None:
    services = services_with_events()
    services.documents = tmp_path / "d"
    services.profiles.parts[FIRST] = stamped(page(range(200), "c1", 300, comment="long " * 20))
    async with timeline(services) as d:
        await d.press_command("timeline.mark")
        await d.expect_row("▌", "Event number 1")
        await d.press_command("timeline.mark")
        await d.expect_row(" *", "Event number 0")
        await d.expect_text("─ Activity · 2 marked ─")
        await d.press_command("profile.copy")
        await d.expect_text("2 events, Markdown, internal", "2 events, text, customer-safe")
        await d.press("m")
        await d.expect_toast("2 events, Markdown, internal copied.")
        assert (
            "- 2026-11-22 09:42 UTC · payment · Event number 0 · €49.00\n  - By: Priya Nair"
            in d.app.clipboard
        )
        assert "Event number 1" in d.app.clipboard and "Event number 2" not in d.app.clipboard
        await d.press_command("profile.copy")
        await d.press("T")
        await d.expect_toast("2 events, text, customer-safe copied.")
        assert "Priya" not in d.app.clipboard and customer(1).title not in d.app.clipboard
        await d.press_command("timeline.mark_all")
        await d.press_command("profile.copy")
        await d.press("t")
        await d.expect_toast("Too long for the clipboard.")
        [saved] = services.documents.iterdir()
        assert saved.stat().st_mode & 0o777 == 0o600
        assert saved.read_text().count("Event number") == 200
        await d.press_command("timeline.mark_all")
        await d.expect_gone(" * ", "marked")

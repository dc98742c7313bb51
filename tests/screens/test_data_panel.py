"""A panel shows cached data with its age, refreshes it in the background, and shows its own errors."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

import pytest
from textual.app import ComposeResult
from textual.widgets import Button

from tests.screens.driver import Driver, driver
from tests.support.customers import NOW, customer
from tests.support.fake_services import FakeServices, fake_services
from wbtui.app import Start
from wbtui.errors import NotFound, NotOffered, Offline, ServerFailed, Unreachable
from wbtui.models.customer import Customer
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER
from wbtui.services.link import LinkKind
from wbtui.ui import service_signals
from wbtui.ui.format import instant
from wbtui.ui.safe import safe
from wbtui.ui.screens.customer_screen import CustomerScreen, DeletedNote
from wbtui.ui.widgets.data_panel import DataPanel, open_panels
from wbtui.ui.widgets.profile_header import ProfileHeader

KEY = ("customer", "cus_1")


class NamePanel(DataPanel[Customer]):
    PART = CUSTOMER
    painted = 0

    def paint(self, value: Customer) -> None:
        self.painted += 1
        self.body.update(safe(f"Name {value.title}"))


class PanelScreen(CustomerScreen):
    SCOPE = "profile"

    def compose_body(self) -> ComposeResult:
        yield DeletedNote()
        yield NamePanel("cus_1")

    async def on_mount(self) -> None:
        await open_panels(self.query(DataPanel), "cus_1")


def value(number: int, age: timedelta = timedelta(0)) -> Stamped[Customer]:
    return Stamped(customer(number), NOW - age, Source.SERVER)


@asynccontextmanager
async def panel_on(services: FakeServices) -> AsyncIterator[tuple[Driver, NamePanel]]:
    async with driver(services) as d:
        await d.app.push_screen(PanelScreen())
        yield d, d.screen.query_one(NamePanel)


async def test_a_fresh_cached_value_is_shown_and_not_fetched_again() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1)
    async with panel_on(services) as (d, panel):
        await d.expect_text(f"Name {customer(1).title}", "as of")
        assert panel.painted == 1


async def test_a_panel_that_stays_open_over_midnight_follows_the_date(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_signals, "DATE_CHECK", 0.01)
    services, tomorrow = fake_services(1), NOW + timedelta(days=1)
    services.profiles.parts[KEY] = value(1)
    async with panel_on(services) as (d, panel):
        await d.expect_text(f"as of {instant(NOW, NOW)}")
        monkeypatch.setattr(services, "now", lambda: tomorrow)
        monkeypatch.setattr(services, "today", tomorrow.date)
        await d.expect_text(f"as of {instant(NOW, tomorrow)}")
        assert panel.painted == 2, "what is overdue or expires is said as of the new date"


async def test_a_stale_value_is_shown_at_once_and_replaced_by_the_servers() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1, timedelta(hours=25))
    services.profiles.answers[KEY] = value(2)
    async with panel_on(services) as (d, panel):
        await d.expect_text(f"Name {customer(2).title}")
        assert panel.painted == 2


async def test_a_failed_load_is_shown_in_the_panel_and_can_be_retried() -> None:
    services = fake_services(1)
    services.profiles.answers[KEY] = ServerFailed("It answered 503.", request_id="req_7")
    async with panel_on(services) as (d, _):
        await d.expect_text("Server error", "It answered 503.", "req_7", "Retry")
        services.profiles.answers[KEY] = value(3)
        await d.pilot.click(".panel-retry")
        await d.expect_text(f"Name {customer(3).title}")
        await d.expect_gone("Retry", "503")


async def test_the_header_of_a_profile_shows_a_failure_and_leaves_retry_to_the_panels_below() -> None:
    services = fake_services(1)
    services.profiles.answers[KEY] = ServerFailed("It answered 503.")
    async with driver(services, start=Start(screen="customer", id="cus_1")) as d:
        await d.expect_text("Retry")
        await d.wait_for(lambda: "503" in "".join(d.lines()[:4]), "the header shows the failure")
        assert not any(button.display for button in d.screen.query_one(ProfileHeader).query(Button))


async def test_a_failed_refresh_keeps_the_cached_value_and_is_reported() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1, timedelta(days=2))
    services.profiles.answers[KEY] = ServerFailed("It answered 503.")
    async with panel_on(services) as (d, _):
        await d.expect_text(f"Name {customer(1).title}", "as of 20 Nov", "▲ not refreshed", "Retry")


async def test_offline_the_cached_value_is_shown_without_retry() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1, timedelta(days=2))
    services.profiles.answers[KEY] = Offline("There is no link.")
    async with panel_on(services) as (d, _):
        await d.expect_text(f"Name {customer(1).title}", "as of 20 Nov", "offline")
        assert "Retry" not in d.text()


async def test_a_call_that_was_under_way_when_the_connection_was_lost_is_shown_as_offline() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1, timedelta(days=2))

    async def cut(*_: object, **__: object) -> None:
        raise Unreachable("The connection was refused.")

    services.profiles.load = cut  # type: ignore[method-assign, assignment]
    async with panel_on(services) as (d, _):
        await d.expect_text("▲ not refreshed", "Retry")
        services.link.set(LinkKind.OFFLINE, "The connection was refused.")
        await d.expect_text("as of 20 Nov", "offline")
        await d.expect_gone("not refreshed", "Retry")


async def test_offline_without_a_cached_value_a_notice_is_shown() -> None:
    services = fake_services(1)
    services.profiles.answers[KEY] = Offline("There is no link.")
    async with panel_on(services) as (d, _):
        await d.expect_text("Not available offline. It will load when you are back online.")
        assert "Retry" not in d.text()


async def test_a_missing_value_is_loaded_when_the_connection_is_back() -> None:
    services = fake_services(1)
    services.link.set(LinkKind.OFFLINE, "There is no link.")
    services.profiles.answers[KEY] = Offline("There is no link.")
    async with panel_on(services) as (d, _):
        await d.expect_text("Not available offline.")
        services.profiles.answers[KEY] = value(2)
        services.link.set(LinkKind.ONLINE)
        await d.expect_text(f"Name {customer(2).title}")
        await d.expect_gone("Not available offline.")


async def test_what_failed_before_the_connection_is_known_to_be_down_is_shown_as_offline() -> None:
    services = fake_services(1)
    services.profiles.answers[KEY] = Unreachable("The connection was refused.")
    async with panel_on(services) as (d, _):
        await d.expect_text("Cannot reach the billing system", "Retry")
        services.link.set(LinkKind.OFFLINE, "The connection was refused.")
        await d.expect_text("Not available offline.")
        assert "Retry" not in d.text()


async def test_unsupported_data_is_reported_without_retry() -> None:
    services = fake_services(1)
    services.profiles.answers[KEY] = NotOffered("Plain Wingback has no such call.")
    async with panel_on(services) as (d, _):
        await d.expect_text("Not supported by this billing system", "Plain Wingback has no such call.")
        assert "Retry" not in d.text()


async def test_an_internal_error_shows_only_its_type_and_the_app_keeps_running() -> None:
    services = fake_services(1)

    async def broken(*_: object, **__: object) -> None:
        raise KeyError("secret value")

    services.profiles.load = broken  # type: ignore[method-assign, assignment]
    async with panel_on(services) as (d, _):
        await d.expect_text("Internal error", "KeyError")
        assert "secret value" not in d.text()
        assert d.app.is_running


async def test_a_panel_of_a_deleted_customer_offers_no_retry() -> None:
    services = fake_services(1)
    services.profiles.parts[KEY] = value(1, timedelta(hours=25))
    services.profiles.answers[KEY] = NotFound("There is no such customer.")
    async with panel_on(services) as (d, _):
        await d.expect_text("▲ not refreshed", "Retry")
        services.profiles.deleted.add({"cus_1": NOW})
        screen = d.screen
        assert isinstance(screen, PanelScreen)
        screen.customer_id = "cus_1"
        screen.load()
        await d.expect_text("This customer was deleted", f"Name {customer(1).title}")
        await d.expect_gone("not refreshed", "Retry")

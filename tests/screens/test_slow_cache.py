"""While the cache answers slowly, the app goes back and quits at once, and keys keep their order."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest

from tests.screens.driver import driver
from tests.support.action_form import open_for_anna, services_with_anna
from tests.support.fake_services import FakeServices, fake_services
from wbtui.app import Start, WbtuiApp
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.tabs.billing import BillingTab
from wbtui.ui.work import runs_command

ANNA_OPEN = Start(screen="customer", id="Cust_1")


def slow_cache(monkeypatch: pytest.MonkeyPatch, services: FakeServices) -> asyncio.Event:
    """Let reads of cached parts wait for the event."""
    gate, cached_parts = asyncio.Event(), services.profiles.cached_parts

    async def wait_and_read(customer_id: str, parts: Iterable[Any]) -> Any:
        await gate.wait()
        return await cached_parts(customer_id, parts)

    monkeypatch.setattr(services.profiles, "cached_parts", wait_and_read)
    return gate


async def test_back_does_not_wait_for_a_profile_that_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    services, _ = services_with_anna()
    slow_cache(monkeypatch, services)
    async with driver(services, start=ANNA_OPEN) as d:
        await d.expect_screen("ProfileScreen")
        await d.press("escape")
        await d.expect_screen("CustomersScreen")


async def test_back_and_quit_do_not_wait_for_a_tab_that_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    services, _ = services_with_anna()
    ended: list[object] = []
    async with driver(services, start=ANNA_OPEN) as d:
        await d.expect_text("Anna Schmidt", "Needs attention")
        slow_cache(monkeypatch, services)
        await d.press("3")
        assert runs_command(d.app), "what is typed next waits in the terminal"
        monkeypatch.setattr(WbtuiApp, "exit", lambda _app, code: ended.append(code))
        await d.press("ctrl+q")
        assert ended == [0]
        await d.press("escape")
        await d.expect_screen("CustomersScreen")
        await d.wait_for(lambda: not runs_command(d.app), "what was typed next is handled")


async def test_tabs_open_in_the_order_of_their_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    services, _ = services_with_anna()
    async with driver(services, start=ANNA_OPEN) as d:
        await d.expect_text("Anna Schmidt", "Needs attention")
        gate = slow_cache(monkeypatch, services)
        for number in "2543":
            await d.press(number)
        gate.set()
        await d.wait_for(lambda: not runs_command(d.app), "they are open")
        assert isinstance(d.screen, ProfileScreen) and isinstance(d.screen.tab, BillingTab)


def gated(monkeypatch: pytest.MonkeyPatch, owner: object, name: str) -> asyncio.Event:
    """Let a method that reads wait for the event."""
    gate, read = asyncio.Event(), getattr(owner, name)

    async def wait_and_read(*args: Any) -> Any:
        await gate.wait()
        return await read(*args)

    monkeypatch.setattr(owner, name, wait_and_read)
    return gate


async def test_the_list_of_drafts_is_not_called_empty_while_it_loads(monkeypatch: pytest.MonkeyPatch) -> None:
    services = fake_services(300)
    gate = gated(monkeypatch, services.drafts, "all")
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        await d.press("escape", "D")
        await d.expect_screen("DraftsDialog")
        assert "No drafts" not in d.text()
        gate.set()
        await d.expect_text("No drafts")


async def test_counts_of_queues_to_come_are_not_shown_as_none(monkeypatch: pytest.MonkeyPatch) -> None:
    services = fake_services(300)
    gated(monkeypatch, services.queues, "count")
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        await d.press("escape", "w")
        await d.expect_screen("WorkQueueDialog")
        await d.expect_match(r"Past due +is:past_due +…")


async def test_what_is_typed_after_the_key_for_filters_waits_for_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = fake_services(300)
    async with driver(services) as d:
        await d.expect_text("row 1 of 300")
        gate = gated(monkeypatch, services.directory, "plan_names")
        await d.press("escape", "f")
        assert runs_command(d.app), "what is typed next waits in the terminal"
        gate.set()
        await d.expect_screen("FilterDialog")
        await d.wait_for(lambda: not runs_command(d.app), "it is typed into the filters")


async def test_back_does_not_wait_for_a_form_that_opens(monkeypatch: pytest.MonkeyPatch) -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await d.expect_text("row 1 of")
        gated(monkeypatch, services.profiles, "cached")
        open_for_anna(d, "change_plan")
        await d.expect_screen("ActionForm")
        await d.press("escape")
        await d.expect_screen("CustomersScreen")
        await d.expect_text("row 1 of")
        await d.type("anna")
        await d.expect_text("/  anna")

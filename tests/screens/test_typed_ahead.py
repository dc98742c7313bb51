"""Keys that were typed ahead wait for rows, and for what Enter opens, until the agent does something else."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import pytest

from tests.screens.driver import Driver, driver, profile_tab
from tests.support.action_form import services_with_anna
from tests.support.fake_services import FakeServices, fake_services
from tests.support.patience import PATIENCE
from wbtui import errors
from wbtui.ui.screens.customers import CustomersScreen
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.tabs.billing import BillingTab
from wbtui.ui.widgets.grid_table import GridTable


async def no_counts() -> tuple[int, int]:
    return 0, 0


async def no_changes() -> bool:
    return False


def with_journal(services: FakeServices) -> Any:
    services.journal = SimpleNamespace(
        unresolved=services._nothing_unresolved, counts=no_counts, poll_changes=no_changes
    )
    return services.journal


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(
    ("opens", "owner", "method", "screen"),
    [
        ("app.drafts", lambda services: services.drafts, "all", "DraftsDialog"),
        ("app.work_queue", lambda services: services.queues, "searches", "WorkQueueDialog"),
        ("app.journal", with_journal, "entries", "JournalScreen"),
    ],
    ids=["drafts", "work queue", "journal"],
)
async def test_keys_wait_for_the_rows_of_a_list(
    opens: str,
    owner: Callable[[FakeServices], Any],
    method: str,
    screen: str,
    fails: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = fake_services(3)
    reader = owner(services)
    async with driver(services) as d:
        await d.expect_text("3 customers")
        await d.press_command("search.leave")
        may = asyncio.Event()

        async def read(*_: object, **__: object) -> tuple[()]:
            await may.wait()
            if fails:
                raise errors.StoreError("Another program uses the file.")
            return ()

        monkeypatch.setattr(reader, method, read, raising=False)
        await d.press_command(opens)
        await d.expect_screen(screen)
        opened: Any = d.screen
        assert opened.is_loading
        may.set()
        await d.wait_for(lambda: not opened.is_loading, "keys are taken")


@asynccontextmanager
async def enter_before_rows(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[tuple[Driver, FakeServices]]:
    """The list after a search and Enter, while the rows are awaited; a customer that opens fails the test."""
    opened: list[str] = []
    services = fake_services(300)
    async with driver(services) as d:
        monkeypatch.setattr(d.app, "open_customer", lambda one, **_: opened.append(one))
        await d.expect_text("row 1 of 300")
        services.directory.gate = asyncio.Event()
        await d.type("ortega")
        await d.press("enter")
        await d.wait_for(lambda: list_of(d).is_loading, "the terminal's next key waits")
        yield d, services
        services.directory.gate.set()
        await d.expect_text("Annabel Ortega", "row 1 of 7")
        assert opened == []


def list_of(d: Driver) -> CustomersScreen:
    assert isinstance(d.screen, CustomersScreen)
    return d.screen


async def test_text_typed_after_enter_searches_on_and_opens_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    async with enter_before_rows(monkeypatch) as (d, _services):
        await d.type(" a")
        await d.wait_for(lambda: not list_of(d).is_loading, "keys no longer wait")


async def test_esc_after_enter_opens_nobody_once_rows_come(monkeypatch: pytest.MonkeyPatch) -> None:
    async with enter_before_rows(monkeypatch) as (d, _services):
        await d.press("escape")


async def test_in_the_list_keys_wait_for_the_rows_of_a_new_search(monkeypatch: pytest.MonkeyPatch) -> None:
    async with enter_before_rows(monkeypatch) as (d, services):
        await d.press("escape")
        await d.wait_for(lambda: list_of(d).table.has_focus, "the list has the focus")
        assert list_of(d).is_loading, "the row of the search before takes no keys"
        assert services.directory.gate is not None
        services.directory.gate.set()
        await d.wait_for(lambda: not list_of(d).is_loading, "keys are taken")
        current = list_of(d).table.current
        assert current is not None and "Ortega" in current.value.title


@asynccontextmanager
async def billing_without_rows(
    monkeypatch: pytest.MonkeyPatch, seconds: float
) -> AsyncIterator[tuple[Driver, asyncio.Event]]:
    """The billing tab of a customer, opened for the first time; its rows come when the event is set."""
    monkeypatch.setattr("wbtui.ui.screens.profile.ROWS_TIMEOUT", seconds)
    services, _ = services_with_anna()
    async with profile_tab(services, 1, "Cust_1") as d:
        await d.expect_text("Needs attention")
        services.profiles.gate = gate = asyncio.Event()
        services.profiles.parts = {}
        await d.press_command("profile.tab_3")
        await d.wait_for(lambda: isinstance(profile_of(d).tab, BillingTab), "Billing opens")
        yield d, gate
        gate.set()


def profile_of(d: Driver) -> ProfileScreen:
    assert isinstance(d.screen, ProfileScreen)
    return d.screen


async def test_keys_wait_for_the_rows_of_a_tab_that_opens_for_the_first_time(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with billing_without_rows(monkeypatch, PATIENCE) as (d, gate):
        assert profile_of(d).is_loading
        gate.set()
        await d.wait_for(lambda: not profile_of(d).is_loading, "keys are taken")
        assert isinstance(d.screen.focused, GridTable)


async def test_keys_do_not_wait_long_for_the_rows_of_a_tab(monkeypatch: pytest.MonkeyPatch) -> None:
    async with billing_without_rows(monkeypatch, 0.001) as (d, _gate):
        await d.wait_for(lambda: not profile_of(d).is_loading, "keys are taken without rows")
        tab = profile_of(d).tab
        assert tab is not None and tab.awaits_rows

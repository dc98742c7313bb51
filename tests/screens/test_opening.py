"""What is cached is in the first frame of a profile, a tab and a form, and drawn once."""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Any

import pytest
from textual import events
from textual.app import App, ComposeResult
from textual.containers import VerticalScroll
from textual.geometry import Size
from textual.screen import Screen

from tests.screens.driver import driver
from tests.support.action_form import SUBJECTS, services_with_anna
from tests.support.anna import ANNA
from tests.support.customers import NOW
from tests.support.events import page
from tests.support.fake_services import FakeServices
from wbtui.app import Start
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER
from wbtui.ui.actions.dialog import ActionForm
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.rendering.compositor import LineCompositor
from wbtui.ui.screens.profile import ProfileScreen
from wbtui.ui.tabs.attention import AttentionPanel
from wbtui.ui.tabs.billing import BillingTab
from wbtui.ui.tabs.overview_panels import LatestInvoicesPanel
from wbtui.ui.terminal.dispatching import LOOP_ITERATIONS
from wbtui.ui.themes import DARK
from wbtui.ui.widgets.columns import Cell, Column
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.grid_table import GridTable


def all_cached() -> FakeServices:
    """Services that have all of Anna in the cache, fresh."""
    services, _ = services_with_anna()
    parts: dict[tuple[str, str], Any] = dict(services.profiles.answers)
    for name, value in {"activity": page(range(3), None, 3), "credit_notes": ()}.items():
        parts[name, "Cust_1"] = Stamped(value, NOW, Source.SERVER)
    services.profiles.parts = parts
    return services


async def test_a_cached_profile_and_its_tabs_are_painted_once(monkeypatch: pytest.MonkeyPatch) -> None:
    services, painted, laid_out = all_cached(), Counter[str](), Counter[str]()
    paint, lay_out = DataPanel._paint, Screen._refresh_layout

    def counted(panel: DataPanel[Any], value: object) -> None:
        painted[type(panel).__name__] += 1
        paint(panel, value)

    def lays_out(screen: Screen[Any], *arguments: Any, **options: Any) -> None:
        laid_out[type(screen).__name__] += 1
        lay_out(screen, *arguments, **options)

    monkeypatch.setattr(DataPanel, "_paint", counted)
    monkeypatch.setattr(Screen, "_refresh_layout", lays_out)
    monkeypatch.setattr(services.profiles, "load", None)  # it would ask the server
    async with driver(services, size=(140, 40)) as d:
        d.app.open_customer("Cust_1")
        await d.expect_text("Anna Schmidt", "─ Needs attention ", "─ Recent activity ")
        assert laid_out["ProfileScreen"] == 1
        assert d.screen.query_one(LatestInvoicesPanel).display
        await d.press_command("profile.tab_3")
        await d.expect_text("─ Balance ", "─ Payments ")
        assert laid_out["ProfileScreen"] == 2
    assert painted["AttentionPanel"] == painted["InvoicesPanel"] == painted["PaymentsPanel"] == 1


async def test_what_is_not_cached_is_loaded_when_the_rest_is_shown() -> None:
    services = all_cached()
    del services.profiles.parts["payments", "Cust_1"]
    services.profiles.parts["customer", "Cust_1"] = Stamped(ANNA, NOW.replace(year=2025), Source.SERVER)
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.wait_for(
            lambda: isinstance(d.screen, ProfileScreen) and d.screen.query_one(AttentionPanel).is_complete,
            "the payments came",
        )
        assert services.profiles.parts["customer", "Cust_1"].fetched_at == NOW
        assert not d.screen.query_one(LatestInvoicesPanel).display, "it gets no room and no focus"
        await d.press_command("profile.tab_3")
        await d.wait_for(lambda: bool(d.screen.query(BillingTab)), "the tab is there")
        await d.expect_row("€49.00", "● succeeded")


async def test_a_key_that_follows_at_once_runs_when_the_screen_is_mounted() -> None:
    async with driver(all_cached()) as d:
        await d.expect_text("3 customers")
        profile = ProfileScreen("Cust_1")
        d.app.push_screen(profile)
        assert not profile.is_mounted
        await profile.action_command("profile.tab_3")
        await d.wait_for(lambda: profile.is_mounted and isinstance(profile.tab, BillingTab), "Billing opens")


async def test_a_form_is_first_drawn_with_its_fields_if_all_it_needs_is_cached(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services, lay_out = all_cached(), Screen._refresh_layout
    has_fields: list[bool] = []

    def lays_out(screen: Screen[object], *args: Any) -> None:
        if isinstance(screen, ActionForm):
            has_fields.append(screen.data is not None)
        lay_out(screen, *args)

    monkeypatch.setattr(Screen, "_refresh_layout", lays_out)
    async with driver(services) as d:
        form = ActionForm(FORMS["refund"], ANNA, *SUBJECTS["invoice"])
        d.app.push_screen(form)
        await d.expect_text("Reason", "Amount")
        assert has_fields == [True]
        stale = Stamped(ANNA, NOW.replace(year=2025), Source.SERVER)
        services.profiles.parts[CUSTOMER.name, "Cust_1"] = stale
        other = ActionForm(FORMS["edit_customer"], ANNA, "Cust_1")
        await d.app.push_screen(other)
        parts = services.profiles.parts
        await d.wait_for(lambda: parts[CUSTOMER.name, "Cust_1"].fetched_at == NOW, "the stale is fetched")
        await d.wait_for(lambda: other.data is not None, "the form has its data")


async def test_a_field_that_a_key_shows_takes_the_key_that_follows_at_once() -> None:
    async with driver(all_cached()) as d:
        form = ActionForm(FORMS["refund"], ANNA, *SUBJECTS["invoice"])
        await d.app.push_screen(form)
        await d.wait_for(lambda: not form.is_loading, "the form takes keys")
        for key, character in (("right", None), ("tab", None), ("5", "5")):
            d.app.post_message(events.Key(key, character))
            for _ in range(LOOP_ITERATIONS):  # as the driver waits between keys
                await asyncio.sleep(0)
        await d.expect_text("€5.00 of €49.00")


async def test_a_table_out_of_view_makes_no_cells() -> None:
    made: Counter[str] = Counter()

    def column(name: str) -> Column[str]:
        def cell(row: str) -> Cell:
            made[name] += 1
            return Cell(row)

        return Column("Row", cell)

    class Tables(App[None]):
        def compose(self) -> ComposeResult:
            with VerticalScroll():
                yield GridTable[str](key=str, id="above")
                yield GridTable[str](key=str, id="below")

        def on_mount(self) -> None:
            self.register_theme(DARK)
            self.theme = DARK.name
            for name in ("above", "below"):
                self.query_one(f"#{name}", GridTable).show([column(name)], [str(n) for n in range(100)])

    app = Tables()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.pause()
        assert made == {"above": 100}
        app.query_one(VerticalScroll).scroll_end(animate=False)
        await pilot.pause()
        await pilot.pause()
        assert made == {"above": 100, "below": 100}


async def test_a_first_layout_between_a_new_size_and_its_event_has_the_new_size() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(20, 5)) as d:
        await d.expect_text("Too small")
        size = Size(100, 30)
        d.app._size = size  # as after the terminal reported it, before the screen receives the event
        d.screen.post_message(events.Resize(size, size))
        d.screen._compositor = LineCompositor()  # as before the first layout
        d.screen._refresh_layout()
        await d.expect_text("row 1 of")

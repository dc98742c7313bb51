"""The support ticket: set once, shown in the top bar, filled in on every action, cleared."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from tests.screens.driver import driver
from tests.support.customers import NOW, customer
from tests.support.fake_services import fake_services
from wbtui.app import Start
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER
from wbtui.store.workspace import open_workspace
from wbtui.ui.widgets.top_bar import TopBar


async def test_the_ticket_stands_in_the_top_bar_and_in_every_form_until_it_is_cleared() -> None:
    services, who = fake_services(1), customer(1)
    services.profiles.parts[CUSTOMER.name, who.id] = Stamped(who, NOW, Source.SERVER)
    services.profiles.serve(CUSTOMER.name, who.id, who)
    async with driver(services, start=Start(screen="customer", id=who.id)) as d:
        await d.expect_screen("ProfileScreen")
        await d.press_command("app.ticket")
        await d.expect_screen("TicketDialog")
        await d.type("ZD-[/]")
        await d.press("enter")
        await d.expect_row("DEMO", "ticket ZD-[/]")
        await d.press_command("profile.note")
        await d.wait_for(lambda: bool(d.screen.query("#ticket")), "the form came")
        assert d.screen.query_one("#ticket", Input).value == "ZD-[/]"
        await d.press("escape")
        await d.expect_screen("ProfileScreen")
        await d.press("escape")
        await d.expect_screen("CustomersScreen")
        await d.expect_row("DEMO", "ticket ZD-[/]")
        await d.app.action_command("app.ticket")
        await d.expect_screen("TicketDialog")
        await d.press("ctrl+u", "enter")
        await d.expect_gone("ticket ZD-")
        assert services.workspace.ticket is None


async def test_the_ticket_is_shown_again_after_a_restart() -> None:
    services = fake_services(1)
    services.workspace.ticket = "ZD-" + "7" * 60
    async with driver(services, size=(80, 24)) as d:
        await d.expect_row("DEMO  ticket ZD-777777777…")
        services.drafts.count = 1
        d.screen.query_one(TopBar).refresh()
        await d.expect_row("DEMO  1 draft · ticket ZD-777777777…")
        await d.pilot.click(offset=(d.lines()[0].index("draft"), 0))
        await d.expect_screen("DraftsDialog")


async def test_an_empty_ticket_is_none_after_a_restart(tmp_path: Path) -> None:
    workspace = await open_workspace(tmp_path / "s" / "workspace.db")
    await workspace.set_last_ticket("ZD-1")
    await workspace.set_last_ticket("")
    await workspace.close()
    workspace = await open_workspace(tmp_path / "s" / "workspace.db")
    assert workspace.ticket is None
    await workspace.close()

"""Limits and read-only mode on the screen: said before anything is filled in; nothing can be confirmed."""

from __future__ import annotations

import pytest

from tests.screens.driver import driver
from tests.support.action_form import answer, begin, menu, services_with_anna
from tests.support.anna import ANNA, eur, preview
from tests.support.customers import NOW
from wbtui.app import Start
from wbtui.models.actions import Action, Reason
from wbtui.models.actions.subscription import ChangeUnits
from wbtui.models.limits import Limits
from wbtui.models.page import Source, Stamped
from wbtui.models.preview import Preview
from wbtui.services.actions.limits import READ_ONLY, Permissions
from wbtui.services.link import LinkKind
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.dialogs.commit_button import CommitButton

LIMITS = Limits.model_validate({"ask": "the billing lead (ext. 204)", "refund": {"eur": "100", "usd": "120"}})


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_a_limit_is_shown_in_the_form_and_stops_the_sheet(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    actions.permissions = Permissions(LIMITS)
    actions.answer = lambda _action: preview(eur(10001))
    async with driver(services, size=size) as d:
        await begin(d, "refund")
        await d.expect_text("Your limit per refund: €100.00 or $120.00")
        await d.time.advance(PAUSE)
        await d.expect_text("■ €100.01 is above your limit of €100.00.")
        await answer(d, "reason", Reason.COURTESY)
        await d.press_command("form.go_on")
        await d.read_preview()
        await d.expect_text("■ €100.01 is above your limit of €100.00.", "ext. 204")
        assert not d.screen.query_one(CommitButton).display
        await d.press("ctrl+s")
        await d.expect_text("▲ €100.01 is above your limit")
        await d.expect_screen("PreviewSheet")
        assert actions.confirmed == []
        actions.answer = lambda _action: preview(eur(10000))
        await d.press("r")
        await d.wait_for(lambda: d.screen.query_one(CommitButton).display, "it can be confirmed")
        await d.expect_text("Amount       €100.00")
        await d.expect_gone("above your limit")


async def test_of_two_choices_the_one_above_the_limit_is_named() -> None:
    services, actions = services_with_anna()
    actions.permissions = Permissions(Limits.model_validate({"change_units": {"eur": "100"}}))

    def of(action: Action) -> Preview:
        assert isinstance(action, ChangeUnits)
        return preview(eur(10001 if action.when == "now" else 0))

    actions.answer = of
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "change_units")
        await answer(d, "units", {"seats": "12"})
        await d.time.advance(PAUSE)
        await d.expect_text("■ Now: €100.01 is above your limit of €100.00.")


async def test_read_only_mode_is_said_everywhere_and_disables_every_action() -> None:
    services, actions = services_with_anna()
    actions.permissions = Permissions(read_only=True)
    services.directory.rows[0] = Stamped(ANNA, NOW, Source.CACHE)
    async with driver(services, start=Start(screen="customer", id="Cust_1")) as d:
        await d.expect_text("DEMO · READ-ONLY", "Anna Schmidt", "R refund ✕", "P plan ✕")
        await d.press_command("profile.note")
        await d.expect_toast(READ_ONLY)
        await d.press("ctrl+p")
        await d.type("goodwill")
        await d.expect_text("unavailable: Read-only mode")
        await d.press("escape", "escape")
        await d.expect_text("DEMO · READ-ONLY", "row 1 of 3")
        menu(d)
        await d.expect_match(r"R Refund +✕ Read-only mode")
        await d.press("escape")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("DEMO · READ-ONLY", "offline")
        assert actions.disabled_reason("refund") == READ_ONLY

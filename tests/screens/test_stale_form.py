"""A form opens at once from stale data with its age, is refreshed behind, and says what has changed."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.screens.driver import driver
from tests.support.action_form import answer, begin, form_of, open_for_anna, row_of, services_with_anna
from tests.support.anna import ANNA, INVOICE, eur
from tests.support.customers import NOW
from tests.support.fake_services import FakeServices
from wbtui.errors import NotFound, ServerFailed, TimedOut, WbtuiError
from wbtui.models.actions import Reason
from wbtui.models.invoice import InvoiceState
from wbtui.models.page import Source
from wbtui.ui.format import instant

YESTERDAY = NOW - timedelta(days=1)
AGE = instant(YESTERDAY, NOW)


def hanging_services() -> FakeServices:
    """Services that have everything about Anna in the cache since yesterday, on a server that hangs."""
    services, _ = services_with_anna()
    for key, stamped in services.profiles.answers.items():
        assert not isinstance(stamped, Exception)
        cached = replace(stamped, source=Source.CACHE, fetched_at=YESTERDAY)
        services.profiles.parts[key] = cached
    services.profiles.gate = asyncio.Event()
    return services


def answer_now(services: FakeServices) -> None:
    """Let the server answer."""
    assert services.profiles.gate is not None
    services.profiles.gate.set()


def change_invoice(services: FakeServices, **changed: Any) -> None:
    services.profiles.serve("invoice", "Inv_1", INVOICE.model_copy(update=changed))


HALF_REFUNDED = {
    "payments": (INVOICE.payments[0].model_copy(update={"refundable": eur(1000), "refunded": eur(3900)}),)
}


@pytest.mark.parametrize("kind", ["refund", "change_plan", "cancel_subscription", "edit_customer"])
async def test_it_opens_while_the_server_hangs_and_loses_its_age_once_confirmed(kind: str) -> None:
    services = hanging_services()
    async with driver(services) as d:
        await begin(d, kind)
        await d.expect_text(f"as of {AGE} · refreshing… · DEMO")
        first = form_of(d)._rows[0]
        answer_now(services)
        await d.expect_gone(f"as of {AGE}")
        assert form_of(d)._rows[0] is first, "the same data leaves the fields alone"
        await d.expect_gone("Changed since")


async def test_an_untouched_form_is_made_of_what_is_known_now() -> None:
    services = hanging_services()
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update={"name": "Anna Schmitt"}))
    async with driver(services) as d:
        await begin(d, "edit_customer")
        assert row_of(d, "changes.name").control.value == "Anna Schmidt"
        answer_now(services)
        await d.wait_for(lambda: row_of(d, "changes.name").control.value == "Anna Schmitt", "the new name")
        await d.expect_gone(f"as of {AGE}")
        assert form_of(d).unsent() is None


async def test_answers_stay_and_what_has_changed_is_said() -> None:
    services = hanging_services()
    change_invoice(services, **HALF_REFUNDED)
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "refund")
        await answer(d, "mode", "amount")
        await answer(d, "amount", "22,40")
        await answer(d, "reason", Reason.COURTESY)
        answer_now(services)
        await d.expect_text("▲ Changed since:", "Payment 1 refundable: €49.00 → €10.00")
        assert row_of(d, "amount").control.amount.text == "22,40"
        await d.press_command("form.go_on")
        await d.expect_text("€10.00")
        await d.expect_screen("ActionForm")


@pytest.mark.parametrize("vanished", [False, True])
async def test_an_action_that_is_not_possible_any_more_keeps_the_answers_and_has_no_preview(
    vanished: bool,
) -> None:
    services = hanging_services()
    if vanished:
        services.profiles.answers["invoice", "Inv_1"] = NotFound("This invoice does not exist.")
    else:
        change_invoice(services, state=InvoiceState.READY_FOR_PAYMENT, payments=(), paid=eur(0))
    reason = "This invoice does not exist." if vanished else "Nothing has been paid on this invoice yet."
    async with driver(services, size=(100, 40)) as d:
        await begin(d, "refund")
        await answer(d, "reason", Reason.COURTESY)
        answer_now(services)
        await d.expect_text(f"▲ Refund unavailable: {reason}", "ctrl+d keeps a draft.", "Preview ✕")
        assert row_of(d, "reason").control.value is Reason.COURTESY
        await d.press_command("form.go_on")
        await d.expect_toast(reason)
        await d.expect_screen("ActionForm")


@pytest.mark.parametrize("error", [TimedOut("No answer."), ServerFailed("Internal error.")])
async def test_a_refresh_that_fails_leaves_the_form_with_its_age(error: WbtuiError) -> None:
    services = hanging_services()
    services.profiles.answers["invoice", "Inv_1"] = error
    async with driver(services) as d:
        await begin(d, "refund")
        answer_now(services)
        await d.expect_text(f"Cached data from {AGE}. The preview uses current data.")
        assert "refreshing" not in d.text()


@pytest.mark.parametrize("fails", [False, True])
async def test_keys_wait_for_the_fields_of_a_form_that_is_not_cached(fails: bool) -> None:
    services, _ = services_with_anna()
    services.profiles.gate = asyncio.Event()
    if fails:
        services.profiles.answers["invoice", "Inv_1"] = NotFound("This invoice does not exist.")
    async with driver(services) as d:
        open_for_anna(d, "refund")
        await d.expect_text("Loading …")
        assert form_of(d).is_loading
        answer_now(services)
        await d.expect_text("This invoice does not exist." if fails else "Full remaining amount")
        assert not form_of(d).is_loading

"""Drafts: every form can be kept and opened again, says what has changed, and sends nothing by itself."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, begin, form_of, open_for_anna, services_with_anna
from tests.support.anna import ANNA, INVOICE, LINE, SUBSCRIPTION, eur, preview, seats
from tests.support.customers import NOW
from tests.support.fake_services import FakeServices, fake_services
from wbtui.errors import NotFound, StoreCorrupt
from wbtui.models.actions import Reason
from wbtui.models.drafts import Draft
from wbtui.models.invoice import InvoiceState
from wbtui.models.page import Source
from wbtui.models.preview import Status
from wbtui.services.link import LinkKind
from wbtui.ui import service_signals
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.format import instant


def raws(d: Driver) -> dict[str, object]:
    """What stands in the fields that are asked."""
    return {row.field.name: row.field.raw(row.control) for row in form_of(d)._rows if row.is_asked}


async def keep(d: Driver) -> None:
    """Keep the form; it closes."""
    await d.press_command("form.keep")
    await d.expect_toast("Nothing was sent.")
    await d.expect_screen("CustomersScreen")


async def reopen(d: Driver) -> None:
    """Open the only draft."""
    await d.press("escape")
    await d.press_command("app.drafts")
    await d.expect_text("Drafts", "Anna Schmidt")
    await d.press("enter")
    await d.expect_screen("ActionForm")


async def kept_refund(d: Driver) -> None:
    await begin(d, "refund")
    await answer(d, "mode", "amount")
    await answer(d, "amount", "22,40")
    await answer(d, "reason", Reason.COURTESY)
    await keep(d)


OBJECTS = {
    "customer": "customer", "subscription": "subscriptions", "invoice": "invoice", "payment": "payments",
    "method": "methods", "credit": "credits", "refund": "refunds",
}  # fmt: skip
"""The part that holds each kind of object."""


def go_offline(services: FakeServices, kind: str, *, needs: bool = True) -> list[str]:
    """Go offline with the object of an action in the cache since yesterday, and what its form `needs`.

    Return the titles of needed parts that are not cached.
    """
    form = FORMS[kind]
    wanted = {"customer", OBJECTS[form.model.about], *(part.name for part in form.needs if needs)}
    for (name, owner), stamped in services.profiles.answers.items():
        if name in wanted:
            assert not isinstance(stamped, Exception)
            cached = replace(stamped, source=Source.CACHE, fetched_at=NOW - timedelta(days=1))
            services.profiles.parts[name, owner] = cached
    services.link.set(LinkKind.OFFLINE, "No network.")
    return [part.title for part in form.needs if part.name not in wanted]


@pytest.mark.parametrize("kind", [kind for kind, form in FORMS.items() if form.model.asks])
async def test_every_form_opens_offline_from_cached_data_and_is_opened_again_as_it_was_kept(
    kind: str,
) -> None:
    services, actions = services_with_anna(CASES[kind].subject)
    go_offline(services, kind)
    async with driver(services, size=(140, 60)) as d:
        await begin(d, kind)
        await d.expect_text("▲ No network.", "Cached data from 21 Nov", "ctrl+d keeps a draft.", "Preview ✕")
        for name, value in CASES[kind].answers.items():
            await answer(d, name, value)
        before = raws(d)
        made = form_of(d)._action()
        await d.press_command("form.go_on")
        await d.expect_toast("No network.")
        await keep(d)
        await d.expect_text("DEMO  1 draft")
        services.link.set(LinkKind.ONLINE)
        await reopen(d)
        await d.expect_text("Draft of", "No change to", "since.")
        assert raws(d) == before
        assert form_of(d)._action() == made
        assert form_of(d).unsent() is None, "leaving it again loses nothing"
        actions.answer = lambda _action: CASES[kind].preview
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
    assert actions.confirmed == []


def with_invoice(services: FakeServices, **changed: Any) -> None:
    services.profiles.serve("invoice", "Inv_1", INVOICE.model_copy(update=changed))


@pytest.mark.parametrize("size", [(80, 24), (140, 40)], ids=["80x24", "140x40"])
async def test_a_draft_says_what_has_changed_meanwhile(size: tuple[int, int]) -> None:
    services, _ = services_with_anna()
    async with driver(services, size=size) as d:
        await kept_refund(d)
        payment = INVOICE.payments[0].model_copy(update={"refundable": eur(1000), "refunded": eur(3900)})
        with_invoice(services, payments=(payment,))
        await reopen(d)
        await d.expect_text("▲ Changed since:", "Payment 1 refundable: €49.00 → €10.00")
        # The form is checked against the object as it is now.
        await d.press_command("form.go_on")
        await d.expect_text("€10.00")
        await d.expect_screen("ActionForm")
        await answer(d, "amount", "1")
        await d.press("escape")
        await d.expect_text("Discard the changes to this draft?")


async def test_a_draft_names_the_answer_about_a_line_or_a_unit_that_is_gone() -> None:
    services, _ = services_with_anna()
    other = LINE.model_copy(update={"id": "Line_2", "name": "Setup"})
    with_invoice(services, lines=(LINE, other))
    async with driver(services, size=(140, 40)) as d:
        await begin(d, "issue_credit_note")
        await answer(d, "lines", {"Line_1": "12"})
        await keep(d)
        with_invoice(services, lines=(other,))
        await reopen(d)
        await d.expect_text("No longer offered, not filled in: Line items (Pro · monthly 12)")
        await d.press_command("form.delete")
        await d.press("y")
        await d.expect_screen("CustomersScreen")
        await begin(d, "change_units")
        await answer(d, "units", {"seats": "25"})
        await keep(d)
        rooms = seats("1", "9").model_copy(update={"slug": "rooms", "name": "Rooms"})
        changed = SUBSCRIPTION.model_copy(update={"features": (rooms,), "units": {"rooms": "1"}})
        services.profiles.serve("subscriptions", "Cust_1", (changed,))
        await reopen(d)
        await d.expect_text("No longer offered, not filled in: Units (Seats 25)")


async def test_a_draft_whose_object_vanished_or_allows_it_no_more_says_so_and_is_kept() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await kept_refund(d)
        services.profiles.answers["invoice", "Inv_1"] = NotFound("This invoice does not exist.")
        await reopen(d)
        await d.expect_text("This invoice does not exist.", "Nothing was sent.", "kept until you delete it")
        await d.press("escape")
        services.profiles.answers.pop(("invoice", "Inv_1"))
        await d.press_command("app.drafts")
        await d.press("x", "x")  # the second key does not delete another one
        await d.expect_text("Delete the draft?", "Refund INV-0041 · Anna Schmidt: what was entered")
        await d.press("y")
        await d.expect_text("No drafts. ctrl+d in a form keeps it.")
        await d.press("escape")
        await d.expect_gone("1 draft")


async def test_an_object_that_allows_it_no_more_is_said() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await kept_refund(d)
        with_invoice(services, state=InvoiceState.READY_FOR_PAYMENT, payments=(), paid=eur(0))
        await reopen(d)
        await d.expect_text("Refund unavailable", "Nothing has been paid on this invoice yet.")
        assert "delete" in {row.verb for row in form_of(d).commands()}
        await d.press_command("form.delete")
        await d.expect_text("Delete the draft?", "Refund INV-0041 · Anna Schmidt: what was entered")
        await d.press("y")
        await d.expect_screen("CustomersScreen")
        await d.expect_gone("1 draft")


@pytest.mark.parametrize(("status", "left"), [(Status.DONE, 0), (Status.UNKNOWN, 0), (Status.REFUSED, 1)])
async def test_a_draft_goes_once_it_was_sent(status: Status, left: int) -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview()
    actions.status = status
    async with driver(services) as d:
        await begin(d, "append_note")
        await answer(d, "text", "Called back.")
        await keep(d)
        await reopen(d)
        await answer(d, "text", "Called back twice.")
        assert form_of(d).unsent() == "the changes to this draft"
        await d.press_command("form.keep")
        await d.expect_screen("CustomersScreen")
        assert services.drafts.count == 1, "kept again, it is the same draft"
        await reopen(d)
        await d.press_command("form.go_on")
        await d.commit()
        await d.expect_screen("OutcomeDialog")
        await d.wait_for(lambda: services.drafts.count == left, "the number of drafts")


async def test_a_draft_that_is_opened_again_shows_the_effect_of_its_amount() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview(eur(500))
    async with driver(services) as d:
        await begin(d, "grant_credit")
        await answer(d, "amount", "5")
        await answer(d, "reason", Reason.COURTESY)
        await keep(d)
        await reopen(d)
        await d.expect_text("Draft of ", "Calculating …")


async def test_the_list_of_drafts_is_as_high_as_the_terminal_allows() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(80, 24)) as d:
        await kept_refund(d)
        [(_, text, at)] = await services.workspace.drafts()
        for number in range(30):
            await services.workspace.put_draft(f"d{number}", text, at)
        await d.press("escape")
        await d.press_command("app.drafts")
        await d.wait_for(lambda: d.text().count("Anna Schmidt") == 18, "18 of the drafts are shown")


async def test_drafts_that_cannot_be_read_are_not_called_none(monkeypatch: pytest.MonkeyPatch) -> None:
    services = fake_services(3)

    async def unreadable() -> tuple[Draft, ...]:
        raise StoreCorrupt("workspace.db cannot be read.")

    monkeypatch.setattr(services.drafts, "all", unreadable)
    async with driver(services) as d:
        await d.press("escape")
        await d.press_command("app.drafts")
        await d.expect_text("workspace.db cannot be read.")
        assert "No drafts" not in d.text()


async def test_the_list_of_drafts_tells_the_day_of_those_of_yesterday_once_the_date_turns(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(service_signals, "DATE_CHECK", 0.01)
    services, _ = services_with_anna()
    async with driver(services) as d:
        await kept_refund(d)
        await d.press("escape")
        await d.press_command("app.drafts")
        at, later = d.app.now(), d.app.now() + timedelta(days=1)
        await d.expect_row("Refund INV-0041", instant(at, at))
        monkeypatch.setattr(services, "now", lambda: later)
        await d.expect_row("Refund INV-0041", instant(at, later))


# ── offline ──
async def test_offline_a_form_says_which_parts_are_not_cached() -> None:
    services, _ = services_with_anna()
    async with driver(services, size=(140, 60)) as d:
        for kind in ("change_plan", "create_subscription", "cancel_subscription", "set_discount"):
            services.profiles.parts.clear()
            lost = go_offline(services, kind, needs=False)
            await begin(d, kind)
            await d.expect_text(f"Not available offline: {', '.join(lost)}.")
            await d.press_command("form.back")
        services.profiles.parts.clear()
        open_for_anna(d, "refund")
        await d.expect_text("▲ Offline", "No network.", "Nothing was sent.")


async def test_a_form_that_loses_the_connection_marks_its_preview_as_unavailable() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "append_note")
        await d.expect_gone("Preview ✕")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("▲ No network.", "Preview ✕", "Keep draft")


async def test_a_form_from_the_cache_can_be_previewed_once_online() -> None:
    services, actions = services_with_anna()
    services.directory.rows[0] = replace(services.directory.rows[0], value=ANNA)
    go_offline(services, "append_note")
    async with driver(services) as d:
        await d.press("down")
        await d.press_command("customers.note")
        await d.expect_text("▲ No network.", "Cached data from 21 Nov")
        await answer(d, "text", "Called back.")
        services.link.set(LinkKind.ONLINE)
        await d.expect_text("Cached data from 21 Nov", "The preview uses current data.")
        await d.expect_gone("Preview ✕")
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
        await d.press("escape")
        services.link.set(LinkKind.OFFLINE, "No network.")
        await d.expect_text("Preview ✕")
        await keep(d)
    assert len(actions.previewed) == 1 and actions.confirmed == []

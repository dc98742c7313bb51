"""Every action that the sandbox offers, from its form to an outcome that was verified, over a real socket."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.widgets import Input

from tests.screens.driver import Driver, driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, form_of, row_of
from tests.support.opened import opened
from tests.support.patience import PATIENCE, PATIENT
from tests.support.sandbox import Sandbox, running
from tests.support.wall_clock import now
from wbtui.api import open_api
from wbtui.api.wingback.plain_writes import WRITES
from wbtui.app import Start
from wbtui.models.actions import ACTIONS, Reason
from wbtui.models.actions.base import SUBJECT_MEMBER, read_action
from wbtui.models.actions.money import IssueCreditNote
from wbtui.models.customer import Customer
from wbtui.models.mrr import with_ends
from wbtui.models.parts import CUSTOMER, METHODS
from wbtui.models.payment import MethodStatus
from wbtui.models.preview import Status
from wbtui.ui.actions.catalogue import TAB_OF
from wbtui.ui.actions.estimate import PAUSE
from wbtui.ui.actions.form_answers import content_of, former_of
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import open_action
from wbtui.ui.actions.sheet import PreviewSheet, SheetEnd
from wbtui.ui.widgets.data_panel import DataPanel
from wbtui.ui.widgets.virtual_table import VirtualTable


def first_body(kind: str, sandbox: Sandbox, **members: Any) -> dict[str, Any]:
    """A valid body of the action for a seeded customer, with these members."""
    with httpx.Client(
        base_url=f"{sandbox.url}/x/v1/", headers=sandbox.headers, verify=False, timeout=PATIENCE
    ) as client:

        @cache
        def read(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        for row in read("snapshot?kind=customers&limit=500")["rows"]:
            for body in CASES[kind].requests(row, read):
                if members.items() <= body.items():
                    return body
    raise AssertionError(f"the seed has nothing for {kind}")


def panels(d: Driver) -> list[DataPanel[Any]]:
    """The panels of every open screen whose part the billing system offers."""
    system = d.app.services.system
    assert system is not None
    found = [panel for screen in d.app.screen_stack for panel in screen.query(DataPanel) if panel.is_attached]
    return [panel for panel in found if system.can(panel.part.capability)]


def matches(shown: Any, value: Any) -> bool:
    """Whether the server has the value that is shown.

    The cache adds the ends of subscriptions and, where the server tells none, invoices.
    """
    if isinstance(value, Customer):
        value = with_ends(value, shown.subscriptions)
        if value.latest_invoices is None:
            value = value.model_copy(update={"latest_invoices": shown.latest_invoices})
    return bool(shown == value)


async def assert_current(d: Driver, sandbox: Sandbox, customer_id: str) -> None:
    """Every panel of every open screen, and the row of the list, come to show what the server has now."""
    api = open_api(sandbox.url, sandbox.key, options=PATIENT, clock=now)
    try:
        for panel in panels(d):
            value = await api.read(panel.part, panel.owner)
            shown = f"{panel.part.name} as the server has it"
            await d.wait_for(lambda: panel.stamped is not None and matches(panel.stamped.value, value), shown)  # noqa: B023
        customer = await api.read(CUSTOMER, customer_id)
        while len(d.app.screen_stack) > 2:
            await d.press("escape")
        table = d.screen.query_one("#customers", VirtualTable)
        await d.wait_for(
            lambda: table.current is not None and matches(table.current.value, customer),
            "the row of the list",
        )
    finally:
        await api.aclose()


@pytest.mark.parametrize("kind", ACTIONS)
async def test_an_action_is_done_and_verified(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    await is_done(kind, sandbox, tmp_path, first_body(kind, sandbox), CASES[kind].live)


async def test_a_refund_of_what_a_credit_note_gave_back_is_confirmed_by_typing_the_amount(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    body = first_body("issue_credit_note", sandbox, to="credit")
    async with opened(sandbox.url, sandbox.key, tmp_path) as services, driver(services) as d:
        note = IssueCreditNote.model_validate(body, strict=False)
        intent = await services.actions.record_intent(
            note, await services.actions.preview(note), customer_title="Anna", summary="Credit note"
        )
        assert (await services.actions.send(intent, 0.0).outcome()).status is Status.DONE
        customer = (await services.profiles.fetch(CUSTOMER, note.customer_id)).value
        open_action(d.screen, "refund", customer, {"invoice": (note.invoice_id, "the invoice")})
        await d.wait_for(lambda: form_of(d).data is not None, "the form came")
        await answer(d, "reason", Reason.COURTESY)
        await d.expect_text("Calculating …")
        await d.time.advance(PAUSE)
        await d.expect_text("▲ ", "was already given back as credit by credit note CN-")
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
        await d.expect_text("by credit note CN-", "would have both", "to confirm")
        await d.commit()
        await d.expect_text("Type the amount")
        await d.expect_screen("PreviewSheet")


@pytest.mark.parametrize("kind", WRITES)
async def test_a_documented_action_is_done_and_verified_on_plain_wingback(
    kind: str, sandbox_db: Path, tmp_path: Path
) -> None:
    with running(sandbox_db) as sandbox:
        body = first_body(kind, sandbox)
    answers = {name: value for name, value in CASES[kind].live.items() if name != "trial_days"}
    if kind == "change_plan":  # the plans that customers have include no higher one in this currency
        answers |= {"pricing": (body["plan_id"], body["pricing_id"]), "units": body["units"]}
        answers |= {"downgrade_allowed": True}
    with running(sandbox_db, plain=True) as plain:
        await is_done(kind, plain, tmp_path, body, answers)


async def test_all_other_actions_are_disabled_on_plain_wingback(
    plain_sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(plain_sandbox.url, plain_sandbox.key, tmp_path) as services:
        reasons = {kind: services.actions.disabled_reason(kind) for kind in ACTIONS}
    assert {kind for kind, reason in reasons.items() if reason is None} == set(WRITES)
    assert reasons.pop("cancel_subscription") == "Not on plain Wingback. Send a portal link instead."
    for reason in filter(None, reasons.values()):
        assert reason == "Not on plain Wingback. Use Wingback's dashboard."


async def is_done(
    kind: str, sandbox: Sandbox, folder: Path, body: dict[str, Any], answers: Mapping[str, Any]
) -> None:
    """Do an action from its form to the outcome."""
    async with opened(sandbox.url, sandbox.key, folder) as services:
        assert services.actions.disabled_reason(kind) is None
        customer = (await services.profiles.fetch(CUSTOMER, body["customer_id"])).value
        about = ACTIONS[kind].about
        subjects: Subjects = {about: (body[SUBJECT_MEMBER[about]], "the object")}
        ends: list[SheetEnd | None] = []
        async with driver(services, start=Start(query=body["customer_id"])) as d:
            d.app.open_customer(body["customer_id"], tab=TAB_OF.get(about, "overview"))
            if about == "invoice":
                await d.expect_screen("ProfileScreen")
                d.app.open_invoice(body["invoice_id"])
            await d.wait_for(lambda: all(panel.stamped for panel in panels(d)), "every panel has its part")
            open_action(d.screen, kind, customer, subjects, ended=ends.append)
            if FORMS[kind].model.asks:
                await fill_in(d, answers)
                await d.press_command("form.go_on")
            await confirm(d)
            await d.wait_for(lambda: bool(ends), "the outcome came")
            await assert_current(d, sandbox, body["customer_id"])
        [end] = ends
        assert end is not None
        assert (end.outcome.status, end.outcome.trouble) == (Status.DONE, None)
        [entry] = await services.journal.entries(5)
        assert entry.kind == kind and entry.status is Status.DONE


async def fill_in(d: Driver, answers: Mapping[str, Any]) -> None:
    """Answer the form, once it has its fields."""
    await d.expect_screen("ActionForm")
    await d.wait_for(lambda: not form_of(d).is_loading, "the form came")
    for name, value in answers.items():
        await answer(d, name, value)


async def confirm(d: Driver) -> None:
    """Commit the sheet with what is to be typed, once its preview has come."""
    await d.expect_screen("PreviewSheet")
    sheet = d.screen
    assert isinstance(sheet, PreviewSheet)
    await d.wait_for(lambda: sheet.preview is not None, "the preview came")
    assert sheet.preview is not None and sheet.preview.refused is None
    text, amount = sheet.proposal.confirm_text, sheet.preview.amount
    sheet.query_one(Input).value = text or (amount.amount if amount is not None else "yes")
    await d.commit()


@pytest.mark.parametrize(
    ("kind", "field", "more"),
    [
        ("edit_customer", "changes.name", {}),
        ("change_plan", "pricing", {"when": "now"}),
        ("change_units", "units", {"when": "now"}),
        ("set_discount", "discount_id", {}),
        ("reorder_methods", "method_ids", {}),
    ],
)
async def test_what_an_action_of_the_same_kind_undoes_begins_with_the_former_values(
    kind: str, field: str, more: Mapping[str, Any], sandbox: Sandbox, tmp_path: Path
) -> None:
    body, about = first_body(kind, sandbox), ACTIONS[kind].about
    async with opened(sandbox.url, sandbox.key, tmp_path) as services, driver(services) as d:
        customer = (await services.profiles.fetch(CUSTOMER, body["customer_id"])).value
        subjects: Subjects = {about: (body[SUBJECT_MEMBER[about]], "it")}
        open_action(d.screen, kind, customer, subjects)
        await fill_in(d, {**CASES[kind].live, **more})
        data = form_of(d).data
        assert data is not None
        before = former_of(row_of(d, field), data)
        await d.press_command("form.go_on")
        await confirm(d)
        await d.expect_screen("OutcomeDialog")
        await d.press_command("outcome.undo")
        await fill_in(d, {})
        assert content_of(row_of(d, field)) == before
        assert field != "method_ids" or row_of(d, field).is_answered, "in another order than now"
        for name, choice in more.items():
            assert row_of(d, name).field.value(row_of(d, name).control) == choice
        await d.press("escape")  # nothing of it was typed
        await d.expect_gone("Discard", "form-field")


@pytest.mark.parametrize(
    ("kind", "undo", "field"),
    [
        ("set_default_method", "reorder_methods", "method_ids"),
        ("undo_scheduled_change", "change_plan", "pricing"),
        ("undo_scheduled_change", "change_units", "units"),
        ("undo_cancel", "cancel_subscription", "when"),
    ],
)
async def test_what_another_action_undoes_begins_with_the_former_values(
    kind: str, undo: str, field: str, sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services, driver(services) as d:
        begun = kind == "set_default_method"
        body = first_body(kind if begun else undo, sandbox, **({} if begun else {"when": "period_end"}))
        customer = (await services.profiles.fetch(CUSTOMER, body["customer_id"])).value
        subjects: Subjects = {ACTIONS[kind].about: (body[SUBJECT_MEMBER[ACTIONS[kind].about]], "it")}
        if begun:
            methods = (await services.profiles.fetch(METHODS, customer.id)).value
            former: Any = tuple(one.id for one in methods if one.status is MethodStatus.ACTIVE)
        else:
            action = read_action(json.dumps(body))
            intent = await services.actions.record_intent(
                action, await services.actions.preview(action), customer_title="Anna", summary="It"
            )
            assert (await services.actions.send(intent, 0.0).outcome()).status is Status.DONE
            former = (body["plan_id"], body["pricing_id"]) if field == "pricing" else body[field]
        open_action(d.screen, kind, customer, subjects)
        await fill_in(d, {})
        await d.press_command("form.go_on")
        await confirm(d)
        await d.expect_screen("OutcomeDialog")
        await d.press_command("outcome.undo")
        await fill_in(d, {})
        assert form_of(d).form.kind == undo
        await d.expect_text("Filled in with the former values")
        row = row_of(d, field)
        assert row.field.value(row.control) == former

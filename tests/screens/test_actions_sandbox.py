"""Every action that the sandbox offers, from its form to an outcome that was verified, over a real socket."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import httpx
import pytest
from textual.widgets import Input

from tests.screens.driver import driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, form_of
from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.models.actions import ACTIONS
from wbtui.models.actions.base import SUBJECT_MEMBER
from wbtui.models.parts import CUSTOMER
from wbtui.models.preview import Status
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import open_action
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd


def first_body(kind: str, sandbox: Sandbox) -> dict[str, Any]:
    """A valid body of the action for a seeded customer."""
    with httpx.Client(base_url=f"{sandbox.url}/x/v1/", headers=sandbox.headers, verify=False) as client:

        @cache
        def read(path: str) -> Any:
            return client.get(path).raise_for_status().json()

        for row in read("snapshot?kind=customers&limit=500")["rows"]:
            for body in CASES[kind].requests(row, read):
                return body
    raise AssertionError(f"the seed has nothing for {kind}")


@pytest.mark.parametrize("kind", ACTIONS)
async def test_an_action_is_done_and_verified(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.actions.disabled_reason(kind) is None
        body = first_body(kind, sandbox)
        customer = (await services.profiles.fetch(CUSTOMER, body["customer_id"])).value
        about = ACTIONS[kind].about
        subjects: Subjects = {about: (body[SUBJECT_MEMBER[about]], "the object")}
        ends: list[SheetEnd | None] = []
        async with driver(services) as d:
            open_action(d.screen, kind, customer, subjects, ended=ends.append)
            if FORMS[kind].asks:
                await d.expect_screen("ActionForm")
                await d.wait_for(lambda: form_of(d).data is not None, "the form came")
                for name, value in CASES[kind].live.items():
                    await answer(d, name, value)
                await d.press_command("form.go_on")
            await d.expect_screen("PreviewSheet")
            sheet = d.screen
            assert isinstance(sheet, PreviewSheet)
            await d.wait_for(lambda: sheet.preview is not None, "the preview came")
            assert sheet.preview is not None and sheet.preview.refused is None
            confirm, amount = sheet.proposal.confirm_text, sheet.preview.amount
            sheet.query_one(Input).value = confirm or (amount.amount if amount is not None else "yes")
            await d.commit()
            await d.wait_for(lambda: bool(ends), "the outcome came")
        [end] = ends
        assert end is not None
        assert (end.outcome.status, end.outcome.trouble) == (Status.DONE, None)
        [entry] = await services.journal.entries(5)
        assert entry.kind == kind and entry.status is Status.DONE

"""Every action that the sandbox offers, from its form to an outcome that was verified, over a real socket."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.screens.driver import driver
from tests.support.action_cases import CASES
from tests.support.action_form import answer, form_of
from tests.support.opened import opened, refundable
from tests.support.sandbox import Sandbox
from wbtui.models.actions import ACTIONS
from wbtui.models.parts import CUSTOMER, SUBSCRIPTIONS
from wbtui.models.preview import Status
from wbtui.models.subscription import SubscriptionStatus
from wbtui.ui.actions.forms import FORMS
from wbtui.ui.actions.menu import Subjects
from wbtui.ui.actions.opening import open_action
from wbtui.ui.dialogs.sheet import PreviewSheet, SheetEnd


@pytest.mark.parametrize("kind", ACTIONS)
async def test_an_action_is_done_and_verified(kind: str, sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        assert services.actions.disabled_reason(kind) is None
        found, payment = await refundable(services)
        customer = (await services.profiles.fetch(CUSTOMER, found.id)).value
        subscriptions = (await services.profiles.fetch(SUBSCRIPTIONS, customer.id)).value
        active = next(one for one in subscriptions if one.status is SubscriptionStatus.ACTIVE)
        subjects: Subjects = {
            "invoice": (payment.invoice_ids[0], "the invoice"),
            "subscription": (active.id, active.plan),
        }
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
            await d.commit()
            await d.wait_for(lambda: bool(ends), "the outcome came")
        [end] = ends
        assert end is not None
        assert (end.outcome.status, end.outcome.trouble) == (Status.DONE, None)
        [entry] = await services.journal.entries(5)
        assert entry.kind == kind and entry.status is Status.DONE

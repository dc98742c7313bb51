"""Two agents edit one customer: a conflict is shown side by side and never overwritten; nothing is lost."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.screens.driver import Driver, driver
from tests.screens.gallery import CONTROL, MARKUP
from tests.support.action_form import answer, begin, form_of, row_of, services_with_anna
from tests.support.anna import ANNA, preview
from tests.support.fake_services import FakeServices
from tests.support.opened import opened
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox, running
from wbtui.app import Start
from wbtui.models.customer import Customer, Email
from wbtui.models.invoice import Address
from wbtui.services.open import Services
from wbtui.ui.actions.opening import open_action
from wbtui.ui.dialogs.conflicts import ConflictDialog
from wbtui.ui.widgets.choice import Choice


def edit_elsewhere(services: FakeServices, **members: Any) -> None:
    """Change members of Anna on the server."""
    services.profiles.serve("customer", "Cust_1", ANNA.model_copy(update=members))


async def choose(d: Driver, **use_yours: bool) -> None:
    """Choose what stays, by the last part of the field's name, and go on."""
    assert isinstance(d.screen, ConflictDialog)
    for one, choice in zip(d.screen._conflicts, d.screen.query(Choice), strict=True):
        choice.select_text(str(not use_yours[one.name.rpartition(".")[2]]))
    await d.press_command("form.go_on")


@pytest.mark.parametrize("size", [(80, 24), (100, 30), (140, 40)], ids=str)
async def test_a_conflict_is_shown_side_by_side_and_decided_field_by_field(size: tuple[int, int]) -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview()
    async with driver(services, size=size) as d:
        await begin(d, "edit_customer")
        await answer(d, "changes.name", "Anna Ortega")
        await answer(d, "changes.reference", "LUM-78")
        await answer(d, "changes.emails", "main: anna@ortega.example")
        await answer(d, "changes.vat_id", "DE1")
        edit_elsewhere(
            services, name="Anna Schmitt", reference="LUM-99", vat_id="DE1",
            emails=(Email(label="main", address="new@lumen.example"),),
            metadata={"company": "Lumen SE", "tier": "gold"},
        )  # fmt: skip
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await d.expect_text("▲ Someone else changed this while you edited it. Nothing was sent.")
        await d.expect_row("Before", "Now (theirs)", "Yours")
        await d.expect_row("Anna Schmidt", "Anna Schmitt", "Anna Ortega")
        assert isinstance(d.screen, ConflictDialog)
        assert [one.label for one in d.screen._conflicts] == ["Name", "E-mail", "Reference"], (
            "VAT ID: the same"
        )
        # The key that led here, pressed again, decides nothing.
        await d.press_command("form.go_on")
        await d.expect_text("▲ Choose the value to keep.")
        await d.expect_screen("ConflictDialog")
        await d.expect_focus("Choice")

        # Going back loses nothing, and the conflict is still there.
        await d.press_command("form.back")
        await d.expect_screen("ActionForm")
        await d.expect_text("Anna Ortega")
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await choose(d, name=False, emails=True, reference=True)
        await d.expect_screen("PreviewSheet")
        # What nobody chose to change is not sent: neither their name nor what both changed alike.
        assert actions.previewed[-1].wire()["changes"] == {
            "emails": [{"label": "main", "address": "anna@ortega.example"}], "reference": "LUM-78",
        }  # fmt: skip
        await d.press_command("sheet.back")
        await d.expect_screen("ActionForm")
        await d.expect_focus("#changes-name")
        assert row_of(d, "changes.name").control.value == "Anna Schmitt"
        assert row_of(d, "changes.metadata").control.value == "Lumen SE"
        assert form_of(d).unsent() == "this edit"
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
    assert actions.confirmed == []


async def test_a_change_elsewhere_of_other_fields_is_kept_without_a_question() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview()
    async with driver(services) as d:
        await begin(d, "edit_customer")
        await answer(d, "changes.metadata", "Ortega SL")
        edit_elsewhere(services, reference="LUM-99", metadata={"company": "Lumen Labs GmbH", "tier": "gold"})
        await d.press_command("form.go_on")
        await d.expect_screen("PreviewSheet")
        changes = {"metadata": {"company": "Ortega SL", "tier": "gold"}}
        await d.wait_for(lambda: actions.previewed[-1].wire()["changes"] == changes, "the new entry is kept")
        await d.press_command("sheet.back")
        await d.expect_screen("ActionForm")
        assert row_of(d, "changes.reference").control.value == "LUM-99"


async def test_when_only_theirs_stays_there_is_nothing_to_send() -> None:
    services, _ = services_with_anna()
    async with driver(services) as d:
        await begin(d, "edit_customer")
        await answer(d, "changes.reference", "LUM-78")
        edit_elsewhere(services, reference="LUM-99")
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await choose(d, reference=False)
        await d.expect_text("▲ Nothing has changed.", "LUM-99")
        assert form_of(d).unsent() is None


async def test_a_draft_conflicts_with_changes_since_it_was_kept_also_when_it_is_kept_again() -> None:
    services, actions = services_with_anna()
    actions.answer = lambda _action: preview()
    address = {"line_1": "Torstr. 12", "zip": "10119", "city": "Berlin", "country": "DE"}
    async with driver(services, size=(80, 24)) as d:
        await begin(d, "edit_customer")
        await answer(d, "changes.reference", "LUM-78")
        form_of(d).query_one("#changes-address").query("Input").first().value = "Torstr. 14"  # type: ignore[attr-defined]
        await d.press_command("form.keep")
        await d.expect_screen("CustomersScreen")
        edit_elsewhere(services, reference="LUM-99", address=Address(**{**address, "line_1": "Torstr. 16"}))
        for _ in range(2):
            await d.press("escape")
            await d.press_command("app.drafts")
            await d.press("enter")
            await d.expect_text("▲ Changed since:", "LUM-99")
            await d.press_command("form.go_on")
            await d.expect_screen("ConflictDialog")
            await d.expect_row("LUM-77", "LUM-99", "LUM-78")
            await d.press_command("form.back")
            await d.expect_screen("ActionForm")
            await d.press_command("form.keep")
            await d.expect_screen("CustomersScreen")
        await d.press_command("app.drafts")
        await d.press("enter")
        await d.expect_text("▲ Changed since:")
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await choose(d, reference=False, address=True)
        await d.expect_screen("PreviewSheet")
        assert actions.previewed[-1].wire()["changes"] == {"address": {**address, "line_1": "Torstr. 14"}}


async def test_values_from_outside_are_text() -> None:
    evil = " ".join([*CONTROL, *MARKUP])
    services, _ = services_with_anna()
    async with driver(services, size=(80, 24)) as d:
        await begin(d, "edit_customer")
        await answer(d, "changes.name", "Anna Ortega")
        edit_elsewhere(services, name=evil)
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await d.expect_text("[red]Jane[/blue]", "▲ Someone else changed this", "Preview")
        for line in d.lines():
            assert all(char >= " " and not "\x7f" <= char <= "\x9f" for char in line)


# ── two agents over a real sandbox ──
PLAIN_NAMES = {"reference": "customer_reference"}
"""Members by the name that they have in the documented API, where it differs."""


class Colleague:
    """Another agent, who edits by the API; on plain Wingback by the documented one."""

    def __init__(self, sandbox: Sandbox, customer_id: str, *, plain: bool) -> None:
        self._sandbox = sandbox
        self._customer_id = customer_id
        self._plain = plain

    def _client(self) -> httpx.Client:
        return httpx.Client(
            base_url=self._sandbox.url, headers=self._sandbox.headers, verify=False, timeout=PATIENCE
        )

    def edit(self, **changes: Any) -> None:
        if self._plain:
            body = {PLAIN_NAMES.get(name, name): value for name, value in changes.items()}
            with self._client() as client:
                client.post("/v1/c/customer", json={"id": self._customer_id, **body}).raise_for_status()
            return
        action = {
            "kind": "edit_customer", "customer_id": self._customer_id, "changes": changes,
            "context": {"agent": "Priya Nair"},
        }  # fmt: skip
        key = str(uuid4())
        with self._client() as client:
            basis = client.post("/x/v1/previews", json=action).raise_for_status().json()["basis"]
            body = {"key": key, "action": action, "basis": basis}
            sent = client.post("/x/v1/actions", json=body, headers={"Idempotency-Key": key})
            assert sent.raise_for_status().json()["status"] == "done"

    def row(self) -> Mapping[str, Any]:
        """The customer as the server has them, by our names."""
        path = "/v1/c/customer/{}" if self._plain else "/x/v1/customers/{}/row"
        with self._client() as client:
            found: dict[str, Any] = client.get(path.format(self._customer_id)).raise_for_status().json()
            return found | {ours: found[theirs] for ours, theirs in PLAIN_NAMES.items() if theirs in found}


@asynccontextmanager
async def editing(
    sandbox: Sandbox, folder: Path, *, plain: bool = False
) -> AsyncIterator[tuple[Driver, Services, Colleague]]:
    """The form to edit Anna, and her colleague."""
    async with opened(sandbox.url, sandbox.key, folder) as services:
        await services.sync.run()
        customer: Customer = (await services.directory.open("anna@lumen.example").page(0, 1)).rows[0].value
        async with driver(services, start=Start(query=customer.id)) as d:
            await d.expect_screen("CustomersScreen")
            open_action(d.screen, "edit_customer", customer, {})
            await d.expect_screen("ActionForm")
            await d.wait_for(lambda: form_of(d).data is not None, "the form came")
            yield d, services, Colleague(sandbox, customer.id, plain=plain)


async def test_an_edit_of_a_colleague_before_the_preview_is_not_overwritten(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with editing(sandbox, tmp_path) as (d, _, colleague):
        await answer(d, "changes.reference", "OURS")
        await answer(d, "changes.metadata", "Ortega SL")
        colleague.edit(reference="THEIRS", metadata={"company": "Lumen Labs GmbH", "tier": "gold"})
        await d.press_command("form.go_on")
        await d.expect_screen("ConflictDialog")
        await d.expect_row("LUM-77", "THEIRS", "OURS")
        await choose(d, reference=False)
        await d.commit()
        await d.expect_screen("OutcomeDialog")
        await d.expect_text("● Done")
        row = colleague.row()
        assert row["reference"] == "THEIRS" and row["metadata"] == {"company": "Ortega SL", "tier": "gold"}


@pytest.mark.parametrize("plain", [False, True], ids=["extension", "plain"])
async def test_an_edit_of_a_colleague_between_preview_and_send_is_not_overwritten(
    plain: bool, sandbox_db: Path, tmp_path: Path
) -> None:
    with running(sandbox_db, plain=plain) as box:
        async with editing(box, tmp_path, plain=plain) as (d, services, colleague):
            await answer(d, "changes.reference", "OURS")
            await d.press_command("form.go_on")
            await d.read_preview()
            colleague.edit(reference="THEIRS")
            await d.press_command("sheet.commit")
            await d.expect_screen("ConflictDialog")
            await d.expect_row("LUM-77", "THEIRS", "OURS")
            assert colleague.row()["reference"] == "THEIRS"
            await choose(d, reference=True)
            # An edit of something else is shown, and the preview decided anew.
            await d.read_preview()
            colleague.edit(name="Anna S.")
            await d.press_command("sheet.commit")
            await d.expect_text("▲ The data has changed since the preview. Nothing was done.")
            await d.commit()
            await d.expect_screen("OutcomeDialog")
            row = colleague.row()
            assert (row["reference"], row["name"]) == ("OURS", "Anna S.")
            assert len(await services.journal.entries(9)) == 3, "two refused, one done"

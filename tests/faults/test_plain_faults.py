"""Actions on plain Wingback, which has no idempotency keys, with broken connections on a real socket.

An action takes effect at most once, is never sent again, and a lost answer is looked up in the data.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.screens.driver import driver
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.opened import opened
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.app import Start
from wbtui.models.actions import Action, Context, Reason
from wbtui.models.actions.customer import FreezeCustomer
from wbtui.models.actions.subscription import ChangePlan
from wbtui.models.parts import PLANS
from wbtui.models.plan_diff import counted_features
from wbtui.models.preview import Outcome, Preview, Status
from wbtui.services.open import Services
from wbtui.ui.text.outcome import outcome_text

CONTEXT = Context(agent="jo", reason=Reason.CUSTOMER_REQUEST, ticket="ZD-1")


@dataclass
class Scene:
    """An active customer on plain Wingback with one active subscription, through a proxy."""

    services: Services
    proxy: FaultProxy
    sandbox: Sandbox
    customer_id: str
    contract: dict[str, Any]

    def get(self, path: str) -> Any:
        """Read past the proxy and our client."""
        answer = httpx.get(self.sandbox.url + path, headers=self.sandbox.headers, timeout=PATIENCE)
        return answer.raise_for_status().json()

    def add_note(self, notes: str) -> None:
        """Change the customer past the proxy and our client."""
        body = {"id": self.customer_id, "notes": notes}
        url = f"{self.sandbox.url}/v1/c/customer"
        httpx.post(url, json=body, headers=self.sandbox.headers, timeout=PATIENCE).raise_for_status()

    def effects(self) -> int:
        """Return how often the customer was frozen or the plan changed; each change leaves one moved."""
        customer = self.get(f"/v1/c/customer/{self.customer_id}")
        states = [customer["status"], *(one["status"] for one in customer["contracts"])]
        return states.count("moved") + states.count("inactive")

    def sent(self, path: str) -> int:
        return sum(call == ("POST", path) for call in self.proxy.requests)

    async def action(self, kind: str) -> tuple[Action, str]:
        """Return an action and the path of its call."""
        if kind == "freeze_customer":
            path = f"/v1/c/customer/{self.customer_id}/inactivate"
            return FreezeCustomer(customer_id=self.customer_id, context=CONTEXT, note="Asked for it"), path
        plans = (await self.services.profiles.fetch(PLANS, "")).value
        plan_id, pricing = next(
            (plan.id, pricing)
            for plan in plans
            for pricing in plan.pricings
            if pricing.currency == self.contract["currency"] and pricing.cycle.value == "month"
            if plan.id != self.contract["plan_id"]
        )
        action = ChangePlan(
            customer_id=self.customer_id, context=CONTEXT, contract_id=self.contract["id"], when="now",
            plan_id=plan_id, pricing_id=pricing.id, downgrade_allowed=True,
            units={feature.slug: "2" for feature in counted_features(pricing)},
        )  # fmt: skip
        return action, f"/v1/c/contract/{self.contract['id']}/upgrade"

    async def do(self, action: Action, preview: Preview | None = None) -> Outcome:
        actions = self.services.actions
        preview = preview or await actions.preview(action)
        intent = await actions.record_intent(action, preview, customer_title="Anna", summary="It")
        return await actions.send(intent).outcome()


@pytest.fixture
async def scene(plain_sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Scene]:
    with FaultProxy(plain_sandbox.url) as proxy:
        async with opened(proxy.url, plain_sandbox.key, tmp_path) as services:
            found = Scene(services, proxy, plain_sandbox, "", {})
            for hit in found.get("/v1/c/customer?status=active&limit=100")["hits"]:
                [contract, *more] = hit["contracts"] or [{}, {}]
                if not more and contract["status"] == "active" and not contract["expiration"]:
                    found.customer_id, found.contract = hit["id"], contract
                    break
            yield found


KINDS = pytest.mark.parametrize("kind", ["change_plan", "freeze_customer"])
LOST = (Fault.CUT_BEFORE_ANSWER, Fault.CUT_MID_ANSWER, Fault.ERROR_500, Fault.HTML)


@KINDS
@pytest.mark.parametrize("fault", LOST, ids=lambda fault: fault.name)
async def test_a_lost_answer_is_found_in_the_data(scene: Scene, kind: str, fault: Fault) -> None:
    action, path = await scene.action(kind)
    armed = scene.proxy.arm(fault, "POST", path)
    outcome = await scene.do(action)
    assert armed.fired == 1
    assert outcome.status is Status.DONE, outcome.trouble
    assert (scene.effects(), scene.sent(path)) == (1, 1)
    assert scene.services.journal.entry_now(outcome.key).status is Status.DONE


@KINDS
async def test_a_request_that_never_arrived_stays_unknown_and_is_not_sent_again(
    scene: Scene, kind: str
) -> None:
    action, path = await scene.action(kind)
    armed = scene.proxy.arm(Fault.CUT_BEFORE_SEND, "POST", path)
    outcome = await scene.do(action)
    assert armed.fired == 1
    assert outcome.status is Status.UNKNOWN
    assert "the request may still arrive" in (outcome.trouble or "")
    for resolve in (scene.services.actions.resend, scene.services.actions.abandon):
        with pytest.raises(errors.NotOffered, match="does not support idempotency keys"):
            await resolve(outcome.key)
    assert (await scene.services.actions.reconcile(outcome.key)).status is Status.UNKNOWN
    assert (scene.effects(), scene.sent(path)) == (0, 1)


async def test_a_second_change_waits_until_the_first_is_known(scene: Scene) -> None:
    action, path = await scene.action("change_plan")
    preview = await scene.services.actions.preview(action)
    armed = scene.proxy.arm(Fault.HOLD, "POST", path)
    outcome = await scene.do(action, preview)
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    with pytest.raises(errors.Unresolved):
        await scene.do(action, preview)
    (answer,) = scene.proxy.deliver(armed)
    assert answer.status == 200
    assert (await scene.services.actions.reconcile(outcome.key)).status is Status.DONE
    assert (scene.effects(), scene.sent(path)) == (1, 1)


async def test_the_agent_says_what_became_of_a_change_at_renewal(scene: Scene) -> None:
    """Wingback's data does not show it, so that only the agent can find out."""
    action, path = await scene.action("change_plan")
    later = action.model_copy(update={"when": "period_end"})
    async with driver(scene.services, start=Start(screen="journal")) as d:
        for verb, status, said in (
            ("was_not_done", Status.REFUSED, "○ not carried out"),
            ("was_done", Status.DONE, "● done"),
        ):
            armed = scene.proxy.arm(Fault.CUT_BEFORE_SEND, "POST", path)
            outcome = await scene.do(later)
            assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
            assert "say in the journal" in (outcome.trouble or "")
            assert "Check its status" not in outcome_text(outcome, "", str).plain, "there is none to check"
            assert (await scene.services.actions.reconcile(outcome.key)).status is Status.UNKNOWN
            with pytest.raises(errors.Unresolved):
                await scene.do(later)
            await d.expect_text("1 unresolved")
            await d.press("g")
            await d.expect_gone("✕")
            await d.expect_text("d was done", "n was not done")
            await d.press_command(f"journal.{verb}")
            await d.expect_text("Have you seen in the billing system")
            await d.press_command("ask.yes")
            await d.expect_text("Nothing pending", "You saw in the billing system that it was", said)
            assert scene.services.journal.entry_now(outcome.key).status is status
    assert (scene.effects(), scene.sent(path)) == (0, 2)


@KINDS
async def test_nothing_is_sent_when_the_customer_changed_after_the_preview(scene: Scene, kind: str) -> None:
    action, path = await scene.action(kind)
    preview = await scene.services.actions.preview(action)
    scene.add_note("Called meanwhile")
    outcome = await scene.do(action, preview)
    assert outcome.rule is not None and outcome.rule.code == "basis_changed"
    assert (scene.effects(), scene.sent(path)) == (0, 0)


@KINDS
async def test_when_the_data_cannot_be_read_before_sending_nothing_is_sent(scene: Scene, kind: str) -> None:
    action, path = await scene.action(kind)
    preview = await scene.services.actions.preview(action)
    armed = scene.proxy.arm(Fault.CUT_BEFORE_ANSWER, "GET", "/v1/c/customer", times=None)
    outcome = await scene.do(action, preview)
    assert armed.fired > 0
    assert outcome.status is Status.NOT_SENT
    assert (scene.effects(), scene.sent(path)) == (0, 0)


async def test_what_wingback_rejects_is_refused(scene: Scene) -> None:
    action, path = await scene.action("change_plan")
    rejected = b'{"feedback":{"plan_id":{"type":"error","value":"This plan is archived."}}}'
    scene.proxy.arm(
        Fault.CHANGE,
        "POST",
        path,
        change=lambda _answer: (
            b"HTTP/1.1 400 Bad Request\r\ncontent-type: application/json\r\n"
            + b"content-length: %d\r\n\r\n" % len(rejected)
            + rejected
        ),
    )
    outcome = await scene.do(action)
    assert outcome.status is Status.REFUSED
    assert "This plan is archived. Nothing was done." in (outcome.trouble or "")
    assert outcome.rule is not None and outcome.rule.message.endswith("This plan is archived.")
    assert outcome_text(outcome, "", str).plain.count("Nothing was done.") == 1

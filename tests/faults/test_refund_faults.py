"""A refund with every network fault on a real socket: never sent twice, never a wrong outcome.

Each test asserts that its fault occurred, and counts the refunds on the server afterwards.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fast_forward import put_forward
from tests.support.fault_proxy import Armed, Fault, FaultProxy
from tests.support.opened import Watch, intended, money_loop, opened, refund_of, refundable, refunds_of, until
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.customer import Customer
from wbtui.models.parts import PAYMENTS
from wbtui.models.payment import Payment
from wbtui.models.preview import Outcome, Status
from wbtui.services.link import LinkKind
from wbtui.services.open import Services

ACTIONS = "/x/v1/actions"


@dataclass
class RefundCase:
    """A refund of 5.00 that is ready to be confirmed, through a proxy that can break it."""

    services: Services
    proxy: FaultProxy
    customer: Customer
    payment: Payment
    action: RefundInvoice

    async def refund(self) -> Outcome:
        return await self.services.actions.send(await intended(self.services, self.action)).outcome()

    async def refunds(self) -> int:
        """Disarm the faults and count the new refunds on the server."""
        self.proxy.disarm()
        return len(await refunds_of(self.services, self.customer.id)) - self.before

    async def status(self, outcome: Outcome) -> Status:
        return self.services.journal.entry_now(outcome.key).status

    before: int = 0


@pytest.fixture
async def case(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[RefundCase]:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            yield await ready(services, proxy)


async def ready(services: Services, proxy: FaultProxy) -> RefundCase:
    customer, payment = await refundable(services)
    case = RefundCase(services, proxy, customer, payment, refund_of(customer, payment))
    case.before = len(await refunds_of(services, customer.id))
    return case


def arm(case: RefundCase, fault: Fault) -> Armed:
    return case.proxy.arm(fault, "POST", ACTIONS)


async def test_without_a_fault_it_is_done_once(case: RefundCase) -> None:
    outcome = await case.refund()
    assert outcome.status is Status.DONE
    assert await case.refunds() == 1
    left = (await case.services.profiles.fetch(PAYMENTS, case.customer.id)).value
    [payment] = [one for one in left if one.id == case.payment.id]
    assert payment.refundable.minor == case.payment.refundable.minor - 500


# The server performed it and the response was lost. The look-up finds it.
@pytest.mark.parametrize(
    "fault",
    [
        Fault.CUT_BEFORE_ANSWER,
        Fault.CLOSE_BEFORE_ANSWER,
        Fault.CUT_MID_ANSWER,
        Fault.ERROR_500,
        Fault.HTML,
    ],
)
async def test_a_lost_response_is_looked_up_and_found_done(case: RefundCase, fault: Fault) -> None:
    watch = Watch(case.services.actions.outcome_changed)
    armed = arm(case, fault)
    outcome = await case.refund()
    assert armed.fired == 1
    assert outcome.status is Status.DONE
    assert [entry.status for entry in watch.seen[-3:]] == [Status.SENT, Status.UNKNOWN, Status.DONE]
    assert await case.status(outcome) is Status.DONE
    assert await case.refunds() == 1


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.DRIP])
async def test_a_response_that_never_ends_reaches_the_deadline(
    sandbox: Sandbox, tmp_path: Path, fault: Fault
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            case = await ready(services, proxy)
            armed = arm(case, fault)
            refunding = asyncio.ensure_future(case.refund())
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE), "the server performed it"
            put_forward(money_loop(services))
            outcome = await refunding
            assert armed.fired == 1
            assert outcome.status is Status.DONE, "the look-up after the deadline found it"
            assert await case.refunds() == 1


async def test_a_refused_connection_is_not_sent(case: RefundCase) -> None:
    intent = await intended(case.services, case.action)
    armed = case.proxy.arm(Fault.REFUSE)
    outcome = await case.services.actions.send(intent).outcome()
    assert armed.fired == 1
    assert outcome.status is Status.NOT_SENT
    assert "Nothing was sent" in (outcome.trouble or "")
    case.proxy.disarm()
    await until(case.services.link.changed, lambda: case.services.link.writable)
    assert await case.refunds() == 0
    assert (await case.refund()).status is Status.DONE, "it can be repeated under a new key"
    assert await case.refunds() == 1


async def test_a_connection_lost_before_the_request_arrived_is_unknown_and_can_be_resent(
    case: RefundCase,
) -> None:
    armed = arm(case, Fault.CUT_BEFORE_SEND)
    outcome = await case.refund()
    assert armed.fired == 1
    assert outcome.status is Status.UNKNOWN, "indistinguishable from a lost response"
    assert await case.refunds() == 0
    again = await case.services.actions.resend(outcome.key)
    assert again.status is Status.DONE
    assert await case.refunds() == 1
    assert case.services.journal.entry_now(outcome.key).attempts == 2


async def test_a_reset_right_after_connecting_is_not_sent_or_unknown(case: RefundCase) -> None:
    """Which of the two depends on whether the first byte was sent."""
    intent = await intended(case.services, case.action)
    armed = arm(case, Fault.RESET_ON_ACCEPT)
    outcome = await case.services.actions.send(intent).outcome()
    assert armed.fired == 1
    assert outcome.status in (Status.NOT_SENT, Status.UNKNOWN)
    assert await case.refunds() == 0
    if outcome.status is Status.UNKNOWN:
        assert (await case.services.actions.abandon(outcome.key)).status is Status.REFUSED


async def test_a_status_that_could_not_be_checked_is_no_reason_to_try_again(case: RefundCase) -> None:
    arm(case, Fault.CUT_BEFORE_ANSWER)
    case.proxy.arm(Fault.HTML, "GET", ACTIONS, times=None)
    outcome = await case.refund()
    looked = await case.services.actions.reconcile(outcome.key)
    assert looked.status is Status.UNKNOWN
    assert looked.trouble is not None and looked.trouble.startswith("The status could not be checked. ")
    assert "ry again" not in looked.trouble


async def test_late_arrival_after_abandoning_is_refused(case: RefundCase) -> None:
    armed = arm(case, Fault.HOLD)
    outcome = await case.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    looked = await case.services.actions.reconcile(outcome.key)
    assert looked.status is Status.UNKNOWN, "not found is no proof"
    with pytest.raises(errors.Unresolved):
        await intended(case.services, case.action)
    abandoned = await case.services.actions.abandon(outcome.key)
    assert abandoned.status is Status.REFUSED
    [answer] = case.proxy.deliver(armed)
    assert answer.status == 200
    assert b"abandoned" in answer.body
    assert await case.refunds() == 0
    assert await case.status(outcome) is Status.REFUSED
    assert (await case.refund()).status is Status.DONE
    assert await case.refunds() == 1


async def test_late_arrival_before_abandoning_is_done(case: RefundCase) -> None:
    armed = arm(case, Fault.HOLD)
    outcome = await case.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    [answer] = case.proxy.deliver(armed)
    assert answer.status == 200
    assert (await case.services.actions.abandon(outcome.key)).status is Status.DONE
    assert await case.status(outcome) is Status.DONE
    assert await case.refunds() == 1


async def test_late_arrival_after_a_resend_runs_once(case: RefundCase) -> None:
    armed = arm(case, Fault.HOLD)
    outcome = await case.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    assert (await case.services.actions.resend(outcome.key)).status is Status.DONE
    [answer] = case.proxy.deliver(armed)
    assert answer.status == 200
    assert await case.refunds() == 1


async def test_a_resend_that_fails_again_stays_unknown(case: RefundCase) -> None:
    first = arm(case, Fault.HOLD)
    outcome = await case.refund()
    second = arm(case, Fault.CUT_BEFORE_SEND)
    assert (await case.services.actions.resend(outcome.key)).status is Status.UNKNOWN
    assert (first.fired, second.fired) == (1, 1)
    case.proxy.deliver(first)
    assert (await case.services.actions.reconcile(outcome.key)).status is Status.DONE
    assert await case.refunds() == 1


async def test_confirmed_twice_is_sent_once(case: RefundCase) -> None:
    intent = await intended(case.services, case.action)
    first, second = case.services.actions.send(intent), case.services.actions.send(intent)
    outcomes = await asyncio.gather(first.outcome(), second.outcome())
    assert [one.status for one in outcomes] == [Status.DONE, Status.DONE]
    assert case.proxy.requests.count(("POST", ACTIONS)) == 1
    assert await case.refunds() == 1


async def test_two_dialogs_for_the_same_refund_send_one(case: RefundCase) -> None:
    """The second intent conflicts with the first, whose answer is on its way."""
    actions, answered = case.services.actions, threading.Event()

    def hold(answer: bytes) -> bytes:
        assert answered.wait(PATIENCE)
        return answer

    preview = await actions.preview(case.action)
    armed = case.proxy.arm(Fault.CHANGE, "POST", ACTIONS, change=hold)
    pending = actions.send(await intended(case.services, case.action))
    try:
        assert await asyncio.to_thread(armed.hit.wait, PATIENCE)
        with pytest.raises(errors.Unresolved):
            await actions.record_intent(case.action, preview, customer_title="Anna", summary="Refund")
    finally:
        answered.set()
    assert (await pending.outcome()).status is Status.DONE
    assert await case.refunds() == 1


async def test_a_refund_by_another_agent_is_detected_before_sending(
    case: RefundCase, sandbox: Sandbox, tmp_path: Path
) -> None:
    intent = await intended(case.services, case.action)
    async with opened(sandbox.url, sandbox.key, tmp_path / "other") as other:
        theirs = await other.actions.send(await intended(other, case.action)).outcome()
    assert theirs.status is Status.DONE
    pending = case.services.actions.send(intent)
    outcome = await pending.outcome()
    assert (outcome.status, outcome.rule and outcome.rule.code) == (Status.REFUSED, "basis_changed")
    assert pending.new_preview is not None
    assert pending.new_preview.basis != intent.preview.basis
    assert await case.refunds() == 1, "only theirs"


async def test_an_unknown_outcome_is_found_when_the_server_is_reachable_again(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            case = await ready(services, proxy)
            armed = arm(case, Fault.CUT_BEFORE_ANSWER)
            lookups = proxy.arm(Fault.CUT_BEFORE_SEND, "GET", ACTIONS, times=None)
            outcome = await case.refund()
            assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
            assert lookups.fired >= 1
            watch = Watch(services.actions.outcome_changed)
            proxy.disarm()
            await until(
                services.actions.outcome_changed,
                lambda: any(entry.status is Status.DONE for entry in watch.seen),
            )
            await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
            assert await case.refunds() == 1

"""A refund through every fault on a real socket: never two, never a wrong done or refused, always honest.

Each test asserts that its fault fired, and counts the refunds at the server itself afterwards.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.fast_forward import put_forward
from tests.support.fault_proxy import Armed, Fault, FaultProxy
from tests.support.opened import (
    Watch,
    intended,
    money_loop,
    opened,
    refund_of,
    refundable,
    refunds_of,
    until,
)
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox
from wbtui import errors
from wbtui.models.actions import RefundInvoice
from wbtui.models.customer import Customer
from wbtui.models.parts import PAYMENTS
from wbtui.models.payment import Payment
from wbtui.models.preview import Outcome, Status
from wbtui.services.link import LinkKind
from wbtui.services.open import Services

ACTIONS = "/x/v1/actions"


@dataclass
class ActionService:
    """A refund of 5.00 that is ready to be confirmed, through a proxy that can break it."""

    services: Services
    proxy: FaultProxy
    customer: Customer
    payment: Payment
    action: RefundInvoice

    async def refund(self) -> Outcome:
        return await self.services.actions.hold(await intended(self.services, self.action)).outcome()

    async def refunds(self) -> int:
        """How many there are at the server now, faults out of the way."""
        self.proxy.disarm()
        return len(await refunds_of(self.services, self.customer.id)) - self.before

    async def status(self, outcome: Outcome) -> Status:
        return (await self.services.journal.entry(outcome.key)).status

    before: int = 0


@pytest.fixture
async def actions(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[ActionService]:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            yield await ready(services, proxy)


async def ready(services: Services, proxy: FaultProxy) -> ActionService:
    customer, payment = await refundable(services)
    one = ActionService(services, proxy, customer, payment, refund_of(customer, payment))
    one.before = len(await refunds_of(services, customer.id))
    return one


def arm(actions: ActionService, fault: Fault) -> Armed:
    return actions.proxy.arm(fault, "POST", ACTIONS)


async def test_without_a_fault_it_is_done_once(actions: ActionService) -> None:
    outcome = await actions.refund()
    assert outcome.status is Status.DONE
    assert await actions.refunds() == 1
    left = (await actions.services.profiles.fetch(PAYMENTS, actions.customer.id)).value
    [payment] = [one for one in left if one.id == actions.payment.id]
    assert payment.refundable.minor == actions.payment.refundable.minor - 500


# The server ran it; the answer was lost in one way or another. The look-up finds it.
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
async def test_a_lost_answer_is_looked_up_and_found_done(actions: ActionService, fault: Fault) -> None:
    watch = Watch(actions.services.actions.outcome_changed)
    armed = arm(actions, fault)
    outcome = await actions.refund()
    assert armed.fired == 1
    assert outcome.status is Status.DONE
    assert [entry.status for entry in watch.seen[-3:]] == [Status.SENT, Status.UNKNOWN, Status.DONE]
    assert await actions.status(outcome) is Status.DONE
    assert await actions.refunds() == 1


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.DRIP])
async def test_an_answer_that_never_ends_meets_the_deadline(
    sandbox: Sandbox, tmp_path: Path, fault: Fault
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            actions = await ready(services, proxy)
            armed = arm(actions, fault)
            refunding = asyncio.ensure_future(actions.refund())
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE), "the server did run it"
            put_forward(money_loop(services))
            outcome = await refunding
            assert armed.fired == 1
            assert outcome.status is Status.DONE, "the look-up after the deadline found it"
            assert await actions.refunds() == 1


async def test_a_refused_connection_is_surely_not_sent(actions: ActionService) -> None:
    intent = await intended(actions.services, actions.action)
    armed = actions.proxy.arm(Fault.REFUSE)
    outcome = await actions.services.actions.hold(intent).outcome()
    assert armed.fired == 1
    assert outcome.status is Status.NOT_SENT
    assert "Nothing was sent" in (outcome.trouble or "")
    actions.proxy.disarm()
    await until(actions.services.link.changed, lambda: actions.services.link.writable)
    assert await actions.refunds() == 0
    assert (await actions.refund()).status is Status.DONE, "it may be done anew under a new key"
    assert await actions.refunds() == 1


async def test_cut_before_the_server_saw_it_is_unknown_and_can_be_sent_again(actions: ActionService) -> None:
    armed = arm(actions, Fault.CUT_BEFORE_SEND)
    outcome = await actions.refund()
    assert armed.fired == 1
    assert outcome.status is Status.UNKNOWN, "nobody can tell this from a lost answer"
    assert await actions.refunds() == 0
    again = await actions.services.actions.resend(outcome.key)
    assert again.status is Status.DONE
    assert await actions.refunds() == 1
    assert (await actions.services.journal.entry(outcome.key)).attempts == 2


async def test_a_reset_right_after_connecting_is_not_sent_or_unknown(actions: ActionService) -> None:
    """Which of the two depends on whether the first byte was on its way: both are true, nothing else is."""
    intent = await intended(actions.services, actions.action)
    armed = arm(actions, Fault.RESET_ON_ACCEPT)
    outcome = await actions.services.actions.hold(intent).outcome()
    assert armed.fired == 1
    assert outcome.status in (Status.NOT_SENT, Status.UNKNOWN)
    assert await actions.refunds() == 0
    if outcome.status is Status.UNKNOWN:
        assert (await actions.services.actions.abandon(outcome.key)).status is Status.REFUSED


async def test_late_arrival_after_giving_up_is_refused(actions: ActionService) -> None:
    armed = arm(actions, Fault.HOLD)
    outcome = await actions.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    looked = await actions.services.actions.reconcile(outcome.key)
    assert looked.status is Status.UNKNOWN, "not found proves nothing"
    with pytest.raises(errors.Unresolved):
        await intended(actions.services, actions.action)
    given_up = await actions.services.actions.abandon(outcome.key)
    assert given_up.status is Status.REFUSED
    [answer] = actions.proxy.deliver(armed)
    assert answer.status == 200
    assert b"abandoned" in answer.body
    assert await actions.refunds() == 0
    assert await actions.status(outcome) is Status.REFUSED
    assert (await actions.refund()).status is Status.DONE
    assert await actions.refunds() == 1


async def test_late_arrival_before_giving_up_is_done(actions: ActionService) -> None:
    armed = arm(actions, Fault.HOLD)
    outcome = await actions.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    [answer] = actions.proxy.deliver(armed)
    assert answer.status == 200
    assert (await actions.services.actions.abandon(outcome.key)).status is Status.DONE
    assert await actions.status(outcome) is Status.DONE
    assert await actions.refunds() == 1


async def test_late_arrival_after_a_resend_runs_once(actions: ActionService) -> None:
    armed = arm(actions, Fault.HOLD)
    outcome = await actions.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    assert (await actions.services.actions.resend(outcome.key)).status is Status.DONE
    [answer] = actions.proxy.deliver(armed)
    assert answer.status == 200
    assert await actions.refunds() == 1


async def test_a_resend_that_is_cut_again_stays_unknown(actions: ActionService) -> None:
    first = arm(actions, Fault.HOLD)
    outcome = await actions.refund()
    second = arm(actions, Fault.CUT_BEFORE_SEND)
    assert (await actions.services.actions.resend(outcome.key)).status is Status.UNKNOWN
    assert (first.fired, second.fired) == (1, 1)
    actions.proxy.deliver(first)
    assert (await actions.services.actions.reconcile(outcome.key)).status is Status.DONE
    assert await actions.refunds() == 1


async def test_confirmed_twice_is_sent_once(actions: ActionService) -> None:
    intent = await intended(actions.services, actions.action)
    first, second = actions.services.actions.hold(intent), actions.services.actions.hold(intent)
    outcomes = await asyncio.gather(first.outcome(), second.outcome())
    assert [one.status for one in outcomes] == [Status.DONE, Status.DONE]
    assert actions.proxy.requests.count(("POST", ACTIONS)) == 1
    assert await actions.refunds() == 1


async def test_two_sheets_for_the_same_refund_give_back_once(actions: ActionService) -> None:
    """Two previews of one state: the second commit finds that it moved (promise 12)."""
    held = [actions.services.actions.hold(await intended(actions.services, actions.action))]
    with pytest.raises(errors.Unresolved):
        held.append(actions.services.actions.hold(await intended(actions.services, actions.action)))
    assert (await held[0].outcome()).status is Status.DONE
    assert await actions.refunds() == 1


async def test_another_agent_in_between_is_seen_before_money_moves(
    actions: ActionService, sandbox: Sandbox, tmp_path: Path
) -> None:
    intent = await intended(actions.services, actions.action)
    async with opened(sandbox.url, sandbox.key, tmp_path / "other") as other:
        theirs = await other.actions.hold(await intended(other, actions.action)).outcome()
    assert theirs.status is Status.DONE
    held = actions.services.actions.hold(intent)
    outcome = await held.outcome()
    assert (outcome.status, outcome.rule and outcome.rule.code) == (Status.REFUSED, "basis_changed")
    assert held.new_preview is not None
    assert held.new_preview.basis != intent.preview.basis
    assert await actions.refunds() == 1, "theirs, and only theirs"


async def test_unknown_is_found_by_itself_when_the_link_is_back(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            actions = await ready(services, proxy)
            armed = arm(actions, Fault.CUT_BEFORE_ANSWER)
            lookups = proxy.arm(Fault.CUT_BEFORE_SEND, "GET", ACTIONS, times=None)
            outcome = await actions.refund()
            assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
            assert lookups.fired >= 1
            watch = Watch(services.actions.outcome_changed)
            proxy.disarm()
            await until(
                services.actions.outcome_changed,
                lambda: any(entry.status is Status.DONE for entry in watch.seen),
            )
            await until(services.link.changed, lambda: services.link.state.kind is LinkKind.ONLINE)
            assert await actions.refunds() == 1

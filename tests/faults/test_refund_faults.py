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
from wbtui.models.action import RefundInvoice
from wbtui.models.customer import Customer
from wbtui.models.parts import PAYMENTS
from wbtui.models.payment import Payment
from wbtui.models.preview import Outcome, Status
from wbtui.services.open import Services

ACTIONS = "/x/v1/actions"


@dataclass
class Desk:
    """A refund of 5.00 that is ready to be confirmed, through a proxy that can break it."""

    services: Services
    proxy: FaultProxy
    customer: Customer
    payment: Payment
    action: RefundInvoice

    async def refund(self) -> Outcome:
        return await self.services.desk.hold(await intended(self.services, self.action)).outcome()

    async def refunds(self) -> int:
        """How many there are at the server now, faults out of the way."""
        self.proxy.disarm()
        return len(await refunds_of(self.services, self.customer.id)) - self.before

    async def status(self, outcome: Outcome) -> Status:
        return (await self.services.journal.entry(outcome.key)).status

    before: int = 0


@pytest.fixture
async def desk(sandbox: Sandbox, tmp_path: Path) -> AsyncIterator[Desk]:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            yield await ready(services, proxy)


async def ready(services: Services, proxy: FaultProxy) -> Desk:
    customer, payment = await refundable(services)
    one = Desk(services, proxy, customer, payment, refund_of(customer, payment))
    one.before = len(await refunds_of(services, customer.id))
    return one


def arm(desk: Desk, fault: Fault) -> Armed:
    return desk.proxy.arm(fault, "POST", ACTIONS)


async def test_without_a_fault_it_is_done_once(desk: Desk) -> None:
    outcome = await desk.refund()
    assert outcome.status is Status.DONE
    assert await desk.refunds() == 1
    left = (await desk.services.profiles.fetch(PAYMENTS, desk.customer.id)).value
    [payment] = [one for one in left if one.id == desk.payment.id]
    assert payment.refundable.minor == desk.payment.refundable.minor - 500


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
async def test_a_lost_answer_is_looked_up_and_found_done(desk: Desk, fault: Fault) -> None:
    watch = Watch(desk.services.desk.outcome_changed)
    armed = arm(desk, fault)
    outcome = await desk.refund()
    assert armed.fired == 1
    assert outcome.status is Status.DONE
    assert [entry.status for entry in watch.seen[-3:]] == [Status.SENT, Status.UNKNOWN, Status.DONE]
    assert await desk.status(outcome) is Status.DONE
    assert await desk.refunds() == 1


@pytest.mark.parametrize("fault", [Fault.STALL, Fault.DRIP])
async def test_an_answer_that_never_ends_meets_the_deadline(
    sandbox: Sandbox, tmp_path: Path, fault: Fault
) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            desk = await ready(services, proxy)
            armed = arm(desk, fault)
            refunding = asyncio.ensure_future(desk.refund())
            assert await asyncio.to_thread(armed.hit.wait, PATIENCE), "the server did run it"
            put_forward(money_loop(services))
            outcome = await refunding
            assert armed.fired == 1
            assert outcome.status is Status.DONE, "the look-up after the deadline found it"
            assert await desk.refunds() == 1


async def test_a_refused_connection_is_surely_not_sent(desk: Desk) -> None:
    intent = await intended(desk.services, desk.action)
    armed = desk.proxy.arm(Fault.REFUSE)
    outcome = await desk.services.desk.hold(intent).outcome()
    assert armed.fired == 1
    assert outcome.status is Status.NOT_SENT
    assert "Nothing was sent" in (outcome.trouble or "")
    desk.proxy.disarm()
    await until(desk.services.link.changed, lambda: desk.services.link.writable)
    assert await desk.refunds() == 0
    assert (await desk.refund()).status is Status.DONE, "it may be done anew under a new key"
    assert await desk.refunds() == 1


async def test_cut_before_the_server_saw_it_is_unknown_and_can_be_sent_again(desk: Desk) -> None:
    armed = arm(desk, Fault.CUT_BEFORE_SEND)
    outcome = await desk.refund()
    assert armed.fired == 1
    assert outcome.status is Status.UNKNOWN, "nobody can tell this from a lost answer"
    assert await desk.refunds() == 0
    again = await desk.services.desk.resend(outcome.key)
    assert again.status is Status.DONE
    assert await desk.refunds() == 1
    assert (await desk.services.journal.entry(outcome.key)).attempts == 2


async def test_a_reset_right_after_connecting_is_not_sent_or_unknown(desk: Desk) -> None:
    """Which of the two depends on whether the first byte was on its way: both are true, nothing else is."""
    intent = await intended(desk.services, desk.action)
    armed = arm(desk, Fault.RESET_ON_ACCEPT)
    outcome = await desk.services.desk.hold(intent).outcome()
    assert armed.fired == 1
    assert outcome.status in (Status.NOT_SENT, Status.UNKNOWN)
    assert await desk.refunds() == 0
    if outcome.status is Status.UNKNOWN:
        assert (await desk.services.desk.abandon(outcome.key)).status is Status.REFUSED


async def test_late_arrival_after_giving_up_is_refused(desk: Desk) -> None:
    armed = arm(desk, Fault.HOLD)
    outcome = await desk.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    looked = await desk.services.desk.reconcile(outcome.key)
    assert looked.status is Status.UNKNOWN, "not found proves nothing"
    with pytest.raises(errors.Unresolved):
        await intended(desk.services, desk.action)
    given_up = await desk.services.desk.abandon(outcome.key)
    assert given_up.status is Status.REFUSED
    [answer] = desk.proxy.deliver(armed)
    assert answer.status == 200
    assert b"abandoned" in answer.body
    assert await desk.refunds() == 0
    assert await desk.status(outcome) is Status.REFUSED
    assert (await desk.refund()).status is Status.DONE
    assert await desk.refunds() == 1


async def test_late_arrival_before_giving_up_is_done(desk: Desk) -> None:
    armed = arm(desk, Fault.HOLD)
    outcome = await desk.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    [answer] = desk.proxy.deliver(armed)
    assert answer.status == 200
    assert (await desk.services.desk.abandon(outcome.key)).status is Status.DONE
    assert await desk.status(outcome) is Status.DONE
    assert await desk.refunds() == 1


async def test_late_arrival_after_a_resend_runs_once(desk: Desk) -> None:
    armed = arm(desk, Fault.HOLD)
    outcome = await desk.refund()
    assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
    assert (await desk.services.desk.resend(outcome.key)).status is Status.DONE
    [answer] = desk.proxy.deliver(armed)
    assert answer.status == 200
    assert await desk.refunds() == 1


async def test_a_resend_that_is_cut_again_stays_unknown(desk: Desk) -> None:
    first = arm(desk, Fault.HOLD)
    outcome = await desk.refund()
    second = arm(desk, Fault.CUT_BEFORE_SEND)
    assert (await desk.services.desk.resend(outcome.key)).status is Status.UNKNOWN
    assert (first.fired, second.fired) == (1, 1)
    desk.proxy.deliver(first)
    assert (await desk.services.desk.reconcile(outcome.key)).status is Status.DONE
    assert await desk.refunds() == 1


async def test_confirmed_twice_is_sent_once(desk: Desk) -> None:
    intent = await intended(desk.services, desk.action)
    first, second = desk.services.desk.hold(intent), desk.services.desk.hold(intent)
    outcomes = await asyncio.gather(first.outcome(), second.outcome())
    assert [one.status for one in outcomes] == [Status.DONE, Status.DONE]
    assert desk.proxy.requests.count(("POST", ACTIONS)) == 1
    assert await desk.refunds() == 1


async def test_two_sheets_for_the_same_refund_give_back_once(desk: Desk) -> None:
    """Two previews of one state: the second commit finds that it moved (promise 12)."""
    held = [desk.services.desk.hold(await intended(desk.services, desk.action))]
    with pytest.raises(errors.Unresolved):
        held.append(desk.services.desk.hold(await intended(desk.services, desk.action)))
    assert (await held[0].outcome()).status is Status.DONE
    assert await desk.refunds() == 1


async def test_another_agent_in_between_is_seen_before_money_moves(
    desk: Desk, sandbox: Sandbox, tmp_path: Path
) -> None:
    intent = await intended(desk.services, desk.action)
    async with opened(sandbox.url, sandbox.key, tmp_path / "other") as other:
        theirs = await other.desk.hold(await intended(other, desk.action)).outcome()
    assert theirs.status is Status.DONE
    held = desk.services.desk.hold(intent)
    outcome = await held.outcome()
    assert (outcome.status, outcome.rule and outcome.rule.code) == (Status.REFUSED, "basis_changed")
    assert held.new_preview is not None
    assert held.new_preview.basis != intent.preview.basis
    assert await desk.refunds() == 1, "theirs, and only theirs"


async def test_unknown_is_found_by_itself_when_the_link_is_back(sandbox: Sandbox, tmp_path: Path) -> None:
    with FaultProxy(sandbox.url) as proxy:
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            desk = await ready(services, proxy)
            armed = arm(desk, Fault.CUT_BEFORE_ANSWER)
            lookups = proxy.arm(Fault.CUT_BEFORE_SEND, "GET", ACTIONS, times=None)
            outcome = await desk.refund()
            assert (armed.fired, outcome.status) == (1, Status.UNKNOWN)
            assert lookups.fired >= 1
            watch = Watch(services.desk.outcome_changed)
            proxy.disarm()
            await until(
                services.desk.outcome_changed,
                lambda: any(entry.status is Status.DONE for entry in watch.seen),
            )
            assert await desk.refunds() == 1

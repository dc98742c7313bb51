"""Every kind of action with network faults on a real socket: one effect at most, and the true outcome.

What the sandbox shows afterwards is compared with one clean run of the same action, which was discarded.
"""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from itertools import cycle
from pathlib import Path

import pytest

from tests.support.action_cases import CASES
from tests.support.action_trial import Trial, draw
from tests.support.fault_proxy import Armed, Fault, FaultProxy
from tests.support.opened import opened, until
from tests.support.sandbox import copy_of, make_template, running
from wbtui.models.preview import Outcome, Status
from wbtui.sandbox.store import Store
from wbtui.services.link import LinkKind
from wbtui.services.open import Services

ACTIONS = "/x/v1/actions"


@dataclass
class Bench:
    """Services that reach the sandbox through a proxy that can break calls."""

    services: Services
    proxy: FaultProxy
    store: Store
    rng: random.Random = field(default_factory=lambda: random.Random(11))

    async def perform(self, trial: Trial, fault: Fault) -> tuple[Armed, Outcome]:
        """Preview and send the action; the fault meets the request that performs it."""
        actions = self.services.actions
        preview = await actions.preview(trial.action)
        intent = await actions.record_intent(
            trial.action, preview, customer_title="Anna", summary=str(trial.body["kind"])
        )
        armed = self.proxy.arm(fault, "POST", ACTIONS)
        outcome = await actions.send(intent).outcome()
        assert armed.fired == 1, f"{trial.body['kind']}: the fault did not occur"
        return armed, outcome

    async def online(self) -> None:
        link = self.services.link
        await until(link.changed, lambda: link.state.kind is LinkKind.ONLINE)


@pytest.fixture(scope="module")
def many_customers(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which every kind of action is possible for somebody."""
    return make_template(tmp_path_factory.mktemp("sandbox") / "template.db", customers=500)


@pytest.fixture
async def bench(many_customers: Path, tmp_path: Path) -> AsyncIterator[Bench]:
    with running(copy_of(many_customers, tmp_path)) as sandbox, FaultProxy(sandbox.url) as proxy:
        assert sandbox.store is not None
        async with opened(proxy.url, sandbox.key, tmp_path) as services:
            yield Bench(services, proxy, sandbox.store)


Handler = Callable[[Bench, Armed, Outcome], Awaitable[Outcome]]


async def found(bench: Bench, armed: Armed, outcome: Outcome) -> Outcome:
    """The look-up after the fault has found it."""
    assert outcome.status in (Status.DONE, Status.PENDING), outcome.trouble
    return outcome


async def resent(bench: Bench, armed: Armed, outcome: Outcome) -> Outcome:
    """Retry the identical request; deliver the first one after it, if it was held back."""
    assert outcome.status is Status.UNKNOWN
    again = await bench.services.actions.resend(outcome.key)
    assert [answer.status for answer in bench.proxy.deliver(armed)] in ([], [200])
    assert again.status in (Status.DONE, Status.PENDING), again.trouble
    return again


async def abandoned(bench: Bench, armed: Armed, outcome: Outcome) -> Outcome:
    """Abandon it; the request that arrives afterwards does nothing."""
    assert outcome.status is Status.UNKNOWN
    again = await bench.services.actions.abandon(outcome.key)
    assert [answer.status for answer in bench.proxy.deliver(armed)] == [200]
    assert again.status is Status.REFUSED
    return again


FAULTS: dict[str, tuple[tuple[Fault, ...], Handler]] = {
    "lost on the way": ((Fault.CUT_BEFORE_SEND,), resent),
    "response lost": ((Fault.CUT_BEFORE_ANSWER, Fault.CUT_MID_ANSWER, Fault.ERROR_500), found),
    "late after a retry": ((Fault.HOLD,), resent),
    "late after abandoning": ((Fault.HOLD,), abandoned),
}
"""The faults, of which kinds take one each in turn, and what the agent does then."""


@pytest.mark.parametrize("name", FAULTS)
async def test_every_kind_runs_once_whatever_happens_to_its_request(bench: Bench, name: str) -> None:
    faults, handle = FAULTS[name]
    for kind, fault in zip(CASES, cycle(faults), strict=False):
        trial = draw(bench.store, kind, bench.rng)
        await bench.online()
        armed, outcome = await bench.perform(trial, fault)
        await bench.online()
        trial.check(bench.store, await handle(bench, armed, outcome))
        bench.proxy.disarm()


async def test_the_check_detects_a_second_run(bench: Bench) -> None:
    trial = draw(bench.store, "grant_credit", bench.rng)
    for _ in range(2):
        preview = await bench.services.actions.preview(trial.action)
        intent = await bench.services.actions.record_intent(
            trial.action, preview, customer_title="Anna", summary="Credit"
        )
        outcome = await bench.services.actions.send(intent).outcome()
    with pytest.raises(AssertionError, match="grant_credit"):
        trial.check(bench.store, outcome)

"""The link: its state after each result of a call, recovery, and minimum intervals."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examples import examples
from tests.support.virtual_time import START, InlineLoop, VirtualTime
from wbtui import errors
from wbtui.models.capability import Environment, System
from wbtui.services.link import (
    PROBE_GAP,
    PROBE_MAX,
    SETTLE,
    STARTED_OFFLINE,
    STARTED_OFFLINE_HINT,
    Link,
    LinkKind,
)

SYSTEM = System(
    environment=Environment.TEST,
    merchant_id="m",
    merchant="Acme",
    server_time=START,
    today=date(2026, 11, 22),
    default_currency="eur",
    capabilities=frozenset(),
    extension=True,
    keys_honoured=True,
)


class Server:
    """Responds to probes, with `error` if that is set."""

    def __init__(self, time: VirtualTime) -> None:
        self.error: errors.WbtuiError | None = None
        self.probes: list[float] = []
        self._time = time

    async def probe(self) -> System:
        self.probes.append(self._time.elapsed)
        if self.error is not None:
            raise self.error
        return SYSTEM


class Bench:
    """A link on a virtual clock, with a record of its states."""

    def __init__(self, *, pinned: bool = False) -> None:
        self.time = VirtualTime()
        self.server = Server(self.time)
        self.systems: list[System] = []
        self.shown: list[tuple[float, LinkKind]] = []
        self.link = Link(
            InlineLoop(),
            self.server.probe,
            clock=self.time.clock,
            offline=STARTED_OFFLINE if pinned else None,
            on_system=self.systems.append,
        )
        self.link.changed.subscribe(lambda state: self.shown.append((self.time.elapsed, state.kind)))

    def kind(self) -> LinkKind:
        return self.link.state.kind

    def why(self) -> str | None:
        return self.link.read_only_reason

    async def started(self) -> Bench:
        self.link.start()
        await self.time.quiet()
        return self


async def _end() -> None:
    own = asyncio.current_task()
    others = [task for task in asyncio.all_tasks() if task is not own]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)


@pytest.fixture
async def bench() -> AsyncIterator[Callable[..., Bench]]:
    yield Bench
    await _end()


async def test_it_starts_connecting_and_is_not_writable_until_the_first_response(bench: type[Bench]) -> None:
    one = bench()
    assert (one.kind(), one.why()) == (LinkKind.CONNECTING, "Connecting …")
    await one.started()
    assert (one.kind(), one.why()) == (LinkKind.ONLINE, None)
    assert one.systems == [SYSTEM]


@pytest.mark.parametrize(
    ("error", "kind", "writable"),
    [
        (errors.Unreachable("No route.", sent=False), LinkKind.OFFLINE, False),
        (errors.TlsFailed("Bad certificate.", sent=False), LinkKind.OFFLINE, False),
        (errors.TimedOut("No answer."), LinkKind.DEGRADED, True),
        (errors.ConnectionLost("Cut."), LinkKind.DEGRADED, True),
        (errors.ServerFailed("500."), LinkKind.DEGRADED, True),
        (errors.Unauthorized("401."), LinkKind.DEGRADED, False),
        (errors.NotFound("No such customer."), LinkKind.ONLINE, True),
        (errors.Forbidden("403."), LinkKind.ONLINE, True),
        (errors.RateLimited("429."), LinkKind.ONLINE, True),
        (errors.Rejected("422."), LinkKind.ONLINE, True),
        (errors.BasisChanged("409."), LinkKind.ONLINE, True),
    ],
)
async def test_the_state_after_one_failed_call(
    bench: type[Bench], error: errors.ApiError, kind: LinkKind, writable: bool
) -> None:
    one = await bench().started()
    await one.time.advance(PROBE_GAP - 1)  # no further probe is due yet
    one.link.report(error)
    await one.time.quiet()
    assert (one.link.state.kind, one.link.writable) == (kind, writable)
    if kind is not LinkKind.ONLINE:
        assert one.link.state.why


async def test_a_rejected_key_is_read_only_and_not_offline(bench: type[Bench]) -> None:
    one = bench()
    one.server.error = errors.Unauthorized("401.")
    await one.started()
    assert one.link.state.kind is LinkKind.DEGRADED
    assert one.link.reachable
    assert "read-only" in (one.link.read_only_reason or "")


async def test_two_timeouts_in_a_row_are_offline(bench: type[Bench]) -> None:
    one = await bench().started()
    await one.time.advance(3)
    one.server.error = errors.TimedOut("No answer.")
    one.link.report(errors.TimedOut("No answer."))
    one.link.report(errors.TimedOut("No answer."))
    await one.time.advance(SETTLE)
    assert one.link.state.kind is LinkKind.OFFLINE


async def test_a_reachable_server_is_noticed_within_the_maximum_interval(bench: type[Bench]) -> None:
    one = bench()
    one.server.error = errors.Unreachable("No route.", sent=False)
    await one.started()
    await one.time.advance(300)
    assert one.kind() is LinkKind.OFFLINE
    one.server.error = None
    await one.time.advance(PROBE_MAX)
    assert one.kind() is LinkKind.ONLINE


async def test_an_invalid_response_causes_a_probe_at_once(bench: type[Bench]) -> None:
    one = await bench().started()
    await one.time.advance(PROBE_GAP + 1)
    one.server.error = errors.BadAnswer("A sign-in page.")
    one.link.report(errors.BadAnswer("A sign-in page."))
    await one.time.quiet()
    assert one.server.probes[-1] == one.time.elapsed
    assert one.link.state.kind is LinkKind.DEGRADED
    assert not one.link.writable


async def test_periodic_probes_keep_date_and_capabilities_current(bench: type[Bench]) -> None:
    one = await bench().started()
    await one.time.advance(200)
    assert len(one.systems) == 4


async def test_pinned_offline_never_sends_a_probe(bench: type[Bench]) -> None:
    one = await bench(pinned=True).started()
    one.link.report(None)
    one.link.request_probe()
    await one.time.advance(600)
    assert one.server.probes == []
    assert one.link.state.kind is LinkKind.OFFLINE
    assert "--offline" in (one.link.read_only_reason or "")
    for require in (one.link.require_writable, one.link.require_reachable):
        with pytest.raises(errors.Offline) as raised:
            require()
        assert raised.value.hint == STARTED_OFFLINE_HINT, "it is never back online"


_ENDS = st.sampled_from(
    [
        None,
        errors.Unreachable("No route.", sent=False),
        errors.TimedOut("No answer."),
        errors.ServerFailed("500."),
        errors.Unauthorized("401."),
        errors.BadAnswer("HTML."),
    ]
)


@settings(max_examples=examples(60))
@given(st.lists(st.tuples(st.floats(0, 6), _ENDS, _ENDS), max_size=25))
async def test_states_and_probes_keep_their_minimum_intervals(
    steps: list[tuple[float, errors.ApiError | None, errors.ApiError | None]],
) -> None:
    one = await Bench().started()
    for seconds, reported, probed in steps:
        one.server.error = probed
        one.link.report(reported)
        await one.time.advance(seconds)
    one.server.error = None
    await one.time.advance(2 * PROBE_MAX + SETTLE)
    assert one.link.state.kind is LinkKind.ONLINE, "it recovers"
    shown = [at for at, _ in one.shown]
    assert all(later - earlier >= SETTLE - 1e-6 for earlier, later in itertools.pairwise(shown))
    probes = one.server.probes
    assert all(later - earlier >= PROBE_GAP - 1e-6 for earlier, later in itertools.pairwise(probes))
    await _end()

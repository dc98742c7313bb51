"""The rate limiter: even spacing of requests, and pauses that the server asks for."""

from __future__ import annotations

import asyncio

import pytest

from tests.support.virtual_time import VirtualTime
from wbtui import errors
from wbtui.services.rate_limiter import MAX_PAUSE, RateLimiter


class Requests:
    """Records the times of requests; responds with 429 as often as `limited` says."""

    def __init__(self, time: VirtualTime, limited: list[float | None] | None = None) -> None:
        self.time = time
        self.limited = limited or []
        self.at: list[float] = []

    async def __call__(self) -> str:
        self.at.append(self.time.elapsed)
        if self.limited:
            raise errors.RateLimited("Too many.", retry_after=self.limited.pop(0))
        return "answer"


async def _all(time: VirtualTime, limiter: RateLimiter, requests: Requests, count: int) -> None:
    task = asyncio.gather(*(limiter.call(requests) for _ in range(count)))
    await time.advance(1000)
    await task


async def test_requests_are_spread_evenly_also_when_many_wait() -> None:
    time = VirtualTime()
    requests = Requests(time)
    await _all(time, RateLimiter(5.0, time.clock), requests, 11)
    gaps = [later - earlier for earlier, later in zip(requests.at, requests.at[1:], strict=False)]
    assert min(gaps) == pytest.approx(0.2)
    assert requests.at[-1] == pytest.approx(2.0)


async def test_without_a_limit_nothing_waits() -> None:
    time = VirtualTime()
    requests = Requests(time)
    await _all(time, RateLimiter(None, time.clock), requests, 50)
    assert set(requests.at) == {0.0}


async def test_the_pause_that_a_server_asks_for_is_observed() -> None:
    time = VirtualTime()
    requests = Requests(time, [7.0, None, 100_000.0])
    limiter = RateLimiter(5.0, time.clock)
    await _all(time, limiter, requests, 1)
    assert requests.at == pytest.approx([0.0, 7.0, 11.0, 11.0 + MAX_PAUSE])


async def test_a_server_that_keeps_responding_with_429_raises() -> None:
    time = VirtualTime()
    requests = Requests(time, [1.0] * 9)
    limiter = RateLimiter(None, time.clock)
    with pytest.raises(errors.RateLimited):
        await _all(time, limiter, requests, 1)
    assert len(requests.at) == 5

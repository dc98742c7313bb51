"""Loop threads: work awaited from another loop, cancellation, and stopping in time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.support.patience import PATIENCE
from wbtui.services.loops import Closed, LoopThread


@pytest.fixture
def loop() -> LoopThread:
    return LoopThread("test")


async def test_work_runs_in_the_other_thread_and_its_result_is_returned(loop: LoopThread) -> None:
    async def work() -> tuple[bool, int]:
        await asyncio.sleep(0)
        return loop.is_current(), threading.get_ident()

    is_current, ident = await loop.run(work())
    assert is_current
    assert ident != threading.get_ident()
    assert loop.stop()


async def test_an_error_is_raised_to_the_caller(loop: LoopThread) -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await loop.run(work())
    assert loop.stop()


async def test_run_is_cancelled_with_its_caller_and_run_shielded_is_not(loop: LoopThread) -> None:
    started, go, ended = threading.Event(), asyncio.Event(), threading.Event()
    cancelled = threading.Event()

    async def work() -> None:
        started.set()
        try:
            await go.wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        ended.set()

    for method, expected in ((loop.run, cancelled), (loop.run_shielded, ended)):
        started.clear()
        task = asyncio.ensure_future(method(work()))
        assert await asyncio.to_thread(started.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if expected is ended:
            loop.call(go.set)
        assert await asyncio.to_thread(expected.wait, PATIENCE)
    assert loop.stop()


async def test_stopping_cancels_running_work_and_rejects_new_work(loop: LoopThread) -> None:
    started, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        started.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    future = loop.submit(work())
    assert started.wait(PATIENCE)
    assert loop.stop()
    assert cancelled.is_set()
    assert future.cancelled()
    with pytest.raises(Closed):
        await loop.run(work())
    loop.call(lambda: None)
    assert loop.stop(), "repeatable"


def test_stop_does_not_wait_for_a_blocked_thread(loop: LoopThread) -> None:
    release, started = threading.Event(), threading.Event()

    async def stuck() -> None:
        started.set()
        release.wait()

    loop.submit(stuck())
    assert started.wait(PATIENCE)
    assert not loop.stop(timeout=0.05)
    release.set()
    assert loop.stop()

"""Loop threads: work awaited from another loop, cancelled or finished, and an end within its time."""

from __future__ import annotations

import asyncio
import threading

import pytest

from tests.support.patience import PATIENCE
from wbtui.services.loops import Closed, LoopThread


@pytest.fixture
def loop() -> LoopThread:
    return LoopThread("test")


async def test_work_runs_in_the_other_thread_and_its_answer_comes_back(loop: LoopThread) -> None:
    async def work() -> tuple[bool, int]:
        await asyncio.sleep(0)
        return loop.is_current(), threading.get_ident()

    inside, ident = await loop.run(work())
    assert inside
    assert ident != threading.get_ident()
    assert loop.stop()


async def test_an_error_comes_back_too(loop: LoopThread) -> None:
    async def work() -> None:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await loop.run(work())
    assert loop.stop()


async def test_run_is_cancelled_with_its_caller_and_finish_is_not(loop: LoopThread) -> None:
    begun, go, ended = threading.Event(), asyncio.Event(), threading.Event()
    cancelled = threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await go.wait()
        except asyncio.CancelledError:
            cancelled.set()
            raise
        ended.set()

    for method, told in ((loop.run, cancelled), (loop.run_shielded, ended)):
        begun.clear()
        task = asyncio.ensure_future(method(work()))
        assert await asyncio.to_thread(begun.wait, PATIENCE)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        if told is ended:
            loop.call(go.set)
        assert await asyncio.to_thread(told.wait, PATIENCE)
    assert loop.stop()


async def test_stopping_cancels_what_runs_and_refuses_what_comes(loop: LoopThread) -> None:
    begun, cancelled = threading.Event(), threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    future = loop.submit(work())
    assert begun.wait(PATIENCE)
    assert loop.stop()
    assert cancelled.is_set()
    assert future.cancelled()
    assert not loop.running
    with pytest.raises(Closed):
        await loop.run(work())
    loop.call(lambda: None)
    assert loop.stop(), "repeatable"


def test_a_thread_that_does_not_end_is_not_waited_for(loop: LoopThread) -> None:
    release, begun = threading.Event(), threading.Event()

    async def stuck() -> None:
        begun.set()
        release.wait()

    loop.submit(stuck())
    assert begun.wait(PATIENCE)
    assert not loop.stop(timeout=0.05)
    release.set()
    assert loop.stop()

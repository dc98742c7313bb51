"""Threads with an event loop of their own: one for reads, one for money."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wbtui.errors import Offline

T = TypeVar("T")
log = logging.getLogger(__name__)


class Closed(Offline):
    """wbtui is closing: nothing new is begun."""

    title = "Closing"
    hint = ""


class _DaemonExecutor(concurrent.futures.ThreadPoolExecutor):
    """A thread per job, none of them waited for at the end of the process.

    Looking a host name up runs here, and may hang for as long as a dead name server likes.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[T]:
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 (handed on to whoever awaits)
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="wbtui-lookup", daemon=True).start()
        return future


async def _run_ready() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


class LoopThread:
    """A daemon thread that runs an event loop; its work may be awaited from any other loop.

    A stalled interface therefore never stops what runs here, deadlines included.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._cleanups: list[Callable[[], Coroutine[Any, Any, None]]] = []

    @property
    def running(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> None:
        """Start the thread; a second call changes nothing. Raises Closed after `stop`."""
        with self._lock:
            if self._closed:
                raise Closed("wbtui is closing.")
            if self._thread is not None:
                return
            self._loop = asyncio.new_event_loop()
            self._loop.set_default_executor(_DaemonExecutor())
            self._thread = threading.Thread(
                target=self._main, args=(self._loop,), name=self._name, daemon=True
            )
            self._thread.start()

    def add_cleanup(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Have `work` done in this thread at its end, after everything that ran was cancelled."""
        self._cleanups.append(work)

    def _main(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            # What was only just begun takes its first step: anyio's tasks warn when cancelled before it.
            loop.run_until_complete(_run_ready())
            # More than once: what is cancelled may begin something new before it ends.
            for _ in range(5):
                if not (pending := asyncio.all_tasks(loop)):
                    break
                for task in pending:
                    task.cancel()
                loop.run_until_complete(asyncio.wait(pending, timeout=0.5))
            loop.run_until_complete(self._clean_up())
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

    async def _clean_up(self) -> None:
        for work in self._cleanups:
            try:
                async with asyncio.timeout(0.3):
                    await work()
            except Exception as error:  # noqa: BLE001 - what cannot be ended goes with the process
                log.info("Ending a loop: %s", type(error).__name__)
        await _run_ready()  # sockets that were closed are let go in the steps after

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Begin `work` in this thread; its end is in the future. Raises Closed when it was stopped."""
        try:
            # Under the lock, so that `stop` is queued behind everything that was taken on.
            with self._lock:
                self.start()
                assert self._loop is not None
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        except Closed:
            work.close()
            raise

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do `work` here and wait for it in the caller's loop. Cancelling the caller cancels the work."""
        return await asyncio.wrap_future(self.submit(work))

    async def run_shielded(self, work: Coroutine[Any, Any, T]) -> T:
        """Like `run`, but the work goes on when the caller is cancelled: for what must not stop midway."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work)))

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Have `function(*args)` called in this thread soon; dropped when the thread has stopped."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            pass  # it closed in between; nothing is left to tell

    def is_current(self) -> bool:
        """Whether the caller runs in this thread."""
        return threading.current_thread() is self._thread

    def stop(self, timeout: float = 2.0) -> bool:
        """Cancel what runs and end the thread; True when it ended within `timeout` seconds. Repeatable."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return True
        try:
            loop.call_soon_threadsafe(loop.stop)
        except RuntimeError:
            pass  # closed already
        if not self.is_current():
            thread.join(timeout)
        return not thread.is_alive()

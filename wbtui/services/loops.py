"""Threads with their own event loop: one for reads, one for actions."""

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
    """wbtui is closing; no new work is started."""

    title = "Closing"
    hint = ""


class DaemonExecutor(concurrent.futures.ThreadPoolExecutor):
    """Executor with one daemon thread per job, which the end of the process does not wait for.

    Host name look-ups run here and can hang as long as a name server does not answer.
    """

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> concurrent.futures.Future[T]:
        future: concurrent.futures.Future[T] = concurrent.futures.Future()

        def work() -> None:
            if not future.set_running_or_notify_cancel():
                return
            try:
                result = fn(*args, **kwargs)
            except BaseException as error:  # noqa: BLE001 (raised to the caller)
                future.set_exception(error)
            else:
                future.set_result(result)

        threading.Thread(target=work, name="wbtui-lookup", daemon=True).start()
        return future


def first_error(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """Return the first error of a group of tasks."""
    error: BaseException = group
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


async def _run_ready() -> None:
    for _ in range(3):
        await asyncio.sleep(0)


class LoopThread:
    """Daemon thread with an event loop, whose work can be awaited from any other loop.

    A blocked user interface therefore does not stop this work or its deadlines.
    """

    def __init__(self, name: str) -> None:
        self._name = name
        self._lock = threading.RLock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._closed = False
        self._cleanups: list[Callable[[], Coroutine[Any, Any, None]]] = []

    def start(self) -> None:
        """Start the thread; does nothing if it was started. Raises Closed after `stop`."""
        with self._lock:
            if self._closed:
                raise Closed("wbtui is closing.")
            if self._thread is not None:
                return
            self._loop = asyncio.new_event_loop()
            self._loop.set_default_executor(DaemonExecutor())
            self._thread = threading.Thread(
                target=self._main, args=(self._loop,), name=self._name, daemon=True
            )
            self._thread.start()

    def add_cleanup(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` in this thread when it stops, after all tasks were cancelled."""
        self._cleanups.append(work)

    def _main(self, loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            # New tasks take their first step: anyio's tasks warn when they are cancelled before it.
            loop.run_until_complete(_run_ready())
            # Repeated, since a cancelled task may start another one.
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
            except Exception as error:  # noqa: BLE001 - the process ends anyway
                log.info("A cleanup failed: %s", type(error).__name__)
        await _run_ready()  # transports close their sockets in the next steps

    def submit(self, work: Coroutine[Any, Any, T]) -> concurrent.futures.Future[T]:
        """Start `work` in this thread and return its future. Raises Closed after `stop`."""
        try:
            # Under the lock, so that `stop` is queued behind all submitted work.
            with self._lock:
                self.start()
                assert self._loop is not None
                return asyncio.run_coroutine_threadsafe(work, self._loop)
        except Closed:
            work.close()
            raise

    async def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run `work` in this thread, awaited in the caller's loop. Cancelling the caller cancels the work."""
        return await asyncio.wrap_future(self.submit(work))

    async def run_shielded(self, work: Coroutine[Any, Any, T]) -> T:
        """Like `run`, but the work continues when the caller is cancelled."""
        return await asyncio.shield(asyncio.wrap_future(self.submit(work)))

    def call(self, function: Callable[..., object], *args: object) -> None:
        """Schedule `function(*args)` in this thread; does nothing if the thread has stopped."""
        loop = self._loop
        if loop is None or loop.is_closed():
            return
        try:
            loop.call_soon_threadsafe(function, *args)
        except RuntimeError:
            pass  # the loop was closed in between

    def is_current(self) -> bool:
        """Whether the caller runs in this thread."""
        return threading.current_thread() is self._thread

    def stop(self, timeout: float = 2.0) -> bool:
        """Cancel all tasks and stop the thread. Returns whether it ended within `timeout` seconds."""
        with self._lock:
            self._closed = True
            loop, thread = self._loop, self._thread
        if loop is None or thread is None:
            return True
        try:
            loop.call_soon_threadsafe(loop.stop)
        except RuntimeError:
            pass  # the loop is closed
        if not self.is_current():
            thread.join(timeout)
        return not thread.is_alive()

"""Threads with an event loop of their own: one for reads, one for money."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from wbtui.errors import Offline

T = TypeVar("T")


class Closed(Offline):
    """wbtui is closing: nothing new is begun."""

    title = "Closing"
    hint = ""


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
            self._thread = threading.Thread(
                target=self._main, args=(self._loop,), name=self._name, daemon=True
            )
            self._thread.start()

    @staticmethod
    def _main(loop: asyncio.AbstractEventLoop) -> None:
        asyncio.set_event_loop(loop)
        try:
            loop.run_forever()
        finally:
            pending = asyncio.all_tasks(loop)
            for task in pending:
                task.cancel()
            if pending:
                loop.run_until_complete(asyncio.wait(pending, timeout=1))
            loop.run_until_complete(loop.shutdown_asyncgens())
            loop.close()

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

    async def finish(self, work: Coroutine[Any, Any, T]) -> T:
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

    def inside(self) -> bool:
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
        if not self.inside():
            thread.join(timeout)
        return not thread.is_alive()

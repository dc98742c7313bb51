"""Keep track of the write transactions of this process, which end before it is suspended."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Transactions:
    """The running transactions; while paused, none begins.

    A process that is stopped within one keeps its file locked for all others.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._running: set[int] = set()
        """The threads that run one."""
        self._paused = False

    @contextmanager
    def running(self) -> Iterator[None]:
        """Run a transaction, after a pause. One within another of the same thread is a part of it."""
        thread = threading.get_ident()
        if thread in self._running:
            yield
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._paused)
            self._running.add(thread)
        try:
            yield
        finally:
            with self._changed:
                self._running.discard(thread)
                self._changed.notify_all()

    @contextmanager
    def paused(self, seconds: float) -> Iterator[None]:
        """Let no transaction begin; wait for running ones, at most `seconds`."""
        with self._changed:
            self._paused = True
            self._changed.wait_for(lambda: not self._running, seconds)
        try:
            yield
        finally:
            with self._changed:
                self._paused = False
                self._changed.notify_all()


TRANSACTIONS = Transactions()
"""Those of all files: the process is suspended as a whole."""

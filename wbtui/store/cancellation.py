"""Cancellation of a read from another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wbtui.errors import Superseded
from wbtui.store.sqlite import sqlite3

_STEPS = 500_000
"""Virtual-machine steps between checks for a cancellation that came just before the statement."""


class CancelToken:
    """Token that cancels one read, before it starts or while it runs."""

    def __init__(self) -> None:
        self.cancelled = False
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def cancel(self) -> None:
        """Cancel the read, which raises Superseded soon."""
        with self._lock:
            self.cancelled = True
            if self._connection is not None:
                self._connection.interrupt()

    @contextmanager
    def running(self, connection: sqlite3.Connection) -> Iterator[None]:
        """Let `cancel` interrupt a connection. Raises Superseded when the read is cancelled already."""
        with self._lock:
            if self.cancelled:
                raise Superseded("This search was replaced by the next one.")
            self._connection = connection
        connection.set_progress_handler(lambda: self.cancelled, _STEPS)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = None

"""One read that can be given up from another thread."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wbtui.errors import Superseded
from wbtui.store.sqlite import sqlite3

_LATE_LOOK = 500_000  # virtual-machine steps between looks at a cancelled ticket that `interrupt` missed


class CancelToken:
    """One read that can be given up: before it starts, while it runs, or never."""

    def __init__(self) -> None:
        self.cancelled = False
        self._lock = threading.Lock()
        self._connection: sqlite3.Connection | None = None

    def cancel(self) -> None:
        """Stop it: the read raises Superseded soon."""
        with self._lock:
            self.cancelled = True
            if self._connection is not None:
                self._connection.interrupt()

    @contextmanager
    def running(self, connection: sqlite3.Connection) -> Iterator[None]:
        """While a connection works for this ticket. Raises Superseded when it is given up already."""
        with self._lock:
            if self.cancelled:
                raise Superseded("This search was replaced by the next one.")
            self._connection = connection
        connection.set_progress_handler(lambda: self.cancelled, _LATE_LOOK)
        try:
            yield
        finally:
            connection.set_progress_handler(None, 0)
            with self._lock:
                self._connection = None

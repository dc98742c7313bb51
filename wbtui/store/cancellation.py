"""Cancellation of reads: by a token, or by the next query of the same search box."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from wbtui.errors import Superseded
from wbtui.models.query.terms import Query
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


class LatestQuery:
    """Cancels the reads of a query when another query is read: they raise Superseded."""

    def __init__(self) -> None:
        self._query: Query | None = None
        self._running: set[CancelToken] = set()
        self._lock = threading.Lock()

    @contextmanager
    def token(self, query: Query) -> Iterator[CancelToken]:
        """Return the token for one read of `query`."""
        token = CancelToken()
        with self._lock:
            outdated = set(self._running) if query != self._query else set()
            self._query = query
            self._running.add(token)
        for old in outdated:
            old.cancel()
        try:
            yield token
        finally:
            with self._lock:
                self._running.discard(token)

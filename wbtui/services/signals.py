"""Signals: callbacks for events in services, from any thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Signal(Generic[T]):
    """Calls its listeners in the thread that emits; a user interface has to switch to its own thread.

    A listener that raises is logged and does not affect the others.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[T], object], ...] = ()

    def subscribe(self, listener: Callable[[T], object]) -> Callable[[], None]:
        """Call `listener` with every value from now on. Returns a function that unsubscribes it."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Call all listeners, in the order in which they subscribed."""
        for listener in self._listeners:
            try:
                listener(value)
            except Exception as error:  # noqa: BLE001 - one failing listener must not affect the others
                log.error("A listener failed: %s", type(error).__name__)

"""A signal: what services announce from their own threads to whoever listens."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from typing import Generic, TypeVar

T = TypeVar("T")
log = logging.getLogger(__name__)


class Signal(Generic[T]):
    """Listeners are called in the thread that emits: an interface has to hop to its own thread.

    A listener that raises is logged and skipped: what is announced has already happened.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: tuple[Callable[[T], object], ...] = ()

    def subscribe(self, listener: Callable[[T], object]) -> Callable[[], None]:
        """Call `listener` with every value from now on; the answer ends it (more than once is fine)."""
        with self._lock:
            self._listeners = (*self._listeners, listener)

        def unsubscribe() -> None:
            with self._lock:
                self._listeners = tuple(one for one in self._listeners if one is not listener)

        return unsubscribe

    def emit(self, value: T) -> None:
        """Tell all listeners, in the order they came."""
        for listener in self._listeners:
            try:
                listener(value)
            except Exception as error:  # noqa: BLE001 - one deaf listener must not silence the others
                log.error("A listener failed: %s", type(error).__name__)

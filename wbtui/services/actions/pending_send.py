"""A confirmed action in its undo window: it is either cancelled in time or sent, never both."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Callable
from enum import Enum, auto

from wbtui.models.preview import Intent, Outcome, Preview
from wbtui.services.clock import Clock

STEP = 0.25
"""Seconds between two checks, during a wait, whether the process was suspended (ctrl+z)."""
ASLEEP = 1.0
"""Seconds of delay, as on a busy computer, that do not count as a suspension."""


class Phase(Enum):
    """WAITING becomes CANCELLED or OVER, whichever comes first."""

    WAITING = auto()
    CANCELLED = auto()
    OVER = auto()


class UndoWindow:
    """Time in which a confirmed action can be cancelled. Thread-safe.

    It starts again after the process was suspended.

    Attributes:
        seconds: its length.
    """

    def __init__(self, seconds: float, clock: Clock) -> None:
        self.seconds = seconds
        self._clock = clock
        self._until = clock.monotonic() + seconds
        self._lock = threading.Lock()
        self._phase = Phase.WAITING
        self._wake: Callable[[], None] = lambda: None

    @property
    def remaining(self) -> float:
        """Seconds left to cancel; 0 once it is cancelled or over."""
        if self._phase is not Phase.WAITING:
            return 0.0
        return max(0.0, self._until - self._clock.monotonic())

    def cancel(self) -> bool:
        """Cancel. Returns True if it is cancelled and nothing will be sent, False if it is too late."""
        with self._lock:
            if self._phase is Phase.WAITING:
                self._phase = Phase.CANCELLED
            cancelled = self._phase is Phase.CANCELLED
            wake = self._wake
        if cancelled:
            wake()
        return cancelled

    async def wait(self, call: Callable[[Callable[[], None]], None]) -> bool:
        """Wait for the end of the window. Returns True to send now, False if it was cancelled.

        `call` runs a function in the money thread, in which this is awaited.
        """
        cancelled = asyncio.Event()
        with self._lock:
            self._wake = lambda: call(cancelled.set)
            waiting = self._phase is Phase.WAITING
        while waiting and not cancelled.is_set() and (rest := self.remaining) > 0:
            before, step = self._clock.monotonic(), min(rest, STEP)
            await self._clock.wait(cancelled, step)
            if self._clock.monotonic() - before > step + ASLEEP:
                # The process was stopped, so that nobody could cancel.
                self._until = self._clock.monotonic() + self.seconds
        with self._lock:
            if self._phase is Phase.WAITING:
                self._phase = Phase.OVER
            return self._phase is Phase.OVER


class PendingSend(UndoWindow):
    """A confirmed intent that waits to be sent or is being sent. Thread-safe.

    Attributes:
        new_preview: the preview as it is now, if the server refused because the data changed.
    """

    def __init__(self, intent: Intent, seconds: float, clock: Clock) -> None:
        super().__init__(seconds, clock)
        self.intent = intent
        self.new_preview: Preview | None = None
        self._result: concurrent.futures.Future[Outcome] = concurrent.futures.Future()

    @property
    def key(self) -> str:
        return self.intent.key

    @property
    def finished(self) -> bool:
        """Whether the outcome is available."""
        return self._result.done()

    async def outcome(self) -> Outcome:
        """Wait for the outcome, at most undo window plus deadline. Cancelling the wait cancels nothing."""
        return await asyncio.shield(asyncio.wrap_future(self._result))

    # ── for the money thread ──
    def finish(self, outcome: Outcome) -> None:
        """Set the outcome."""
        if not self._result.done():
            self._result.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """Set an error instead of an outcome, after an internal error or when wbtui closes."""
        if not self._result.done():
            self._result.set_exception(error)

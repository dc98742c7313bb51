"""A command in its hold: for some seconds it can be taken back, then it is sent, never both."""

from __future__ import annotations

import asyncio
import concurrent.futures
import threading
from collections.abc import Awaitable, Callable
from enum import Enum, auto

from wbtui.models.preview import Intent, Outcome, Preview


class Phase(Enum):
    """WAITING may become CANCELLED or SENDING, whichever comes first; SENDING becomes FINISHED."""

    WAITING = auto()
    CANCELLED = auto()
    SENDING = auto()
    FINISHED = auto()


class PendingSend:
    """One confirmed intent on its way. Every member may be used from any thread.

    `new_preview` is set when the outcome is refused because the data moved: the preview as it is now.
    """

    def __init__(self, intent: Intent, seconds: float, monotonic: Callable[[], float]) -> None:
        self.intent = intent
        self.seconds = seconds
        self.new_preview: Preview | None = None
        self._monotonic = monotonic
        self._until = monotonic() + seconds
        self._lock = threading.Lock()
        self._phase = Phase.WAITING
        self._wake: Callable[[], None] = lambda: None
        self._result: concurrent.futures.Future[Outcome] = concurrent.futures.Future()

    @property
    def key(self) -> str:
        return self.intent.key

    @property
    def phase(self) -> Phase:
        return self._phase

    @property
    def finished(self) -> bool:
        """Whether it is decided what became of it."""
        return self._result.done()

    @property
    def remaining(self) -> float:
        """Seconds left to take it back; 0 once it is decided."""
        if self._phase is not Phase.WAITING:
            return 0.0
        return max(0.0, self._until - self._monotonic())

    def cancel(self) -> bool:
        """True: it was taken back in time and surely is not sent. False: it is being sent or over."""
        with self._lock:
            if self._phase is Phase.WAITING:
                self._phase = Phase.CANCELLED
            taken = self._phase is Phase.CANCELLED
            wake = self._wake
        if taken:
            wake()
        return taken

    async def outcome(self) -> Outcome:
        """What became of it: at the latest when hold and deadline are over. Cancelling stops nothing."""
        return await asyncio.shield(asyncio.wrap_future(self._result))

    # ── for the money thread ──
    async def wait(
        self, sleep: Callable[[float], Awaitable[None]], call: Callable[[Callable[[], None]], None]
    ) -> bool:
        """Wait for the hold's end; True: send it now, False: it was taken back. There is no third way."""
        taken = asyncio.Event()
        with self._lock:
            self._wake = lambda: call(taken.set)
            holding = self._phase is Phase.WAITING
        if holding:
            waits = [asyncio.ensure_future(sleep(self.remaining)), asyncio.ensure_future(taken.wait())]
            try:
                await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
            finally:
                for wait in waits:
                    wait.cancel()
        with self._lock:
            if self._phase is Phase.WAITING:
                self._phase = Phase.SENDING
            return self._phase is Phase.SENDING

    def finish(self, outcome: Outcome) -> None:
        """It is decided."""
        with self._lock:
            self._phase = Phase.FINISHED if self._phase is Phase.SENDING else Phase.CANCELLED
        if not self._result.done():
            self._result.set_result(outcome)

    def fail(self, error: BaseException) -> None:
        """It cannot be said what became of it by an outcome (wbtui itself failed)."""
        if not self._result.done():
            self._result.set_exception(error)

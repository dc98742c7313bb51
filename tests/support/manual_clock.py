"""`python -m tests.support.manual_clock …`: wbtui with a clock that a test advances with a signal.

The app uses this clock for the reading time of a preview and the timeout of a paste.
"""

from __future__ import annotations

import signal
import sys
from functools import partialmethod

from wbtui.app import WbtuiApp
from wbtui.cli import main
from wbtui.services.clock import Clock

FORWARD = signal.SIGUSR1
"""The signal that advances the clock by MINUTE."""
MINUTE = 60.0


class ManualClock:
    """A monotonic clock that changes only on the signal. Create it in the main thread."""

    def __init__(self) -> None:
        self._now = 0.0
        signal.signal(FORWARD, lambda *_: self._forward())

    def _forward(self) -> None:
        self._now += MINUTE

    @property
    def clock(self) -> Clock:
        return Clock(monotonic=lambda: self._now)


if __name__ == "__main__":
    with_clock = partialmethod(WbtuiApp.__init__, clock=ManualClock().clock)
    WbtuiApp.__init__ = with_clock  # type: ignore[assignment]  # the commands open the app, not this program
    sys.exit(main())

"""`python -m tests.support.manual_clock …`: wbtui with a clock that a test moves from outside, by a signal.

The clock is the one that times the agent: how long a preview is on the screen, how long a paste pauses.
"""

from __future__ import annotations

import signal
import sys
from functools import partialmethod

from wbtui.app import WbtuiApp
from wbtui.cli import main
from wbtui.services.clock import Clock

FORWARD = signal.SIGUSR1
"""Puts the clock forward by MINUTE."""
MINUTE = 60.0


class ManualClock:
    """Seconds that stand still between two signals. Make it in the main thread."""

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

"""Tells a commit key that answers a preview from one that was pressed before the preview could be read."""

from __future__ import annotations

READING_TIME = 0.7
"""Seconds a preview is shown before its commit key counts; more than the usual delay of a key's repeat."""


class CommitGuard:
    """Counts a commit key only when it was up for READING_TIME while the preview was on the screen.

    Starts and ends closed. `now` is in seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._quiet_since: float | None = None
        self._armed = False

    @property
    def armed(self) -> bool:
        """Whether the next commit key counts."""
        return self._armed

    @property
    def shown(self) -> bool:
        """Whether the preview is on the screen."""
        return self._quiet_since is not None

    def hide(self) -> None:
        """Note that the preview is no longer what is on the screen."""
        self._quiet_since, self._armed = None, False

    def show(self, now: float) -> None:
        """Note that the preview is drawn and the terminal has it."""
        self._quiet_since = now

    def key_down(self, now: float) -> bool:
        """Return whether this commit key counts; one that came too early starts the time anew."""
        if self._quiet_since is not None:
            self._quiet_since = now
        return self._armed

    def remaining(self, now: float) -> float:
        """Return the seconds until it can be armed; READING_TIME while nothing is shown."""
        if self._quiet_since is None:
            return READING_TIME
        return max(0.0, self._quiet_since + READING_TIME - now)

    def arm(self, now: float) -> bool:
        """Arm it if the time is over; return whether it is armed. Call it when no key waits to be handled."""
        self._armed = self._armed or self.remaining(now) == 0
        return self._armed

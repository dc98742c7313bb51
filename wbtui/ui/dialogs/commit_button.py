"""The button of a preview's commit key, which counts once the preview could be read."""

from __future__ import annotations

import asyncio

from textual.content import Content
from textual.widgets import Button

from wbtui.ui.host import host
from wbtui.ui.safe import safe
from wbtui.ui.work import start

READING_TIME = 0.7
"""Seconds a preview is shown before its commit key counts; more than the usual delay of a key's repeat."""


class CommitGuard:
    """Counts a commit key only when it was up for READING_TIME while the preview was on the screen.

    Nothing counts before `show` and after `hide`. `now` is in seconds of any monotonic clock.
    """

    def __init__(self) -> None:
        self._quiet_since: float | None = None
        self.armed = False
        """Whether the next commit key counts."""

    @property
    def shown(self) -> bool:
        """Whether the preview is on the screen."""
        return self._quiet_since is not None

    def hide(self) -> None:
        """Note that the preview is no longer what is on the screen."""
        self._quiet_since, self.armed = None, False

    def show(self, now: float) -> None:
        """Note that the preview is drawn and the terminal has it."""
        self._quiet_since = now

    def key_down(self, now: float) -> bool:
        """Return whether this commit key counts; one that came too early starts the time anew."""
        if self._quiet_since is not None:
            self._quiet_since = now
        return self.armed

    def remaining(self, now: float) -> float:
        """Return the seconds until it can be armed; READING_TIME while nothing is shown."""
        if self._quiet_since is None:
            return READING_TIME
        return max(0.0, self._quiet_since + READING_TIME - now)

    def arm(self, now: float) -> bool:
        """Arm it if the time is over; return whether it is armed. Call it when no key waits to be handled."""
        self.armed = self.armed or self.remaining(now) == 0
        return self.armed


WAITING = "Read the preview first"


class CommitButton(Button):
    """Not focusable, so that Enter and space never press it. A click counts as the key does."""

    can_focus = False

    def __init__(self, *, id: str) -> None:
        super().__init__(WAITING, id=id)
        self.guard = CommitGuard()
        self._offer = Content()

    def offer(self, words: Content) -> None:
        """Set what is shown once the key counts."""
        self._offer = words
        self._paint()

    def key_down(self) -> bool:
        """Note that the commit key or the mouse pressed it; return whether that counts."""
        return self.guard.key_down(host(self).clock.monotonic())

    def hide_preview(self) -> None:
        """Note that there is no preview on the screen, or another one than before."""
        self.guard.hide()
        self._paint()

    def show_preview(self) -> None:
        """Begin the time to read the preview that was just given to the screen."""
        self.hide_preview()
        start(self, self._arm, group="arm", latest=True)

    async def _arm(self) -> None:
        app, guard = host(self), self.guard
        # A dialog takes the height of new content one frame after it.
        await self._frame()
        await self._frame()
        await app.caught_up()
        guard.show(app.clock.monotonic())
        while not guard.arm(app.clock.monotonic()):
            await app.clock.sleep(guard.remaining(app.clock.monotonic()))
            await app.caught_up()
        self._paint()

    async def _frame(self) -> None:
        """Wait until the screen was drawn once more."""
        drawn = asyncio.Event()
        self.call_after_refresh(drawn.set)
        await drawn.wait()

    def _paint(self) -> None:
        label = self._offer if self.guard.armed else safe(WAITING)
        if label == self.label:
            return
        self.label = label
        self.set_class(self.guard.armed, "-armed")
        self.refresh(layout=True)  # a label alone does not ask for its room

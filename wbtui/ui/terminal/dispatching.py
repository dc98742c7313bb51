"""Dispatch input one message at a time, so that what is typed ahead reaches the screen it is meant for."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Container, Sequence
from typing import Any

from textual import events
from textual.app import App
from textual.message import Message

from wbtui.ui.terminal.bursts import Bursts
from wbtui.ui.terminal.repeated_key import RepeatedKey
from wbtui.ui.work import runs_command

LOOP_ITERATIONS = 24
"""Iterations of the event loop in which a key is handled by app, screen and widget."""
KEY_TIMEOUT = 0.5
"""Seconds to wait for a key to be handled before more input is read, such as a key that quits."""
MAX_WAITING = 100
"""Keys and pastes that wait while the screen loads; more are dropped."""
MOUNTING_INTERVAL = 0.005
"""Seconds between two checks whether a new screen has its widgets."""


class Dispatcher:
    """Dispatches messages from the input thread; each is handled before the next, as far as that is quick.

    Keys and pastes wait, in order, while the topmost screen loads or a command runs. The mouse does not wait,
    nor does a key that goes back or quits, which drops those that do.

    Args:
        app: the app, which runs in `loop`.
        send: hands a message to the app.
        quit_keys: names of the keys that quit.
    """

    def __init__(
        self,
        app: App[Any],
        loop: asyncio.AbstractEventLoop,
        send: Callable[[Message], object],
        quit_keys: Container[str] = (),
    ) -> None:
        self._app = app
        self._loop = loop
        self._send = send
        self._bursts = Bursts(quit_keys)
        self._repeated = RepeatedKey()
        self._stopped = False
        self._handled = threading.Event()
        """Set unless the last message is being handled; also when input has stopped."""
        self._handled.set()
        self._look: asyncio.TimerHandle | None = None
        """The next check whether the topmost screen still loads."""
        self._waiting: deque[tuple[Message, Sequence[Message]]] = deque()
        """Keys and pastes that wait for it, each with what followed it in the same read."""

    @property
    def waiting(self) -> bool:
        """Whether keys or pastes wait."""
        return bool(self._waiting)

    def quits(self, message: Message) -> bool:
        """Return whether it is a key that quits and cannot be part of a text."""
        return self._bursts.quits(message)

    def start(self) -> None:
        """Dispatch what comes from now on."""
        self._stopped = False

    def stop(self) -> None:
        """Drop what waits and what comes from now on. From any thread."""
        self._stopped = True
        self._handled.set()

    def paused(self) -> None:
        """Note that nothing was typed for a moment."""
        if self._handled.is_set():
            self._bursts.ended()
            self._repeated.ended()

    def dispatch(self, found: Sequence[Message]) -> None:
        """Dispatch the messages of one read, or let them wait."""
        condensed = self._bursts.condense(found)
        for number, message in enumerate(condensed, start=1):
            if self._goes_back(message):
                self._waiting.clear()
            elif isinstance(message, events.Key | events.Paste):
                if len(self._waiting) < MAX_WAITING:
                    self._waiting.append((message, condensed[number:]))
                self.dispatch_waiting()
                continue
            self._dispatch(message, condensed[number:])

    def dispatch_waiting(self) -> None:
        """Dispatch the keys and pastes that wait, until one of them opens what loads for long."""
        while self._waiting and self._handled.is_set():
            self._dispatch(*self._waiting[0])
            self._waiting.popleft()  # after it was handled: `waiting` counts it until then

    def _goes_back(self, message: Message) -> bool:
        return self.quits(message) or (isinstance(message, events.Key) and message.key == "escape")

    def _dispatch(self, message: Message, following: Sequence[Message]) -> None:
        if self._ending or self._repeated.ignores(message, following):
            return
        screens = len(self._app.screen_stack)
        self._handled.clear()
        self._send(message)
        self._wait_until_handled()
        self._repeated.handled(message, self._app.screen_stack[screens:])

    @property
    def _ending(self) -> bool:
        return self._stopped or self._app._exit

    def _wait_until_handled(self) -> None:
        """Wait a moment until a message was handled.

        A key can move the focus, and Textual would send the next one to the old widget if both arrive
        together. One that opens a form is handled when its fields are there, so that what is typed at once
        is typed into them.
        """
        if self._ending:  # by this message
            self._handled.set()
            return
        try:
            self._loop.call_soon_threadsafe(self._count_down, LOOP_ITERATIONS)
        except RuntimeError:
            return  # the loop is closed
        self._handled.wait(KEY_TIMEOUT)

    def _count_down(self, iterations: int) -> None:
        if self._look is not None:
            self._look.cancel()
        if self._ending:  # the screen may have no widgets any more
            self._handled.set()
        elif iterations:
            self._loop.call_soon(self._count_down, iterations - 1)
        elif self._app.message_queue_size:
            self._look = self._loop.call_later(MOUNTING_INTERVAL, self._count_down, LOOP_ITERATIONS)
        elif _takes_input(self._app):
            self._handled.set()
        else:
            self._look = self._loop.call_later(MOUNTING_INTERVAL, self._count_down, 0)


def _takes_input(app: App[Any]) -> bool:
    """Return whether the topmost screen has its widgets, a form its fields, and no command is under way."""
    if not app.screen_stack:
        return True
    screen = app.screen_stack[-1]
    return screen.is_mounted and not getattr(screen, "is_loading", False) and not runs_command(app)

"""The watchdog: after a hang-up or a deadly signal the process is gone in time, whatever Textual does.

One handler for HUP, TERM, QUIT and INT, a look at the terminal once a second, a polite request to the app,
and `os._exit` from a thread when that does not help. Commands that move money are journalled before they
are sent, so that ending here loses nothing.
"""

from __future__ import annotations

import os
import select
import signal
import termios
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Any

PATIENCE = 3.0
"""Seconds between noticing and the end, services closed or not."""
LOOK = 1.0
"""Seconds between two looks at the terminal."""
HUNG_UP = 128 + signal.SIGHUP

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)

# What full screen has switched on, switched off again: paste, wrap, mouse, focus, keys, colour, screen.
RESTORE = (
    "\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l"
    "\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)


class Watchdog:
    """Watches one terminal. `leave(code)` asks the app to end; it is called in the watchdog's thread."""

    def __init__(self, fd: int, leave: Callable[[int], None], *, patience: float = PATIENCE) -> None:
        self._fd = fd
        self._leave = leave
        self._patience = patience
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._thread = threading.Thread(target=self._watch, name="wbtui-watchdog", daemon=True)
        self._before: dict[int, Any] = {}
        self._attributes = _attributes(fd)
        self._stopped = False
        self.restored = threading.Event()
        """Set by the driver once the terminal is as it was."""
        self.code: int | None = None
        """The exit code once the end has begun."""
        self.gone = False
        """The terminal does not exist any more."""

    def start(self) -> None:
        """Install the handlers (main thread) and begin to watch."""
        for number in SIGNALS:
            self._before[number] = signal.signal(number, self._on_signal)
        self._thread.start()

    def stop(self) -> None:
        """The app has ended by itself: handlers back, no more watching. During a departure it stays armed."""
        if self.code is not None:
            return
        self._stopped = True
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._wake(0)

    def hang_up(self) -> None:
        """The terminal is gone, somebody noticed. From any thread."""
        self.gone = True
        self._wake(signal.SIGHUP)

    def _on_signal(self, number: int, _frame: FrameType | None) -> None:
        self._wake(number)

    def _wake(self, number: int) -> None:
        try:
            os.write(self._write, bytes([number]))
        except OSError:
            pass  # the pipe is full: the thread has enough to wake up for

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        poll.register(self._fd, 0)  # reports only hang-up and error
        while not self._stopped:
            for fd, events in poll.poll(LOOK * 1000):
                if fd == self._fd and events & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    self.gone = True
                    self._depart(signal.SIGHUP)
                elif fd == self._read:
                    number = os.read(self._read, 1)[0]
                    if number:
                        self._depart(number)

    def _depart(self, number: int) -> None:
        """Ask politely once, wait, end. Does not return."""
        self.code = 128 + number
        deadline = time.monotonic() + self._patience
        threading.Thread(target=self._leave, args=(self.code,), name="wbtui-leave", daemon=True).start()
        # The interpreter ends daemon threads when the program is done before the deadline.
        while time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.restored.is_set() and not self.gone:
            restore_terminal(self._fd, self._attributes)
        os._exit(self.code)


def _attributes(fd: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def restore_terminal(fd: int, attributes: list[Any] | None) -> None:
    """Leave full screen without the help of the app; never blocks."""
    try:
        tty = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return
    try:
        os.write(tty, RESTORE.encode())
        if attributes is not None:
            termios.tcsetattr(tty, termios.TCSANOW, attributes)
    except (OSError, termios.error):
        pass  # a terminal that takes nothing cannot be restored
    finally:
        os.close(tty)

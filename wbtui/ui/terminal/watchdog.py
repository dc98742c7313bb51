"""End the process soon after a hang-up or a termination signal, even if Textual does not.

One handler for HUP, TERM, QUIT and INT, and a check of the terminal once a second. The app is asked to exit;
if it has not after a few seconds, a thread calls `os._exit`. Actions are recorded in the journal before they
are sent, so that nothing is lost.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import termios
import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, TypeVar

T = TypeVar("T")

EXIT_TIMEOUT = 3.0
"""Seconds that the app has to exit, including closing its services."""
RESET_TIMEOUT = 1.0
"""Seconds to wait for a terminal that does not read to accept the sequences that reset the screen."""
CHECK_INTERVAL = 1.0
"""Seconds between two checks of the terminal."""

SIGNALS = (signal.SIGHUP, signal.SIGTERM, signal.SIGQUIT, signal.SIGINT)

# Resets what the app switched on: bracketed paste, line wrap, mouse, focus, keys, colours, alternate screen.
RESTORE = (
    "\x1b[?2004l\x1b[?7h\x1b[?1000l\x1b[?1003l\x1b[?1015l\x1b[?1006l\x1b[?1004l"
    "\x1b[<u\x1b[0m\x1b[?1049l\x1b[?25h"
)


class Watchdog:
    """Watches one terminal and ends the process.

    Args:
        exit_app: asks the app to exit with a code; called in a thread of the watchdog.
    """

    def __init__(self, fd: int, exit_app: Callable[[int], None]) -> None:
        self._fd = fd
        self._exit_app = exit_app
        self._read, self._write = os.pipe()
        os.set_blocking(self._write, False)
        self._thread = threading.Thread(target=self._watch, name="wbtui-watchdog", daemon=True)
        self._before: dict[int, Any] = {}
        self._attributes = _attributes(fd)
        self._stopped = False
        self.restored = threading.Event()
        """Set by the driver when the terminal has taken all that restores it."""
        self.code: int | None = None
        """The exit code, once the exit was requested."""
        self.disconnected = False
        """Whether the terminal no longer exists."""

    def start(self) -> None:
        """Install the signal handlers and start watching. Call it in the main thread."""
        for number in SIGNALS:
            self._before[number] = signal.signal(number, lambda number, _frame: self._wake(number))
        self._thread.start()

    def stop(self) -> None:
        """Restore the handlers and stop watching, after the app has ended. Does nothing once it exits."""
        if self.code is not None:
            return
        self._stopped = True
        for number, handler in self._before.items():
            signal.signal(number, handler)
        self._wake(0)

    def hang_up(self) -> None:
        """Report that the terminal no longer exists. From any thread."""
        self.disconnected = True
        self._wake(signal.SIGHUP)

    def _wake(self, number: int) -> None:
        try:
            os.write(self._write, bytes([number]))
        except OSError:
            pass  # the pipe is full, so the thread wakes up anyway

    def _watch(self) -> None:
        poll = select.poll()
        poll.register(self._read, select.POLLIN)
        poll.register(self._fd, 0)  # reports only hang-up and error
        while not self._stopped:
            for fd, events in poll.poll(CHECK_INTERVAL * 1000):
                if fd == self._fd and events & (select.POLLHUP | select.POLLERR | select.POLLNVAL):
                    self.disconnected = True
                    self._exit_process(signal.SIGHUP)
                elif fd == self._read:
                    number = os.read(self._read, 1)[0]
                    if number:
                        self._exit_process(number)

    def _exit_process(self, number: int) -> None:
        """Ask the app to exit, wait, then end the process. Does not return."""
        self.code = 128 + number
        deadline = time.monotonic() + EXIT_TIMEOUT
        threading.Thread(target=self._exit_app, args=(self.code,), name="wbtui-exit", daemon=True).start()
        # If the app exits before the deadline, the interpreter ends this daemon thread.
        while time.monotonic() < deadline:
            time.sleep(0.05)
        if not self.restored.is_set() and not self.disconnected:
            restore_terminal(self._fd, self._attributes)
        os._exit(self.code)


def _attributes(fd: int) -> list[Any] | None:
    try:
        return termios.tcgetattr(fd)
    except termios.error:
        return None


def restore_terminal(fd: int, attributes: list[Any] | None) -> None:
    """Reset the terminal without the app: its attributes, then the screen if it accepts output in time."""
    try:
        tty = os.open(os.ttyname(fd), os.O_WRONLY | os.O_NONBLOCK | os.O_NOCTTY)
    except OSError:
        return
    try:
        if attributes is not None:
            termios.tcsetattr(tty, termios.TCSANOW, attributes)
        _reset_screen(tty)
    except (OSError, termios.error):
        pass  # a terminal that accepts no output cannot be restored
    finally:
        os.close(tty)


def _reset_screen(tty: int) -> None:
    """Discard output that the terminal has not read, then write RESTORE, as far as it accepts it.

    While the app's own write waits for the terminal, every other one is refused. Discarding its output and
    starting output again, which wakes it, lets it end.
    """
    left = RESTORE.encode()
    deadline = time.monotonic() + RESET_TIMEOUT
    while left and time.monotonic() < deadline:
        termios.tcflush(tty, termios.TCOFLUSH)
        termios.tcflow(tty, termios.TCOOFF)
        termios.tcflow(tty, termios.TCOON)
        try:
            left = left[os.write(tty, left) :]
        except BlockingIOError:
            time.sleep(0.01)


class Watched(Protocol):
    """An app with a watchdog."""

    watchdog: Watchdog | None

    def exit(self, result: Any = None, return_code: int = 0) -> None: ...


def under_watchdog(app: Watched, run: Callable[[], T]) -> T:
    """Run the app on this terminal under a watchdog. Call it in the main thread, for its signal handlers."""
    assert sys.__stdin__ is not None

    def exit_app(code: int) -> None:
        loop = getattr(app, "_loop", None)
        if loop is not None:
            loop.call_soon_threadsafe(app.exit, None, code)

    app.watchdog = Watchdog(sys.__stdin__.fileno(), exit_app)
    app.watchdog.start()
    try:
        return run()
    finally:
        app.watchdog.stop()

"""Terminal driver that tolerates any input.

Measured with Textual 8.2.8: an invalid UTF-8 byte or a key report with an invalid code point ends a stock
app, a forged resize report hangs it, a hang-up leaves it at full CPU load, and the SIGCONT that comes with a
hang-up starts a second writer thread, after which an orderly exit can deadlock.
"""

from __future__ import annotations

import asyncio
import os
import select
import signal
import threading
from codecs import getincrementaldecoder
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual import events
from textual.drivers.linux_driver import LinuxDriver

from wbtui.services.clock import Clock
from wbtui.services.suspension import between_writes
from wbtui.ui.messages import PasteDiscarded
from wbtui.ui.terminal.dispatching import LOOP_ITERATIONS, Dispatcher
from wbtui.ui.terminal.parser import Parser, parse
from wbtui.ui.terminal.pastes import MAX_PASTE, Begun, Pasted, Pastes, Typed
from wbtui.ui.terminal.watchdog import Watchdog

if TYPE_CHECKING:
    from textual.app import App

    from wbtui.ui.commands import Keymap

MAX_SIZE = (1000, 500)
"""Maximum columns and rows; larger sizes are limited to this."""
LONGEST_KEY = 16
"""Bytes that the report of one key press has at most."""
WAITING_INTERVAL = 0.02
"""Seconds between two checks whether keys that wait can be dispatched."""
POLL_INTERVAL = 0.1
"""Seconds between two checks for an unfinished paste while there is no input."""
TYPED_AHEAD_INTERVAL = 0.01
"""Seconds between two checks for unhandled input."""


class _FlushMarker(str):
    """An empty string that, once written, reports that all earlier output has reached the terminal."""

    __slots__ = ("written",)
    written: Callable[[], object]


class _Screen:
    """The terminal as a file that does not raise after the terminal has disconnected."""

    def __init__(self, file: Any, driver: WbtuiDriver) -> None:
        self._file = file
        self._driver = driver

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
            if isinstance(text, _FlushMarker):
                self._file.flush()
                text.written()
        except (OSError, ValueError):
            self._driver.terminal_disconnected()

    def flush(self) -> None:
        try:
            self._file.flush()
        except (OSError, ValueError):
            self._driver.terminal_disconnected()

    def fileno(self) -> int:
        number: int = self._file.fileno()
        return number


class WbtuiDriver(LinuxDriver):
    """LinuxDriver that replaces invalid bytes, limits sizes, defers signals, and exits at end of input."""

    def __init__(
        self,
        app: App[Any],
        *,
        debug: bool = False,
        mouse: bool = True,
        size: tuple[int, int] | None = None,
    ) -> None:
        super().__init__(app, debug=debug, mouse=mouse, size=size)
        self._file: Any = _Screen(self._file, self)
        self._watchdog: Watchdog | None = getattr(app, "watchdog", None)
        self._suspended = False
        self._continued = False
        clock: Clock = getattr(app, "clock", None) or Clock()
        self._clock = clock.monotonic
        self._reading = False
        self._accepting = threading.Event()
        """Set when the first screen is drawn: until then what was typed waits in the terminal."""
        keymap: Keymap | None = getattr(app, "keymap", None)
        quit_keys = keymap.of("app.quit") if keymap is not None else ()
        self._dispatcher = Dispatcher(app, self._loop, self.process_message, quit_keys)

    # ── exit ──
    def terminal_disconnected(self) -> None:
        """Exit, because the terminal has disconnected. From any thread."""
        if self._watchdog is not None:
            self._watchdog.hang_up()
        else:
            self._loop.call_soon_threadsafe(self._app.exit, None, 129)

    def close(self) -> None:
        """Wait until the terminal has taken all output, also that which restores it."""
        if self._watchdog is not None and self._watchdog.disconnected:
            return  # joining the writer thread could block forever
        super().close()
        if self._watchdog is not None and not self._suspended:
            self._watchdog.restored.set()

    # ── suspend and resume: outside the signal handler, which may interrupt code that owns a queue's lock ──
    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._suspend)

    def _suspend(self) -> None:
        with between_writes():
            self._give_terminal_back()
            os.kill(os.getpid(), signal.SIGSTOP)

    def _give_terminal_back(self) -> None:
        if self._auto_restart and not self._suspended:
            self._suspended = True
            self.suspend_application_mode()
            self._must_signal_resume = True

    def suspend_job(self) -> bool:
        """Stop all processes of this job, as the terminal does on ctrl+z; return whether they were resumed.

        Where no shell could resume them, the kernel ignores the signal, and the app goes on at once.
        """
        self._continued = False
        with between_writes():
            # Before the terminal is given back: ctrl+z is then a signal, which must not stop it for good.
            handler = signal.signal(signal.SIGTSTP, signal.SIG_DFL)
            self._give_terminal_back()
            os.killpg(0, signal.SIGTSTP)
        self._resume()
        signal.signal(signal.SIGTSTP, handler)
        return self._continued

    def _sigcont_application(self, *_: object) -> None:
        self._continued = True
        self._loop.call_soon_threadsafe(self._resume)

    def _resume(self) -> None:
        """Resume only if the app was suspended here: a hang-up sends SIGCONT, too."""
        if self._suspended and not (self._watchdog is not None and self._watchdog.code is not None):
            self.resume_application_mode()
            self._suspended = False
            self._app.refresh()  # the terminal shows nothing of before

    # ── size ──
    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self.fileno)
        except OSError:
            width, height = 0, 0
        return min(width or 80, MAX_SIZE[0]), min(height or 24, MAX_SIZE[1])

    def _query_in_band_window_resize(self) -> None:
        """Do nothing: the kernel reports the size, and terminal reports can be forged."""

    # ── input ──
    def start_application_mode(self) -> None:
        self._dispatcher.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def accept_input(self) -> None:
        """Begin to read input."""
        self._accepting.set()

    def disable_input(self) -> None:
        """Stop input at once: what was typed ahead is dropped, not dispatched."""
        self._dispatcher.stop()
        super().disable_input()

    def run_input_thread(self) -> None:
        """Read, decode with replacement, and dispatch input; exit at its end."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = Parser(self._debug)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        pastes, typed_before = Pastes(self._clock), self._has_input()
        while not self._accepting.wait(POLL_INTERVAL) and not self.exit_event.is_set():
            pass
        while not self.exit_event.is_set():
            self._reading = False
            interval = WAITING_INTERVAL if self._dispatcher.waiting else POLL_INTERVAL
            if not poll.poll(interval * 1000):
                if pastes.expire():
                    self._dispatcher.dispatch([PasteDiscarded()])
                self._dispatcher.dispatch_waiting()
                self._dispatcher.paused()
                parser = self._feed(parser, "")
                continue
            self._reading = True
            try:
                data = os.read(self.fileno, 4096)
            except OSError:
                data = b""
            if not data:
                self.terminal_disconnected()
                return
            if typed_before:  # Enter was then a line feed
                data, typed_before = data.replace(b"\n", b"\r"), False
            if pastes.open and self._quits(data):
                pastes.discard()
                self._dispatcher.dispatch([PasteDiscarded()])
            for piece in pastes.split(data):
                match piece:
                    case Typed(typed):
                        parser = self._feed(parser, decode(typed))
                    case Begun():
                        parser = Parser(self._debug)
                    case Pasted(pasted):
                        self._paste(pasted)

    def _quits(self, data: bytes) -> bool:
        """Return whether a read consists of one key that quits: an unfinished paste must not block it."""
        if len(data) > LONGEST_KEY:
            return False
        found, _ = parse(Parser(), data.decode("utf-8", "replace"))
        return len(found) == 1 and self._dispatcher.quits(found[0])

    async def caught_up(self) -> None:
        """Return once all output has reached the terminal and all input until then was handled."""
        written = asyncio.Event()
        marker = _FlushMarker()
        marker.written = lambda: self._loop.call_soon_threadsafe(written.set)
        self.write(marker)
        await written.wait()
        while self._typed_ahead():  # noqa: ASYNC110 - there is no event for the end of input
            await asyncio.sleep(TYPED_AHEAD_INTERVAL)
        for _ in range(LOOP_ITERATIONS):
            await asyncio.sleep(0)

    def _typed_ahead(self) -> bool:
        """Return whether there is unhandled input in the terminal or in the input thread."""
        # In this order: the input thread sets `_reading` before it reads from the terminal.
        return self._has_input() or self._reading or self._dispatcher.waiting

    def _has_input(self) -> bool:
        """Return whether there is input in the terminal that was not read."""
        return bool(select.select([self.fileno], [], [], 0)[0])

    def _paste(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\x00", "")
        self._dispatcher.dispatch([events.Paste(text[:MAX_PASTE])])

    def _feed(self, parser: Parser, text: str) -> Parser:
        """Parse and dispatch `text`. Returns the parser for the next text."""
        found, parser = parse(parser, text)
        self._dispatcher.dispatch(found)
        return parser

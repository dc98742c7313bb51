"""Terminal driver that tolerates any input, and running the app under the watchdog.

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
from collections import deque
from collections.abc import Callable, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any

from textual import events
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys
from textual.message import Message

from wbtui.services.clock import Clock
from wbtui.services.suspension import between_writes
from wbtui.ui.bursts import Bursts
from wbtui.ui.messages import PasteDiscarded
from wbtui.ui.pastes import MAX_PASTE, Begun, Pasted, Pastes, Typed
from wbtui.ui.repeated_key import RepeatedKey
from wbtui.ui.watchdog import Watchdog
from wbtui.ui.work import runs_command

if TYPE_CHECKING:
    from textual.app import App

    from wbtui.ui.commands import Keymap

MAX_SIZE = (1000, 500)
"""Maximum columns and rows; larger sizes are limited to this."""
LONGEST_KEY = 16
"""Bytes that the report of one key press has at most."""
LOOP_ITERATIONS = 24
"""Iterations of the event loop in which a key is handled by app, screen and widget."""
KEY_TIMEOUT = 0.5
"""Seconds to wait for a key to be handled before more input is read, such as a key that quits."""
MAX_HELD = 100
"""Keys and pastes that wait while the screen loads; more are dropped."""
HELD_INTERVAL = 0.02
"""Seconds between two checks whether they can be dispatched."""
POLL_INTERVAL = 0.1
"""Seconds between two checks for an unfinished paste while there is no input."""
MOUNTING_INTERVAL = 0.005
"""Seconds between two checks whether a new screen has its widgets."""
TYPED_AHEAD_INTERVAL = 0.01
"""Seconds between two checks for unhandled input."""


class _Parser(XTermParser):
    """Textual's parser, protected against forged reports."""

    def _parse_extended_key(  # type: ignore[override]
        self, sequence: str
    ) -> list[events.Key] | None:
        try:
            return super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            # A code point that does not exist.
            return [events.Key(Keys.Ignore.value, sequence)]

    @property
    def mouse_pixels(self) -> bool:
        """Always False: a resize report could switch it on, and any program can forge one."""
        return False

    @mouse_pixels.setter
    def mouse_pixels(self, _on: bool) -> None:
        pass


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
        self._input_stopped = False
        self._accepting = threading.Event()
        """Set when the first screen is drawn: until then what was typed waits in the terminal."""
        self._handled = threading.Event()
        """Set unless the last dispatched message is being handled; also when input has stopped."""
        self._handled.set()
        self._look: asyncio.TimerHandle | None = None
        """The next check whether the topmost screen still loads."""
        self._held: deque[tuple[Message, Sequence[Message]]] = deque()
        """Keys and pastes that wait for it, each with what followed it in the same read."""
        self._repeated = RepeatedKey()
        keymap: Keymap | None = getattr(app, "keymap", None)
        self._bursts = Bursts(keymap.of("app.quit") if keymap is not None else ())

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
        self._input_stopped = False
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def accept_input(self) -> None:
        """Begin to read input."""
        self._accepting.set()

    def disable_input(self) -> None:
        """Stop input at once: what was typed ahead is dropped, not dispatched."""
        self._input_stopped = True
        self._handled.set()
        super().disable_input()

    @property
    def _ending(self) -> bool:
        return self._input_stopped or self._app._exit

    def run_input_thread(self) -> None:
        """Read, decode with replacement, and dispatch input; exit at its end."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = _Parser(self._debug)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        pastes, typed_before = Pastes(self._clock), self._has_input()
        while not self._accepting.wait(POLL_INTERVAL) and not self.exit_event.is_set():
            pass
        while not self.exit_event.is_set():
            self._reading = False
            interval = HELD_INTERVAL if self._held else POLL_INTERVAL
            if not poll.poll(interval * 1000):
                if pastes.expire():
                    self._dispatch([PasteDiscarded()])
                self._dispatch_held()
                parser = self._pause(parser)
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
                self._dispatch([PasteDiscarded()])
            for piece in pastes.split(data):
                match piece:
                    case Typed(typed):
                        parser = self._feed(parser, decode(typed))
                    case Begun():
                        parser = _Parser(self._debug)
                    case Pasted(pasted):
                        self._paste(pasted)

    def _quits(self, data: bytes) -> bool:
        """Return whether a read consists of one key that quits: an unfinished paste must not block it."""
        if len(data) > LONGEST_KEY:
            return False
        found, _ = _parse(_Parser(), data.decode("utf-8", "replace"))
        return len(found) == 1 and self._bursts.quits(found[0])

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
        return self._has_input() or self._reading or bool(self._held)

    def _has_input(self) -> bool:
        """Return whether there is input in the terminal that was not read."""
        return bool(select.select([self.fileno], [], [], 0)[0])

    def _paste(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\x00", "")
        self._dispatch([events.Paste(text[:MAX_PASTE])])

    def _pause(self, parser: _Parser) -> _Parser:
        """Note that nothing was typed for a moment. Returns the parser for the next text."""
        if self._handled.is_set():
            self._bursts.ended()
            self._repeated.ended()
        return self._feed(parser, "")

    def _feed(self, parser: _Parser, text: str) -> _Parser:
        """Parse and dispatch `text`. Returns the parser for the next text."""
        found, parser = _parse(parser, text)
        self._dispatch(self._bursts.condense(found))
        return parser

    def _dispatch(self, found: Sequence[Message]) -> None:
        """Dispatch messages one by one; keys and pastes wait, in order, while the topmost screen loads.

        The mouse does not wait, nor does a key that goes back or quits, which drops those that do.
        """
        for number, message in enumerate(found, start=1):
            if self._goes_back(message):
                self._held.clear()
            elif isinstance(message, events.Key | events.Paste):
                if len(self._held) < MAX_HELD:
                    self._held.append((message, found[number:]))
                self._dispatch_held()
                continue
            self._dispatch_one(message, found[number:])

    def _goes_back(self, message: Message) -> bool:
        return self._bursts.quits(message) or (isinstance(message, events.Key) and message.key == "escape")

    def _dispatch_held(self) -> None:
        """Dispatch the keys and pastes that wait, until one of them opens what loads for long."""
        while self._held and self._handled.is_set():
            self._dispatch_one(*self._held[0])
            self._held.popleft()  # after it was handled: `caught_up` waits for it

    def _dispatch_one(self, message: Message, following: Sequence[Message]) -> None:
        if self._ending or self._repeated.ignores(message, following):
            return
        screens = len(self._app.screen_stack)
        self._handled.clear()
        self.process_message(message)
        self._wait_until_handled()
        self._repeated.handled(message, self._app.screen_stack[screens:])

    def _wait_until_handled(self) -> None:
        """Wait a moment until a message was handled.

        A key can move the focus, and Textual would send the next one to the old widget if both arrive
        together. One that opens a form is handled when its fields are there, so that what is typed at once
        is typed into them.
        """
        if self._ending:
            return
        try:
            self._loop.call_soon_threadsafe(self._count_down, LOOP_ITERATIONS)
        except RuntimeError:
            return  # the loop is closed
        self._handled.wait(KEY_TIMEOUT)

    def _count_down(self, iterations: int) -> None:
        if self._look is not None:
            self._look.cancel()
        if iterations:
            self._loop.call_soon(self._count_down, iterations - 1)
            return
        if self._app.message_queue_size:
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


def _parse(parser: _Parser, text: str) -> tuple[list[Message], _Parser]:
    """Return the messages in `text` and the parser for what follows: a new one if this one raised."""
    found: list[Message] = []
    try:
        for message in chain(parser.feed(text) if text else (), parser.tick()):
            found.append(message)  # one by one: those before an exception count
    except Exception:  # noqa: BLE001 - no input may end the app
        return found, _Parser()
    return found, parser

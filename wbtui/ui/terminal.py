"""The terminal side: a driver that survives whatever is typed, and running the app under the watchdog.

Measured on Textual 8.2.8: an invalid UTF-8 byte or a key report with an absurd code point ends a stock app, a
forged resize report hangs it, a hang-up leaves it at full load, and the SIGCONT that comes with a hang-up
starts a second writer thread, after which a polite exit may deadlock.
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import os
import select
import signal
import sys
from codecs import getincrementaldecoder
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from textual import events, messages
from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver
from textual.keys import Keys
from textual.message import Message

from wbtui.services.clock import Clock
from wbtui.ui import messages as own_messages
from wbtui.ui.pastes import MAX_PASTE, Begun, Pasted, Pastes, Typed
from wbtui.ui.watchdog import Watchdog

if TYPE_CHECKING:
    from textual.app import App


T = TypeVar("T")

MAX_SIZE = (1000, 500)
"""Cells; a terminal that claims more is not believed."""
TURNS = 24
"""Rounds of the event loop in which a key takes effect: it hops from app to widget to screen and back."""
PATIENCE = 0.5
"""Seconds a key may take before the next one goes in all the same."""
LOOK = 0.1
"""Seconds between two looks at the input while nothing comes."""
STILL_TYPING = 0.01
"""Seconds between two looks for keys that were typed and not handled yet."""


class _Parser(XTermParser):
    """Textual's parser without what a forged report may break."""

    def _parse_extended_key(  # type: ignore[override]
        self, sequence: str
    ) -> list[events.Key] | None:
        try:
            return super()._parse_extended_key(sequence)
        except (ValueError, OverflowError):
            # A code point that does not exist: a key that is not one.
            return [events.Key(Keys.Ignore.value, sequence)]

    @property
    def mouse_pixels(self) -> bool:
        """Never: it is switched on by a resize report that anything may forge."""
        return False

    @mouse_pixels.setter
    def mouse_pixels(self, _on: bool) -> None:
        pass


class _Mark(str):
    """An empty write that says when everything written before it is with the terminal."""

    __slots__ = ("written",)
    written: Callable[[], object]


class _Screen:
    """The terminal as a file that does not raise once the terminal is gone."""

    def __init__(self, file: Any, driver: WbtuiDriver) -> None:
        self._file = file
        self._driver = driver

    def write(self, text: str) -> None:
        try:
            self._file.write(text)
            if isinstance(text, _Mark):
                self._file.flush()
                text.written()
        except (OSError, ValueError):
            self._driver.terminal_gone()

    def flush(self) -> None:
        try:
            self._file.flush()
        except (OSError, ValueError):
            self._driver.terminal_gone()

    def fileno(self) -> int:
        number: int = self._file.fileno()
        return number


class WbtuiDriver(LinuxDriver):
    """LinuxDriver with replacement decoding, clamped sizes, an end at the end of input, and calm signals."""

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
        self._asleep = False
        clock: Clock = getattr(app, "clock", None) or Clock()
        self._clock = clock.monotonic
        self._reading = False

    # ── leaving ──
    def terminal_gone(self) -> None:
        """Nobody reads and nobody types any more: end. From any thread."""
        if self._watchdog is not None:
            self._watchdog.hang_up()
        else:
            self._loop.call_soon_threadsafe(self._app.exit, None, 129)

    def stop_application_mode(self) -> None:
        super().stop_application_mode()
        if self._watchdog is not None and not self._asleep:
            self._watchdog.restored.set()

    def close(self) -> None:
        if self._watchdog is not None and self._watchdog.gone:
            return  # joining a writer that nobody reads from could wait for ever
        super().close()

    # ── sleeping and waking: never inside the handler, where a queue's lock may be held ──
    def _sigtstp_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._sleep)

    def _sleep(self) -> None:
        if self._auto_restart and not self._asleep:
            self._asleep = True
            self.suspend_application_mode()
            self._must_signal_resume = True
        os.kill(os.getpid(), signal.SIGSTOP)

    def _sigcont_application(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._wake_up)

    def _wake_up(self) -> None:
        """Only what was put to sleep here is woken: a hang-up sends SIGCONT, too."""
        if self._asleep and not (self._watchdog is not None and self._watchdog.code is not None):
            self.resume_application_mode()
            self._asleep = False

    # ── size ──
    def _get_terminal_size(self) -> tuple[int, int]:
        try:
            width, height = os.get_terminal_size(self.fileno)
        except OSError:
            width, height = 0, 0
        return min(width or 80, MAX_SIZE[0]), min(height or 24, MAX_SIZE[1])

    def _query_in_band_window_resize(self) -> None:
        """Not asked for: the kernel tells the size, and a forged report would be believed."""

    # ── input ──
    def run_input_thread(self) -> None:
        """Read, decode with replacement, dispatch; the end of input is the end of the app."""
        decode = getincrementaldecoder("utf-8")("replace").decode
        parser = _Parser(self._debug)
        poll = select.poll()
        poll.register(self.fileno, select.POLLIN)
        pastes = Pastes(self._clock)
        while not self.exit_event.is_set():
            self._reading = False
            if not poll.poll(LOOK * 1000):
                if pastes.expire():
                    self.process_message(own_messages.PasteDiscarded())
                parser = self._feed(parser, "")
                continue
            self._reading = True
            try:
                data = os.read(self.fileno, 4096)
            except OSError:
                data = b""
            if not data:
                self.terminal_gone()
                return
            for piece in pastes.split(data):
                match piece:
                    case Typed(typed):
                        parser = self._feed(parser, decode(typed))
                    case Begun():
                        parser = _Parser(self._debug)
                    case Pasted(pasted):
                        self._paste(pasted)

    async def caught_up(self) -> None:
        """Return once what was drawn is with the terminal and what was typed until then was handled."""
        written = asyncio.Event()
        mark = _Mark()
        mark.written = lambda: self._loop.call_soon_threadsafe(written.set)
        self.write(mark)
        await written.wait()
        while self._typed_ahead():  # noqa: ASYNC110 - nothing tells when a terminal has no more input
            await asyncio.sleep(STILL_TYPING)
        await _turns()

    def _typed_ahead(self) -> bool:
        """Whether keys wait in the terminal or in the reader."""
        # In this order: the reader says that it reads before it takes anything out of the terminal.
        return bool(select.select([self.fileno], [], [], 0)[0]) or self._reading

    def _paste(self, data: bytes) -> None:
        text = data.decode("utf-8", "replace").replace("\x00", "")
        self._dispatch([events.Paste(text[:MAX_PASTE])])

    def _feed(self, parser: _Parser, text: str) -> _Parser:
        """Dispatch what `text` means. A parser that a sequence broke is replaced."""
        try:
            if text:
                self._dispatch(parser.feed(text))
            self._dispatch(parser.tick())
        except Exception:  # noqa: BLE001 - whatever was typed, the app goes on
            return _Parser(self._debug)
        return parser

    def _dispatch(self, found: Iterable[Message]) -> None:
        for message in found:
            self.process_message(message)
            self._take_effect()

    def _take_effect(self) -> None:
        """Wait until the key has done what it does before the next one goes in.

        A key that moves the focus decides where the next one belongs, and Textual would send both to the
        old place when they arrive together. Keys that come faster wait in the terminal, so that painting
        and ctrl+q never queue behind them.
        """
        try:
            asyncio.run_coroutine_threadsafe(_turns(), self._loop).result(PATIENCE)
        except (TimeoutError, RuntimeError, concurrent.futures.CancelledError):
            pass  # the app is busy or about to end: then keys go in as they come

    def process_message(self, message: Message) -> None:
        """Forged reports of the terminal are dropped."""
        if not isinstance(message, events.Resize | messages.InBandWindowResize | events.CursorPosition):
            super().process_message(message)


async def _turns() -> None:
    for _ in range(TURNS):
        await asyncio.sleep(0)


class Watched(Protocol):
    """An app that knows its watchdog."""

    watchdog: Watchdog | None

    def exit(self, result: Any = None, return_code: int = 0) -> None: ...


def under_watchdog(app: Watched, run: Callable[[], T]) -> T:
    """Run the app on this terminal, watched. Call it in the main thread; signal handlers are set."""
    assert sys.__stdin__ is not None

    def leave(code: int) -> None:
        loop = getattr(app, "_loop", None)
        if loop is not None:
            loop.call_soon_threadsafe(app.exit, None, code)

    app.watchdog = Watchdog(sys.__stdin__.fileno(), leave)
    app.watchdog.start()
    try:
        return run()
    finally:
        app.watchdog.stop()

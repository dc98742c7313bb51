"""Runs a program in a pseudo-terminal and measures its response times, output and processor time."""

from __future__ import annotations

import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fcntl import ioctl
from pathlib import Path

import pyte

QUIET = 0.25
"""Seconds without output after which a response counts as complete."""
MARGIN = 4
"""Lines at the top and at the bottom that are no part of the list."""
PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]")
"""Sequences with private parameters, which pyte would print as text."""


@dataclass(frozen=True, slots=True)
class KeyResponse:
    """The measured response to a key.

    Attributes:
        painted: seconds until the last change of the screen, its first and last four lines excluded (until
            the first byte if no other line changed).
        answered: seconds until the first change of those lines after the echo of the key, if an echo was
            given, else the same as `painted`. A list that is renewed by itself goes on changing after that.
        settled: seconds until the last byte.
        size: bytes written.
        spent: processor time of all threads of the process, in seconds.
        drawing: processor time of the main thread, which draws, until the last byte, in seconds.
    """

    painted: float
    answered: float
    settled: float
    size: int
    spent: float
    drawing: float


class Probe:
    """A command that runs in a pseudo-terminal of `size` (columns, lines)."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> None:
        self.output = bytearray()
        self._chunks: list[tuple[float, bytes]] = []
        self._screen = pyte.Screen(*size)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", size[1], size[0], 0, 0))
        self.begun = time.perf_counter()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, env=dict(environ), start_new_session=True
        )
        os.close(slave)

    def _take(self, seconds: float) -> int:
        ready, _, _ = select.select([self._master], [], [], max(seconds, 0))
        if not ready:
            return 0
        try:
            data = os.read(self._master, 1 << 16)
        except OSError:
            data = b""
        if not data:
            raise RuntimeError(f"The program ended: {bytes(self.output[-400:])!r}")
        self._chunks.append((time.perf_counter(), data))
        self.output += data
        return len(data)

    def _show(self, echo: str = "") -> list[float]:
        """Feed the emulator; return when the middle lines changed since the first lines contained `echo`."""
        changes: list[float] = []
        chunks, self._chunks = self._chunks, []
        before = self._middle()
        for at, data in chunks:
            self._stream.feed(PRIVATE.sub(b"", data))
            after = self._middle()
            if after != before:
                changes.append(at)
            if not any(echo in line for line in self._lines(0, MARGIN)):
                changes.clear()
            before = after
        return changes

    def _middle(self) -> list[str]:
        return self._lines(MARGIN, self._screen.lines - MARGIN)

    def _lines(self, start: int, end: int) -> list[str]:
        return [
            "".join(self._screen.buffer[line][column].data for column in range(self._screen.columns))
            for line in range(start, end)
        ]

    @property
    def text(self) -> str:
        """The current screen."""
        self._show()
        return "\n".join(self._screen.display)

    def until(self, pattern: str, seconds: float = 120.0) -> float:
        """Return the seconds from the start of the process until its output contains the pattern."""
        wanted = re.compile(pattern.encode())
        limit = time.perf_counter() + seconds
        while not wanted.search(self.output):
            if time.perf_counter() > limit:
                raise TimeoutError(f"{pattern!r} did not appear within {seconds} s:\n{self.text}")
            self._take(0.05)
        return time.perf_counter() - self.begun

    def settle(self, quiet: float = QUIET, max_wait: float = 10.0) -> None:
        """Read output until there is none for `quiet` seconds, for at most `max_wait` seconds."""
        limit = time.perf_counter() + max_wait
        while self._take(quiet) and time.perf_counter() < limit:
            pass

    def bytes_within(self, seconds: float) -> int:
        """Return the number of bytes written within that time without input."""
        limit = time.perf_counter() + seconds
        size = 0
        while (left := limit - time.perf_counter()) > 0:
            size += self._take(left)
        return size

    def type(self, keys: bytes, max_wait: float = 60.0) -> None:
        """Type keys without measuring; wait until the output pauses, for at most `max_wait` seconds."""
        os.write(self._master, keys)
        self.settle(max_wait=max_wait)

    def press(self, keys: bytes, max_wait: float = 3.0, echo: str = "") -> KeyResponse:
        """Type keys and measure the response, for at most `max_wait` seconds.

        `echo`: what the first lines contain once the key has arrived.
        """
        self._show()
        spent, drawing = self.spent(), self.drawing()
        begun = time.perf_counter()
        os.write(self._master, keys)
        first = last = drawn = 0.0
        size = 0
        while taken := self._take(QUIET if size else 2.0):
            last = time.perf_counter() - begun
            first = first or last
            drawn = self.drawing() - drawing
            size += taken
            if last > max_wait:
                break
        spent = self.spent() - spent
        changes = self._show(echo)
        painted, answered = (changes[-1] - begun, changes[0] - begun) if changes else (first, first)
        return KeyResponse(painted, answered if echo else painted, last, size, spent, drawn)

    def spent(self) -> float:
        """Return the processor time of all living threads of the process, in seconds."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(_running(task) for task in tasks.iterdir())

    def drawing(self) -> float:
        """Return the processor time of the main thread, in seconds."""
        return _running(Path(f"/proc/{self.process.pid}/task/{self.process.pid}"))

    def memory(self) -> int:
        """Return the resident memory of the process, in bytes."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def hang_up(self) -> float:
        """Close the terminal; return the seconds until the process has exited."""
        begun = time.perf_counter()
        os.close(self._master)
        self._master = -1
        self.process.wait(60)
        return time.perf_counter() - begun

    def end(self) -> None:
        """Close the terminal, so that the process ends its children before it exits; kill it after 10 s."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def _running(task: Path) -> float:
    try:
        return int((task / "schedstat").read_text().split()[0]) / 1e9
    except FileNotFoundError:  # the thread has just ended
        return 0.0


def environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a plain terminal in which all files of wbtui are below `home`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "WBTUI_HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **more,
    }


def python(*arguments: str) -> list[str]:
    """Return a command that runs this interpreter."""
    return [sys.executable, *arguments]

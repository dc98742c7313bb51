"""A program in a pseudo-terminal, timed by the bytes it writes and by the processor time it takes."""

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
"""Seconds without a byte after which a burst of output is over."""
PRIVATE = re.compile(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]")
"""What the emulator does not know and would print."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a key caused.

    Attributes:
        painted: seconds until the lines between the first and last four stood as they stayed (until the
            first byte where none of them changed).
        settled: seconds until the last byte.
        size: bytes written.
        spent: seconds of processor time of the process, all threads.
        drawing: seconds of it in the main thread, which draws.
    """

    painted: float
    settled: float
    size: int
    spent: float
    drawing: float


class Probe:
    """Runs a command on a terminal of `size` (columns, lines) and reads what it writes."""

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

    def _show(self) -> float:
        """Feed the emulator with what came; when the lines in the middle last changed (0: they did not)."""
        changed, chunks = 0.0, self._chunks
        self._chunks = []
        before = self._middle()
        for at, data in chunks:
            self._stream.feed(PRIVATE.sub(b"", data))
            after = self._middle()
            if after != before:
                changed, before = at, after
        return changed

    def _middle(self) -> list[str]:
        return [
            "".join(self._screen.buffer[line][column].data for column in range(self._screen.columns))
            for line in range(4, self._screen.lines - 4)
        ]

    @property
    def text(self) -> str:
        """The screen as it stands."""
        self._show()
        return "\n".join(self._screen.display)

    def until(self, pattern: str, seconds: float = 120.0) -> float:
        """Seconds from the start of the process until its output holds the pattern."""
        wanted = re.compile(pattern.encode())
        limit = time.perf_counter() + seconds
        while not wanted.search(self.output):
            if time.perf_counter() > limit:
                raise TimeoutError(f"{pattern!r} did not come within {seconds} s:\n{self.text}")
            self._take(0.05)
        return time.perf_counter() - self.begun

    def settle(self, quiet: float = QUIET, most: float = 10.0) -> None:
        """Until nothing was written for `quiet` seconds, or `most` seconds have passed."""
        limit = time.perf_counter() + most
        while self._take(quiet) and time.perf_counter() < limit:
            pass

    def listen(self, seconds: float) -> int:
        """How many bytes come within that time, untouched."""
        limit = time.perf_counter() + seconds
        size = 0
        while (left := limit - time.perf_counter()) > 0:
            size += self._take(left)
        return size

    def type(self, keys: bytes, most: float = 60.0) -> None:
        """Keys whose effect is not measured; returns when the screen is quiet, or after `most` seconds."""
        os.write(self._master, keys)
        self.settle(most=most)

    def press(self, keys: bytes, most: float = 3.0) -> Answer:
        """One key, until what it caused is over."""
        self._show()
        spent, drawing = self.spent(), self.drawing()
        begun = time.perf_counter()
        os.write(self._master, keys)
        first = last = 0.0
        size = 0
        while taken := self._take(QUIET if size else 2.0):
            last = time.perf_counter() - begun
            first = first or last
            size += taken
            if last > most:
                break
        spent, drawing = self.spent() - spent, self.drawing() - drawing
        changed = self._show()
        return Answer(changed - begun if changed else first, last, size, spent, drawing)

    def spent(self) -> float:
        """Seconds of processor time of the process so far, in all its living threads."""
        tasks = Path(f"/proc/{self.process.pid}/task")
        return sum(_running(task) for task in tasks.iterdir())

    def drawing(self) -> float:
        """Seconds of processor time of its main thread so far."""
        return _running(Path(f"/proc/{self.process.pid}/task/{self.process.pid}"))

    def memory(self) -> int:
        """Resident bytes of the process now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def hang_up(self) -> float:
        """The terminal goes away; seconds until the process has ended."""
        begun = time.perf_counter()
        os.close(self._master)
        self._master = -1
        self.process.wait(60)
        return time.perf_counter() - begun

    def end(self) -> None:
        """End it as a dropped connection would, so that its own children end, too."""
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
    except FileNotFoundError:  # a thread that has just ended
        return 0.0


def environment(home: Path, **more: str) -> dict[str, str]:
    """A plain terminal with everything of wbtui under `home`."""
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
    """A command of this interpreter."""
    return [sys.executable, *arguments]

"""A program in a pseudo-terminal, timed by the bytes it writes; no emulator in the way."""

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
from fcntl import ioctl
from pathlib import Path

QUIET = 0.08
"""Seconds without a byte after which a burst of output is over."""


class Probe:
    """Runs a command on a terminal of `size` (columns, lines) and reads what it writes."""

    def __init__(self, command: Sequence[str], environ: Mapping[str, str], size: tuple[int, int]) -> None:
        self.output = bytearray()
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
        data = os.read(self._master, 1 << 16)
        self.output += data
        return len(data)

    def until(self, pattern: str, seconds: float = 60.0) -> float:
        """Seconds from the start of the process until its output holds the pattern."""
        wanted = re.compile(pattern.encode())
        limit = time.perf_counter() + seconds
        while not wanted.search(self.output):
            if time.perf_counter() > limit:
                raise TimeoutError(f"{pattern!r} did not come within {seconds} s")
            self._take(0.05)
        return time.perf_counter() - self.begun

    def settle(self, quiet: float = 0.4) -> None:
        """Until nothing was written for `quiet` seconds."""
        while self._take(quiet):
            pass

    def press(self, keys: bytes) -> tuple[float, float, int]:
        """Seconds from the key to the first and to the last byte of what it caused, and how many bytes."""
        begun = time.perf_counter()
        os.write(self._master, keys)
        first = last = 0.0
        size = 0
        while taken := self._take(QUIET if size else 2.0):
            last = time.perf_counter() - begun
            first = first or last
            size += taken
        return first, last, size

    def memory(self) -> int:
        """Resident bytes of the process now."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise RuntimeError("no VmRSS")

    def end(self) -> None:
        """Kill it; nothing of it is needed any more."""
        self.process.kill()
        self.process.wait()
        os.close(self._master)


def environment(home: Path) -> dict[str, str]:
    """A plain terminal with everything of wbtui under `home`."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "WBTUI_HOME": str(home),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
    }


def python(*arguments: str) -> list[str]:
    """A command of this interpreter."""
    return [sys.executable, *arguments]

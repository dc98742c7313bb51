"""A real pseudo-terminal with an emulator behind it: start a program, type, wait for what the screen says."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from fcntl import ioctl
from pathlib import Path

import pyte

from tests.support.patience import PATIENCE

ROOT = Path(__file__).parents[2]
MODES = re.compile(rb"\x1b\[\?([0-9;]+)([hl])")
ENTER, ESCAPE, TAB = "\r", "\x1b", "\t"
IDLE_SECONDS = 0.5
"""Seconds: more than any pause between a key and its effect (the end of an escape sequence, a debounce)."""


_LAUNCHER = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[1]: signal.signal(signal.SIGHUP, signal.SIG_IGN)
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Makes the terminal the program's own and becomes the program."""


class WaitTimeout(AssertionError):
    """What was waited for did not come; the screen as it is is in the message."""


class Terminal:
    """A program in a pseudo-terminal of its own session, as a login shell would start it.

    `screen` is what a terminal emulator shows; `raw` every byte the program wrote.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        columns: int = 100,
        lines: int = 30,
        ignore_hangup: bool = False,
    ) -> None:
        self.raw = bytearray()
        self._drawn: str | None = None
        self._screen = pyte.Screen(columns, lines)
        self._stream = pyte.ByteStream(self._screen)
        self._master, slave = pty.openpty()
        _set_size(slave, columns, lines)
        self.modes_before = termios.tcgetattr(slave)
        self._slave = slave
        self.process = subprocess.Popen(
            [sys.executable, "-IS", "-c", _LAUNCHER, "ignore" if ignore_hangup else "", *command],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=dict(environ),
            cwd=ROOT,
            start_new_session=True,
        )

    # ── looking ──
    @property
    def screen(self) -> str:
        """The screen as lines of text, without blanks at their ends."""
        if self._drawn is None:
            self._drawn = "\n".join(line.rstrip() for line in self._screen.display)
        return self._drawn

    def read_output(self, seconds: float = 0.05) -> bool:
        """Take what the program wrote within that time; False at the end of its output."""
        ready, _, _ = select.select([self._master], [], [], seconds)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        if not data:
            return False
        self.raw += data
        self._drawn = None
        # pyte knows no private parameters here; it would print their letters.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data))
        return True

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Take output until the condition holds. Raises WaitTimeout."""
        begun = time.monotonic()
        while not holds():
            taken = time.monotonic() - begun
            if taken > PATIENCE or (not self.read_output() and not holds()):
                raise WaitTimeout(f"waited {taken:.1f} s for {what}; the screen:\n{self.screen}")

    def wait_for(self, pattern: str) -> None:
        """Until the screen shows the pattern (a regular expression)."""
        self.wait_until(lambda: re.search(pattern, self.screen) is not None, repr(pattern))

    def wait_for_absence(self, pattern: str) -> None:
        """Until the screen no longer shows the pattern."""
        self.wait_until(lambda: re.search(pattern, self.screen) is None, f"no {pattern!r}")

    def wait_until_idle(self) -> None:
        """Until all that was typed has had its effect and all output is taken: the program waits, or ended.

        Judged by the kernel's books, not by silence, which on a starved machine proves nothing: nothing is
        left unread, the main thread did not run for a while, longer than the pauses an interface makes
        between a key and its effect, and no thread wants to run.
        """
        self.wait_until(self._is_idle, "nothing to do")

    def _is_idle(self) -> bool:
        if self.process.poll() is not None:
            return True
        pid = self.process.pid
        begun, turns, written = time.monotonic(), context_switches(pid), len(self.raw)
        while (left := begun + IDLE_SECONDS - time.monotonic()) > 0:
            if not self.read_output(left):
                return True
            if len(self.raw) != written:
                return False
        return self._unread() == 0 and context_switches(pid) == turns and all_threads_asleep(pid)

    def _unread(self) -> int:
        """Bytes typed that the program has not read."""
        return int(struct.unpack("i", ioctl(self._slave, termios.FIONREAD, b"\0" * 4))[0])

    # ── acting ──
    def type(self, text: str | bytes) -> None:
        """Send keys, all of them, taking output meanwhile so that neither side waits for the other."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            self.read_output(0)
            _, ready, _ = select.select([], [self._master], [], 1.0)
            if ready:
                data = data[os.write(self._master, data[:1024]) :]

    def clear_screen(self) -> None:
        """An empty screen, so that what is seen next was written next."""
        self._screen.reset()
        self._drawn = None

    def resize(self, columns: int, lines: int) -> None:
        self._screen.resize(lines, columns)
        self._drawn = None
        _set_size(self._slave, columns, lines)

    def wait_for_exit(self) -> int:
        """The exit code, once the program ended by itself; negative for a signal. Raises WaitTimeout."""
        self.wait_until(lambda: self.process.poll() is not None, "the end of the program")
        while self.read_output(0.05) and select.select([self._master], [], [], 0)[0]:
            pass
        return int(self.process.returncode)

    def hang_up(self) -> None:
        """The terminal goes away, as when a connection drops."""
        for end in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(end)

    def close(self) -> None:
        """End the program and free the terminal, whatever happened."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.hang_up()

    # ── judging ──
    def modes_left_on(self) -> set[int]:
        """Private modes switched on and not off again (1049 alternate screen, 1000… mouse, 2004 paste)."""
        on: set[int] = set()
        for numbers, switch in MODES.findall(bytes(self.raw)):
            for number in map(int, numbers.split(b";")):
                (on.add if switch == b"h" else on.discard)(number)
        return on - {25, 7}

    def cursor_shown(self) -> bool:
        """Whether the last word on the cursor was to show it."""
        words = [switch for numbers, switch in MODES.findall(bytes(self.raw)) if b"25" in numbers.split(b";")]
        return not words or words[-1] == b"h"

    def restored(self) -> bool:
        """The line discipline is what it was before the program began."""
        return termios.tcgetattr(self._slave) == self.modes_before


def _set_size(handle: int, columns: int, lines: int) -> None:
    ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """What a fresh login has, with everything of wbtui under `home`."""
    kept = {name: os.environ[name] for name in ("PATH", "SYSTEMROOT") if name in os.environ}
    return {
        **kept,
        "HOME": str(home),
        "WBTUI_HOME": str(home / "wbtui"),
        "TERM": "xterm-256color",
        "COLORTERM": "truecolor",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        **more,
    }


@contextlib.contextmanager
def wbtui(home: Path, *arguments: str, module: str = "wbtui", **options: object) -> Iterator[Terminal]:
    """`wbtui` with these arguments in a terminal; ended at the end, however it goes."""
    environ = options.pop("environ", None) or clean_environment(home)
    terminal = Terminal([sys.executable, "-m", module, *arguments], environ=environ, **options)  # type: ignore[arg-type]
    try:
        yield terminal
    finally:
        terminal.close()


# ── processes ──
def children(pid: int) -> set[int]:
    """The direct children of a process, by /proc."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    found.add(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether the process runs (one that ended and waits to be noticed does not)."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def wait_until_ended(pids: set[int]) -> None:
    """Until none of the processes runs. Raises WaitTimeout."""
    begun = time.monotonic()
    while any(alive(pid) for pid in pids):
        if time.monotonic() - begun > PATIENCE:
            raise WaitTimeout(f"still running: {sorted(pid for pid in pids if alive(pid))}")
        time.sleep(0.02)


def state_of(pid: int, thread: int | None = None) -> str:
    """A process's main thread, or another: R runs or wants to, S sleeps, T is stopped (by /proc)."""
    return Path(f"/proc/{pid}/task/{thread or pid}/stat").read_text().rpartition(")")[2].split()[0]


def context_switches(pid: int) -> tuple[str, ...]:
    """How often the main thread was taken off the processor: two equal answers, and it never ran between."""
    lines = Path(f"/proc/{pid}/task/{pid}/status").read_text().splitlines()
    return tuple(line for line in lines if "ctxt_switches" in line)


def all_threads_asleep(pid: int) -> bool:
    """Whether no thread of the process runs or wants to."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if state_of(pid, int(thread.name)) != "S":
                return False
    return True

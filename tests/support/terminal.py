"""Runs programs in a pseudo-terminal with an emulator: type keys and wait for text on the screen."""

from __future__ import annotations

import contextlib
import os
import pty
import re
import select
import signal
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
"""Seconds, more than any delay between a key and its effect (the end of an escape sequence, a debounce)."""


_LAUNCHER = """
import fcntl, os, signal, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
if sys.argv[1]: signal.signal(signal.SIGHUP, signal.SIG_IGN)
signal.signal(signal.SIGINT, signal.SIG_DFL)  # ignored where the tests run in the background
os.execv(sys.argv[2], sys.argv[2:])
"""
"""Makes the terminal the controlling one, then executes the program."""


class WaitTimeout(AssertionError):
    """A condition was not met in time; the message contains the current screen."""


class Terminal:
    """A program in a pseudo-terminal of its own session, as a login shell would start it.

    `screen` is the text on the emulated screen, `raw` all bytes that the program wrote.
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

    # ── output ──
    @property
    def screen(self) -> str:
        """The screen as lines of text without trailing blanks."""
        if self._drawn is None:
            # Not `display`: it fails on the second half of a wide character whose first half was overwritten.
            rows, columns = self._screen.buffer, range(self._screen.columns)
            lines = ("".join(rows[y][x].data for x in columns) for y in range(self._screen.lines))
            self._drawn = "\n".join(line.rstrip() for line in lines)
        return self._drawn

    def read_output(self, seconds: float = 0.05) -> bool:
        """Read output, waiting for it at most `seconds`. Return False at the end of the output."""
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
        # pyte does not parse these private parameters and would print them as text.
        self._stream.feed(re.sub(rb"\x1b\[[<>=][0-9;]*[a-zA-Z]", b"", data))
        return True

    def wait_until(self, holds: Callable[[], bool], what: str) -> None:
        """Read output until `holds()` is true. Raises WaitTimeout, which names the condition (`what`)."""
        begun = time.monotonic()
        while not holds():
            taken = time.monotonic() - begun
            if taken > PATIENCE or (not self.read_output() and not holds()):
                raise WaitTimeout(f"waited {taken:.1f} s for {what}; the screen:\n{self.screen}")

    def wait_for(self, pattern: str) -> None:
        """Wait until the screen matches a regular expression."""
        self.wait_until(lambda: re.search(pattern, self.screen) is not None, repr(pattern))

    def wait_for_absence(self, pattern: str) -> None:
        """Wait until the screen no longer matches a regular expression."""
        self.wait_until(lambda: re.search(pattern, self.screen) is None, f"no {pattern!r}")

    def wait_until_idle(self) -> None:
        """Wait until the program has processed all input and is idle, or has ended.

        Missing output proves nothing on a busy machine, so this uses the kernel's counters: no input is
        unread, the main thread has not run for IDLE_SECONDS, and no thread is runnable.
        """
        self.wait_until(self._is_idle, "nothing to do")

    def _is_idle(self) -> bool:
        if self.process.poll() is not None:
            return True
        pid = self.process.pid
        begun, switches, written = time.monotonic(), context_switches(pid), len(self.raw)
        while (left := begun + IDLE_SECONDS - time.monotonic()) > 0:
            if not self.read_output(left):
                return True
            if len(self.raw) != written:
                return False
        return self._unread() == 0 and context_switches(pid) == switches and all_threads_asleep(pid)

    def _unread(self) -> int:
        """Return the number of typed bytes that the program has not read."""
        return int(struct.unpack("i", ioctl(self._slave, termios.FIONREAD, b"\0" * 4))[0])

    # ── input ──
    def type(self, text: str | bytes) -> None:
        """Type keys; reads output meanwhile, so that a full buffer blocks neither side."""
        data = text.encode() if isinstance(text, str) else text
        while data:
            self.read_output(0)
            _, ready, _ = select.select([], [self._master], [], 1.0)
            if ready:
                data = data[os.write(self._master, data[:1024]) :]

    def clear_screen(self) -> None:
        """Clear the emulated screen, so that later text on it was written later."""
        self._screen.reset()
        self._drawn = None

    def resize(self, columns: int, lines: int) -> None:
        self._screen.resize(lines, columns)
        self._drawn = None
        _set_size(self._slave, columns, lines)

    def fill(self) -> None:
        """Make the program redraw its screen, without reading, until the terminal accepts no more output."""
        columns = self._screen.columns
        while select.select([], [self._slave], [], 0)[1]:
            columns = columns + 1 if columns < 200 else 80
            self.resize(columns, self._screen.lines)
            self.process.send_signal(signal.SIGWINCH)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(0.05)

    def wait_for_exit(self) -> int:
        """Wait until the program ends; return its exit code, negative for a signal. Raises WaitTimeout."""
        self.wait_until(lambda: self.process.poll() is not None, "the end of the program")
        while self.read_output(0.05) and select.select([self._master], [], [], 0)[0]:
            pass
        return int(self.process.returncode)

    def hang_up(self) -> None:
        """Close the terminal, as when a connection drops."""
        for end in (self._master, self._slave):
            with contextlib.suppress(OSError):
                os.close(end)

    def close(self) -> None:
        """Kill the program if it still runs, and close the terminal."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait(PATIENCE)
        self.hang_up()

    # ── state of the terminal ──
    def modes_left_on(self) -> set[int]:
        """Return the private modes still switched on (1049 alternate screen, 1000… mouse, 2004 paste)."""
        on: set[int] = set()
        for numbers, switch in MODES.findall(bytes(self.raw)):
            for number in map(int, numbers.split(b";")):
                (on.add if switch == b"h" else on.discard)(number)
        return on - {25, 7}

    def cursor_shown(self) -> bool:
        """Whether the cursor is visible."""
        found = [switch for numbers, switch in MODES.findall(bytes(self.raw)) if b"25" in numbers.split(b";")]
        return not found or found[-1] == b"h"

    def restored(self) -> bool:
        """Whether the terminal attributes are those from before the program started."""
        return termios.tcgetattr(self._slave) == self.modes_before


def _set_size(handle: int, columns: int, lines: int) -> None:
    ioctl(handle, termios.TIOCSWINSZ, struct.pack("HHHH", lines, columns, 0, 0))


def clean_environment(home: Path, **more: str) -> dict[str, str]:
    """Return the environment of a fresh login in which all files of wbtui are below `home`."""
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
    """Run `wbtui` with these arguments in a terminal; kill it at the end if it still runs."""
    environ = options.pop("environ", None) or clean_environment(home)
    terminal = Terminal([sys.executable, "-m", module, *arguments], environ=environ, **options)  # type: ignore[arg-type]
    try:
        yield terminal
    finally:
        terminal.close()


# ── processes ──
def children(pid: int) -> set[int]:
    """Return the ids of a process's direct children (from /proc)."""
    found: set[int] = set()
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(fields[1]) == pid:
                    found.add(int(entry.name))
    return found


def alive(pid: int) -> bool:
    """Whether the process runs; a zombie does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except OSError:
        return False


def wait_until_ended(pids: set[int]) -> None:
    """Wait until none of the processes runs. Raises WaitTimeout."""
    for pid in pids:
        try:
            handle = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            ended, _, _ = select.select([handle], [], [], PATIENCE)
        finally:
            os.close(handle)
        if not ended:
            raise WaitTimeout(f"still running: {sorted(one for one in pids if alive(one))}")


def state_of(pid: int, thread: int | None = None) -> str:
    """Return the state of a thread (by default the main one): R runnable, S sleeping, T stopped."""
    return Path(f"/proc/{pid}/task/{thread or pid}/stat").read_text().rpartition(")")[2].split()[0]


def context_switches(pid: int) -> tuple[str, ...]:
    """Return the counters of the main thread's context switches; unchanged ones mean that it did not run."""
    lines = Path(f"/proc/{pid}/task/{pid}/status").read_text().splitlines()
    return tuple(line for line in lines if "ctxt_switches" in line)


def all_threads_asleep(pid: int) -> bool:
    """Whether no thread of the process is runnable."""
    for thread in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError):
            if state_of(pid, int(thread.name)) != "S":
                return False
    return True

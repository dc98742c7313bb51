"""Shared by all commands: global options, output to stdout and stderr, and exit codes."""

from __future__ import annotations

import contextlib
import errno
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, NoReturn

import click

from wbtui.clock import utc_now
from wbtui.errors import NotInstalled, SeveralMatches, UnfitTerminal, WbtuiError
from wbtui.models.text import clean, clean_lines
from wbtui.paths import unusable

if TYPE_CHECKING:
    from datetime import datetime

    from wbtui.paths import AppDirs
    from wbtui.settings import Settings

INTERNAL = 70
INTERRUPTED = 130
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.EFBIG)


@dataclass(frozen=True)
class CliContext:
    """Global options, and the settings they select. Settings are read on first access."""

    connection: str | None = None
    offline: bool = False
    read_only: bool = False
    no_color: bool = False
    clock: Callable[[], datetime] = utc_now

    @cached_property
    def app_dirs(self) -> AppDirs:
        """Folders of wbtui. Raises StoreError if the home folder is not usable."""
        from wbtui.settings import find_app_dirs

        return find_app_dirs()

    @cached_property
    def settings(self) -> Settings:
        """Settings. Raises SettingsError, StoreError."""
        from wbtui.settings import load_settings

        flags = {
            "connection": self.connection,
            "offline": self.offline or None,
            "read_only": self.read_only or None,
        }
        return load_settings(flags, file=self.app_dirs.settings_file)


class Commands(click.Group):
    """A group of commands for which a closed pipe is no error; click itself would end with 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            _discard(sys.stdout)
            raise click.exceptions.Exit(0) from None


pass_cli = click.make_pass_decorator(CliContext, ensure=True)


# ── output ───────────────────────────────────────────────────────────────────────────────────────
def out(text: str) -> None:
    """Print cleaned text to stdout."""
    click.echo(clean_lines(text))


def say(text: str) -> None:
    """Print a cleaned message to stderr, if it can be written."""
    try:
        click.echo(clean_lines(text), err=True)
    except (OSError, ValueError):
        _discard(sys.stderr)


def out_json(value: object) -> None:
    """Print JSON to stdout."""
    click.echo(json_text(value))


def json_text(value: object) -> str:
    """Return a value as JSON. It is ASCII, so that it cannot contain terminal sequences."""
    import json

    return json.dumps(value, indent=2, ensure_ascii=True, default=str)


def table(
    rows: Iterable[tuple[str, ...]],
    *,
    right: frozenset[int] = frozenset(),
    limit: int = 60,
    optional: Sequence[str] = (),
) -> list[str]:
    """Print rows in aligned columns; those in `right` are right-aligned. Returns the titles left out.

    On a terminal a column has at most `limit` characters, the last one also the rest of the line. Elsewhere
    only what stands before the last column is cut, at 200 characters: it pads every line.

    Args:
        optional: titles, in the first row, of columns that are left out, one after the other, where the
            terminal is too narrow.
    """
    left_out: list[str] = []
    to_terminal = sys.stdout is not None and _is_tty(sys.stdout)
    most = limit if to_terminal else max(limit, 200)
    cells = [[*(clean(cell, limit=most) for cell in row[:-1]), clean(row[-1])] for row in rows]
    if not cells:
        return left_out
    if to_terminal:
        for title in optional:
            if sum(_widths(cells)) + 2 * len(cells[0]) - 2 <= _columns(sys.stdout):
                break
            left_out.append(title)
            at = cells[0].index(title)
            cells = [[*row[:at], *row[at + 1 :]] for row in cells]
            right = frozenset(column - (column > at) for column in right)
        last = max(_columns(sys.stdout) - sum(width + 2 for width in _widths(cells)[:-1]), limit)
        cells = [[*row[:-1], clean(row[-1], limit=last)] for row in cells]
    widths = _widths(cells)
    for row in cells:
        parts = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            padding = " " * (width - _cells(cell))
            parts.append(padding + cell if column in right else cell + padding)
        click.echo("  ".join(parts).rstrip())
    return left_out


def say_left_out(titles: Iterable[str]) -> None:
    """Name the columns that a narrow terminal has no room for, each once."""
    if names := ", ".join(dict.fromkeys(titles)):
        say(f"Not shown in a narrow terminal: {names}. --json has everything.")


def _widths(cells: Sequence[Sequence[str]]) -> list[int]:
    return [max(map(_cells, column)) for column in zip(*cells, strict=True)]


def _cells(text: str) -> int:
    """Return the width of the text in terminal columns; wide characters take two."""
    import unicodedata

    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


class Progress:
    """Progress line on stderr, updated in place on a terminal, else printed every two seconds."""

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._live = bool(self._stream) and self._stream.isatty()
        self._last = ""
        self._shown_at = float("-inf")

    def show(self, text: str, *, at: float) -> None:
        """Show the text unless the last update was too recent. `at` is monotonic time in seconds."""
        text = clean(text, limit=200)
        if text == self._last or at - self._shown_at < (0.1 if self._live else 2.0):
            return
        self._shown_at, self._last = at, text
        if self._live:
            width = max(_columns(self._stream) - 1, 10)
            self._write(f"\r\x1b[K{text[:width]}")
        else:
            self._write(text + "\n")

    def end(self) -> None:
        """Erase the progress line."""
        if self._live and self._last:
            self._write("\r\x1b[K")
        self._last = ""

    def _write(self, text: str) -> None:
        with contextlib.suppress(OSError, ValueError):
            self._stream.write(text)
            self._stream.flush()


def _columns(stream: IO[str]) -> int:
    try:
        return os.get_terminal_size(stream.fileno()).columns or 80
    except (OSError, ValueError):
        return 80


# ── running ──────────────────────────────────────────────────────────────────────────────────────
def need_terminal() -> None:
    """Raise UnfitTerminal unless the app can be shown and used here."""
    from wbtui.settings import terminal_type

    # stderr, too: Textual draws the screen there.
    streams = ((sys.stdin, "input"), (sys.stdout, "output"), (sys.stderr, "error output"))
    for stream, name in streams:
        if stream is None or not _is_tty(stream):
            raise UnfitTerminal(
                f"The app needs a terminal, but its {name} is redirected.",
                hint="Use `wbtui find`, `show` or `sync` in scripts.",
            )
    if terminal_type() == "dumb":
        raise UnfitTerminal(
            "The app cannot open on a terminal of type dumb.",
            hint="Set TERM to the type of your terminal, such as xterm-256color, or use `wbtui find`.",
        )


def need_sandbox() -> None:
    """Raise NotInstalled unless the libraries of the sandbox are installed."""
    from importlib.util import find_spec

    for library in ("starlette", "uvicorn"):
        if find_spec(library) is None:
            raise NotInstalled(
                f"The demo's billing server needs {library}.",
                hint="Install it with `pip install 'wbtui[sandbox]'`.",
            )


def _is_tty(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def guarded(command: Callable[[], object], clock: Callable[[], datetime]) -> int:
    """Run a command and return its exit code; errors are reported on stderr."""
    _prepare()
    try:
        return _guarded(command, clock)
    except OSError:  # the report could not be written, either
        _discard(sys.stdout)
        _discard(sys.stderr)
        return 1


def _guarded(command: Callable[[], object], clock: Callable[[], datetime]) -> int:
    try:
        result = command()
        code = result if isinstance(result, int) else 0
        _flush(code)
        return code
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("\nInterrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        _discard(sys.stdout)
        return 0
    except OSError as error:
        if error.errno not in _DISK_ERRORS and not _is_closed(error):
            return _unexpected(error, clock())
        return _disk_failed(error)
    except WbtuiError as error:
        report(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 1
    except Exception as error:  # noqa: BLE001 (a crash report instead of a traceback)
        return _unexpected(error, clock())


def report(error: WbtuiError) -> None:
    """Print an error to stderr. The list of several matches needs no title."""
    title = "" if isinstance(error, SeveralMatches) else f"{error.title}: "
    say(f"{title}{error.sentence}\n{error.hint or 'Run `wbtui help` to see commands and their options.'}")


@contextlib.contextmanager
def checked_output(meaning: str, code: int = 1) -> Iterator[None]:
    """Flush what is printed within. If that fails, print `meaning` to stderr and exit with `code`.

    A pipe that was closed is a failure here, too. Raises click's Exit.
    """
    try:
        yield
        if sys.stdout is not None:
            sys.stdout.flush()
    except OSError as error:
        _discard(sys.stdout)
        say(f"The output could not be written: {_reason(error)}.\n{meaning}")
        fail(code)


def fail(code: int) -> NoReturn:
    """Exit with this code without a further message."""
    raise click.exceptions.Exit(code)


def _prepare() -> None:
    """Escape characters the locale cannot encode, and disable core dumps, which could contain a key.

    Writing to a standard output that is closed fails; Python would ignore it.
    """
    import resource

    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _flush(code: int) -> None:
    """Flush the output; after a failure, such as a lost terminal, output that fails is no further one."""
    for stream in (sys.stdout, sys.stderr):
        if stream is None:
            continue
        try:
            stream.flush()
        except OSError:
            if not code:
                raise
            _discard(stream)


def _discard(stream: IO[str]) -> None:
    """Redirect a stream that cannot be written to null, so that the interpreter can flush it at exit."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _reason(error: OSError) -> str:
    """Return why the output could not be written."""
    return "standard output is closed" if _is_closed(error) else error.strerror or type(error).__name__


def _is_closed(error: OSError) -> bool:
    """Whether the standard output was closed from the start; Python has none then."""
    return error.errno == errno.EBADF and sys.__stdout__ is None


def _disk_failed(error: OSError) -> int:
    """Report an error of the disk; one without a file name comes from writing the output."""
    if error.filename is None:
        _discard(sys.stdout)
        hint = "Redirect it to a file" if _is_closed(error) else "Free disk space, or write it elsewhere"
        say(f"The output could not be written: {_reason(error)}.\n{hint}.")
        return 1
    failure = unusable(Path(error.filename), error)
    report(failure)
    return failure.exit_code


def _unexpected(error: Exception, now: datetime) -> int:
    from wbtui.logs import crash_report
    from wbtui.settings import find_app_dirs

    say(f"Unexpected error ({type(error).__name__}). This is a bug in wbtui.")
    try:
        path = crash_report(error, find_app_dirs(), now=now)
        say(f"Send this report, which contains no API keys and no customer data, to its developers: {path}")
    except WbtuiError as problem:
        say(f"The report could not be written: {problem.sentence}")
    return INTERNAL

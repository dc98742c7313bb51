"""What every command shares: the global options, data to stdout, talk to stderr, errors to exit codes."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import IO, TYPE_CHECKING, Any, NoReturn, TypeVar

import click

from wbtui.errors import UnfitTerminal, WbtuiError
from wbtui.models.text import clean, clean_lines

if TYPE_CHECKING:
    from wbtui.paths import AppDirs
    from wbtui.settings import Settings

T = TypeVar("T")

INTERNAL = 70
INTERRUPTED = 130


@dataclass(frozen=True)
class CliContext:
    """The global options, and what is read because of them when first asked for."""

    connection: str | None = None
    offline: bool = False
    no_color: bool = False

    @cached_property
    def app_dirs(self) -> AppDirs:
        """Raises StoreError where there is no usable home."""
        from wbtui.settings import find_app_dirs

        return find_app_dirs()

    @cached_property
    def settings(self) -> Settings:
        """Raises SettingsError, StoreError."""
        from wbtui.settings import load_settings

        flags = {"connection": self.connection, "offline": self.offline or None}
        return load_settings(flags, file=self.app_dirs.settings_file)


pass_cli = click.make_pass_decorator(CliContext, ensure=True)


# ── saying ───────────────────────────────────────────────────────────────────────────────────────
def out(text: str) -> None:
    """Data: to stdout, cleaned; line breaks stay."""
    click.echo(clean_lines(text))


def say(text: str) -> None:
    """Talk: to stderr, cleaned; line breaks stay."""
    click.echo(clean_lines(text), err=True)


def out_json(value: object) -> None:
    """Data for programs: the values as they are, in ASCII JSON, which cannot drive a terminal."""
    import json

    click.echo(json.dumps(value, indent=2, ensure_ascii=True, default=str))


def table(rows: Iterable[tuple[str, ...]], *, right: frozenset[int] = frozenset(), limit: int = 60) -> None:
    """Rows to stdout in columns as wide as their cells (at most `limit`); those in `right` end flush."""
    cleaned = [tuple(clean(cell, limit=limit) for cell in row) for row in rows]
    if not cleaned:
        return
    widths = [max(_cells(row[column]) for row in cleaned) for column in range(len(cleaned[0]))]
    for row in cleaned:
        parts = []
        for column, (cell, width) in enumerate(zip(row, widths, strict=True)):
            room = " " * (width - _cells(cell))
            parts.append(room + cell if column in right else cell + room)
        click.echo("  ".join(parts).rstrip())


def _cells(text: str) -> int:
    """How many columns of a terminal the text takes; wide characters take two."""
    import unicodedata

    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )


class Progress:
    """A line on stderr that is written anew in place; without a terminal a line now and then."""

    def __init__(self, stream: IO[str] | None = None, *, step: float = 2.0) -> None:
        self._stream = sys.stderr if stream is None else stream
        self._live = bool(self._stream) and self._stream.isatty()
        self._step = step
        self._last = ""
        self._said_at = float("-inf")

    def show(self, text: str, *, at: float) -> None:
        """`at` is a monotonic instant in seconds; it decides what is left out."""
        text = clean(text, limit=200)
        if text == self._last or at - self._said_at < (0.1 if self._live else self._step):
            return
        self._said_at, self._last = at, text
        if self._live:
            width = max(_columns(self._stream) - 1, 10)
            self._write(f"\r\x1b[K{text[:width]}")
        else:
            self._write(text + "\n")

    def end(self) -> None:
        """Leave the cursor on a line of its own; the progress line goes."""
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
def run(work: Coroutine[Any, Any, T]) -> T:
    """Run one coroutine to its end."""
    return asyncio.run(work)


def need_terminal() -> None:
    """Raises UnfitTerminal where the app could not be shown or typed to."""
    from wbtui.settings import terminal_type

    # stderr too: that is where the screen is drawn.
    streams = ((sys.stdin, "input"), (sys.stdout, "output"), (sys.stderr, "error output"))
    for stream, name in streams:
        if stream is None or not _is_tty(stream):
            raise UnfitTerminal(
                f"The app needs a terminal, but its {name} is not one.",
                hint="In scripts use `wbtui find`, `show`, `sync`.",
            )
    if terminal_type() == "dumb":
        raise UnfitTerminal(
            "The app cannot be shown on a terminal of type dumb.",
            hint="Set TERM to what your terminal is, such as xterm-256color; or use `wbtui find`, `show`.",
        )


def _is_tty(stream: IO[str]) -> bool:
    try:
        return stream.isatty()
    except ValueError:  # closed
        return False


def guarded(command: Callable[[], object]) -> int:
    """Run a command; every way it can end becomes an exit code and at most a few lines on stderr."""
    _prepare()
    try:
        result = command()
        _flush()
        return result if isinstance(result, int) else 0
    except click.exceptions.Exit as leave:
        return leave.exit_code
    except click.UsageError as error:
        error.show()
        return 2
    except (KeyboardInterrupt, click.Abort):
        say("\nInterrupted.")
        return INTERRUPTED
    except BrokenPipeError:
        _no_more_output()
        return 0
    except WbtuiError as error:
        tell(error)
        return error.exit_code
    except click.ClickException as error:
        error.show()
        return 1
    except Exception as error:  # noqa: BLE001 (the last door: a report instead of a traceback)
        return _unexpected(error)


def tell(error: WbtuiError) -> None:
    """Title, sentence and hint on stderr."""
    say(f"{error.title}: {error.sentence}" + (f"\n{error.hint}" if error.hint else ""))


def fail(code: int) -> NoReturn:
    """End with this exit code; what there is to say has been said."""
    raise click.exceptions.Exit(code)


def _prepare() -> None:
    """Any text can be written in any locale, and no core dump holds a key."""
    import resource

    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            stream.flush()


def _no_more_output() -> None:
    """Nobody reads any more; keep the interpreter from complaining about it at its end."""
    with contextlib.suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _unexpected(error: Exception) -> int:
    from wbtui.logs import crash_report
    from wbtui.settings import find_app_dirs

    say(f"Something unexpected happened ({type(error).__name__}). This is a fault in wbtui.")
    try:
        say(f"A report without keys and customer data is in {crash_report(error, find_app_dirs())}")
    except WbtuiError as problem:
        say(f"No report could be written: {problem.sentence}")
    return INTERNAL

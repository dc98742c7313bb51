"""Checks of `wbtui doctor`."""

from __future__ import annotations

import asyncio
import os
import platform
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from wbtui.cli.context import CliContext
from wbtui.errors import StoreCorrupt, StoreTooNew, WbtuiError
from wbtui.paths import DEMO

if TYPE_CHECKING:
    from wbtui.settings import Settings


@dataclass(frozen=True)
class CheckResult:
    """Result of one check. `sign` is ok, note (works with a limitation) or bad."""

    sign: Literal["ok", "note", "bad"]
    what: str
    said: str
    hint: str = ""


def examine(cli: CliContext, *, deep: bool = False) -> Iterator[CheckResult]:
    """Run all checks; with `deep`, of the contents of the files, too. A failing check is a result."""
    yield _programs()
    yield _sqlite()
    yield from _terminal()
    try:
        app_dirs = cli.app_dirs
    except WbtuiError as error:
        yield _bad("Home folder", error)
        return
    for name, path in (
        ("Settings folder", app_dirs.config),
        ("Cache folder", app_dirs.cache),
        ("State folder", app_dirs.state),
        ("Log folder", app_dirs.logs),
    ):
        yield _folder(name, path)
    try:
        settings = cli.settings
    except WbtuiError as error:
        yield _bad("Settings", error)
        return
    present = "read from" if app_dirs.settings_file.exists() else "defaults; no file at"
    yield CheckResult("ok", "Settings", f"{present} {app_dirs.settings_file}")
    yield from _keymap(settings)
    if not settings.connections:
        yield CheckResult(
            "note", "Connections", "No connection yet.", "Run `wbtui connect`, or try `wbtui demo`."
        )
    for name in sorted(settings.connections):
        yield from _connection(cli, name)
    for name in sorted({*settings.connections, DEMO}):
        yield from _contents(cli, name, deep=deep)
        yield from _lost_actions(cli, name)


def _bad(what: str, error: WbtuiError) -> CheckResult:
    return CheckResult("bad", what, error.sentence, error.hint)


def _keymap(settings: Settings) -> Iterator[CheckResult]:
    """Yield a result for every key in the settings that is not used."""
    from wbtui.ui.commands import make_keymap

    for problem in make_keymap(settings.keymap).problems:
        yield CheckResult("note", "Settings", problem, "`wbtui keys` lists all commands and their keys.")


def _programs() -> CheckResult:
    from importlib.metadata import version

    libraries = ", ".join(
        f"{name} {version(name)}" for name in ("textual", "httpx", "pydantic", "sqlite-utils")
    )
    return CheckResult("ok", "wbtui", f"{version('wbtui')}, Python {platform.python_version()}, {libraries}")


def _sqlite() -> CheckResult:
    from wbtui.store.sqlite import check_sqlite

    found = check_sqlite()
    return CheckResult("ok" if found.wal_safe else "note", "SQLite", found.sentence)


def _terminal() -> Iterator[CheckResult]:
    from wbtui.settings import colour_wanted, terminal_type

    kind = terminal_type()
    if not sys.stdout.isatty():
        yield CheckResult("note", "Terminal", "The output is not a terminal; the app cannot open here.")
    elif kind == "dumb":
        yield CheckResult(
            "bad",
            "Terminal",
            "TERM is dumb; the app cannot open here.",
            "Set TERM to the type of your terminal.",
        )
    else:
        size = os.get_terminal_size(sys.stdout.fileno())
        colours = "" if colour_wanted() else ", no colors"
        small = size.columns < 80 or size.lines < 24
        yield CheckResult(
            "note" if small else "ok",
            "Terminal",
            f"{kind or 'TERM is unset'}, {size.columns}×{size.lines}{colours}",
            "At least 80×24 shows everything." if small else "",
        )
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        yield CheckResult(
            "note",
            "Encoding",
            f"The encoding is {sys.stdout.encoding}, not UTF-8; some characters show as codes.",
            "Set LANG to a UTF-8 locale, such as C.UTF-8.",
        )


def _folder(what: str, path: Path) -> CheckResult:
    """CheckResult that a folder exists or can be created, is private, and is on a local disk."""
    from wbtui.store.files import file_system_of, is_network

    nearest = next(parent for parent in (path, *path.parents) if parent.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        return CheckResult("bad", what, f"{path} is not writable.", "Make it writable, or set WBTUI_HOME.")
    if (trouble := _write_trouble(nearest)) is not None:
        hint = "Free some disk space, or set WBTUI_HOME to another folder."
        return CheckResult("bad", what, f"{path} cannot be written: {trouble}.", hint)
    kind = file_system_of(nearest)
    if is_network(kind):
        return CheckResult(
            "note",
            what,
            f"{path} is on a network file system ({kind}), where file locks may not work.",
            "Set WBTUI_HOME to a folder on a local disk.",
        )
    if nearest == path and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return CheckResult(
            "note",
            what,
            f"Other users can read {path}. wbtui removes this permission when it writes.",
            f"chmod 700 {path}",
        )
    return CheckResult("ok", what, str(path) if nearest == path else f"{path} (created when needed)")


def _write_trouble(folder: Path) -> str | None:
    """Return why a file of 64 KiB cannot be written to a folder, None if it can be."""
    import tempfile

    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(bytes(65_536))
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        return error.strerror or type(error).__name__
    return None


def _contents(cli: CliContext, name: str, *, deep: bool) -> Iterator[CheckResult]:
    """Check journal and workspace, with `deep` the cache, too."""
    from wbtui.store.integrity import examine_files

    for what, path, error in examine_files(cli.app_dirs.connection_files(name), with_cache=deep):
        title = f"Connection {name}, {what}"
        if error is None:
            yield CheckResult("ok", title, f"{path} is whole.")
        elif what == "cache" and isinstance(error, StoreCorrupt | StoreTooNew):
            update = "Update wbtui, or run" if isinstance(error, StoreTooNew) else "Run"
            hint = f"{update} `wbtui cache clear`, then `wbtui sync`."
            yield CheckResult("bad", title, error.sentence, hint)
        else:
            yield _bad(title, error)


def _lost_actions(cli: CliContext, name: str) -> Iterator[CheckResult]:
    """Name the actions that the journal has lost; a damaged journal has its own result."""
    from wbtui.services.lost_actions import find_lost, loss_sentence

    try:
        loss = loss_sentence(asyncio.run(find_lost(cli.app_dirs.connection_files(name), clock=cli.clock)))
    except WbtuiError:
        return
    if loss is not None:
        yield CheckResult("bad", f"Connection {name}, journal", loss)


def _connection(cli: CliContext, name: str) -> Iterator[CheckResult]:
    from wbtui.credentials import describe_key_location, load_key

    connection = cli.settings.connections[name]
    title = f"Connection {name}"
    yield CheckResult("ok", title, f"{connection.environment}, {connection.url}")
    try:
        key = load_key(name, connection, cli.app_dirs)
    except WbtuiError as error:
        yield _bad(f"{title}, key", error)
        return
    yield CheckResult(
        "ok", f"{title}, key", f"{key.masked}, {describe_key_location(name, connection, cli.app_dirs)}"
    )
    if cli.settings.offline:
        yield CheckResult("note", f"{title}, server", "Not checked (--offline).")
        return
    from wbtui.cli.connecting import ask_who
    from wbtui.services.clock import Clock
    from wbtui.services.system_info import SystemInfo

    try:
        system = ask_who(connection.url, key, cli.settings)
        SystemInfo(Clock()).check(connection.environment, connection.merchant, system)
    except WbtuiError as error:
        yield _bad(f"{title}, server", error)
        return
    kind = "with the portal extension" if system.extension else "plain Wingback, without refunds"
    yield CheckResult("ok", f"{title}, server", f"connected to {system.merchant}, {kind}")

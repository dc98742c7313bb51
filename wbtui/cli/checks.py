"""What `wbtui doctor` looks at: each finding with a sign (ok, note, bad), a sentence and what helps."""

from __future__ import annotations

import os
import platform
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from wbtui.cli.context import CliContext
from wbtui.errors import WbtuiError


@dataclass(frozen=True)
class CheckResult:
    """`sign`: ok, note (works, worth knowing) or bad (does not work)."""

    sign: Literal["ok", "note", "bad"]
    what: str
    said: str
    hint: str = ""


def examine(cli: CliContext) -> Iterator[CheckResult]:
    """All findings, one look after the other; a look that fails is a finding itself."""
    yield _programs()
    yield _sqlite()
    yield from _terminal()
    try:
        app_dirs = cli.app_dirs
    except WbtuiError as error:
        yield _bad("Home", error)
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
    present = "read" if app_dirs.settings_file.exists() else "no file, so the defaults hold:"
    yield CheckResult("ok", "Settings", f"{present} {app_dirs.settings_file}")
    if not settings.connections:
        yield CheckResult(
            "note", "Connections", "There is none yet.", "Run `wbtui connect`, or `wbtui demo`."
        )
    for name in sorted(settings.connections):
        yield from _connection(cli, name)


def _bad(what: str, error: WbtuiError) -> CheckResult:
    return CheckResult("bad", what, error.sentence, error.hint)


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
        yield CheckResult("note", "Terminal", "Output goes elsewhere, so the app could not open here.")
    elif kind == "dumb":
        yield CheckResult(
            "bad", "Terminal", "TERM is dumb: the app cannot be shown.", "Set TERM to what it is."
        )
    else:
        size = os.get_terminal_size(sys.stdout.fileno())
        colours = "" if colour_wanted() else ", no colours"
        small = size.columns < 80 or size.lines < 24
        yield CheckResult(
            "note" if small else "ok",
            "Terminal",
            f"{kind or 'TERM is unset'}, {size.columns}×{size.lines}{colours}",
            "80×24 shows everything; smaller works with less." if small else "",
        )
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    if encoding != "utf8":
        yield CheckResult(
            "note",
            "Text",
            f"The encoding here is {sys.stdout.encoding}, not UTF-8: some signs show as codes.",
            "Set LANG to a UTF-8 locale, such as C.UTF-8.",
        )


def _folder(what: str, path: Path) -> CheckResult:
    """Whether it is there or can be made, private, and on a disk of this machine."""
    from wbtui.store.files import file_system_of, is_network

    nearest = next(parent for parent in (path, *path.parents) if parent.exists())
    if not os.access(nearest, os.W_OK | os.X_OK):
        return CheckResult("bad", what, f"{path} cannot be written.", "Make it writable, or set WBTUI_HOME.")
    kind = file_system_of(nearest)
    if is_network(kind):
        return CheckResult(
            "note",
            what,
            f"{path} is on a network file system ({kind}): locks may not hold there.",
            "Set WBTUI_HOME to a folder on a local disk.",
        )
    if nearest == path and stat.S_IMODE(path.stat().st_mode) & 0o077:
        return CheckResult(
            "note",
            what,
            f"Others may look into {path}; wbtui takes that right away when it writes.",
            f"chmod 700 {path}",
        )
    return CheckResult("ok", what, str(path) if nearest == path else f"{path} (made when needed)")


def _connection(cli: CliContext, name: str) -> Iterator[CheckResult]:
    from wbtui.credentials import describe_key_location, load_key

    connection = cli.settings.connections[name]
    title = f"Connection {name}"
    yield CheckResult("ok", title, f"{connection.environment}, {connection.url}")
    try:
        key = load_key(name, connection, cli.app_dirs)
    except WbtuiError as error:
        yield CheckResult("bad", f"{title}, key", error.sentence, error.hint)
        return
    yield CheckResult(
        "ok", f"{title}, key", f"{key.masked}, {describe_key_location(name, connection, cli.app_dirs)}"
    )
    if cli.settings.offline:
        yield CheckResult("note", f"{title}, link", "Not tried (--offline).")
        return
    from wbtui.cli.connecting import ask_who

    try:
        system = ask_who(connection.url, key, cli.settings)
    except WbtuiError as error:
        yield CheckResult("bad", f"{title}, link", error.sentence, error.hint)
        return
    kind = "with the portal extension" if system.extension else "plain Wingback: no refunds from here"
    yield CheckResult("ok", f"{title}, link", f"answers as {system.merchant}, {kind}")

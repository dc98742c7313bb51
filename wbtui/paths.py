"""Where wbtui keeps its files: configuration, cache, state and logs; folders 0700, files 0600 (promise 9)."""

from __future__ import annotations

import os
import re
import shlex
import stat
from dataclasses import dataclass
from pathlib import Path

from wbtui.errors import BadInput, StoreError, StoreFull

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_LOOSE = 0o077
_FULL = (28, 122)  # ENOSPC, EDQUOT


@dataclass(frozen=True)
class ConnectionFiles:
    """The files of one connection. The cache can be thrown away; journal and workspace cannot."""

    cache: Path
    journal: Path
    workspace: Path
    key: Path


@dataclass(frozen=True)
class AppDirs:
    """The four folders. Nothing is made by asking for a path."""

    config: Path
    cache: Path
    state: Path
    logs: Path

    @classmethod
    def default(cls) -> AppDirs:
        """The platform's places (XDG on Linux). Raises StoreError where they are not absolute paths."""
        import platformdirs

        app_dirs = cls(
            config=platformdirs.user_config_path("wbtui", appauthor=False),
            cache=platformdirs.user_cache_path("wbtui", appauthor=False),
            state=platformdirs.user_state_path("wbtui", appauthor=False),
            logs=platformdirs.user_log_path("wbtui", appauthor=False),
        )
        for path in (app_dirs.config, app_dirs.cache, app_dirs.state, app_dirs.logs):
            if not path.is_absolute():
                raise StoreError(
                    f"The home folder is not usable: {path} is not an absolute path.",
                    hint="Set HOME (and XDG_*) to absolute paths, or WBTUI_HOME to a folder of your own.",
                )
        return app_dirs

    @classmethod
    def under(cls, root: Path) -> AppDirs:
        """All four in one folder (`WBTUI_HOME`). Raises StoreError where it is not an absolute path."""
        if not root.is_absolute():
            raise StoreError(
                f"WBTUI_HOME is not an absolute path: {root}",
                hint="Set it to an absolute path, or leave it unset.",
            )
        return cls(root / "config", root / "cache", root / "state", root / "logs")

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def demo(self) -> Path:
        """What the demo keeps: the file of its sandbox."""
        return self.state / "demo"

    def connection_files(self, name: str) -> ConnectionFiles:
        """The files of the connection `name`. Raises BadInput where that cannot be a folder's name."""
        check_connection_name(name)
        state = self.state / "connections" / name
        return ConnectionFiles(
            cache=self.cache / "connections" / name / "cache.db",
            journal=state / "journal.db",
            workspace=state / "workspace.db",
            key=self.config / "keys" / f"{name}.key",
        )


def check_connection_name(name: str) -> str:
    """The name itself. Raises BadInput where it is not 1 to 63 letters, digits, dots, dashes, underscores."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"A connection cannot be called {name!r}.",
            hint="Use 1 to 63 of a–z, 0–9, dot, dash, underscore, beginning with a letter or digit.",
        )
    return name


def private_dir(path: Path) -> Path:
    """`path` as a folder of ours alone, 0700 whatever the umask; missing parents likewise.

    Raises StoreError where it cannot be made, is no folder, or belongs to someone else.
    """
    try:
        for folder in (*reversed(_missing(path)), path):
            try:
                folder.mkdir(mode=0o700)
            except FileExistsError:
                continue
            folder.chmod(0o700)
        found = path.stat()
        if not stat.S_ISDIR(found.st_mode):
            raise StoreError(f"{path} is not a folder.", hint="Move it away.")
        _check_owner(path, found)
        if stat.S_IMODE(found.st_mode) & _LOOSE:
            path.chmod(0o700)
    except OSError as error:
        raise _unusable(path, error) from error
    return path


def private_file(path: Path) -> Path:
    """`path` as a file of ours alone, 0600, made empty when missing, before anyone opens it.

    SQLite gives `-wal` and `-shm` the mode of the database file, so that this is enough for all three.
    An existing file is never opened (closing it would drop SQLite's locks). Raises StoreError where it
    cannot be made, is a link or no plain file, has a second name, or belongs to someone else.
    """
    try:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            found = path.lstat()
            if not stat.S_ISREG(found.st_mode):
                raise StoreError(f"{path} is not a plain file.", hint="Move it away.") from None
            if found.st_nlink > 1:
                raise StoreError(f"{path} has a second name (hard link).", hint="Move it away.") from None
            _check_owner(path, found)
            if stat.S_IMODE(found.st_mode) & _LOOSE:
                path.chmod(0o600)
        else:
            os.fchmod(handle, 0o600)
            os.close(handle)
    except OSError as error:
        raise _unusable(path, error) from error
    return path


def write_private(path: Path, data: bytes) -> None:
    """Put `data` at `path`, 0600, whole or not at all: written beside it, then renamed.

    Raises StoreError (StoreFull on a full disk); the old content then stays.
    """
    private_dir(path.parent)
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        try:
            aside.unlink(missing_ok=True)
            handle = os.open(
                aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600
            )
            with os.fdopen(handle, "wb") as file:
                os.fchmod(file.fileno(), 0o600)
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error) from error


def read_bounded(path: Path, limit: int, *, follow: bool = True) -> bytes:
    """The bytes of a plain file of at most `limit` bytes, never waiting for a pipe or device.

    Raises OSError as `open` does, and ValueError where it is no plain file or too large.
    """
    flags = os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | (0 if follow else os.O_NOFOLLOW)
    handle = os.open(path, flags)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is not a plain file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit:,} bytes")
    return data


def mode_problem(path: Path, *, forbidden: int) -> str | None:
    """Why the file's owner or mode is not acceptable, with the command that mends it; None when it is.

    `forbidden` are permission bits, such as 0o077 (nobody else may read) or 0o022 (nobody else may write).
    """
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        return f"{path} belongs to another user."
    if stat.S_IMODE(found.st_mode) & forbidden:
        what = "read" if forbidden & 0o044 else "change"
        return f"Others may {what} {path}. Mend it with: chmod 600 {shlex.quote(str(path))}"
    return None


def _missing(path: Path) -> list[Path]:
    """The parents of `path` that do not exist, nearest first."""
    missing = []
    for parent in path.parents:
        if parent.exists():
            break
        missing.append(parent)
    return missing


def _check_owner(path: Path, found: os.stat_result) -> None:
    if found.st_uid != os.geteuid():
        raise StoreError(
            f"{path} belongs to another user.",
            hint="Set WBTUI_HOME to a folder of your own, or mend the ownership.",
        )


def _unusable(path: Path, error: OSError) -> StoreError:
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return StoreFull(f"{path} cannot be written: the disk is full.")
    return StoreError(
        f"{path} cannot be used: {reason}.",
        hint="Make it writable, or set WBTUI_HOME to a folder that is.",
    )

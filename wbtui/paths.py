"""Folders and files of wbtui, and private access to them: folders 0700, files 0600."""

from __future__ import annotations

import os
import re
import shlex
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from wbtui.errors import BadInput, StoreError, StoreFull

DEMO = "demo"
"""Name of the connection of `wbtui demo`, which is not in the settings."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_LOOSE = 0o077
_FULL = (28, 122)  # ENOSPC, EDQUOT
_MOST_NAMESAKES = 1000


@dataclass(frozen=True)
class ConnectionFiles:
    """Files of one connection. Only the cache is disposable."""

    cache: Path
    journal: Path
    workspace: Path
    key: Path
    documents: Path
    """Folder for what agents save."""


@dataclass(frozen=True)
class AppDirs:
    """Folders for configuration, cache, state and logs. Accessing a path does not create it."""

    config: Path
    cache: Path
    state: Path
    logs: Path
    documents: Path

    @classmethod
    def default(cls) -> AppDirs:
        """Return the folders of the platform (XDG on Linux). Raises StoreError if they are not absolute."""
        import platformdirs

        app_dirs = cls(
            config=platformdirs.user_config_path("wbtui", appauthor=False),
            cache=platformdirs.user_cache_path("wbtui", appauthor=False),
            state=platformdirs.user_state_path("wbtui", appauthor=False),
            logs=platformdirs.user_log_path("wbtui", appauthor=False),
            documents=platformdirs.user_documents_path() / "wbtui",
        )
        for path in (app_dirs.config, app_dirs.cache, app_dirs.state, app_dirs.logs, app_dirs.documents):
            if not path.is_absolute():
                raise StoreError(
                    f"Cannot use the home folder: {path} is not an absolute path.",
                    hint="Set HOME (and XDG_*) to absolute paths, or set WBTUI_HOME.",
                )
        return app_dirs

    @classmethod
    def under(cls, root: Path) -> AppDirs:
        """Return the folders within one folder (`WBTUI_HOME`). Raises StoreError if it is not absolute."""
        if not root.is_absolute():
            raise StoreError(
                f"WBTUI_HOME is not an absolute path: {root}",
                hint="Set it to an absolute path, or unset it.",
            )
        return cls(root / "config", root / "cache", root / "state", root / "logs", root / "documents")

    @property
    def settings_file(self) -> Path:
        return self.config / "settings.toml"

    @property
    def demo(self) -> Path:
        """Folder of the demo's database."""
        return self.state / "demo"

    def connection_files(self, name: str) -> ConnectionFiles:
        """Return the files of a connection. Raises BadInput for an invalid name."""
        check_connection_name(name)
        state = self.state / "connections" / name
        return ConnectionFiles(
            cache=self.cache / "connections" / name / "cache.db",
            journal=state / "journal.db",
            workspace=state / "workspace.db",
            key=self.config / "keys" / f"{name}.key",
            documents=self.documents / name,
        )


def check_connection_name(name: str) -> str:
    """Return the name. Raises BadInput unless it has 1 to 63 letters, digits, dots, dashes, underscores."""
    if not _NAME.fullmatch(name):
        raise BadInput(
            f"Invalid connection name {name!r}.",
            hint="Use 1 to 63 letters, digits, dots, dashes and underscores; start with a letter or digit.",
        )
    return name


def private_dir(path: Path) -> Path:
    """Create a folder and its missing parents with mode 0700, whatever the umask.

    Raises StoreError if that fails, or if it is not a folder or belongs to another user.
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
            raise StoreError(f"{path} is not a folder.", hint="Move or delete it.")
        _check_owner(path, found)
        if stat.S_IMODE(found.st_mode) & _LOOSE:
            path.chmod(0o700)
    except OSError as error:
        raise unusable(path, error) from error
    return path


def private_file(path: Path) -> Path:
    """Create an empty file with mode 0600, or restrict the mode of an existing one.

    SQLite gives `-wal` and `-shm` the mode of the database file. An existing file is not opened, because
    closing it would release SQLite's locks. Raises StoreError if that fails, and what `check_file` raises.
    """
    try:
        try:
            handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        except FileExistsError:
            check_file(path)
            make_private(path)
        else:
            os.fchmod(handle, 0o600)  # the umask may exclude even the owner
            os.close(handle)
    except OSError as error:
        raise unusable(path, error) from error
    return path


def make_private(path: Path) -> None:
    """Restrict the mode of a file to 0600; does nothing if it is missing. Raises StoreError."""
    try:
        if stat.S_IMODE(path.lstat().st_mode) & _LOOSE:
            path.chmod(0o600)
    except FileNotFoundError:
        return
    except OSError as error:
        raise unusable(path, error) from error


def check_file(path: Path) -> None:
    """Raise StoreError unless a file is a regular one of this user with one name."""
    try:
        found = path.lstat()
    except OSError as error:
        raise unusable(path, error) from error
    if not stat.S_ISREG(found.st_mode):
        raise StoreError(f"{path} is not a regular file.", hint="Move or delete it.")
    if found.st_nlink > 1:
        raise StoreError(f"{path} has several hard links.", hint="Move or delete it.")
    _check_owner(path, found)


def write_private(path: Path, data: bytes) -> None:
    """Write a file atomically with mode 0600: write a temporary file, then rename it.

    Raises StoreError (StoreFull if the disk is full) and keeps the old content.
    """
    private_dir(path.parent)
    aside = path.with_name(f".{path.name}.{os.getpid()}.new")
    try:
        aside.unlink(missing_ok=True)
        _create(aside, [data])
        try:
            aside.replace(path)
        finally:
            aside.unlink(missing_ok=True)
    except OSError as error:
        raise unusable(path, error) from error


def write_new(folder: Path, name: str, pieces: Iterable[bytes]) -> Path:
    """Write a new file with mode 0600 and return its path: `name`, or with a counter if that is taken.

    Raises StoreError (StoreFull if the disk is full) and then leaves no file.
    """
    private_dir(folder)
    wanted = folder / name
    for number in range(1, _MOST_NAMESAKES + 1):
        path = wanted if number == 1 else wanted.with_name(f"{wanted.stem}_{number}{wanted.suffix}")
        try:
            _create(path, pieces)
        except FileExistsError:
            continue
        except OSError as error:
            raise unusable(path, error) from error
        return path
    raise StoreError(f"{folder} has {_MOST_NAMESAKES} files named like {name}.", hint="Move or delete some.")


def write_only_new(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a file with mode 0600 that does not exist yet.

    Raises StoreError if it exists or cannot be written, and then leaves no new file.
    """
    try:
        _create(path, pieces)
    except FileExistsError:
        raise StoreError(f"{path} already exists.", hint="Choose another name, or delete it.") from None
    except FileNotFoundError:
        hint = "Create the folder, or choose another one."
        raise StoreError(f"The folder of {path} does not exist.", hint=hint) from None
    except OSError as error:
        raise unusable(path, error, "Choose another folder.") from error


def _create(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a new file with mode 0600. Raises OSError, FileExistsError too, and then leaves no new file."""
    handle = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "wb") as file:
            os.fchmod(file.fileno(), 0o600)
            file.writelines(pieces)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def read_bounded(path: Path, limit: int) -> bytes:
    """Read a regular file of at most `limit` bytes, without blocking on a pipe or device.

    Raises OSError, and ValueError if it is not a regular file or too large.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise ValueError("it is not a regular file")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    finally:
        os.close(handle)
    if len(data) > limit:
        raise ValueError(f"it is larger than {limit:,} bytes")
    return data


def mode_problem(path: Path, *, forbidden: int) -> str | None:
    """Describe what is wrong with the owner or mode of a file and how to fix it; None if it is fine.

    `forbidden` are permission bits, such as 0o077 (private) or 0o022 (not writable by others).
    """
    found = path.stat()
    if found.st_uid not in (os.geteuid(), 0):
        return f"{path} belongs to another user."
    if stat.S_IMODE(found.st_mode) & forbidden:
        what = "read" if forbidden & 0o044 else "change"
        return f"Other users can {what} {path}. Run: chmod 600 {shlex.quote(str(path))}"
    return None


def _missing(path: Path) -> list[Path]:
    """Return the missing parents of a path, nearest first."""
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
            hint="Set WBTUI_HOME to a folder of your own, or change the owner.",
        )


def unusable(
    path: Path, error: OSError, hint: str = "Make it writable, or set WBTUI_HOME to a writable folder."
) -> StoreError:
    """Return the error that says why a file cannot be used. A full disk need not be that of the journal."""
    reason = error.strerror or type(error).__name__
    if error.errno in _FULL:
        return StoreFull(f"Cannot write {path}: the disk is full.", hint="Free some disk space.")
    return StoreError(f"Cannot use {path}: {reason}.", hint=hint)

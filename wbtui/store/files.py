"""Database files as files: created 0600 in a 0700 folder, checked, renamed, set aside.

Never opens an existing database file: closing any descriptor of it would drop the locks of SQLite in this
process (https://www.sqlite.org/howtocorrupt.html). Only stat, chmod, rename and unlink are used.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from wbtui.errors import StoreError
from wbtui.paths import make_private, private_dir, private_file

SIDE_SUFFIXES = ("-wal", "-shm", "-journal")
_SHARED_MEMORY = 32_768
"""Bytes of the smallest `-shm` in use."""
_NETWORK = frozenset(
    "nfs nfs4 cifs smb smb2 smb3 smbfs afs 9p ceph glusterfs lustre gpfs beegfs orangefs pvfs2 davfs".split()
)
FileSystemOf = Callable[[Path], str]


def side_files(path: Path) -> tuple[Path, ...]:
    """Return the files that SQLite may keep beside a database."""
    return tuple(path.with_name(path.name + suffix) for suffix in SIDE_SUFFIXES)


def may_be_in_use(path: Path) -> bool:
    """Return whether a database may have changes beside it, or another process that writes it.

    On a full disk SQLite leaves an empty `-wal` and the first bytes of a `-shm`, which mean neither.
    """
    log, shared, journal = (side.stat().st_size if side.exists() else 0 for side in side_files(path))
    return bool(log or journal) or shared >= _SHARED_MEMORY


def file_system_of(path: Path) -> str:
    """Return the type of the file system of `path` ("ext4"), empty where it is unknown."""
    try:
        lines = Path("/proc/self/mountinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return ""
    wanted, best, kind = os.path.realpath(path), -1, ""
    for line in lines:
        fields = line.split(" ")
        if len(fields) < 7 or "-" not in fields:
            continue
        mount = fields[4].encode().decode("unicode_escape") if "\\" in fields[4] else fields[4]
        inside = mount == "/" or wanted == mount or wanted.startswith(mount + "/")
        if inside and len(mount) >= best:
            best, kind = len(mount), fields[fields.index("-") + 1]
    return kind


def is_network(kind: str) -> bool:
    """Return whether locks and shared memory are unreliable on a type of file system."""
    return kind in _NETWORK or (kind.startswith("fuse.") and kind != "fuse.fuseblk")


def prepare(path: Path) -> None:
    """Create the file in a private folder, or make an existing one private, with the files beside it.

    Raises StoreError for what is no regular file of this user with one name, and when it cannot be created
    or written.
    """
    private_dir(path.parent)
    is_new = identity(path) is None
    private_file(path)
    for side in side_files(path):
        make_private(side)
    # SQLite notices only at the first write when the files beside it are left from an earlier process.
    if not os.access(path, os.W_OK):
        raise StoreError(f"{path} cannot be written: it is read-only.", hint="Check its permissions.")
    if is_new:
        _sync_folder(path.parent)


def _sync_folder(folder: Path) -> None:
    """Write the names in a folder to disk, so that they survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    except OSError:
        pass  # not every file system supports it
    finally:
        os.close(handle)


def rename(old: Path, new: Path) -> None:
    """Rename a database that has no files beside it; the new name survives a power cut."""
    try:
        old.rename(new)
    except OSError as exc:
        raise StoreError(f"{old} cannot be renamed: {exc.strerror}.") from exc
    _sync_folder(new.parent)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the lock file beside a database, while the database file is replaced or renamed."""
    name = path.with_name(path.name + ".lock")
    flags = os.O_CREAT | os.O_RDWR | os.O_CLOEXEC | getattr(os, "O_NOFOLLOW", 0)
    try:
        handle = os.open(name, flags, 0o600)
    except OSError as exc:
        raise StoreError(f"{name} cannot be created: {exc.strerror}.") from exc
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def identity(path: Path) -> tuple[int, int] | None:
    """Return device and inode, None when there is no file."""
    try:
        found = path.lstat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def remove(path: Path) -> None:
    """Remove a database with the files beside it and its damaged copies. Raises StoreError."""
    with locked(path):
        try:
            for each in (path, *side_files(path), *damaged_copies(path)):
                each.unlink(missing_ok=True)
        except OSError as exc:
            raise StoreError(f"{path} cannot be removed: {exc.strerror}.") from exc


def set_aside(path: Path, instant: str) -> Path:
    """Rename a damaged database and remove the files beside it; earlier damaged copies are removed.

    Raises StoreError when it cannot be renamed.
    """
    for old in damaged_copies(path):
        old.unlink(missing_ok=True)
    target = path.with_name(f"{path.name}.damaged-{instant}")
    try:
        for side in side_files(path):
            side.unlink(missing_ok=True)
        path.rename(target)
    except OSError as exc:
        raise StoreError(f"{path} is damaged and cannot be set aside: {exc.strerror}.") from exc
    return target


def damaged_copies(path: Path) -> tuple[Path, ...]:
    """Return the damaged copies set aside earlier, the oldest first."""
    return tuple(sorted(path.parent.glob(f"{path.name}.damaged-*")))

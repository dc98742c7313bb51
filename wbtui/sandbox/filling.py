"""Prepare the sandbox's file: lock it, fill it once, set its clock.

A lock file keeps two sandboxes from filling the same file, and keeps `fresh` from deleting a file in use.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path

from wbtui.clock import utc_now
from wbtui.sandbox import seed as seeding
from wbtui.sandbox.actions.basis import ensure_secret
from wbtui.sandbox.engine import clock
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.store import SandboxError, Store, reason


@contextlib.contextmanager
def filled_store(
    path: Path,
    *,
    customers: int,
    seed: int,
    now: datetime | None,
    fresh: bool,
    progress: seeding.Progress,
    wall_clock: Callable[[], datetime] = utc_now,
) -> Iterator[Store]:
    """The open store, filled, with its clock set. A filled file keeps its data.

    The time is `now`, frozen, or that of `wall_clock`.

    Raises SandboxError when the file cannot be used, or is in use and `fresh` is set, or outside clock.YEARS.
    """
    if now is not None and now.year not in clock.YEARS:
        years = f"{clock.YEARS.start} to {clock.YEARS.stop - 1}"
        raise SandboxError(f"The sandbox's clock runs from {years}, not in {now.year}.")
    if path.is_dir():  # before a lock file is made beside it
        raise SandboxError(f"The sandbox file {path} cannot be used: it is a folder.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SandboxError(f"The sandbox file {path} cannot be used: {reason(error)}.") from None
    try:
        alone = _try_alone(lock)
        if alone:
            if fresh:
                _remove(path)
            _fill(path, customers, seed, wall_clock if now is None else lambda: now, progress)
        elif fresh:
            raise SandboxError(f"Another sandbox is using {path}; stop it before using --fresh.")
        fcntl.flock(lock, fcntl.LOCK_SH)  # wait for another process that is filling the file
        with contextlib.closing(Store(path, wall_clock=wall_clock)) as store:
            ensure_secret(store)
            if alone:
                _set_clock(store, now)
            yield store
    finally:
        os.close(lock)


def _try_alone(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _remove(path: Path) -> None:
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)


def _fill(
    path: Path, customers: int, seed: int, wall_clock: Callable[[], datetime], progress: seeding.Progress
) -> None:
    """Fill the file unless it is filled; continue an interrupted filling with the same settings.

    A file that was partly filled with other settings is deleted and filled again.
    """
    until = instant(wall_clock())
    for last in (False, True):
        with contextlib.closing(Store(path, wall_clock=wall_clock)) as store:
            with store.read() as tx:
                if seeding.is_seeded(tx):
                    return
            try:
                seeding.seed(store, customers=customers, seed=seed, now=until, progress=progress)
                return
            except SandboxError:
                if last:
                    raise
        _remove(path)


def _set_clock(store: Store, now: datetime | None) -> None:
    """Freeze the clock at `now`, or follow the wall clock.

    Raises SandboxError when the file is already billed beyond `now`.
    """
    with store.write() as tx:
        if now is not None:
            clock.freeze(tx, instant(now))
        else:
            clock.run(tx)
    due = now is not None
    while due:
        with store.write() as tx:
            due = clock.bill_until(tx, clock.now(tx), 50) > 0

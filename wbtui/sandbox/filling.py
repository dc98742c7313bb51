"""The sandbox's file made ready: one owner while it is filled, filled once, its clock set.

A lock file beside it keeps two sandboxes from filling the same file at once, and keeps `fresh` from throwing
away a file that another one is using.
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
from wbtui.sandbox.engine import clock
from wbtui.sandbox.engine.actions_basis import ensure_secret
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.store import SandboxError, Store

Progress = Callable[[int, int], None]


@contextlib.contextmanager
def filled_store(
    path: Path,
    *,
    customers: int,
    seed: int,
    now: datetime | None,
    fresh: bool,
    progress: Progress,
    wall_clock: Callable[[], datetime] = utc_now,
) -> Iterator[Store]:
    """The open store, filled and at its time. A filled file keeps what it has.

    The time is `now`, standing still, or that of `wall_clock`.

    Raises SandboxError when the file is in use and `fresh` is asked for, or cannot be used.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        lock = os.open(f"{path}.lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SandboxError(f"The sandbox file {path} cannot be made: {error}") from None
    try:
        alone = _try_alone(lock)
        if alone:
            if fresh:
                _remove(path)
            _fill(path, customers, seed, wall_clock if now is None else lambda: now, progress)
        elif fresh:
            raise SandboxError(f"Another sandbox is using {path}; stop it before starting afresh.")
        fcntl.flock(lock, fcntl.LOCK_SH)  # waits for another one that is filling
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
    path: Path, customers: int, seed: int, wall_clock: Callable[[], datetime], progress: Progress
) -> None:
    """Fill the file unless it is filled; go on with one whose filling was interrupted.

    One that was to be filled in another way is worth nothing to anybody and is begun anew.
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
    """Stand still at `now`, or run with the wall clock: ahead of it where the file has lived longer already.

    Raises SandboxError when `now` is before what was billed.
    """
    with store.write() as tx:
        if now is not None:
            clock.freeze(tx, instant(now))
        else:
            clock.run(tx)
    if now is not None:
        catch_up(store)


def catch_up(store: Store) -> None:
    """Bill everything that is due by the sandbox's clock."""
    while bill_some(store):
        pass


def bill_some(store: Store, limit: int = 50) -> int:
    """Bill at most `limit` customers that are due; how many there were."""
    with store.write() as tx:
        return clock.bill_until(tx, clock.now(tx), limit)

"""File systems for tests: read-only, small, full. They are mounts, because root may write anywhere else."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing in the folder can be written. Skips the test where mounting is not permitted."""
    _mount("--bind", str(folder), folder=folder)
    try:
        _mount("-o", "remount,ro,bind", folder=folder)
        yield
    finally:
        _unmount(folder)


@contextlib.contextmanager
def mounted_disk(folder: Path) -> Iterator[None]:
    """The folder is a file system of 4 MB. Skips the test where mounting is not permitted."""
    _mount("-t", "tmpfs", "-o", "size=4m,mode=0700", "wbtui-test", folder=folder)
    try:
        yield
    finally:
        _unmount(folder)


def fill(place: Path, leave: int = 0) -> Path:
    """Fill the disk except for `leave` bytes."""
    filler = place / "filler"
    with filler.open("wb", buffering=0) as raw:
        for size in (65_536, 4_096, 1):
            try:
                while raw.write(bytes(size)) == size:
                    pass
            except OSError:
                continue
    if leave:
        os.truncate(filler, max(filler.stat().st_size - leave, 0))
    return filler


def _mount(*arguments: str, folder: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    done = subprocess.run(["mount", *arguments, str(folder)], capture_output=True, check=False)
    if done.returncode != 0:
        pytest.skip("mounting is not permitted")


def _unmount(folder: Path) -> None:
    subprocess.run(["umount", "-l", str(folder)], check=True)

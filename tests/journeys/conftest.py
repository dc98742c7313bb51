"""Fixtures of the journeys: a WBTUI_HOME with a filled demo, created once and copied for each test."""

from __future__ import annotations

import fcntl
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.terminal import wbtui

NOW = "2026-11-22T10:00:00Z"
DEMO = ("demo", "--customers", "60", "--now", NOW)
QUIT = "\x11"


@pytest.fixture(scope="session")
def filled_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home in which the demo has run until its list was complete.

    Created once per test run and shared by all workers.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    home, complete = shared / "filled-home", shared / "filled-home.complete"
    with (shared / "filled-home.making").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not complete.exists():
            shutil.rmtree(home, ignore_errors=True)
            home.mkdir()
            _fill(home)
            complete.touch()
    return home


def actions_of(home: Path) -> list[tuple[object, ...]]:
    """Return all actions that the sandbox has executed."""
    with closing(sqlite3.connect(home / "wbtui" / "state" / "demo" / "sandbox.db")) as sandbox:
        return list(sandbox.execute("SELECT * FROM actions"))


def _fill(home: Path) -> None:
    with wbtui(home, *DEMO) as terminal:
        terminal.wait_for(r"row 1 of 60")
        terminal.wait_for(r"synced 10:00")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0


@pytest.fixture
def home(filled_home: Path, tmp_path: Path) -> Callable[[], Path]:
    """Function that returns a new copy of the filled home."""

    def copy() -> Path:
        target = tmp_path / f"home-{len(list(tmp_path.iterdir()))}"
        shutil.copytree(filled_home, target)
        return target

    return copy

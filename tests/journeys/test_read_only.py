"""A home that cannot be written: the reason is said, and it is no bug."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import DEMO, QUIT
from tests.support.disks import read_only
from tests.support.terminal import wbtui


def test_a_demo_that_cannot_be_written_says_so(home: Callable[[], Path]) -> None:
    copy = home()
    with read_only(copy), wbtui(copy, *DEMO) as terminal:
        assert terminal.wait_for_exit() == 7
        assert "Local storage" in terminal.screen
        assert "Read-only file system" in terminal.screen
        assert "Traceback" not in terminal.screen


def test_cached_data_is_shown_on_a_read_only_home(home: Callable[[], Path]) -> None:
    copy = home()
    shutil.rmtree(copy / "wbtui" / "logs")
    with read_only(copy), wbtui(copy, "--connection", "demo") as terminal:
        terminal.wait_for(r"row 1 of 60")
        terminal.wait_for(r"▲ 3 local files cannot be written")
        terminal.type(QUIT)
        assert terminal.wait_for_exit() == 0
        assert terminal.restored()

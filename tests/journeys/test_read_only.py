"""A home that cannot be written: the reason is said, and it is no bug."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from tests.journeys.conftest import DEMO
from tests.support.disks import read_only
from tests.support.terminal import wbtui


def test_a_demo_that_cannot_be_written_says_so(home: Callable[[], Path]) -> None:
    copy = home()
    with read_only(copy), wbtui(copy, *DEMO) as terminal:
        assert terminal.wait_for_exit() == 7
        assert "Local storage" in terminal.screen
        assert "Read-only file system" in terminal.screen
        assert "Traceback" not in terminal.screen

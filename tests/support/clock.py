"""Pytest plug-in with the clock of the tests; a test fails when code of ours reads the machine's clock.

pytest tests/unit --at 2028-01-31T23:30    # start the run at this local time, in the time zone of TZ
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import datetime
from math import ceil
from pathlib import Path

import pytest

from tests.support.wall_clock import CLOCK_OFFSET, install, now, reads

OURS = ("wbtui", "tests")
REPOSITORY = Path(__file__).parents[2]


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--at", metavar="TIME", help="local date and time at which the run starts")


def pytest_configure(config: pytest.Config) -> None:
    """Shift the clock. Workers and programs started by tests inherit the offset by the environment."""
    at = config.getoption("--at")
    if at and CLOCK_OFFSET not in os.environ:
        os.environ[CLOCK_OFFSET] = str(
            ceil((datetime.fromisoformat(at).astimezone() - now()).total_seconds())
        )
        paths = [str(REPOSITORY / "tests" / "support" / "clock_offset"), str(REPOSITORY)]
        os.environ["PYTHONPATH"] = os.pathsep.join(paths)
    install(int(os.environ.get(CLOCK_OFFSET, "0")), refused=OURS)


def pytest_report_header() -> str:
    return f"clock: {now().astimezone():%Y-%m-%d %H:%M %Z}"


@pytest.fixture(autouse=True)
def clock() -> Iterator[Callable[[], datetime]]:
    """The clock to pass to code under test. Fails the test if any thread of ours read the machine's clock."""
    yield now
    readers, reads[:] = list(reads), []
    if readers:
        pytest.fail(f"The machine's clock was read by {', '.join(readers)}: pass it a clock.")

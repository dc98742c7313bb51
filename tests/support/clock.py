"""A pytest plug-in: the one clock of the tests, and a failure for code of ours that reads another.

pytest tests/unit --at 2028-01-31T23:30    # as if the run began then, in the time zone of TZ
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
    parser.addoption("--at", metavar="TIME", help="local date and time to begin at, 2028-01-31T23:30")


def pytest_configure(config: pytest.Config) -> None:
    """Workers and programs that tests start inherit how far ahead of the machine this run is."""
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
    """The clock to pass on. Fails a test in which our own code read the machine's, in any thread."""
    yield now
    found, reads[:] = list(reads), []
    if found:
        pytest.fail(f"The machine's clock was read by {', '.join(found)}: pass it a clock.")

"""The plug-in that keeps the machine's clock out of our code (tests/support/clock.py)."""

from __future__ import annotations

import datetime as dt
import email.utils
import logging
import os
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.clock import REPOSITORY
from tests.support.patience import PATIENCE
from tests.support.wall_clock import CLOCK_OFFSET, WallClockRead, reads
from wbtui.clock import utc_now

SOME_TESTS = """
import subprocess, sys
from contextlib import suppress
from wbtui.clock import utc_now

def test_swallows_the_failure():
    with suppress(AssertionError):
        utc_now()

def test_a_program_has_the_same_clock(clock):
    code = "from wbtui.clock import utc_now; print(utc_now().isoformat())"
    said = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert said[:7] == f"{clock():%Y-%m}" == "2031-03"
"""


class Special(datetime):
    pass


@pytest.mark.parametrize(
    "read",
    [
        lambda: datetime.now(UTC),
        lambda: dt.datetime.now(),
        lambda: datetime.utcnow(),
        lambda: datetime.today(),
        lambda: date.today(),
        lambda: Special.now(tz=UTC),
        lambda: time.time(),
        lambda: time.time_ns(),
        lambda: getattr(datetime, "no" + "w")(),
        utc_now,
    ],
    ids="now dt.now utcnow datetime.today date.today subclass time time_ns getattr program".split(),
)
def test_our_code_cannot_read_the_machines_clock(read: Callable[[], object]) -> None:
    with pytest.raises(WallClockRead, match="test_clock"):
        read()
    assert len(reads) == 1
    reads.clear()  # else the fixture would fail this test


def test_libraries_read_the_clock_of_this_run(clock: Callable[[], datetime]) -> None:
    before = clock()
    by_datetime = email.utils.localtime()
    by_time = logging.LogRecord("test", logging.INFO, "", 0, "", None, None).created
    after = clock()
    assert before <= by_datetime <= after
    assert before - timedelta(seconds=1) <= datetime.fromtimestamp(by_time, UTC) <= after


@pytest.mark.date_free
def test_it_is_seen_by_programs_and_a_swallowed_read_fails_the_test(tmp_path: Path) -> None:
    (tmp_path / "test_some.py").write_text(SOME_TESTS)
    options = ["-p", "no:cacheprovider", "-p", "tests.support.clock", "-c", os.devnull]
    options += ["--rootdir", str(tmp_path), "--at", "2031-03-15T12:00"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(tmp_path)],
        cwd=REPOSITORY,
        env={name: value for name, value in os.environ.items() if name != CLOCK_OFFSET},
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )
    assert "clock: 2031-03-15 12:0" in done.stdout
    assert "2 passed, 1 error" in done.stdout
    assert "ERROR at teardown of test_swallows_the_failure" in done.stdout

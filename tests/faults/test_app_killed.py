"""kill -9 of the whole app at four points of an action: the next start says what became of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.app_kills import POINTS, kill_apps


@pytest.mark.parametrize("seed", [0, 1])
def test_the_app_is_killed_and_the_next_start_knows_the_outcome(
    sandbox_template: Path, tmp_path: Path, seed: int
) -> None:
    report = kill_apps(tmp_path, sandbox_template, kills=5, seed=seed)
    assert report.total() == 5 and set(report) == set(POINTS)

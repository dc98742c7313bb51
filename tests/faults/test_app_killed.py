"""kill -9 of the whole app at four points of an action: the next start says what became of it."""

from __future__ import annotations

from pathlib import Path

from tests.support.app_kills import POINTS, kill_apps


def test_the_app_is_killed_and_the_next_start_knows_the_outcome(
    sandbox_template: Path, tmp_path: Path
) -> None:
    report = kill_apps(tmp_path, sandbox_template, kills=len(POINTS), seed=0)
    assert report == dict.fromkeys(POINTS, 1)

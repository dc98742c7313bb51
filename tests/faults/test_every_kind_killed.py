"""kill -9 while actions of every kind are performed: each ran once or not at all, as a restart says."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.kill_runs import kill_services
from tests.support.sandbox import make_template, running


@pytest.mark.parametrize("seed", range(2))
def test_killed_anywhere_an_action_runs_once_or_not_at_all(tmp_path: Path, seed: int) -> None:
    with running(make_template(tmp_path / "sandbox.db", customers=200)) as sandbox:
        report = kill_services(sandbox, tmp_path, kills=100, seed=seed)
    assert report.kills == 100
    assert {"done", "withdrawn", "refused"} & set(report.outcomes)

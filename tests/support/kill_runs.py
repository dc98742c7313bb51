"""Kills the services while they perform actions of every kind, and looks at the sandbox afterwards.

`uv run python -m tests.support.kill_runs --kills 1000 [--seed S]` does it on a sandbox of its own and prints
what became of the actions.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import random
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.support.action_cases import CASES
from tests.support.action_trial import Trial, draw
from tests.support.patience import PATIENCE
from tests.support.sandbox import REPOSITORY, Sandbox, make_template, running
from wbtui.models.preview import Outcome

KILLED = -signal.SIGKILL


@dataclass
class Report:
    """What was done: runs that were killed, actions by their kind, and what became of them."""

    runs: int = 0
    kills: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)


class Victim:
    """The process of kill_victim.py."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def say(self, line: str) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()

    def hear(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        return json.loads(self._process.stdout.readline())  # type: ignore[no-any-return]


@contextlib.contextmanager
def victim(sandbox: Sandbox, folder: Path) -> Iterator[Victim]:
    command = [sys.executable, "-m", "tests.support.kill_victim", sandbox.url, sandbox.key, str(folder)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=REPOSITORY
    ) as process:
        try:
            yield Victim(process)
        finally:
            process.kill()
            process.wait(PATIENCE)


class KillRuns:
    """Performs one action after the other in a process that is killed again and again."""

    def __init__(self, sandbox: Sandbox, rng: random.Random) -> None:
        assert sandbox.store is not None
        self._store, self._rng = sandbox.store, rng
        self._calls = {True: 0, False: 0}
        self._trial: Trial | None = None
        self._last_key: str | None = None
        self.report = Report()

    def run(self, process: Victim, kills: int) -> Report:
        """Kill so many runs. Raises AssertionError when an action ran twice, or another outcome is shown."""
        while self.report.kills < kills:
            self._one(process, kill=all(self._calls.values()))
        process.say(json.dumps({"kill_at": None, "whole": False, "abandon": False}))
        self._check(process.hear()["entry"])
        process.say("")
        assert process.hear() == {"ended": 0}
        return self.report

    def _one(self, process: Victim, *, kill: bool) -> None:
        """Let a child resolve what its predecessor left and perform the next action."""
        whole = self._rng.random() < 0.3
        kill_at = 1 + int(self._rng.random() ** 2 * self._calls[whole]) if kill else None
        process.say(json.dumps({"kill_at": kill_at, "whole": whole, "abandon": self._rng.random() < 0.5}))
        self.report.runs += 1
        while "ended" not in (answer := process.hear()):
            if "entry" in answer:
                self._check(answer["entry"])
                self._trial = self._next_trial()
                process.say(json.dumps(self._trial.body))
            else:
                self._calls[whole] = max(self._calls[whole], answer["calls"])
        assert answer["ended"] in (0, KILLED)
        self.report.kills += answer["ended"] == KILLED

    def _next_trial(self) -> Trial:
        while True:
            kind = self._rng.choice(sorted(CASES))
            with contextlib.suppress(LookupError):
                return draw(self._store, kind, self._rng)

    def _check(self, entry: dict[str, Any] | None) -> None:
        """Compare the newest journal entry with what the sandbox shows of the last action."""
        trial, self._trial = self._trial, None
        if trial is None:
            return
        if entry is None or entry["key"] == self._last_key:
            assert trial.state(self._store) == trial.before, f"{trial.body['kind']} ran unrecorded"
            self.report.outcomes["not recorded, not run"] += 1
            return
        outcome = Outcome.model_validate_json(json.dumps(entry))
        trial.check(self._store, outcome)
        self._last_key = outcome.key
        self.report.kinds[outcome.kind] += 1
        self.report.outcomes[outcome.status] += 1


def kill_services(sandbox: Sandbox, folder: Path, *, kills: int, seed: int) -> Report:
    """Kill the services so often while they perform actions of every kind."""
    with victim(sandbox, folder) as process:
        return KillRuns(sandbox, random.Random(seed)).run(process, kills)


def main() -> None:
    """Run with the options of the command line and print the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with running(make_template(folder / "sandbox.db", customers=500)) as sandbox:
            report = kill_services(sandbox, folder, kills=options.kills, seed=options.seed)
    print(f"{report.runs} runs, {report.kills} killed; no action ran twice, none was lost.")
    for counts in (report.outcomes, report.kinds):
        print(", ".join(f"{name} {count}" for name, count in counts.most_common()))


if __name__ == "__main__":
    main()

"""Performs actions although another agent changed something after their preview.

`uv run python -m tests.support.basis_runs --runs 1000 [--seed S]` does it on a sandbox of its own and prints
what became of the actions.
"""

from __future__ import annotations

import argparse
import random
import tempfile
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path
from typing import Any
from uuid import uuid4

from tests.support.action_cases.base import Body
from tests.support.sandbox import NOW, make_template
from tests.support.seeded_bodies import SeededBodies
from wbtui.sandbox.actions import runner
from wbtui.sandbox.actions.runner import KINDS
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store, Tx

_URL = "http://sandbox"
_INVALID = "invalid"
_ALWAYS_NEW = ("basis", "computed_at", "expires_at")


class BasisRuns:
    """Runs in one transaction, each undone before the next."""

    def __init__(self, tx: Tx, seeded: SeededBodies, rng: random.Random) -> None:
        self._tx, self._rng = tx, rng
        self._bodies = {kind: seeded.of(kind) for kind in KINDS}
        self._by_customer: dict[str, list[Body]] = defaultdict(list)
        for bodies in self._bodies.values():
            for body in bodies:
                self._by_customer[body["customer_id"]].append(body)
        self.counts: Counter[str] = Counter()

    def run(self, runs: int, *, related: bool) -> None:
        """Perform this many actions; the other agent changes the same customer, or another one.

        Raises AssertionError when a preview that no longer holds is carried out, or one that holds is not.
        """
        wanted = self.counts.total() + runs
        while self.counts.total() < wanted:
            body = self._rng.choice(self._bodies[self._rng.choice(sorted(KINDS))])
            self._tx.execute("SAVEPOINT run")
            if (outcome := self._one(body, related=related)) is not None:
                self.counts[outcome] += 1
            self._tx.execute("ROLLBACK TO run")

    def _one(self, body: Body, *, related: bool) -> str | None:
        """Return what became of the action; None when it is refused, or the other agent can do nothing."""
        before = self._preview(body)
        customer = body["customer_id"]
        others = [one for one in self._by_customer if one != customer]
        acted_on = customer if related else self._rng.choice(others)
        if before["refused"] is not None or (other := self._act(acted_on)) is None:
            return None
        still_holds = _shown(before) == _shown(self._preview(body))
        end = self._perform(body, before["basis"])
        label = f"{body['kind']} after {other}: {end}"
        if not still_holds:
            assert end in ("basis_changed", _INVALID), label
            return "another effect, refused"
        if not related:
            assert end in ("done", "pending"), label
            return "another customer changed, carried out"
        assert end in ("done", "pending", "basis_changed"), label
        return "same effect, refused" if end == "basis_changed" else "same effect, carried out"

    def _act(self, customer_id: str) -> str | None:
        """Perform another action on a customer; return its kind, None when none is possible."""
        bodies = self._by_customer[customer_id]
        for body in self._rng.sample(bodies, min(len(bodies), 5)):
            preview = self._preview(body)
            if preview["refused"] is None:
                assert self._perform(body, preview["basis"]) in ("done", "pending")
                return str(body["kind"])
        return None

    def _preview(self, body: Body) -> dict[str, Any]:
        """Return the preview; of a request that the data no longer allows, such as an old order, its code."""
        try:
            return runner.preview(self._tx, read_action(body), _URL)
        except Problem as problem:
            return {"refused": problem.code}

    def _perform(self, body: Body, basis: str) -> str:
        """Return the status, or the code of the problem."""
        try:
            outcome = runner.perform(self._tx, str(uuid4()), "digest", read_action(body), basis, _URL)
        except Problem as problem:
            return problem.code
        return str(outcome["status"])


def _shown(preview: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in preview.items() if name not in _ALWAYS_NEW}


def change_between(database: Path, *, runs: int, seed: int) -> Counter[str]:
    """Return what became of actions before which another agent changed the same customer, and another one."""
    with closing(Store(database, wall_clock=lambda: NOW)) as store, store.write() as tx:
        found = BasisRuns(tx, SeededBodies(tx), random.Random(seed))
        found.run(runs, related=True)
        found.run(runs, related=False)
        return found.counts


def main() -> None:
    """Run with the options of the command line and print the counts."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        database = make_template(Path(name) / "sandbox.db", customers=500)
        counts = change_between(database, runs=options.runs, seed=options.seed)
    print(", ".join(f"{name}: {count}" for name, count in counts.most_common()))


if __name__ == "__main__":
    main()

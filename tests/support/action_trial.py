"""What an action does to the sandbox when it runs exactly once, for tests that break it off anywhere."""

from __future__ import annotations

import json
import random
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from tests.support.action_cases import CASES
from tests.support.action_cases.base import Body
from tests.support.seeded_bodies import reader, value_at
from wbtui.models.actions import Action
from wbtui.models.actions import read_action as parse_action
from wbtui.models.activity import Ref
from wbtui.models.preview import Outcome, Status
from wbtui.sandbox.actions import runner
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store, Tx

_URL = "http://sandbox"
_BOOKKEEPING = ("actions", "meta")
"""Tables that also record refusals and abandoned keys, and the time."""

State = tuple[dict[str, int], tuple[str | None, ...]]
"""The number of rows of every table, and the values at the paths that the action changes."""


class _Discard(Exception):
    """Rolls a transaction back."""


@dataclass(frozen=True)
class Trial:
    """An action that the sandbox accepts now, and the state before it and after one run of it."""

    body: Body
    paths: tuple[str, ...]
    before: State
    after: State

    @property
    def action(self) -> Action:
        """The action as the client's model."""
        return parse_action(json.dumps(self.body))

    def state(self, store: Store, objects: Iterable[Ref] = ()) -> State:
        """Return the state now. `objects` are those of the outcome."""
        with store.read() as tx:
            return _state(tx, self.body, self.paths, [each.model_dump() for each in objects])

    def check(self, store: Store, outcome: Outcome) -> None:
        """Assert that the sandbox shows exactly one run where the outcome says so, and none otherwise."""
        ran = outcome.status in (Status.DONE, Status.PENDING)
        label = f"{self.body['kind']} of {self.body['customer_id']}: {outcome.status}"
        assert outcome.status.settled, f"{label} {outcome.trouble}"
        assert self.state(store, outcome.objects) == (self.after if ran else self.before), label
        assert outcome.trouble is None or outcome.status is not Status.DONE, f"{label} {outcome.trouble}"


def draw(store: Store, kind: str, rng: random.Random) -> Trial:
    """Return a trial of a kind, of a random customer whose data allows it now."""
    with store.read() as tx:
        rows = [dict(row) for row in tx.all("SELECT id FROM customers ORDER BY no")]
    rng.shuffle(rows)
    for row in rows:
        with store.read() as tx:
            candidates = list(CASES[kind].requests(row, reader(tx)))
        rng.shuffle(candidates)
        for body in candidates:
            if (trial := _try(store, body)) is not None:
                return trial
    raise LookupError(f"No customer's data allows {kind}.")


def _try(store: Store, body: Body) -> Trial | None:
    """Run the action once in a transaction that is discarded; None when the sandbox refuses it."""
    trial = None
    try:
        with store.write() as tx:
            action = read_action(body)
            preview = runner.preview(tx, action, _URL)
            if preview["refused"] is None:
                paths = tuple(change["path"] for change in preview["changes"])
                before = _state(tx, body, paths, [])
                outcome = runner.perform(tx, str(uuid4()), "digest", action, preview["basis"], _URL)
                trial = Trial(body, paths, before, _state(tx, body, paths, outcome["objects"]))
            raise _Discard
    except _Discard:
        return trial


def _state(tx: Tx, body: Body, paths: Iterable[str], objects: list[dict[str, object]]) -> State:
    tables = [row["name"] for row in tx.all("SELECT name FROM sqlite_master WHERE type = 'table'")]
    counts = {
        name: tx.number(f'SELECT count(*) FROM "{name}"') for name in tables if name not in _BOOKKEEPING
    }
    read = reader(tx)
    return counts, tuple(value_at(path, body["customer_id"], read, objects) for path in paths)

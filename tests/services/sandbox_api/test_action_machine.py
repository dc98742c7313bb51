"""Model-based test of idempotency keys: previews, performs, repeats, abandons and time in any order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.support.examples import examples
from tests.support.sandbox import NOW, copy_of, move_clock
from wbtui.sandbox.actions import runner as actions
from wbtui.sandbox.actions.basis import digest
from wbtui.sandbox.engine import clock, views
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store

_COUNTED = ("refunds", "credit_notes", "events", "changes", "actions")
_AGENT = {"agent": "Jörg", "reason": "courtesy", "notify": False}


class ActionMachine(RuleBasedStateMachine):
    """Bodies are previewed, then sent, repeated, changed, or abandoned."""

    template: Path
    previewed = Bundle("previewed")
    sent = Bundle("sent")
    abandoned = Bundle("abandoned")

    @initialize()
    def open(self) -> None:
        self.folder = Path(tempfile.mkdtemp())
        self.store = Store(copy_of(self.template, self.folder), wall_clock=lambda: NOW)
        self.keys = 0
        with self.store.read() as tx:
            self.payments = [
                dict(row)
                for row in tx.all(
                    "SELECT id, customer_id, invoice_id, amount, currency FROM payments"
                    " WHERE status = 'succeeded' AND settled AND NOT disputed AND refunded = 0"
                    " AND amount > 500 AND method_id IS NOT NULL ORDER BY no LIMIT 3"
                )
            ]

    def teardown(self) -> None:
        if hasattr(self, "store"):
            self.store.close()
            shutil.rmtree(self.folder)

    # ── calling ──
    def _perform(self, body: dict[str, Any]) -> dict[str, Any]:
        with self.store.write() as tx:
            action = read_action(body["action"])
            return actions.perform(tx, body["key"], digest(body), action, body["basis"], "http://x")

    def _counts(self) -> dict[str, int]:
        with self.store.read() as tx:
            return {table: tx.number(f"SELECT count(*) FROM {table}") for table in _COUNTED}

    def _refundable(self, payment_id: str) -> str:
        with self.store.read() as tx:
            owner = tx.one("SELECT customer_id FROM payments WHERE id = ?", (payment_id,))
            assert owner is not None
            payment = next(p for p in views.part(tx, owner[0], "payments") if p["id"] == payment_id)
        return f"{payment['refundable']['amount']} {payment['refundable']['currency']}"

    @contextmanager
    def _changing_nothing(self) -> Iterator[None]:
        before = self._counts()
        yield
        assert self._counts() == before

    # ── rules ──
    @rule(target=previewed, which=st.integers(0, 2), share=st.integers(1, 120), adjust=st.booleans())
    def show(self, which: int, share: int, adjust: bool) -> tuple[dict[str, Any], str | None]:
        """A preview of a refund of `share` percent of a payment: more than 100 must be refused.

        The body to send, and what will be refundable after it (None: refused).
        """
        payment = self.payments[which]
        minor = payment["amount"] * share // 100
        decimals = 0 if payment["currency"] == "jpy" else 2
        text = f"{minor / 10**decimals:.{decimals}f}"
        action = {
            "kind": "refund",
            "customer_id": payment["customer_id"],
            "context": _AGENT,
            "payment_id": payment["id"],
            "invoice_id": payment["invoice_id"],
            "mode": "amount",
            "amount": {"amount": text, "currency": payment["currency"]},
            "adjust_invoice": adjust,
        }
        with self._changing_nothing(), self.store.read() as tx:
            preview = actions.preview(tx, read_action(action), "http://x")
        assert (share > 100) <= (preview["refused"] is not None)
        after = {change["path"]: change["after"] for change in preview["changes"]}
        self.keys += 1
        key = f"key-{self.keys:020d}"
        body = {"key": key, "action": action, "basis": preview["basis"]}
        return body, None if preview["refused"] else after[f"payment/{payment['id']}/refundable"]

    @rule(target=sent, entry=consumes(previewed))
    def send(self, entry: tuple[dict[str, Any], str | None]) -> Any:
        """The outcome is as previewed, or basis_changed and nothing happens."""
        body, after = entry
        before = self._counts()
        try:
            outcome = self._perform(body)
        except Problem as problem:
            refusal = problem
        else:
            assert outcome["replayed"] is False
            assert (outcome["status"] == "refused") is (after is None)
            assert self._counts()["refunds"] - before["refunds"] == (0 if after is None else 1)
            assert after in (None, self._refundable(body["action"]["payment_id"]))
            return body, outcome
        assert refusal.code == "basis_changed" and refusal.preview is not None
        assert self._counts() == before
        return multiple()

    @rule(entry=sent)
    def repeat(self, entry: Any) -> None:
        body, first = entry
        with self._changing_nothing():
            assert {**self._perform(body), "replayed": False} == {**first, "link": None}

    @rule(entry=sent)
    def reuse(self, entry: Any) -> None:
        body, _ = entry
        other = {**body, "action": {**body["action"], "context": {**_AGENT, "comment": "another"}}}
        with self._changing_nothing(), pytest.raises(Problem) as caught:
            self._perform(other)
        assert caught.value.code == "key_reused"

    @rule(entry=sent)
    def abandon_too_late(self, entry: Any) -> None:
        body, first = entry
        with self._changing_nothing(), self.store.write() as tx:
            outcome = actions.abandon(tx, body["key"])
        assert {**outcome, "replayed": False} == {**first, "link": None}

    @rule(target=abandoned, entry=consumes(previewed))
    def abandon(self, entry: tuple[dict[str, Any], str | None]) -> dict[str, Any]:
        body, _ = entry
        with self.store.write() as tx:
            assert actions.abandon(tx, body["key"])["rule"]["code"] == "abandoned"
        return body

    @rule(body=abandoned)
    def arrive_late(self, body: dict[str, Any]) -> None:
        with self._changing_nothing():
            assert self._perform(body)["rule"]["code"] == "abandoned"

    @rule(seconds=st.sampled_from([60, 600, 1000, 86_400, 6 * 86_400]))
    def wait(self, seconds: int) -> None:
        with self.store.write() as tx:
            move_clock(tx, later_seconds(clock.now(tx), seconds))

    # ── what always holds ──
    @invariant()
    def never_more_than_was_paid(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as tx:
            for payment in self.payments:
                given = tx.number(
                    "SELECT sum(amount) FROM refunds WHERE payment_id = ?"
                    " AND status NOT IN ('failed', 'canceled')",
                    (payment["id"],),
                )
                counted = tx.number("SELECT refunded FROM payments WHERE id = ?", (payment["id"],))
                assert given == counted <= payment["amount"]

    @invariant()
    def every_refund_of_ours_has_its_outcome(self) -> None:
        if not hasattr(self, "store"):
            return
        with self.store.read() as tx:
            made = tx.number("SELECT count(*) FROM refunds WHERE made_by = 'Jörg'")
            recorded = tx.number("SELECT count(*) FROM actions WHERE status IN ('done', 'pending')")
        assert made == recorded


def test_a_key_takes_effect_at_most_once_in_any_order(sandbox_template: Path) -> None:
    class Machine(ActionMachine):
        template = sandbox_template

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(8),
            stateful_step_count=20,
            suppress_health_check=list(HealthCheck),
        ),
    )

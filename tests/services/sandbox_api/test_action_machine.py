"""Model-based test of every kind of action: previews, performs, repeats, abandons and time in any order."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, event, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    consumes,
    initialize,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.services.sandbox_api.cases import reader, value_at
from tests.support.action_cases import CASES
from tests.support.action_cases.base import AGENT
from tests.support.examples import examples
from tests.support.sandbox import NOW, copy_of, make_template, move_clock
from tests.unit.sandbox.test_seeded_views import check_invoice, check_ledger
from wbtui.sandbox.actions import runner as actions
from wbtui.sandbox.actions.basis import digest
from wbtui.sandbox.engine import clock, repository, shapes, views
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store

_COUNTED = ("refunds", "credit_notes", "invoices", "payments", "credits", "events", "changes", "actions")
_CUSTOMERS = 4
_PICK = st.integers(0, 10**6)


class ActionMachine(RuleBasedStateMachine):
    """Bodies of every kind for a few customers are previewed, then sent, repeated, changed, or abandoned."""

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
            # Those whom the seed gave the most: several methods, open invoices, changes that are scheduled.
            busiest = "SELECT customer_id AS id FROM events GROUP BY 1 ORDER BY count(*) DESC LIMIT ?"
            self.rows = [dict(row) for row in tx.all(busiest, (_CUSTOMERS,))]

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

    @contextmanager
    def _changing_nothing(self) -> Iterator[None]:
        before = self._counts()
        yield
        assert self._counts() == before

    def _possible(self, kind: str, pick: int) -> list[dict[str, Any]]:
        """Bodies of a kind that one of the customers allows now."""
        with self.store.read() as tx:
            return list(CASES[kind].requests(self.rows[pick % _CUSTOMERS], reader(tx)))

    def _preview(self, action: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """The body to send, and its preview."""
        with self._changing_nothing(), self.store.read() as tx:
            preview = actions.preview(tx, read_action(action), "http://x")
        self.keys += 1
        return {"key": f"key-{self.keys:020d}", "action": action, "basis": preview["basis"]}, preview

    # ── rules ──
    @rule(target=previewed, kind=st.sampled_from(sorted(CASES)), pick=_PICK)
    def show(self, kind: str, pick: int) -> Any:
        """A preview of an action that is possible for the customer now."""
        possible = self._possible(kind, pick)
        if not possible:
            return multiple()
        event(f"previewed {kind}")
        return self._preview(possible[pick % len(possible)])

    @rule(target=sent, kind=st.sampled_from(sorted(CASES)), pick=_PICK)
    def act(self, kind: str, pick: int) -> Any:
        """A preview that is sent at once."""
        possible = self._possible(kind, pick)
        return self._send(*self._preview(possible[pick % len(possible)])) if possible else multiple()

    @rule(target=previewed, pick=_PICK, share=st.integers(1, 120), adjust=st.booleans())
    def show_refund(self, pick: int, share: int, adjust: bool) -> Any:
        """A preview of a refund of `share` percent of a payment: more than 100 must be refused."""
        with self.store.read() as tx:
            payments = views.part(tx, self.rows[pick % _CUSTOMERS]["id"], "payments")
        payments = [p for p in payments if p["refundable"] == p["money"] and p["invoice_ids"]]
        if not payments:
            return multiple()
        payment = payments[pick % len(payments)]
        digits, currency = payment["money"]["amount"], payment["money"]["currency"]
        scale = 10 ** len(digits.partition(".")[2])
        minor = round(float(digits) * scale) * share // 100
        amount = f"{minor / scale:.{0 if scale == 1 else 2}f}"
        action = {
            "kind": "refund",
            "customer_id": payment["customer_id"],
            "context": AGENT,
            "payment_id": payment["id"],
            "invoice_id": payment["invoice_ids"][0],
            "mode": "amount",
            "amount": {"amount": amount, "currency": currency},
            "adjust_invoice": adjust,
        }
        body, preview = self._preview(action)
        assert (share > 100) <= (preview["refused"] is not None)
        return body, preview

    @rule(target=sent, entry=consumes(previewed))
    def send(self, entry: tuple[dict[str, Any], dict[str, Any]]) -> Any:
        """A preview that is sent after other things have happened."""
        return self._send(*entry)

    def _send(self, body: dict[str, Any], preview: dict[str, Any]) -> Any:
        """The outcome is as previewed, or basis_changed and nothing happens."""
        before, customer = self._counts(), body["action"]["customer_id"]
        try:
            outcome = self._perform(body)
        except Problem as problem:
            refusal = problem
            outcome = None
        if outcome is None:
            assert (refusal.code, refusal.preview is None) in (("basis_changed", False), ("not_found", True))
            assert self._counts() == before
            return multiple()
        self._check_books(customer)
        event(f"{outcome['status']} {body['action']['kind']}")
        assert outcome["replayed"] is False
        assert outcome["rule"] == preview["refused"]
        with self.store.read() as tx:
            found = [
                value_at(change["path"], customer, reader(tx), outcome["objects"])
                for change in preview["changes"]
            ]
        assert found == [change["after"] for change in preview["changes"]]
        return body, outcome

    @rule(entry=sent)
    def repeat(self, entry: Any) -> None:
        body, first = entry
        with self._changing_nothing():
            assert {**self._perform(body), "replayed": False} == {**first, "link": None}

    @rule(entry=sent)
    def reuse(self, entry: Any) -> None:
        body, _ = entry
        other = {**body, "action": {**body["action"], "context": {**AGENT, "comment": "another"}}}
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
    def abandon(self, entry: tuple[dict[str, Any], dict[str, Any]]) -> dict[str, Any]:
        body, _ = entry
        with self.store.write() as tx:
            assert actions.abandon(tx, body["key"])["rule"]["code"] == "abandoned"
        return body

    @rule(body=abandoned)
    def arrive_late(self, body: dict[str, Any]) -> None:
        with self._changing_nothing():
            assert self._perform(body)["rule"]["code"] == "abandoned"

    @rule(seconds=st.sampled_from([60, 600, 1000, 86_400, 6 * 86_400, 31 * 86_400]))
    def wait(self, seconds: int) -> None:
        with self.store.write() as tx:
            move_clock(tx, later_seconds(clock.now(tx), seconds))
        for row in self.rows:
            self._check_books(row["id"])

    # ── what always holds ──
    def _check_books(self, customer_id: str) -> None:
        """Invoices add up, the ledger equals the balance, refunds never exceed what was paid."""
        with self.store.read() as tx:
            account = repository.load(tx, customer_id)
            check_ledger(account)
            for invoice in account.invoices:
                check_invoice(shapes.invoice(account, invoice))
                assert 0 <= invoice.refunded <= invoice.paid
            for payment in account.payments:
                given = [r for r in account.refunds if r.payment_id == payment.id]
                kept = sum(r.amount for r in given if r.status not in ("failed", "canceled"))
                assert kept == payment.refunded <= payment.amount


def test_a_key_takes_effect_at_most_once_in_any_order(tmp_path: Path) -> None:
    class Machine(ActionMachine):
        template = make_template(tmp_path / "template.db", customers=20)

    run_state_machine_as_test(
        Machine,
        settings=settings(
            max_examples=examples(16),
            stateful_step_count=40,
            suppress_health_check=list(HealthCheck),
        ),
    )

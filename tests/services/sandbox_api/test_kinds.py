"""Every action kind: one effect per key, previews that equal the reads, and a basis that detects changes."""

from __future__ import annotations

import base64
import json
import re
from contextlib import closing, suppress
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.services.sandbox_api.billed import check_amount, check_next_invoice, sums
from tests.services.sandbox_api.recorded import AGENT, Recorded
from tests.support.action_cases import CASES
from tests.support.action_cases.base import Read
from tests.support.basis_runs import change_between
from tests.support.examples import examples
from tests.support.sandbox import NOW
from tests.support.seeded_bodies import SeededBodies, reader, value_at
from wbtui.models.actions import ACTIONS
from wbtui.models.money import Money
from wbtui.sandbox.actions import runner
from wbtui.sandbox.actions.runner import KINDS
from wbtui.sandbox.engine import clock, customers, ledger, repository
from wbtui.sandbox.engine.account import Actor
from wbtui.sandbox.engine.clocktext import later_seconds
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.routes.actions import read_action
from wbtui.sandbox.store import Store, Tx

URL = "http://sandbox"
every_kind = pytest.mark.parametrize("kind", sorted(KINDS))


def test_every_kind_has_a_case(api: Recorded) -> None:
    offered = {c.removeprefix("action.") for c in api.get("/x/v1")["capabilities"] if c.startswith("action.")}
    assert set(CASES) == set(KINDS) == offered


@every_kind
def test_preview_perform_replay_and_late_abandon(api: Recorded, seeded: SeededBodies, kind: str) -> None:
    body, key = seeded.of(kind)[0], str(uuid4())
    preview = api.post("/x/v1/previews", body)
    assert preview["refused"] is None
    first = api.perform(body, preview["basis"], key)
    assert first["status"] in ("done", "pending") and not first["replayed"]
    assert all(each["label"] not in ("", each["id"]) for each in first["objects"]), "a name, not an id"
    again = api.perform(body, preview["basis"], key)
    late = api.post(f"/x/v1/actions/{key}/abandon")
    for outcome in (again, late, api.get(f"/x/v1/actions/{key}")):
        assert outcome == {**first, "link": None, "replayed": outcome["replayed"]}
    assert again["replayed"]
    for event in api.get(f"/x/v1/customers/{body['customer_id']}/activity")["events"]:
        assert not re.search("[0-9]{4}-[0-9]{2}-[0-9]{2}", event["what"]), "days as people read them"


@every_kind
def test_an_abandoned_key_refuses_the_late_request(api: Recorded, seeded: SeededBodies, kind: str) -> None:
    body, key = seeded.of(kind)[0], str(uuid4())
    basis = api.post("/x/v1/previews", body)["basis"]
    api.post(f"/x/v1/actions/{key}/abandon")
    before = api.get(f"/x/v1/customers/{body['customer_id']}/row")
    assert api.perform(body, basis, key)["rule"]["code"] == "abandoned"
    assert api.get(f"/x/v1/customers/{body['customer_id']}/row") == before


# ── the basis ──
def _perform(tx: Tx, body: dict[str, Any], basis: str) -> dict[str, Any]:
    return runner.perform(tx, str(uuid4()), "digest", read_action(body), basis, URL)


@pytest.mark.date_free
def test_writes_on_other_customers_do_not_change_the_basis(sandbox_db: Path, seeded: SeededBodies) -> None:
    """The actions of each half of the customers are previewed, then the other half is written to."""
    candidates = [body for kind in KINDS for body in seeded.of(kind)[:40]]
    halves = seeded.customers[::2], seeded.customers[1::2]
    with closing(Store(sandbox_db, wall_clock=lambda: NOW)) as store, store.write() as tx:
        for half, others in (halves, halves[::-1]):
            acting = set(half)
            previewed = [
                (body, runner.preview(tx, read_action(body), URL)["basis"])
                for body in candidates
                if body["customer_id"] in acting
            ]
            assert previewed
            for number in range(200):
                account = repository.load(tx, others[number % len(others)])
                account.engine.invoice_number()
                customers.append_note(account, clock.now(tx), "Unrelated", actor=Actor("api"))
                repository.save(tx, account, clock.now(tx))
            ends = {(body["kind"], _end(tx, body, basis)) for body, basis in previewed}
            assert {end for end in ends if end[1] not in ("done", "pending")} == set()


def _end(tx: Tx, body: dict[str, Any], basis: str) -> str:
    """The status or problem that performing ends with; what it did is rolled back."""
    tx.execute("SAVEPOINT perform")
    try:
        return str(_perform(tx, body, basis)["status"])
    except Problem as problem:
        return problem.code
    finally:
        tx.execute("ROLLBACK TO perform")


_EDITS = {
    "contract": "UPDATE contracts SET version = version + 1 WHERE id = ?",
    "invoice": "UPDATE invoices SET version = version + 1 WHERE id = ?",
    "method": "UPDATE methods SET version = version + 1 WHERE id = ?",
    "payment": "UPDATE payments SET external_reference = 'x' WHERE id = ?",
    "refund": "UPDATE refunds SET comment = 'x' WHERE id = ?",
    "credit": "UPDATE credits SET comment = 'x' WHERE id = ?",
    "customer": "UPDATE customers SET reference = 'x' WHERE id = ?",
}


@every_kind
def test_a_change_of_an_object_changes_the_basis(sandbox_db: Path, seeded: SeededBodies, kind: str) -> None:
    body = seeded.of(kind)[0]
    with closing(Store(sandbox_db, wall_clock=lambda: NOW)) as store, store.write() as tx:
        preview = runner.preview(tx, read_action(body), URL)
        used = json.loads(base64.urlsafe_b64decode(preview["basis"].split(".")[1] + "=="))["versions"]
        assert used or kind == "create_portal_link"
        for path in used:
            tx.execute("SAVEPOINT edit")
            tx.execute(_EDITS[path.partition("/")[0]], (path.partition("/")[2],))
            with pytest.raises(Problem) as caught:
                _perform(tx, body, preview["basis"])
            assert caught.value.code == "basis_changed"
            tx.execute("ROLLBACK TO edit")
        assert _perform(tx, body, preview["basis"])["status"] in ("done", "pending")


@pytest.mark.date_free
def test_a_preview_that_no_longer_holds_is_never_carried_out(sandbox_db: Path) -> None:
    counts = change_between(sandbox_db, runs=60, seed=1)
    assert counts["another effect, refused"] and counts["another customer changed, carried out"] == 60


def test_what_a_frozen_customer_is_refused_is_said_before_any_form(
    sandbox_db: Path, seeded: SeededBodies
) -> None:
    refused: dict[str, bool] = {}
    with closing(Store(sandbox_db, wall_clock=lambda: NOW)) as store, store.write() as tx:
        for kind in sorted(KINDS.keys() - {"freeze_customer", "activate_customer"}):
            body = seeded.of(kind)[0]
            tx.execute("UPDATE customers SET status = 'inactive' WHERE id = ?", (body["customer_id"],))
            rule = runner.preview(tx, read_action(body), URL)["refused"]
            refused[kind] = rule is not None and rule["code"] == "customer_inactive"
    assert refused == {kind: ACTIONS[kind].needs_active_account for kind in refused}


# ── previews equal reads ──
@pytest.mark.date_free
@every_kind
def test_a_preview_equals_the_reads_after_the_perform(
    sandbox_db: Path, seeded: SeededBodies, kind: str
) -> None:
    """For random bodies and instants; billing may be behind the clock.

    The amount is what then moves, and the next invoice is billed when its day has come.
    """
    with closing(Store(sandbox_db, wall_clock=lambda: NOW)) as store:

        @settings(
            max_examples=examples(24), deadline=None, suppress_health_check=list(HealthCheck), database=None
        )
        @given(
            body=st.sampled_from(seeded.of(kind)),
            seconds=st.sampled_from([0, 86_400, 9 * 86_400, 35 * 86_400]),
            notify=st.booleans(),
            credit=st.sampled_from([0, 300, 5000]),
        )
        def check(body: dict[str, Any], seconds: int, notify: bool, credit: int) -> None:
            with suppress(_Discard), store.write() as tx:
                _grant(tx, body["customer_id"], credit)
                clock.set_forward(tx, later_seconds(clock.now(tx), seconds))
                compared.append(_check_preview(tx, {**body, "context": {**AGENT, "notify": notify}}))
                raise _Discard

        compared: list[bool] = []
        check()
        assert compared
        assert sum(compared) >= len(compared) // 4 or kind not in CHARGED_LATER


CHARGED_LATER = (
    "activate_subscription", "change_plan", "change_units", "create_subscription", "extend_trial",
    "grant_credit", "renew_subscription", "set_discount", "undo_cancel", "undo_scheduled_change",
)  # fmt: skip
"""Kinds whose previews name the next invoice."""


def _grant(tx: Tx, customer_id: str, minor: int) -> None:
    """Account credit in every currency of the customer."""
    account, at = repository.load(tx, customer_id), clock.now(tx)
    for currency in {account.price_set(contract).currency for contract in account.contracts if minor}:
        ledger.grant_credit(account, at, minor, currency, actor=Actor("api"))
    repository.save(tx, account, at)


class _Discard(Exception):
    """Rolls a transaction back."""


def _check_preview(tx: Tx, body: dict[str, Any]) -> bool:
    """Return whether a next invoice was compared with the one that was billed."""
    customer = body["customer_id"]
    preview = runner.preview(tx, read_action(body), URL)
    with clock.changing(tx, customer) as (account, _):  # what is due is billed
        before = sums(account)
    read = cache(reader(tx))
    known = _ids(read, customer)
    last_invoice = tx.number("SELECT max(no) FROM invoices")
    paths = [change["path"] for change in preview["changes"]]
    assert len(set(paths)) == len(paths)
    assert [value_at(path, customer, read) for path in paths] == [c["before"] for c in preview["changes"]]
    clock.set_forward(tx, later_seconds(clock.now(tx), 45))  # as long as an agent reads
    outcome = _perform(tx, body, preview["basis"])
    read = cache(reader(tx))
    assert outcome["rule"] == preview["refused"]
    objects = outcome["objects"]
    _check_placeholders(tx, preview, objects, known)
    assert [value_at(path, customer, read, objects) for path in paths] == [
        change["after"] for change in preview["changes"]
    ]
    billed = tx.all(
        "SELECT currency, sum(total - credited) AS minor FROM invoices WHERE no > ? GROUP BY currency",
        (last_invoice,),
    )
    assert preview["due_now"] == [
        Money(row["minor"], row["currency"]).wire() for row in billed if row["minor"]
    ]
    check_amount(tx, customer, preview, before)
    return check_next_invoice(tx, customer, preview)


_LISTS = ("contracts", "payments", "refunds", "credits", "credit_notes")


def _ids(read: Read, customer: str) -> set[str]:
    invoices = {row["id"] for row in read(f"customers/{customer}/invoices")["rows"]}
    return invoices | {each["id"] for part in _LISTS for each in read(f"customers/{customer}/{part}")}


def _check_placeholders(
    tx: Tx, preview: dict[str, Any], objects: list[dict[str, Any]], known: set[str]
) -> None:
    """No id or document number of a new object is in the preview."""
    shown = json.dumps({**preview, "basis": ""}, ensure_ascii=False)
    for each in objects:
        if each["id"] not in known and each["type"] not in ("customer", "method"):
            assert each["id"] not in shown
            if each["type"] in ("invoice", "credit_note"):
                assert each["label"] not in shown

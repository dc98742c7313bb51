"""A key takes effect at most once: repeated, concurrent, reused, abandoned, interrupted, late."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.services.sandbox_api.recorded import AGENT, Recorded, amount, refund
from tests.support.fault_proxy import Fault, FaultProxy
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox, running


def _ready(api: Recorded) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """A key, a perform body for a refund of 1.00, and the payment."""
    customer, payment = api.refundable_payments(enough=1)[0]
    action = refund(customer, payment, **amount("1.00", payment))
    key = str(uuid4())
    return key, {"key": key, "action": action, "basis": api.post("/x/v1/previews", action)["basis"]}, payment


def _send(api: Recorded, body: dict[str, Any], expect: int = 200) -> Any:
    return api.post("/x/v1/actions", body, expect, **{"idempotency-key": body["key"]})


def _refunds(api: Recorded, body: dict[str, Any]) -> list[dict[str, Any]]:
    action = body["action"]
    made: list[dict[str, Any]] = api.get(f"/x/v1/customers/{action['customer_id']}/refunds")
    return [r for r in made if r["payment_id"] == action["payment_id"]]


def test_the_same_body_again_gets_the_first_answer(api: Recorded) -> None:
    key, body, _ = _ready(api)
    first = _send(api, body)
    again = _send(api, dict(reversed(body.items())))  # the order of members means nothing
    assert (first["replayed"], again["replayed"]) == (False, True)
    assert {**again, "replayed": False} == first
    assert {**api.get(f"/x/v1/actions/{key}"), "replayed": False} == first
    assert len(_refunds(api, body)) == 1


def test_a_refused_outcome_is_recorded_too(api: Recorded) -> None:
    key, body, payment = _ready(api)
    body["action"] = refund(body["action"]["customer_id"], payment, **amount("99999.00", payment))
    body["basis"] = api.post("/x/v1/previews", body["action"])["basis"]
    assert _send(api, body)["status"] == "refused"
    assert _send(api, body)["replayed"] is True
    assert api.get(f"/x/v1/actions/{key}")["rule"]["code"] == "exceeds_refundable"


def test_the_key_with_another_body_is_refused(api: Recorded) -> None:
    _, body, payment = _ready(api)
    _send(api, body)
    other = {**body, "action": {**body["action"], **amount("1.01", payment)}}
    assert _send(api, other, expect=422)["error"]["code"] == "key_reused"
    assert len(_refunds(api, body)) == 1


def test_errors_record_nothing_and_leave_the_key_usable(api: Recorded) -> None:
    key, body, _ = _ready(api)
    api.post("/x/v1/actions", body, 422, **{"idempotency-key": "another-key-0123456789"})
    api.post("/x/v1/actions", body, 400)
    _send(api, {**body, "surprise": True}, expect=422)
    _send(api, {**body, "basis": "b1.x.y"}, expect=422)
    _send(api, {**body, "action": {**body["action"], "customer_id": "Cust_nobody"}}, expect=404)
    api.get(f"/x/v1/actions/{key}", expect=404)
    assert _send(api, body)["status"] == "done"


def test_an_abandoned_key_never_runs(api: Recorded) -> None:
    key, body, _ = _ready(api)
    given_up = api.post(f"/x/v1/actions/{key}/abandon")
    assert (given_up["status"], given_up["rule"]["code"]) == ("refused", "abandoned")
    late = _send(api, body)
    assert (late["status"], late["rule"]["code"], late["kind"]) == ("refused", "abandoned", "refund")
    assert api.post(f"/x/v1/actions/{key}/abandon")["rule"]["code"] == "abandoned"
    assert _refunds(api, body) == []


def test_abandoning_a_performed_key_answers_its_outcome(api: Recorded) -> None:
    key, body, _ = _ready(api)
    done = _send(api, body)
    assert {**api.post(f"/x/v1/actions/{key}/abandon"), "replayed": False} == done
    api.post("/x/v1/actions/short/abandon", expect=422)


def test_the_portal_link_is_sent_once_and_not_stored(api: Recorded) -> None:
    customer = api.customers()[0]["id"]
    action = {"kind": "create_portal_link", "customer_id": customer, "context": dict(AGENT)}
    key = str(uuid4())
    assert api.post("/x/v1/previews", action)["amount"] is None
    first = api.do(action, key)
    assert first["link"].startswith(api.box.url)
    body = {"key": key, "action": action, "basis": "b1.x"}
    assert api.get(f"/x/v1/actions/{key}")["link"] is None
    assert _send(api, body, expect=422)["error"]["code"] == "key_reused"
    secret = first["link"].rpartition("/")[2].encode()
    assert api.box.store is not None
    api.box.store.close()
    assert not [path for path in api.box.db.parent.glob("sandbox.db*") if secret in path.read_bytes()]


def test_a_note_is_appended_with_date_and_agent(api: Recorded) -> None:
    row = next(row for row in api.customers() if row["notes"])
    action = {
        "kind": "append_note",
        "customer_id": row["id"],
        "context": dict(AGENT),
        "text": "Calls after 16:00.",
    }
    preview = api.post("/x/v1/previews", action)
    assert preview["amount"] is None
    api.perform(action, preview["basis"])
    notes = api.get(f"/x/v1/customers/{row['id']}/row")["notes"]
    assert notes == preview["changes"][0]["after"]
    assert notes == f"{row['notes']}\n2026-11-22 Jörg Müller: Calls after 16:00."
    assert api.post("/x/v1/previews", action)["lookalikes"][0]["by"] == "Jörg Müller"


# ── at once ──
@pytest.fixture
def held(sandbox_db: Path) -> Iterator[tuple[Recorded, threading.Event, threading.Event]]:
    """A sandbox whose actions wait before they commit: (client, an action waits, let it go)."""
    waiting, go = threading.Event(), threading.Event()

    def wait() -> None:
        waiting.set()
        assert go.wait(PATIENCE)

    with running(sandbox_db, before_commit=wait) as box, Recorded(box) as api:
        yield api, waiting, go
        go.set()


def test_of_two_concurrent_requests_one_runs(
    held: tuple[Recorded, threading.Event, threading.Event],
) -> None:
    api, waiting, go = held
    _, body, _ = _ready(api)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_send, api, body)
        assert waiting.wait(PATIENCE)
        assert _send(api, body, expect=409)["error"]["code"] == "in_progress"
        go.set()
        assert first.result(PATIENCE)["status"] == "done"
    assert len(_refunds(api, body)) == 1


def test_abandoning_while_it_runs_waits_for_its_outcome(
    held: tuple[Recorded, threading.Event, threading.Event],
) -> None:
    api, waiting, go = held
    key, body, _ = _ready(api)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(_send, api, body)
        assert waiting.wait(PATIENCE)
        given_up = pool.submit(api.post, f"/x/v1/actions/{key}/abandon")
        assert api.get("/x/v1")["version"] == "1"  # reads go on meanwhile
        go.set()
        assert first.result(PATIENCE)["status"] == given_up.result(PATIENCE)["status"] == "done"


def test_concurrent_refunds_never_exceed_the_payment(api: Recorded) -> None:
    customer, payment = api.refundable_payments(enough=1)[0]
    action = refund(customer, payment)
    basis = api.post("/x/v1/previews", action)["basis"]

    def one(_: int) -> int:
        key = str(uuid4())
        body = {"key": key, "action": action, "basis": basis}
        return api.http.post("/x/v1/actions", json=body, headers={"idempotency-key": key}).status_code

    with ThreadPoolExecutor(8) as pool:
        codes = sorted(pool.map(one, range(16)))
    assert codes == [200] + [409] * 15
    after = next(p for p in api.get(f"/x/v1/customers/{customer}/payments") if p["id"] == payment["id"])
    assert after["refunded"] == after["money"]


def test_a_failure_before_the_commit_leaves_neither_effect_nor_outcome(sandbox_db: Path) -> None:
    broken = [True]

    def fail() -> None:
        if broken[0]:
            raise RuntimeError("the disk is full")

    with running(sandbox_db, before_commit=fail) as box, Recorded(box) as api:
        key, body, _ = _ready(api)
        assert _send(api, body, expect=500)["error"]["code"] == "internal"
        assert _refunds(api, body) == []
        api.get(f"/x/v1/actions/{key}", expect=404)
        broken[0] = False
        assert _send(api, body)["status"] == "done"


# ── on a broken line ──
@pytest.mark.parametrize(
    ("fault", "ran"),
    [
        (Fault.REFUSE, False),
        (Fault.RESET_ON_ACCEPT, False),
        (Fault.CUT_BEFORE_SEND, False),
        (Fault.CUT_BEFORE_ANSWER, True),
        (Fault.CLOSE_BEFORE_ANSWER, True),
        (Fault.CUT_MID_ANSWER, True),
        (Fault.ERROR_500, True),
        (Fault.HTML, True),
        (Fault.STALL, True),
    ],
)
def test_repeating_the_request_recovers_from_every_fault(api: Recorded, fault: Fault, ran: bool) -> None:
    key, body, _ = _ready(api)
    headers = {"wb-key": api.box.key, "idempotency-key": key}
    with (
        FaultProxy(api.box.url) as proxy,
        httpx.Client(base_url=proxy.url, headers=headers, timeout=PATIENCE, verify=False) as client,
    ):
        armed = proxy.arm(fault, "POST", "/x/v1/actions")
        try:
            hasty = httpx.Timeout(PATIENCE, read=0.5 if fault is Fault.STALL else PATIENCE)
            spoiled = client.post("/x/v1/actions", json=body, timeout=hasty)
            assert spoiled.status_code == 500 or spoiled.headers["content-type"] == "text/html"
        except httpx.HTTPError:
            pass
        assert armed.hit.wait(PATIENCE)
        assert armed.fired == 1
        assert (len(_refunds(api, body)) == 1) is ran
        assert (api.call("GET", f"/x/v1/actions/{key}").status_code == 200) is ran
        proxy.disarm()
        settled = client.post("/x/v1/actions", json=body).json()
    assert (settled["status"], settled["replayed"]) == ("done", ran)
    assert len(_refunds(api, body)) == 1


def test_a_request_that_arrives_after_abandon_is_refused(sandbox: Sandbox) -> None:
    with Recorded(sandbox) as api, FaultProxy(sandbox.url) as proxy:
        key, body, _ = _ready(api)
        held = proxy.arm(Fault.HOLD, "POST", "/x/v1/actions")
        headers = {"wb-key": sandbox.key, "idempotency-key": key}
        with pytest.raises(httpx.HTTPError):
            httpx.post(
                f"{proxy.url}/x/v1/actions", json=body, headers=headers, timeout=PATIENCE, verify=False
            )
        assert held.fired == 1
        api.get(f"/x/v1/actions/{key}", expect=404)  # proves nothing: it is still on its way
        api.post(f"/x/v1/actions/{key}/abandon")
        late = proxy.deliver(held)
        assert [answer.status for answer in late] == [200]
        assert b'"abandoned"' in late[0].body
        assert _refunds(api, body) == []

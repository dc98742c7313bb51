"""Forged cursors, extreme dates and wrong methods: refused with 4xx, never 500."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.services.sandbox_api.recorded import AGENT, Recorded

LISTS: tuple[tuple[str, dict[str, str], str], ...] = (
    ("/x/v1/snapshot", {"kind": "customers"}, "cursor"),
    ("/x/v1/snapshot", {"kind": "invoices"}, "cursor"),
    ("/x/v1/snapshot", {"kind": "plans"}, "cursor"),
    ("/x/v1/changes", {}, "since"),
    ("/x/v1/customers/{}/invoices", {}, "cursor"),
    ("/x/v1/customers/{}/activity", {}, "cursor"),
    ("/x/v1/invoices", {}, "cursor"),
    ("/x/v1/refunds", {}, "cursor"),
    ("/v1/c/customer", {"status": "active"}, "offset"),
    ("/v1/c/invoice", {}, "offset"),
)


def _genuine(api: Recorded, path: str, parameters: dict[str, Any], name: str) -> str:
    """A cursor that the list itself gave."""
    page = api.get(path, limit=1, **parameters) if name != "since" else None
    if page is None:
        return str(api.get("/x/v1/snapshot", kind="plans")["changes_cursor"])
    return str(page["next"] if name == "cursor" else page["forward"])


_WRONG: tuple[Any, ...] = (-1, 10**30, 1.5, True, None, [], {}, "\ud800")


def _encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).rstrip(b"=").decode()


def _forged(genuine: str) -> Iterator[str]:
    """Cursors of the same list with positions that no row has."""
    mark, *position = json.loads(base64.urlsafe_b64decode(genuine + "=" * (-len(genuine) % 4)))
    for index, part in enumerate(position):
        for wrong in _WRONG + (("x",) if isinstance(part, int) else (7,)):
            yield _encoded(json.dumps([mark, *position[:index], wrong, *position[index + 1 :]]))
    for text in (
        json.dumps(["\ud800", *position]),
        json.dumps([mark]),
        json.dumps(mark),
        "[" * 3000,
        "[" * 1400 + "]" * 1400,
        f'["{mark}",' + "9" * 30 + "]",
        f'["{mark}",NaN]',
    ):
        yield _encoded(text)
    yield from ("junk", "=", "%", "é", "\x00", "-", genuine + "A", genuine[:-3])


@pytest.mark.parametrize(("path", "parameters", "name"), LISTS)
def test_a_forged_cursor_is_refused(api: Recorded, path: str, parameters: dict[str, Any], name: str) -> None:
    row = next(row for row in api.customers() if len(row["latest_invoices"]) == 3)
    path = path.format(row["id"])
    genuine = _genuine(api, path, parameters, name)
    first = api.call("GET", path, params={**parameters, name: genuine}).json()
    for cursor in _forged(genuine):
        answer = api.call("GET", path, params={**parameters, name: cursor})
        if answer.status_code == 200:  # base64 that ends in other bits of the last character
            assert answer.json() == first
            continue
        assert answer.status_code in ((422, 410) if path.startswith("/x/") else (400,)), cursor


def test_a_page_that_searches_a_long_text_has_a_next_one(api: Recorded) -> None:
    customer, text = api.customers()[0]["id"], "long " * 900
    for _ in range(2):
        api.do({"kind": "append_note", "customer_id": customer, "context": AGENT, "text": text})
    path = f"/x/v1/customers/{customer}/activity"
    page = api.get(path, q=text.strip(), limit=1)
    other = api.get(path, q=text.strip(), limit=1, cursor=page["next"])
    assert (page["total"], other["next"]) == (2, None)
    assert page["events"] != other["events"]


@pytest.mark.parametrize("since", ["junk", "1", "W10", "é", "\x00"])
def test_what_is_no_cursor_is_invalid_not_expired(api: Recorded, since: str) -> None:
    error = api.get("/x/v1/changes", expect=422, since=since)["error"]
    assert (error["code"], list(error["fields"])) == ("invalid", ["since"])


def test_a_cursor_of_another_file_is_expired(api: Recorded) -> None:
    other = _encoded('["changes 0123456789ab",1]')
    assert api.get("/x/v1/changes", expect=410, since=other)["error"]["code"] == "cursor_expired"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("/x/v1/snapshot?kind=plans", "limit"),
        ("/x/v1/invoices", "limit"),
        ("/x/v1/invoices", "state"),
        ("/x/v1/invoices", "overdue"),
        ("/x/v1/refunds", "status"),
        ("/x/v1/customers/{}/usage", "from"),
        ("/v1/c/invoice", "limit"),
        ("/v1/c/invoice", "offset"),
        ("/v1/c/invoice", "direction"),
        ("/v1/c/invoice", "date_before"),
        ("/v1/c/customer?status=active", "limit"),
    ],
)
def test_an_empty_parameter_is_not_an_absent_one(api: Recorded, path: str, name: str) -> None:
    path = path.format(api.customers()[0]["id"])
    answer = api.call("GET", f"{path}{'&' if '?' in path else '?'}{name}=")
    body = answer.json()
    fields = body["error"]["fields"] if path.startswith("/x/") else body["feedback"]
    assert (answer.status_code, list(fields)) == (422 if path.startswith("/x/") else 400, [name])


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/x/v1", "GET, HEAD"),
        ("PUT", "/x/v1/customers/{}/row", "GET, HEAD"),
        ("GET", "/x/v1/previews", "POST"),
        ("PATCH", "/x/v1/clock", "POST"),
        ("OPTIONS", "/v1/c/customer", "GET, HEAD, POST"),
        ("DELETE", "/v1/c/customer/{}/address", "GET, HEAD, POST"),
        ("GET", "/v1/c/contract", "POST"),
    ],
)
def test_a_wrong_method_is_405(api: Recorded, method: str, path: str, allowed: str) -> None:
    answer = api.http.request(method, path.format(api.customers()[0]["id"]))
    assert (answer.status_code, answer.headers["allow"]) == (405, allowed)
    body = answer.json()
    assert body["error"]["code"] == "malformed" if path.startswith("/x/") else body["feedback"]


@pytest.mark.parametrize(
    "to",
    [
        "0999-01-01T00:00:00Z",
        "0001-01-01T00:00:00+23:59",
        "9999-12-31T23:59:59Z",
        "9999-12-31T23:59:59-23:59",
        "2126-11-22T10:00:00Z",
        "2036-11-22T10:00:01Z",
        "+12026-11-22T10:00:00Z",
        "",
    ],
)
def test_the_clock_refuses_extreme_dates_and_more_than_ten_years(api: Recorded, to: str) -> None:
    assert list(api.post("/x/v1/clock", {"to": to}, expect=422)["error"]["fields"]) == ["to"]
    assert api.get("/x/v1")["server_time"] == "2026-11-22T10:00:00Z"


def test_dates_may_be_the_last_there_is(api: Recorded) -> None:
    row = next(row for row in api.customers() if row["billing_status"] == "active")
    currency = row["contracts"][0]["amount"]["currency"]
    given = {"amount": {"amount": "5", "currency": currency}, "expires": "9999-12-31"}
    if currency != "jpy":
        given["amount"] = {"amount": "5.00", "currency": currency}
    grant = {"kind": "grant_credit", "customer_id": row["id"], "context": AGENT, **given}
    assert api.do(grant)["status"] == "done"
    subscribe = {"customer": row["id"], "plan": "Plan_starter", "currency": currency, "cycle": "month"}
    api.post("/v1/c/contract", {**subscribe, "activation": "9999-12-31T23:59:59Z"})
    last = api.get(f"/x/v1/customers/{row['id']}/contracts")[0]
    assert (last["status"], last["start"], last["trial_end"]) == ("scheduled", "9999-12-31", "9999-12-31")


def test_usage_that_no_invoice_can_hold_is_refused(api: Recorded) -> None:
    metered = (
        (row, contract)
        for row in api.customers()
        for contract in api.get(f"/x/v1/customers/{row['id']}/contracts")
        if row["status"] == contract["status"] == "active" and contract["plan"] == "Pro"
    )
    row, contract = next(metered)
    event = {"customer_id": row["id"], "feature_slug": "api_calls"}
    feedback = api.post("/v1/c/usage", {**event, "units": str(10**26)}, expect=400)["feedback"]
    assert list(feedback) == ["units"]
    api.post("/v1/c/usage", {**event, "units": str(10**12)})
    api.post("/x/v1/clock", {"to": f"{contract['next_charge']['date']}T23:59:59Z"})
    assert (
        api.get(f"/x/v1/customers/{row['id']}/invoices", limit=1)["rows"][0]["contract_id"] == contract["id"]
    )


def test_moving_the_clock_leaves_room_for_other_writes(api: Recorded) -> None:
    """Due customers are billed in several transactions, so that no call waits for all of them."""
    assert api.box.store is not None
    writes: list[int] = []
    with api.box.store.read() as tx:
        before = tx.number("SELECT count(*) FROM customers WHERE next_event <= '2027-11-22'")
    transaction = api.box.store.write

    def counted() -> Any:
        writes.append(1)
        return transaction()

    api.box.store.write = counted  # type: ignore[method-assign]
    api.post("/x/v1/clock", {"to": "2027-11-22T10:00:00Z"})
    assert before > 25 and len(writes) > before // 25


@pytest.mark.parametrize(
    "trigger", [{}, {"periodic": {"cycle_start_offset": {}}}, {"periodic": 1}, "{", 7, []]
)
def test_a_malformed_invoice_trigger_is_refused(plain: Recorded, trigger: Any) -> None:
    feedback = plain.post("/v1/c/preferences/invoicing", {"invoice_trigger": trigger}, expect=400)["feedback"]
    assert all(name.startswith("invoice_trigger") for name in feedback)

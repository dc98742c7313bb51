"""Keys, unknown paths, invalid bodies and queries: refused in the dialect of the path, without a trace."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from tests.services.sandbox_api.recorded import Recorded, refund
from tests.support.patience import PATIENCE
from tests.support.sandbox import Sandbox


@pytest.mark.parametrize("path", ["/x/v1", "/x/v1/nope", "/v1/c/customer?search=a", "/v1/c/nope", "/"])
@pytest.mark.parametrize("headers", [{}, {"wb-key": "wrong"}, {"wb-key": ""}, {"Authorization": "Bearer x"}])
def test_without_the_key_everything_is_401(sandbox: Sandbox, path: str, headers: dict[str, str]) -> None:
    answer = httpx.get(sandbox.url + path, headers=headers, timeout=PATIENCE, verify=False)
    assert answer.status_code == 401
    if path.startswith("/x/"):
        assert answer.json()["error"]["code"] == "unauthorized"
    else:
        assert "feedback" in answer.json()


def test_a_key_given_twice_is_refused(sandbox: Sandbox) -> None:
    twice = [("wb-key", sandbox.key), ("wb-key", sandbox.key)]
    assert httpx.get(f"{sandbox.url}/x/v1", headers=twice, timeout=PATIENCE, verify=False).status_code == 401


def test_plain_knows_no_extension(plain: Recorded, api: Recorded) -> None:
    for path in ("/x/v1", "/x/v1/plans", "/x/v1/nope", "/elsewhere"):
        answer = plain.http.get(path)
        assert (answer.status_code, answer.json()) == (404, plain.http.get("/v1/c/nope").json())
    assert plain.get("/v1/c/customer", status="active")["total"] > 0


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"x"',
        b"\xff\xfe",
        b'{"kind":"refund","kind":"refund"}',
        b'{"kind":NaN}',
        b'{"kind":' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"kind":"\\ud800"}',
        b" " * (1 << 20) + b"{}",
    ],
    ids=lambda body: repr(body[:20]),
)
def test_a_body_that_cannot_be_read_is_400(api: Recorded, body: bytes) -> None:
    answer = api.call("POST", "/x/v1/previews", content=body)
    assert (answer.status_code, answer.json()["error"]["code"]) == (400, "malformed")
    assert api.http.post("/v1/c/customer", content=body).status_code == 400


@pytest.mark.parametrize("kind", ["no_such_kind", "x" * 5000, "\u202e"])
def test_an_unsupported_action_is_404(api: Recorded, kind: str) -> None:
    answer = api.post("/x/v1/previews", {"kind": kind, "customer_id": "Cust_1"}, expect=404)
    assert "capabilities" in answer["error"]["message"]
    key = "k" * 20
    perform = {"key": key, "action": {"kind": kind}, "basis": "b1"}
    api.post("/x/v1/actions", perform, expect=404, **{"idempotency-key": key})


@pytest.mark.parametrize(
    ("path", "parameters", "field"),
    [
        ("/x/v1/snapshot", {}, "kind"),
        ("/x/v1/snapshot", {"kind": "people"}, "kind"),
        ("/x/v1/snapshot", {"kind": "plans", "limit": "0"}, "limit"),
        ("/x/v1/snapshot", {"kind": "plans", "limit": "501"}, "limit"),
        ("/x/v1/snapshot", {"kind": "plans", "limit": "١"}, "limit"),
        ("/x/v1/snapshot", {"kind": "plans", "cursor": "abc"}, "cursor"),
        ("/x/v1/snapshot", {"kind": "plans", "cursor": "ü"}, "cursor"),
        ("/x/v1/snapshot", {"kind": "plans", "page": "2"}, "page"),
        ("/x/v1/snapshot", {"kind": ["plans", "invoices"]}, "kind"),
        ("/x/v1/invoices", {"state": "overdue"}, "state"),
        ("/x/v1/invoices", {"overdue": "yes"}, "overdue"),
        ("/x/v1/refunds", {"status": "done"}, "status"),
        ("/x/v1/changes", {}, "since"),
    ],
)
def test_a_wrong_query_names_its_parameter(
    api: Recorded, path: str, parameters: dict[str, Any], field: str
) -> None:
    answer = api.get(path, expect=422, **parameters)
    assert list(answer["error"]["fields"]) == [field]


def test_unknown_objects_are_404_everywhere(api: Recorded) -> None:
    for path in ("/x/v1/customers/{}/row", "/x/v1/customers/{}/usage", "/x/v1/invoices/{}"):
        for name in ("Cust_nobody", "%2e%2e", "a%0ab", "x" * 300):
            api.get(path.format(name), expect=404)
    for path in ("/v1/c/customer/{}", "/v1/c/contract/{}", "/v1/c/invoice/{}", "/v1/c/customer/{}/balance"):
        api.get(path.format("Cust_nobody"), expect=404)


def test_a_cursor_of_another_list_is_refused(api: Recorded) -> None:
    one, two = [row["id"] for row in api.customers() if len(row["latest_invoices"]) == 3][:2]
    cursor = api.get(f"/x/v1/customers/{one}/invoices", limit=1)["next"]
    api.get(f"/x/v1/customers/{two}/invoices", expect=422, cursor=cursor)
    api.get("/x/v1/snapshot", expect=422, kind="customers", cursor=cursor)


@pytest.mark.parametrize(
    ("path", "parameters", "name"),
    [
        ("/x/v1/snapshot", {"kind": "plans"}, "cursor"),
        ("/x/v1/changes", {}, "since"),
        ("/x/v1/customers/{}/invoices", {}, "cursor"),
        ("/x/v1/customers/{}/activity", {}, "cursor"),
        ("/x/v1/invoices", {}, "cursor"),
        ("/x/v1/refunds", {}, "cursor"),
    ],
)
def test_a_cursor_has_1_to_4096_characters(
    api: Recorded, path: str, parameters: dict[str, str], name: str
) -> None:
    path = path.format(api.customers()[0]["id"])
    for text in ("", "c" * 4097):
        error = api.get(path, expect=422, **parameters, **{name: text})["error"]
        assert list(error["fields"]) == [name]
    error = api.get(path, expect=422, **parameters, **{name: "c" * 4096})[
        "error"
    ]  # of that length it may be one
    assert "characters" not in str(error["fields"])


@pytest.mark.parametrize("length", [15, 256])
def test_a_key_has_16_to_255_characters(api: Recorded, length: int) -> None:
    key = "k" * length
    for error in (
        api.get(f"/x/v1/actions/{key}", expect=422),
        api.post(f"/x/v1/actions/{key}/abandon", expect=422),
        api.post(
            "/x/v1/actions", {"key": key, "action": {}, "basis": "b"}, expect=422, **{"idempotency-key": key}
        ),
    ):
        assert list(error["error"]["fields"]) == ["key"]


@pytest.mark.parametrize("length", [16, 255])
def test_the_shortest_and_the_longest_key_are_keys(api: Recorded, length: int) -> None:
    key = "k" * length
    api.get(f"/x/v1/actions/{key}", expect=404)
    assert api.post(f"/x/v1/actions/{key}/abandon")["rule"]["code"] == "abandoned"


def test_ids_and_basis_of_a_command_are_of_bounded_length(api: Recorded) -> None:
    customer, payment = api.refundable_payments(enough=1)[0]
    key = "k" * 20

    def wrong(basis: str, **members: object) -> list[str]:
        body = {"key": key, "action": {**refund(customer, payment), **members}, "basis": basis}
        answer = api.post("/x/v1/actions", body, expect=422, **{"idempotency-key": key})
        return list(answer["error"]["fields"])

    for text in ("", "x" * 101):
        assert wrong("b", customer_id=text) == ["action.customer_id"]
        assert wrong("b", payment_id=text) == ["action.payment_id"]
        line = {"line_id": text, "amount": None}
        assert wrong("b", mode="lines", lines=[line]) == ["action.lines.0.line_id"]
    for text in ("", "b" * 8193):
        assert wrong(text) == ["basis"]


def test_the_clock_goes_forward_only(api: Recorded) -> None:
    for to in (
        "2026-11-22T09:59:59Z",
        "2026-11-22T10:00:00Z",
        "2036-11-22T10:00:01Z",
        "yesterday",
        "2026-11-23T10:00:00",
    ):
        assert list(api.post("/x/v1/clock", {"to": to}, expect=422)["error"]["fields"]) == ["to"]
    assert api.post("/x/v1/clock", {"to": "2026-11-23T12:00:00+02:00"}) == {"now": "2026-11-23T10:00:00Z"}
    assert api.get("/x/v1")["today"] == "2026-11-23"

"""Errors for every status and every transport error, for reads and writes."""

from __future__ import annotations

import json
import ssl
from typing import Any

import httpx
import pytest

from tests.unit.api.extension import OUTCOMES, PREVIEW, REFUND, ROW, K
from tests.unit.api.mock import DISCOVERY, ORIGIN, MockServer, answer, client, raw, trouble
from wbtui import errors
from wbtui.api import faults
from wbtui.api.options import HttpOptions
from wbtui.api.wingback import records
from wbtui.api.wingback.wire import Wire
from wbtui.models import parts
from wbtui.models.preview import Intent, Preview, Status
from wbtui.services.actions.classify import classify_error

CALL = "POST /x/v1/actions"
READ_MEANS: dict[int, type[errors.WbtuiError]] = {
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    408: errors.TimedOut,
    409: errors.Conflict,
    410: errors.CursorExpired,
    429: errors.RateLimited,
    407: errors.BadAnswer,
    **dict.fromkeys((400, 413, 414, 415, 422, 431), errors.Rejected),
}
NOTHING_DONE = (
    *(errors.BasisChanged, errors.Rejected, errors.Unauthorized, errors.Forbidden),
    *(errors.RateLimited, errors.NotFound, errors.InProgress, errors.Conflict),
)
"""Errors that mean that nothing was done."""


def _intent() -> Intent:
    return client(MockServer()).build_intent(REFUND, _preview(), K)


def _preview() -> Preview:
    return records.read(Preview, Wire(PREVIEW))


def expected(status: int) -> type[errors.WbtuiError]:
    if status < 300:
        return errors.BadAnswer
    if status < 400:
        return errors.Redirected
    if status < 500:
        return READ_MEANS.get(status, errors.ApiError)
    return errors.BadAnswer if status == 511 else errors.ServerFailed


@pytest.mark.parametrize("hundred", [100, 200, 300, 400, 500])
async def test_a_read_of_every_status(hundred: int) -> None:
    for status in range(hundred, hundred + 100):
        server = MockServer({"GET /x/v1": answer(DISCOVERY), "GET /x/v1/plans": answer({"odd": 1}, status)})
        if status == 200:
            server.on("GET /x/v1/plans", raw(b"<html>", 200))
        with pytest.raises(expected(status)) as caught:
            await client(server, options=HttpOptions(read_retries=3)).read(parts.PLANS, "")
        assert isinstance(caught.value, errors.ApiError)
        assert caught.value.sentence and caught.value.title, status
        tries = server.calls.count("GET /x/v1/plans")
        assert tries == (4 if status in (408, 429, 502, 503, 504) else 1), status


@pytest.mark.parametrize("hundred", [100, 200, 300, 400, 500])
@pytest.mark.parametrize("body", [b"", b'{"odd": 1}', b"<html>odd</html>"])
async def test_a_write_is_sent_once_whatever_the_status(hundred: int, body: bytes) -> None:
    """A proxy may respond after the server processed the write: no error may mean "nothing was done"."""
    intent = _intent()
    for status in range(hundred, hundred + 100):
        server = MockServer({CALL: raw(body, status)})
        with pytest.raises(errors.ApiError) as caught:
            await client(server).perform(intent)
        assert server.calls == [CALL], status
        assert caught.value.sent, status
        assert not isinstance(caught.value, NOTHING_DONE), status


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "malformed", errors.Rejected),
        (401, "unauthorized", errors.Unauthorized),
        (403, "forbidden", errors.Forbidden),
        (404, "not_found", errors.NotFound),
        (409, "in_progress", errors.InProgress),
        (409, "basis_changed", errors.BasisChanged),
        (409, "new_code", errors.Conflict),
        (422, "key_reused", errors.Rejected),
        (429, "rate_limited", errors.RateLimited),
        (500, "internal", errors.ServerFailed),
        (503, "unavailable", errors.ServerFailed),
    ],
)
async def test_rejected_writes(status: int, code: str, kind: type[errors.ApiError]) -> None:
    with pytest.raises(kind) as caught:
        await client(MockServer({CALL: trouble(code, status)})).perform(_intent())
    assert type(caught.value) is kind
    said = "rejected this API key" if status == 401 else f"It is {code}."
    assert caught.value.request_id == "req_1" and said in caught.value.sentence
    assert getattr(caught.value, "code", code) == code


@pytest.mark.parametrize(
    ("error", "kind", "sent"),
    [
        (httpx.ConnectError("x"), errors.Unreachable, False),
        (httpx.ConnectTimeout("x"), errors.Unreachable, False),
        (httpx.ReadTimeout("x"), errors.TimedOut, True),
        (httpx.WriteTimeout("x"), errors.TimedOut, True),
        (httpx.ReadError("x"), errors.ConnectionLost, True),
        (httpx.WriteError("x"), errors.ConnectionLost, True),
        (httpx.CloseError("x"), errors.ConnectionLost, True),
        (httpx.RemoteProtocolError("Server disconnected"), errors.ConnectionLost, True),
        (httpx.LocalProtocolError("x"), errors.ConnectionLost, True),
        (OSError("x"), errors.ConnectionLost, True),
        (ssl.SSLError("x"), errors.ConnectionLost, True),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_transport_errors_of_a_write(error: Exception, kind: type[errors.ApiError], sent: bool) -> None:
    server = MockServer({CALL: error})
    announced: list[bool] = []
    with pytest.raises(kind) as caught:
        await client(server).perform(_intent(), on_sending=lambda: announced.append(True))
    assert caught.value.sent is sent
    assert announced == ([True] if sent else [])
    assert server.calls == [CALL], "never a second time"
    assert caught.value.__context__ is None, "no request (and key) hangs on it"


def test_without_a_trace_only_a_failed_connect_is_not_sent() -> None:
    silent = faults.RequestProgress()
    for error in (httpx.ReadError("x"), TimeoutError(), httpx.ReadTimeout("x")):
        assert faults.transport_error(error, ORIGIN, silent).sent
    for failed in (httpx.ConnectError("x"), httpx.ConnectTimeout("x"), httpx.PoolTimeout("x")):
        assert not faults.transport_error(failed, ORIGIN, silent).sent
    connecting = faults.RequestProgress(traced=True)
    assert not faults.transport_error(TimeoutError(), ORIGIN, connecting).sent
    started = faults.RequestProgress(traced=True, started=True)
    assert faults.transport_error(httpx.ConnectError("x"), ORIGIN, started).sent, "the first byte decides"


# ── wrong key, wrong host ────────────────────────────────────────────────────────────────────────
async def _discover(**routes: Any) -> errors.ApiError:
    server = MockServer()
    for call, reply in routes.items():
        server.on(call, reply)
    with pytest.raises(errors.ApiError) as caught:
        await client(server).discover()
    return caught.value


async def test_wrong_key_and_wrong_host_differ() -> None:
    key = await _discover(**{"GET /x/v1": trouble("unauthorized", 401)})
    assert isinstance(key, errors.Unauthorized) and "rejected this API key" in key.sentence
    plain_key = await _discover(**{"GET /v1/c/customer": answer({"feedback": {}}, 401)})
    assert isinstance(plain_key, errors.Unauthorized) and "rejected this API key" in plain_key.sentence
    front = await _discover(**{"GET /x/v1": raw(b"<h1>Sign in</h1>", 401, {"www-authenticate": "Basic x"})})
    assert isinstance(front, errors.Unauthorized) and "in front" in front.sentence
    portal = await _discover(**{"GET /x/v1": raw(b"<!doctype html><p>Hotel WiFi</p>", 200)})
    assert isinstance(portal, errors.BadAnswer) and "web page" in portal.sentence and "sign-in" in portal.hint
    other = await _discover(**{"GET /x/v1": raw(b"", 404), "GET /v1/c/customer": raw(b"<html>", 404)})
    assert isinstance(other, errors.BadAnswer) and "not a Wingback server" in other.sentence
    elsewhere = await _discover(**{"GET /x/v1": raw(b"", 302, {"location": "https://sso.example/?k=v"})})
    assert isinstance(elsewhere, errors.Redirected)
    assert "sso.example" in elsewhere.sentence and "k=v" not in elsewhere.sentence
    for clock in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z"):
        odd = await _discover(**{"GET /x/v1": answer({**DISCOVERY, "server_time": clock})})
        assert isinstance(odd, errors.BadAnswer) and "server_time" in odd.sentence
    another = await _discover(**{"GET /x/v1": answer({"hello": "world"})})
    assert isinstance(another, errors.BadAnswer)
    down = await _discover(**{"GET /x/v1": raw(b"<html>maintenance</html>", 503)})
    assert isinstance(down, errors.ServerFailed) and "maintenance" in down.hint


async def test_wingback_feedback_becomes_fields() -> None:
    said = {"request": {"value": "Not this key."}, "name": {"type": "error", "value": "too long"}, "odd": 3}
    feedback = {"feedback": said}
    server = MockServer({"GET /x/v1": answer(DISCOVERY), "GET /x/v1/plans": answer(feedback, 400)})
    with pytest.raises(errors.Rejected) as caught:
        await client(server).read(parts.PLANS, "")
    assert caught.value.fields == {"name": "too long", "odd": "invalid"}, "the request is no field"
    assert caught.value.sentence == "Not this key.; name: too long; odd: invalid"


@pytest.mark.parametrize(
    "body",
    [
        {"error": {"code": 3, "message": {"x": 1}, "fields": [1], "request_id": None}},
        {"error": {"code": "x" * 999, "message": "y" * 9_999, "fields": {"a": {"b": []}}, "preview": 3}},
        {"error": "nope"},
        {"error": None},
        {"message": 3},
        ["x"],
        "x",
        None,
    ],
    ids=repr,
)
@pytest.mark.parametrize("status", [400, 401, 404, 409, 422, 429, 500])
async def test_unexpected_error_bodies(body: Any, status: int) -> None:
    path = f"/x/v1/customers/{ROW['id']}/row"
    server = MockServer({"GET /x/v1": answer(DISCOVERY), f"GET {path}": answer(body, status)})
    with pytest.raises(errors.ApiError) as caught:
        await client(server).read(parts.CUSTOMER, ROW["id"])
    assert len(caught.value.sentence) < 1_000


async def test_any_2xx_with_an_outcome_is_accepted() -> None:
    done = json.dumps(OUTCOMES["done"]).encode()
    for status in (200, 201, 202):
        outcome = await client(MockServer({CALL: raw(done, status)})).perform(_intent())
        assert outcome.key == K


def test_what_was_not_sent_needs_no_look_at_its_status() -> None:
    lost = errors.TimedOut("No answer.", sent=False)
    found = classify_error(lost, first=True, started=False)
    assert (found.status, found.trouble) == (Status.NOT_SENT, "No answer. Nothing was sent. Try again.")
    refused = classify_error(errors.Unreachable("No way.", sent=False), first=True, started=False)
    assert refused.trouble is not None and refused.trouble.endswith("Data already cached stays available.")

"""Retries, backoff, deadlines, logs and the API key."""

from __future__ import annotations

import asyncio
import gzip
import logging
import random
import traceback
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest

import wbtui
from tests.unit.api.extension import CUSTOMER_ID, ROW
from tests.unit.api.mock import DISCOVERY, KEY, ORIGIN, MockServer, Sleeps, answer, client, raw, trouble
from wbtui import errors
from wbtui.api import faults
from wbtui.api.answer import Answer
from wbtui.api.http import Http, pause
from wbtui.api.options import HttpOptions
from wbtui.api.port import Lookup
from wbtui.models import parts
from wbtui.models.secret import Secret

FOUND = answer(DISCOVERY)
PACKAGE = Path(wbtui.__file__).parent


def test_backoff_is_jittered_within_bounds() -> None:
    rng = random.Random(1)
    drawn = {n: [pause(n, rng) for _ in range(1_000)] for n in range(8)}
    for n, values in drawn.items():
        whole = min(0.5 * 2**n, 5.0)
        assert all(max(0.5, whole / 2) <= value <= whole for value in values)
    assert len(set(drawn[4])) > 900, "all different"
    assert set(drawn[0]) == {0.5}, "never below half a second"
    assert pause(10_000, rng) <= 5.0


@pytest.mark.parametrize(
    ("header", "waits"),
    [("3", 3.0), ("60", 60.0), ("1", 1.0)],
)
async def test_retry_after_is_used_exactly(header: str, waits: float) -> None:
    sleeps = Sleeps()
    server = MockServer({"GET /x/v1": [trouble("rate_limited", 429), FOUND]})
    server.routes["GET /x/v1"][0] = raw(b"", 429, {"retry-after": header})
    await client(server, sleeps=sleeps).discover()
    assert sleeps.taken == [waits]


@pytest.mark.parametrize(
    "header",
    ["0", "61", "86400", "-1", "soon", "1.5", "９", "1e1", "Wed, 21 Oct 2026 07:28:00 GMT", "9" * 40, " "],
)
async def test_an_invalid_retry_after_is_ignored(header: str) -> None:
    sleeps = Sleeps()
    busy = httpx.Response(503, headers=[(b"retry-after", header.encode())])
    await client(MockServer({"GET /x/v1": [busy, FOUND]}), sleeps=sleeps).discover()
    assert len(sleeps.taken) == 1 and 0.5 <= sleeps.taken[0] <= 5


async def test_rate_limited_has_retry_after() -> None:
    server = MockServer({"GET /x/v1": raw(b"", 429, {"retry-after": "7"})})
    sleeps = Sleeps()
    with pytest.raises(errors.RateLimited) as caught:
        await client(server, sleeps=sleeps).discover()
    assert caught.value.retry_after == 7 and sleeps.taken == [7, 7]


@pytest.mark.parametrize(
    ("first", "tries"),
    [
        (httpx.ConnectError("x"), 2),
        (httpx.ConnectTimeout("x"), 2),
        (httpx.ReadError("x"), 2),
        (httpx.RemoteProtocolError("x"), 2),
        (httpx.ReadTimeout("x"), 1),
    ],
    ids=lambda value: type(value).__name__,
)
async def test_which_failed_reads_are_retried(first: Exception, tries: int) -> None:
    server = MockServer({"GET /x/v1": [first, FOUND]})
    try:
        await client(server).discover()
    except errors.TimedOut:
        assert tries == 1
    assert len(server.requests) == tries


async def test_retries_end() -> None:
    server, sleeps = MockServer({"GET /x/v1": httpx.ConnectError("x")}), Sleeps()
    with pytest.raises(errors.Unreachable):
        await client(server, sleeps=sleeps, options=HttpOptions(read_retries=5)).discover()
    assert len(server.requests) == 6 and len(sleeps.taken) == 5
    assert sleeps.taken == sorted(sleeps.taken) or max(sleeps.taken) <= 5


class Drip(httpx.AsyncBaseTransport):
    """Responds one byte at a time, so that only the deadline ends the request."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        await request.extensions["trace"]("http11.send_request_headers.started", {})
        return httpx.Response(200, stream=_Endless())


class _Endless(httpx.AsyncByteStream):
    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            await asyncio.sleep(0.01)
            yield b" "


async def test_the_deadline_includes_the_body() -> None:
    options = HttpOptions(deadline=0.1, write_deadline=0.15)
    http = Http(ORIGIN, Secret(KEY), options, rng=random.Random(1), transport=Drip())
    with pytest.raises(errors.TimedOut) as caught:
        await http.read("GET", "/x")
    assert caught.value.sent
    with pytest.raises(errors.TimedOut) as caught:
        await http.send_once("/x", b"{}")
    assert caught.value.sent


async def test_gzip_is_supported() -> None:
    server = MockServer({"GET /x/v1": raw(gzip.compress(FOUND.content), 200, {"content-encoding": "gzip"})})
    # httpx has unpacked the content of the prepared response; pack it again for the wire.
    packed = gzip.compress(FOUND.content)
    server.on("GET /x/v1", lambda _request: _packed(packed))
    assert (await client(server).discover()).merchant == "Acme Sandbox"
    assert server.requests[0].headers["accept-encoding"] == "gzip"


def _packed(content: bytes) -> httpx.Response:
    response = httpx.Response(200, content=content)
    response.headers["content-encoding"] = "gzip"
    return response


async def test_a_body_over_the_limit_is_rejected() -> None:
    server = MockServer({"GET /x/v1": raw(b" " * 2_000 + FOUND.content)})
    with pytest.raises(errors.BadAnswer, match="too large"):
        await client(server, options=HttpOptions(max_body=2_000)).discover()


async def test_cookies_are_not_kept() -> None:
    server = MockServer({"GET /x/v1": raw(FOUND.content, 200, {"set-cookie": "track=1; Path=/"})})
    api = client(server)
    await api.discover()
    await api.discover()
    assert "cookie" not in server.requests[1].headers


async def test_request_headers() -> None:
    server = MockServer({"GET /x/v1": FOUND})
    await client(server).discover()
    assert set(server.requests[0].headers) == {
        *("host", "wb-key", "accept", "accept-encoding", "user-agent", "connection"),
    }


# ── the key and the logs ─────────────────────────────────────────────────────────────────────────
async def test_the_key_and_the_query_are_not_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    for name in ("httpx", "httpcore.http11", "httpcore.connection"):
        logging.getLogger(name).setLevel(logging.DEBUG)
    echo = f"The key {KEY} is unknown".encode()
    caught: list[errors.ApiError] = []
    texts: list[str] = []
    for reply in (
        raw(echo, 401),
        trouble("unauthorized", 401, message=f"No such key: {KEY}"),
        raw(b"", 302, {"location": f"https://{KEY}.evil.example/?{KEY}"}),
        raw(b"{" + echo),
        httpx.ReadError("x"),
        httpx.ReadTimeout("x"),
        httpx.ConnectError("x"),
        answer({**DISCOVERY, "merchant": {"id": KEY, "name": f"Hi {KEY}"}}),
    ):
        api = client(MockServer({"GET /x/v1": reply}))
        try:
            texts.append(repr(await api.discover()))
        except errors.ApiError as error:
            caught.append(error)
        texts.append(repr(api) + str(vars(api)) + repr(vars(api._http)))
    server = MockServer({"GET /x/v1": FOUND, "GET /v1/c/customer": answer({"hits": []})})
    await client(server).lookup(Lookup(email="anna@lumen.example"))
    assert len(caught) == 7
    for one in caught:
        texts += [repr(one), str(vars(one)), one.sentence, one.hint]
        formatted = traceback.TracebackException.from_exception(one, capture_locals=True)
        texts += list(formatted.format_exception_only())
        frames = [frame for frame in formatted.stack if Path(frame.filename).is_relative_to(PACKAGE)]
        assert frames, "our own frames are there to look at"
        texts += [f"{frame.name} {frame.locals}" for frame in frames]
    assert caplog.records, "our own log says what was called"
    texts += [record.getMessage() + str(record.args) for record in caplog.records]
    assert not [text for text in texts if KEY in text]
    assert not [text for text in texts if "lumen.example" in text], "a search holds e-mail addresses"
    assert any("GET /v1/c/customer: 200" in text for text in texts)


def test_a_retry_after_of_an_answer_is_bounded() -> None:
    assert faults.retry_after(Answer("GET /x", 429, {"retry-after": "61"}, b""), at_most=60) is None
    assert faults.retry_after(Answer("GET /x", 429, {}, b""), at_most=60) is None


async def test_concurrent_requests_are_limited() -> None:
    running = most = 0

    async def slow(request: httpx.Request) -> httpx.Response:
        nonlocal running, most
        running += 1
        most = max(most, running)
        for _ in range(5):
            await asyncio.sleep(0)
        running -= 1
        identifier = request.url.path.split("/")[4]
        return answer({**ROW, "id": identifier})

    hits: dict[str, Any] = {"hits": [{"id": f"C{n}"} for n in range(20)], "total": 20}
    server = MockServer({"GET /x/v1": FOUND, "GET /v1/c/customer": answer(hits)})
    for n in range(20):
        server.on(f"GET /x/v1/customers/C{n}/row", slow)
    found = await client(server).lookup(Lookup(text="x"), limit=20)
    assert [row.id for row in found.rows] == [f"C{n}" for n in range(20)], "in the order of the hits"
    assert 1 < most <= 6


async def test_closing_twice_is_fine_and_a_closed_client_opens_again() -> None:
    server = MockServer({"GET /x/v1": FOUND, f"GET /x/v1/customers/{CUSTOMER_ID}/row": answer(ROW)})
    api = client(server)
    await api.aclose()
    await api.read(parts.CUSTOMER, CUSTOMER_ID)
    await api.aclose()
    await api.aclose()

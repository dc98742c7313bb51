"""In-process server with the trace events of a real transport."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import httpx

from wbtui.api.options import HttpOptions
from wbtui.api.wingback.client import WingbackClient

KEY = "api_key_CANARY_0123456789abcdef"
ORIGIN = "https://billing.example"
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)

Reply = httpx.Response | Exception | Callable[[httpx.Request], httpx.Response | Awaitable[httpx.Response]]


def answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    """Return a JSON response."""
    all_headers = {"content-type": "application/json", **(headers or {})}
    return httpx.Response(status, content=json.dumps(body).encode(), headers=all_headers)


def raw(body: bytes, status: int = 200, headers: dict[str, str] | None = None) -> httpx.Response:
    return httpx.Response(status, content=body, headers=headers)


def trouble(code: str, status: int, **members: Any) -> httpx.Response:
    """Return an error in the format of the extension."""
    error = {"code": code, "message": f"It is {code}.", "request_id": "req_1", **members}
    return answer({"error": error}, status)


class MockServer(httpx.AsyncBaseTransport):
    """Responds by method and path; a list of replies is used one by one, its last one repeatedly."""

    def __init__(self, routes: dict[str, Reply | list[Reply]] | None = None) -> None:
        self.routes: dict[str, list[Reply]] = {}
        self.requests: list[httpx.Request] = []
        for call, reply in (routes or {}).items():
            self.on(call, reply)

    def on(self, call: str, reply: Reply | list[Reply]) -> None:
        """`call` is "GET /path"; the query is not part of it."""
        self.routes[call] = list(reply) if isinstance(reply, list) else [reply]

    @property
    def calls(self) -> list[str]:
        return [f"{request.method} {request.url.raw_path.decode()}" for request in self.requests]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        trace = request.extensions["trace"]
        await trace("connection.connect_tcp.started", {})
        await trace("connection.connect_tcp.complete", {})
        path = request.url.raw_path.decode().partition("?")[0]
        replies = self.routes.get(f"{request.method} {path}", [raw(b"", 404)])
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, (httpx.ConnectError, httpx.ConnectTimeout)):
            self.requests.append(request)
            raise reply
        await trace("http11.send_request_headers.started", {})
        self.requests.append(request)
        if isinstance(reply, Exception):
            raise reply
        found = reply(request) if callable(reply) else reply
        if not isinstance(found, httpx.Response):
            found = await found
        # A fresh one each time: a response's stream is read once.
        return httpx.Response(found.status_code, headers=found.headers, stream=_Bytes(found.content))


class _Bytes(httpx.AsyncByteStream):
    def __init__(self, content: bytes) -> None:
        self._content = content

    async def __aiter__(self) -> AsyncIterator[bytes]:
        yield self._content


class Sleeps:
    """Sleep function that only records its calls."""

    def __init__(self) -> None:
        self.taken: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)
        await asyncio.sleep(0)


def client(
    server: MockServer, *, sleeps: Sleeps | None = None, options: HttpOptions | None = None
) -> WingbackClient:
    return WingbackClient(
        ORIGIN,
        KEY,
        options=options or HttpOptions(),
        clock=lambda: NOW,
        rng=random.Random(7),
        sleep=sleeps or Sleeps(),
        transport=server,
    )


DISCOVERY: dict[str, Any] = {
    "version": "1",
    "environment": "demo",
    "merchant": {"id": "WbCust_1", "name": "Acme Sandbox"},
    "server_time": "2026-11-22T10:00:00Z",
    "today": "2026-11-22",
    "default_currency": "eur",
    "capabilities": [
        *(f"read.{name}" for name in "snapshot changes plans contracts payments refunds credits".split()),
        *(f"read.{name}" for name in "credit_notes wallets usage activity methods invoice invoices".split()),
        *(f"action.{kind}" for kind in ("refund", "append_note", "create_portal_link")),
    ],
}

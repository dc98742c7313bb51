"""A raw-socket HTTP server with programmable faults and a ledger of the actions that it executed.

    async with RawServer(stall_after) as server:
        ...                                    # the client talks to server.url
        assert server.fired == 1               # otherwise the test proves nothing
        assert server.ledger == [key]          # executed, whatever the response was

A behaviour is called with a `Connection`. It can read the request (`take`), execute it and write any bytes.
"""

from __future__ import annotations

import asyncio
import contextlib
import gzip
import json
import re
import socket
import ssl
import struct
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: closing sends RST

Behaviour = Callable[["Connection"], Awaitable[None]]


@dataclass
class Request:
    """A received request."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes = field(repr=False)


class Connection:
    """An accepted connection."""

    def __init__(self, server: RawServer, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.server = server
        self.reader = reader
        self.writer = writer
        self.request: Request | None = None

    async def take(self) -> Request:
        """Read a complete request."""
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = _LENGTH.search(head)
        body = await self.reader.readexactly(int(length[1])) if length else b""
        first, *lines = head.decode("latin-1").rstrip("\r\n").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":")[::2] for line in lines)
        headers = {name.strip().lower(): value.strip() for name, value in pairs}
        self.request = Request(method, target, headers, body)
        self.server.requests.append(self.request)
        return self.request

    async def execute(self) -> str:
        """Execute the request: append its key to the ledger and return it."""
        request = self.request or await self.take()
        key = str(json.loads(request.body)["key"])
        self.server.ledger.append(key)
        return key

    def fire(self) -> None:
        """Count the fault as happened."""
        self.server.fired += 1
        self.server.hit.set()

    async def send(self, data: bytes) -> None:
        self.writer.write(data)
        with contextlib.suppress(ConnectionError):
            await self.writer.drain()

    async def answer(self, body: bytes, status: str = "200 OK", *headers: str) -> None:
        """Send a valid response."""
        lines = [f"HTTP/1.1 {status}", f"content-length: {len(body)}", "connection: close", *headers]
        await self.send("\r\n".join(lines).encode() + b"\r\n\r\n" + body)

    def reset(self) -> None:
        """Close the connection with RST."""
        raw = self.writer.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self.writer.transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the client closes the connection."""
        with contextlib.suppress(ConnectionError):
            await self.reader.read()


class RawServer:
    """Listens on the loopback interface and calls the behaviour for every connection."""

    def __init__(self, behaviour: Behaviour, *, tls: ssl.SSLContext | None = None) -> None:
        self._behaviour = behaviour
        self._tls = tls
        self._server: asyncio.Server | None = None
        self._tasks: set[asyncio.Task[Any]] = set()
        self.fired = 0
        self.hit = asyncio.Event()
        self.connections = 0
        self.ledger: list[str] = []
        self.requests: list[Request] = []
        self.port = 0

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}"

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0, ssl=self._tls)
        self.port = self._server.sockets[0].getsockname()[1]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            await self._behaviour(Connection(self, reader, writer))
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the client closed the connection, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()


# ── behaviours ───────────────────────────────────────────────────────────────────────────────────
def outcome(key: str) -> bytes:
    """Return the outcome of a refund as JSON."""
    members: dict[str, Any] = {
        "key": key,
        "kind": "refund",
        "status": "done",
        "rule": None,
        "objects": [],
        "customer_sentence": None,
        "at": "2026-11-22T10:44:36Z",
        "replayed": False,
    }
    return json.dumps(members).encode()


async def succeed(connection: Connection) -> None:
    """Execute the request and send its outcome."""
    await connection.answer(outcome(await connection.execute()))


async def _reset_on_accept(connection: Connection) -> None:
    connection.fire()
    connection.reset()


async def _close_on_accept(connection: Connection) -> None:
    connection.fire()


async def _stall_on_accept(connection: Connection) -> None:
    connection.fire()
    await connection.wait_closed()


async def _reset_before_executing(connection: Connection) -> None:
    await connection.take()
    connection.fire()
    connection.reset()


async def _close_before_executing(connection: Connection) -> None:
    await connection.take()
    connection.fire()


def after(respond: Callable[[Connection, bytes], Awaitable[None]]) -> Behaviour:
    """Return a behaviour that executes the request, then responds with a fault."""

    async def behaviour(connection: Connection) -> None:
        body = outcome(await connection.execute())
        connection.fire()
        await respond(connection, body)

    return behaviour


def _head(length: int, *lines: str) -> bytes:
    return "\r\n".join(["HTTP/1.1 200 OK", f"content-length: {length}", *lines]).encode() + b"\r\n\r\n"


async def _reset_after(connection: Connection, body: bytes) -> None:
    connection.reset()


async def _close_after(connection: Connection, body: bytes) -> None:
    return None


async def _stall_after(connection: Connection, body: bytes) -> None:
    await connection.wait_closed()


async def _half_headers(connection: Connection, body: bytes) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\ncontent-le")


async def _half_body(connection: Connection, body: bytes) -> None:
    await connection.send(_head(len(body)) + body[: len(body) // 2])


async def _stall_in_body(connection: Connection, body: bytes) -> None:
    await connection.send(_head(len(body)) + body[: len(body) // 2])
    await connection.wait_closed()


async def _reset_in_body(connection: Connection, body: bytes) -> None:
    await connection.send(_head(len(body)) + body[: len(body) // 2])
    connection.reset()


async def _drip(connection: Connection, body: bytes) -> None:
    for byte in _head(len(body)) + body:
        await connection.send(bytes([byte]))
        await asyncio.sleep(0.02)


async def _chunks_cut(connection: Connection, body: bytes) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    await connection.send(head + b"%x\r\n%s\r\n" % (len(body) // 2, body[: len(body) // 2]))


async def _random_bytes(connection: Connection, body: bytes) -> None:
    await connection.send(bytes(range(255, 127, -1)) * 8)


async def _huge_header(connection: Connection, body: bytes) -> None:
    await connection.send(b"HTTP/1.1 200 OK\r\nx-big: " + b"x" * 1_000_000)


async def _endless_1xx(connection: Connection, body: bytes) -> None:
    while True:
        await connection.send(b"HTTP/1.1 102 Processing\r\n\r\n" * 20)
        await asyncio.sleep(0.005)


async def _bad_gzip(connection: Connection, body: bytes) -> None:
    await connection.answer(b"\x1f\x8bnonsense", "200 OK", "content-encoding: gzip")


async def _cut_gzip(connection: Connection, body: bytes) -> None:
    await connection.answer(gzip.compress(body)[:-12], "200 OK", "content-encoding: gzip")


async def _gzip_bomb(connection: Connection, body: bytes) -> None:
    await connection.answer(gzip.compress(bytes(50_000_000)), "200 OK", "content-encoding: gzip")


def _instead(
    body: bytes, status: str = "200 OK", *headers: str
) -> Callable[[Connection, bytes], Awaitable[None]]:
    async def respond(connection: Connection, _body: bytes) -> None:
        await connection.answer(body, status, *headers)

    return respond


async def _cut_json(connection: Connection, body: bytes) -> None:
    await connection.answer(body[:-20])


async def _longer_than_said(connection: Connection, body: bytes) -> None:
    await connection.send(_head(len(body) - 30) + body)


async def _two_answers(connection: Connection, body: bytes) -> None:
    await connection.answer(b"{}")
    await connection.answer(body)


NOT_EXECUTED: dict[str, Behaviour] = {
    "reset on accept": _reset_on_accept,
    "close on accept": _close_on_accept,
    "stall on accept": _stall_on_accept,
    "reset before executing": _reset_before_executing,
    "close before executing": _close_before_executing,
}
"""Behaviours that do not execute the request, which the client cannot know."""

EXECUTED: dict[str, Behaviour] = {
    "reset after": after(_reset_after),
    "close after": after(_close_after),
    "stall after": after(_stall_after),
    "half headers": after(_half_headers),
    "half body": after(_half_body),
    "stall in body": after(_stall_in_body),
    "reset in body": after(_reset_in_body),
    "drip": after(_drip),
    "chunks cut": after(_chunks_cut),
    "random bytes": after(_random_bytes),
    "1 MB header": after(_huge_header),
    "endless 1xx": after(_endless_1xx),
    "bad gzip": after(_bad_gzip),
    "cut gzip": after(_cut_gzip),
    "gzip bomb": after(_gzip_bomb),
    "web page": after(_instead(b"<html>Welcome</html>")),
    "empty": after(_instead(b"")),
    "no content": after(_instead(b"", "204 No Content")),
    "cut JSON": after(_cut_json),
    "longer than said": after(_longer_than_said),
    "two answers": after(_two_answers),
    "null": after(_instead(b"null")),
    "NaN": after(_instead(b'{"amount": NaN}')),
    "deep": after(_instead(b"[" * 100_000)),
    "another key": after(_instead(outcome("another-key-0000000000"))),
    "500": after(_instead(b'{"error":{"code":"internal","message":"x","request_id":"r"}}', "500 Oops")),
    "502 page": after(_instead(b"<html>Bad gateway</html>", "502 Bad Gateway")),
    "404 page": after(_instead(b"<html>Not found</html>", "404 Not Found")),
    "401 page": after(_instead(b"<html>Sign in</html>", "401 Unauthorized")),
    "429 page": after(_instead(b"slow down", "429 Too Many", "retry-after: 1")),
    "307": after(_instead(b"", "307 Temporary", "location: /x/v1/actions")),
}
"""Behaviours that execute the request and lose or corrupt the response."""


@contextlib.contextmanager
def closed_port() -> Iterator[str]:
    """Return a URL that refuses connections: the port is bound, but nothing listens."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}"

"""A TCP proxy between a client and the sandbox that injects faults into HTTP calls.

    with FaultProxy(sandbox.url) as proxy:
        fault = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", "/x/v1/actions")
        ...                      # the client talks to proxy.url
        assert fault.fired == 1  # otherwise the test proves nothing

The proxy runs in a thread with its own event loop, so that sync and async tests can use it. A connection
carries exactly one request (`Connection: close` in both directions).
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, Self, TypeVar
from urllib.parse import urlsplit

from tests.support.patience import PATIENCE

_T = TypeVar("_T")
_LENGTH = re.compile(rb"\r\ncontent-length:\s*(\d+)", re.IGNORECASE)
_CONNECTION = re.compile(rb"\r\nconnection:[^\r]*", re.IGNORECASE)
_RESET = struct.pack("ii", 1, 0)  # SO_LINGER on, 0 s: close() sends RST


class Fault(Enum):
    """The kinds of faults."""

    REFUSE = auto()  # the port is closed and connecting fails; `fired` counts closing it
    RESET_ON_ACCEPT = auto()  # RST when the connection is accepted, whatever its method and path
    CUT_BEFORE_SEND = auto()  # the request is read and dropped, then RST
    CUT_BEFORE_ANSWER = auto()  # the server runs the request; the response is dropped, then RST
    CLOSE_BEFORE_ANSWER = auto()  # the same with FIN instead of RST
    CUT_MID_ANSWER = auto()  # half of the response body, then RST
    ERROR_500 = auto()  # the server runs the request; the client gets a 500
    HOLD = auto()  # the request is stored for deliver(), the client's connection is reset
    KEEP = auto()  # the request is stored for deliver(), the client waits for a response that never comes
    STALL = auto()  # the server runs the request; the response never comes
    DRIP = auto()  # the response comes one byte every `drip_seconds`
    HTML = auto()  # the server runs the request; the client gets a 200 with a web page
    CHANGE = auto()  # the server runs the request; the client gets what `change` makes of its response


@dataclass
class Armed:
    """A fault to inject: `claimed` counts the calls assigned to it, `fired` those it has already affected."""

    fault: Fault
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    drip_seconds: float = 0.3
    change: Callable[[bytes], bytes] = bytes
    fired: int = 0
    claimed: int = 0
    stored: list[bytes] = field(default_factory=list)
    hit: threading.Event = field(default_factory=threading.Event)

    def matches(self, method: str, path: str) -> bool:
        if self.times is not None and self.claimed >= self.times:
            return False
        if self.fault is Fault.RESET_ON_ACCEPT:
            return True
        here = self.path is None or f"{path}/".startswith((f"{self.path}/", f"{self.path}?"))
        return self.method in (None, method) and here

    def fire(self) -> None:
        self.fired += 1
        self.hit.set()


@dataclass(frozen=True)
class Answer:
    """The server's response to a stored request."""

    status: int
    body: bytes


class FaultProxy:
    """Forwards calls to `target` (http://host:port), except those that an armed fault matches."""

    def __init__(self, target: str) -> None:
        parts = urlsplit(target)
        self._host, self._port = parts.hostname or "127.0.0.1", parts.port or 80
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="fault-proxy", daemon=True)
        self._server: asyncio.Server | None = None
        self._armed: list[Armed] = []
        self._tasks: set[asyncio.Task[None]] = set()
        self.port = 0
        self.requests: list[tuple[str, str]] = []
        """Method and path of every request read, faulted or not."""

    # ── life cycle ──
    def __enter__(self) -> Self:
        self._thread.start()
        self._run(self._listen())
        return self

    def __exit__(self, *_: object) -> None:
        self._run(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(PATIENCE)
        self._loop.close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    # ── faults ──
    def arm(
        self,
        fault: Fault,
        method: str | None = None,
        path: str | None = None,
        *,
        times: int | None = 1,
        drip_seconds: float = 0.3,
        change: Callable[[bytes], bytes] = bytes,
    ) -> Armed:
        """Inject `fault` into the next `times` calls (None: all) whose method and path match.

        `path` is the whole path or its first segments.
        """
        armed = Armed(fault, method, path, times, drip_seconds, change)
        if fault is Fault.REFUSE:
            self._run(self._unlisten())
            armed.fire()
        self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """Remove all faults and listen again. Stored requests can still be delivered."""
        self._armed.clear()
        if self._server is None:
            self._run(self._listen())

    def deliver(self, armed: Armed) -> list[Answer]:
        """Send the requests stored by a HOLD or KEEP fault to the server, in order; return its responses."""
        answers = []
        while armed.stored:
            raw = self._run(self._forward(armed.stored.pop(0)))
            head, _, body = raw.partition(b"\r\n\r\n")
            answers.append(Answer(int(head.split(b" ", 2)[1]), body))
        return answers

    # ── inside the loop ──
    def _run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(PATIENCE)

    async def _listen(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _unlisten(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None

    async def _close(self) -> None:
        await self._unlisten()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            await self._one_call(reader, writer)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # one side closed the connection, or the test is over
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _one_call(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if (armed := self._pick("", "", {Fault.RESET_ON_ACCEPT})) is not None:
            armed.fire()
            _reset(writer)
            return
        request = await _read_request(reader)
        method, path, _ = request.split(b" ", 2)
        self.requests.append((method.decode(), path.decode()))
        armed = self._pick(method.decode(), path.decode(), set(Fault) - {Fault.RESET_ON_ACCEPT})
        if armed is None:
            writer.write(await self._forward(request))
            await writer.drain()
        elif armed.fault is Fault.KEEP:
            armed.stored.append(request)
            armed.fire()
            await reader.read()  # until the client gives up
        elif armed.fault in (Fault.CUT_BEFORE_SEND, Fault.HOLD):
            if armed.fault is Fault.HOLD:
                armed.stored.append(request)
            armed.fire()
            _reset(writer)
        else:
            await self._respond_with_fault(armed, await self._forward(request, armed), reader, writer)

    async def _respond_with_fault(
        self, armed: Armed, answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """Send the client the faulty version of the server's response."""
        if armed.fault is Fault.CUT_BEFORE_ANSWER:
            _reset(writer)
        elif armed.fault is Fault.CUT_MID_ANSWER:
            writer.write(answer[: len(answer) - max(1, len(answer.partition(b"\r\n\r\n")[2]) // 2)])
            await writer.drain()
            _reset(writer)
        elif armed.fault is Fault.ERROR_500:
            body = b'{"error":{"code":"internal","message":"It broke after the fact.","request_id":"req_x"}}'
            writer.write(_answer(b"500 Internal Server Error", b"application/json", body))
        elif armed.fault is Fault.HTML:
            writer.write(_answer(b"200 OK", b"text/html", b"<html><body>Welcome to the proxy</body></html>"))
        elif armed.fault is Fault.CHANGE:
            writer.write(armed.change(answer))
            await writer.drain()
        elif armed.fault is Fault.STALL:
            await reader.read()  # until the client gives up
        elif armed.fault is Fault.DRIP:
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(armed.drip_seconds)

    def _pick(self, method: str, path: str, kinds: set[Fault]) -> Armed | None:
        armed = next((a for a in self._armed if a.fault in kinds and a.matches(method, path)), None)
        if armed is not None:
            armed.claimed += 1
        return armed

    async def _forward(self, request: bytes, armed: Armed | None = None) -> bytes:
        """Return the server's response to a request. The fault counts as fired when it is complete."""
        reader, writer = await asyncio.open_connection(self._host, self._port)
        try:
            writer.write(request)
            await writer.drain()
            answer = _closing(await reader.read())
        finally:
            writer.close()
        if armed is not None:
            armed.fire()
        return answer


async def _read_request(reader: asyncio.StreamReader) -> bytes:
    head = (await reader.readuntil(b"\r\n\r\n")).removesuffix(b"\r\n\r\n")
    body = b""
    if match := _LENGTH.search(head):
        body = await reader.readexactly(int(match[1]))
    return _closing(head + b"\r\n\r\n" + body)


def _closing(message: bytes) -> bytes:
    """Return the message with `Connection: close`."""
    head, blank, body = message.partition(b"\r\n\r\n")
    return _CONNECTION.sub(b"", head) + b"\r\nConnection: close" + blank + body if blank else message


def _answer(status: bytes, kind: bytes, body: bytes) -> bytes:
    head = b"HTTP/1.1 %s\r\ncontent-type: %s\r\ncontent-length: %d\r\nconnection: close\r\n\r\n"
    return head % (status, kind, len(body)) + body


def _reset(writer: asyncio.StreamWriter) -> None:
    raw = writer.get_extra_info("socket")
    if raw is not None:
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    writer.transport.abort()

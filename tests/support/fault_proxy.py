"""A TCP proxy that breaks HTTP calls on purpose: real sockets between a client and the sandbox.

    with FaultProxy(sandbox.url) as proxy:
        fault = proxy.arm(Fault.CUT_BEFORE_ANSWER, "POST", "/x/v1/actions")
        ...                      # the client talks to proxy.url
        assert fault.fired == 1  # a fault that did not fire proves nothing

The proxy lives in a thread with a loop of its own, so that sync and async tests use it alike. One request
per connection (`Connection: close` both ways): what a connection carries is then exactly one call.
"""

from __future__ import annotations

import asyncio
import re
import socket
import struct
import threading
from collections.abc import Coroutine
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
    """What goes wrong with a call."""

    REFUSE = auto()  # nothing listens: connect fails (fired counts the takings down, the kernel refuses)
    RESET_ON_ACCEPT = auto()  # RST as soon as the connection is there; method and path do not matter
    CUT_BEFORE_SEND = auto()  # the request is read and thrown away, then RST
    CUT_BEFORE_ANSWER = auto()  # the server runs the request; the answer is thrown away, then RST
    CLOSE_BEFORE_ANSWER = auto()  # the same with an orderly FIN
    CUT_MID_ANSWER = auto()  # half of the answer's bytes, then RST
    ERROR_500 = auto()  # the server runs the request; the client is told 500
    HOLD = auto()  # the client is cut, the request kept; deliver() hands it to the server later
    KEEP = auto()  # the request is kept like HOLD, and the client waits for an answer that never comes
    STALL = auto()  # the server runs the request; the answer never comes
    DRIP = auto()  # the answer, one byte each `drip_seconds`
    HTML = auto()  # the server runs the request; the client gets a 200 with a web page


@dataclass
class Armed:
    """A fault waiting for its calls: `claimed` counts those it took, `fired` those it has hit by now."""

    fault: Fault
    method: str | None = None
    path: str | None = None
    times: int | None = 1
    drip_seconds: float = 0.3
    fired: int = 0
    claimed: int = 0
    held: list[bytes] = field(default_factory=list)
    hit: threading.Event = field(default_factory=threading.Event)

    def matches(self, method: str, path: str) -> bool:
        if self.times is not None and self.claimed >= self.times:
            return False
        if self.fault is Fault.RESET_ON_ACCEPT:
            return True
        return self.method in (None, method) and (self.path is None or path.startswith(self.path))

    def fire(self) -> None:
        self.fired += 1
        self.hit.set()


@dataclass(frozen=True)
class Answer:
    """What the server said to a request delivered late."""

    status: int
    body: bytes


class FaultProxy:
    """Forwards every call to `target` (http://host:port) but those an armed fault takes."""

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

    # ── life ──
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
    ) -> Armed:
        """Let `fault` take the next `times` calls (None: all) whose method and path prefix match."""
        armed = Armed(fault, method, path, times, drip_seconds)
        if fault is Fault.REFUSE:
            self._run(self._unlisten())
            armed.fire()
        self._armed.append(armed)
        return armed

    def disarm(self) -> None:
        """No fault any more; a refused port listens again. Held requests stay deliverable."""
        self._armed.clear()
        if self._server is None:
            self._run(self._listen())

    def deliver(self, armed: Armed) -> list[Answer]:
        """Hand the requests that `armed` (HOLD, KEEP) kept to the server, now, in order; its answers."""
        answers = []
        while armed.held:
            raw = self._run(self._ask(armed.held.pop(0)))
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
            pass  # either side went away, or the test is over
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
            writer.write(await self._ask(request))
            await writer.drain()
        elif armed.fault is Fault.KEEP:
            armed.held.append(request)
            armed.fire()
            await reader.read()  # until the client gives up
        elif armed.fault in (Fault.CUT_BEFORE_SEND, Fault.HOLD):
            if armed.fault is Fault.HOLD:
                armed.held.append(request)
            armed.fire()
            _reset(writer)
        else:
            await self._spoil(armed, await self._ask(request, armed), reader, writer)

    async def _spoil(
        self, armed: Armed, answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """The server has answered; what the client gets of it."""
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

    async def _ask(self, request: bytes, armed: Armed | None = None) -> bytes:
        """The server's whole answer to one request; a fault counts as fired once the server has answered."""
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
    """The same message, saying that its connection carries nothing after it."""
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

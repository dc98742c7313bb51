"""A request that does not arrive in full does not hold its connection for ever."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from tests.support.fast_forward import put_forward
from tests.support.patience import PATIENCE
from tests.support.sandbox import KEY
from tests.support.wall_clock import now
from wbtui.sandbox.protocol import REQUEST_SECONDS, TimedProtocol
from wbtui.sandbox.routes.http import ServerState
from wbtui.sandbox.server import http_server
from wbtui.sandbox.store import Store

_POST = f"POST /x/v1/previews HTTP/1.1\r\nhost: x\r\nwb-key: {KEY}\r\ncontent-length: 9\r\n"
_WHOLE = f"GET /x/v1 HTTP/1.1\r\nhost: x\r\nwb-key: {KEY}\r\n\r\n"


class CountingProtocol(TimedProtocol):
    """The sandbox's protocol; a test can wait until it is connected and has read something."""

    def __init__(self, connected: asyncio.Queue[CountingProtocol], **arguments: Any) -> None:
        super().__init__(**arguments)
        self._connected = connected
        self._sizes: asyncio.Queue[int] = asyncio.Queue()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self._connected.put_nowait(self)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._sizes.put_nowait(len(data))

    async def has_read(self, size: int) -> None:
        while size > 0:
            size -= await asyncio.wait_for(self._sizes.get(), PATIENCE)


@dataclass
class Connection:
    """One connection to a sandbox that runs in this event loop."""

    protocol: CountingProtocol
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, text: str) -> None:
        """Send text and wait until the server has read it."""
        self.writer.write(text.encode())
        await self.protocol.has_read(len(text))

    async def answer(self) -> bytes:
        """The status line of an answer; its body is read, too."""
        head = await asyncio.wait_for(self.reader.readuntil(b"\r\n\r\n"), PATIENCE)
        length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await asyncio.wait_for(self.reader.readexactly(length), PATIENCE)
        return head.partition(b"\r\n")[0]

    async def ended(self) -> bool:
        return await asyncio.wait_for(self.reader.read(), PATIENCE) == b""


@contextlib.asynccontextmanager
async def connected(db: Path) -> AsyncIterator[Connection]:
    with socket.create_server(("127.0.0.1", 0)) as listener, contextlib.ExitStack() as stack:
        store = stack.enter_context(contextlib.closing(Store(db, wall_clock=now)))
        state = ServerState(store, KEY)
        stack.callback(state.close)
        server = http_server(state)
        assert server.config.http is TimedProtocol
        protocols: asyncio.Queue[CountingProtocol] = asyncio.Queue()
        server.config.http = partial(CountingProtocol, protocols)  # type: ignore[assignment]
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        reader, writer = await asyncio.open_connection(*listener.getsockname())
        try:
            yield Connection(await asyncio.wait_for(protocols.get(), PATIENCE), reader, writer)
        finally:
            writer.close()
            server.should_exit = True
            await asyncio.wait_for(serving, PATIENCE)


@pytest.mark.parametrize("half", ["", "GET /x/v1 HT", _POST, f"{_POST}\r\n", f"{_POST}\r\n{{"])
async def test_half_a_request_ends_its_connection(sandbox_db: Path, half: str) -> None:
    async with connected(sandbox_db) as connection:
        await connection.send(half)
        put_forward(asyncio.get_running_loop(), REQUEST_SECONDS)
        assert await connection.ended()


async def test_the_second_request_has_the_same_limit(sandbox_db: Path) -> None:
    async with connected(sandbox_db) as connection:
        await connection.send(_WHOLE)
        assert await connection.answer() == b"HTTP/1.1 200 OK"
        await connection.send(_POST)
        put_forward(asyncio.get_running_loop(), REQUEST_SECONDS)
        assert await connection.ended()


async def test_a_request_in_parts_is_answered_and_its_connection_kept(sandbox_db: Path) -> None:
    async with connected(sandbox_db) as connection:
        for _ in range(3):
            await connection.send(_WHOLE[:20])
            put_forward(asyncio.get_running_loop(), REQUEST_SECONDS * 0.9)
            await connection.send(_WHOLE[20:])
            assert await connection.answer() == b"HTTP/1.1 200 OK"
            put_forward(asyncio.get_running_loop(), REQUEST_SECONDS)  # idle, less than the keep-alive time

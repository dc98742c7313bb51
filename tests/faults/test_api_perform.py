"""Actions over broken connections run at most once, and "not sent" means that the server did not run them."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.fast_forward import put_forward
from tests.support.patience import PATIENCE, PATIENT
from tests.support.raw_server import EXECUTED, NOT_EXECUTED, Connection, RawServer, closed_port, succeed
from tests.unit.api.extension import PREVIEW, REFUND, K
from tests.unit.api.mock import KEY, NOW
from wbtui import errors
from wbtui.api.options import HttpOptions
from wbtui.api.wingback import records
from wbtui.api.wingback.client import WingbackClient
from wbtui.api.wingback.wire import Wire
from wbtui.models.preview import Intent, Preview, Status

SLOW = ("stall after", "stall in body", "drip", "endless 1xx", "stall on accept")
"""Faults that end only at the deadline."""
REFUSED = (
    *(errors.BasisChanged, errors.Rejected, errors.Unauthorized, errors.Forbidden),
    *(errors.RateLimited, errors.NotFound, errors.InProgress, errors.Conflict),
)


def api(url: str, options: HttpOptions = PATIENT) -> WingbackClient:
    return WingbackClient(url, KEY, options=options, clock=lambda: NOW, rng=random.Random(1))


def intent(client: WingbackClient) -> Intent:
    return client.build_intent(REFUND, records.read(Preview, Wire(PREVIEW)), K)


async def attempt(url: str, on_sending: Callable[[], None], options: HttpOptions = PATIENT) -> Any:
    """Return the outcome of an action, or its error."""
    client = api(url, options)
    try:
        return await client.perform(intent(client), on_sending=on_sending)
    except errors.ApiError as error:
        return error
    finally:
        await client.aclose()


async def test_an_action_is_sent_once_on_its_own_connection() -> None:
    async with RawServer(succeed) as server:
        client = api(server.url)
        announced: list[int] = []
        for _ in range(2):
            action = intent(client)
            result = await client.perform(action, on_sending=lambda: announced.append(len(server.requests)))
            assert result.status is Status.DONE
        await client.aclose()
    assert server.ledger == [K, K] and server.connections == 2, "no connection is used again"
    assert announced == [0, 1], "announced before the request arrives"
    for request in server.requests:
        assert request.headers["connection"] == "close"
        assert request.headers["wb-key"] == KEY and request.headers["idempotency-key"] == K
        assert request.body == action.body


async def test_nothing_is_sent_if_the_journal_fails() -> None:
    received: list[bytes] = []
    ended = asyncio.Event()

    async def listening(connection: Connection) -> None:
        connection.fire()
        received.append(await connection.reader.read())
        ended.set()

    def refuse() -> None:
        raise errors.StoreFull("No space left.")

    async with RawServer(listening) as server:
        with pytest.raises(errors.StoreFull):
            await attempt(server.url, refuse)
        await asyncio.wait_for(ended.wait(), PATIENCE)
    assert server.fired == 1 and received == [b""], "connected, and nothing was sent"


async def attempt_until_the_deadline(server: RawServer, on_sending: Callable[[], None]) -> Any:
    """Perform an action on a server that never responds, and advance the clock once it was sent."""
    sending = asyncio.Event()

    def announce() -> None:
        on_sending()
        sending.set()

    task = asyncio.ensure_future(attempt(server.url, announce))
    await sending.wait()
    await server.hit.wait()
    put_forward(asyncio.get_running_loop())
    return await task


@pytest.mark.parametrize("name", EXECUTED)
async def test_the_outcome_is_unknown_if_the_response_is_lost(name: str) -> None:
    announced: list[bool] = []
    async with RawServer(EXECUTED[name]) as server:
        if name in SLOW:
            result = await attempt_until_the_deadline(server, lambda: announced.append(True))
        else:
            result = await attempt(server.url, lambda: announced.append(True))
    assert server.fired == 1 and server.ledger == [K], "the fault happened once, after the action ran"
    assert isinstance(result, errors.ApiError), result
    assert result.sent and not isinstance(result, REFUSED), "the outcome is unknown"
    assert announced == [True]
    assert server.connections == 1, "there is no retry"


@pytest.mark.parametrize("name", NOT_EXECUTED)
async def test_the_outcome_is_unknown_if_the_request_is_lost_after_sending(name: str) -> None:
    announced: list[bool] = []
    async with RawServer(NOT_EXECUTED[name]) as server:
        if name in SLOW:
            result = await attempt_until_the_deadline(server, lambda: announced.append(True))
        else:
            result = await attempt(server.url, lambda: announced.append(True))
    assert server.fired == 1 and server.ledger == []
    assert isinstance(result, errors.ApiError) and not isinstance(result, REFUSED)
    # A reset may arrive while the client is still connecting; only then was nothing sent.
    assert result.sent is bool(announced), "a request that may be sent is announced before"
    assert announced or name == "reset on accept"


async def test_a_closed_port_counts_as_not_sent() -> None:
    announced: list[bool] = []
    with closed_port() as url:
        result = await attempt(url, lambda: announced.append(True))
    assert isinstance(result, errors.Unreachable) and not result.sent
    assert announced == [] and "refused the connection" in result.sentence


async def test_an_unknown_host_counts_as_not_sent() -> None:
    announced: list[bool] = []
    # .invalid never resolves (RFC 2606); https because http is allowed for loopback only.
    result = await attempt("https://billing.invalid", lambda: announced.append(True))
    assert isinstance(result, errors.ApiError) and not result.sent and announced == []


async def test_a_connect_timeout_counts_as_not_sent() -> None:
    """A listener with a full backlog accepts no further connection."""
    import socket

    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        port = listener.getsockname()[1]
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
        announced: list[bool] = []
        short = HttpOptions(deadline=0.3, write_deadline=0.3)
        result = await attempt(f"http://127.0.0.1:{port}", lambda: announced.append(True), short)
        for filler in fillers:
            filler.close()
    assert isinstance(result, errors.ApiError) and not result.sent and announced == []


async def test_cancelling_an_action_propagates_to_the_caller() -> None:
    async with RawServer(EXECUTED["stall after"]) as server:
        sending = asyncio.Event()
        client = api(server.url)
        task = asyncio.ensure_future(client.perform(intent(client), on_sending=sending.set))
        await sending.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task


# ── reads ──────────────────────────────────────────────────────────────────────────────────────────
async def test_a_read_on_a_stale_connection_is_retried() -> None:
    delays: list[float] = []

    async def sleep(seconds: float) -> None:
        delays.append(seconds)

    async def behaviour(connection: Connection) -> None:
        await connection.take()
        if connection.server.fired == 0:
            connection.fire()
            connection.reset()
            return
        await connection.answer(b"", "404 Not Found")

    async with RawServer(behaviour) as server:
        client = WingbackClient(server.url, KEY, clock=lambda: NOW, rng=random.Random(1), sleep=sleep)
        with pytest.raises(errors.BadAnswer, match="not a Wingback server"):
            await client.discover()
        await client.aclose()
    assert server.fired == 1 and len(delays) == 1
    assert [request.target for request in server.requests[:2]] == ["/x/v1", "/x/v1"]


async def test_reads_reuse_their_connection() -> None:
    async def behaviour(connection: Connection) -> None:
        for _ in range(2):
            await connection.take()
            await connection.send(b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n")

    async with RawServer(behaviour) as server:
        client = api(server.url)
        with pytest.raises(errors.BadAnswer):
            await client.discover()
        await client.aclose()
    assert server.connections == 1 and len(server.requests) == 2

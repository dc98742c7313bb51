"""HTTP client: authentication, TLS, timeouts, retries of reads and bounded responses.

Reads share a connection pool and are retried. A write is sent once, on its own connection. Errors do not
reference the request, because it contains the API key.
"""

from __future__ import annotations

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Awaitable, Callable, Mapping
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any

import certifi

from wbtui import errors
from wbtui.api import faults
from wbtui.api.answer import Answer, Inflater, Unreadable
from wbtui.api.options import HttpOptions
from wbtui.api.transport import httpx
from wbtui.models.secret import Secret

log = logging.getLogger("wbtui.api")

_RETRIED_STATUSES = frozenset({408, 429, 502, 503, 504})
_FIRST_PAUSE, _LONGEST_PAUSE = 0.5, 5.0
_FIRST_BYTE = "http11.send_request_headers.started"


def _silence_transport_logs() -> None:
    """Suppress the logs of the transport: they contain URLs with e-mail addresses, and cookies."""
    for name in ("httpx", "httpcore.connection", "httpcore.http11", "httpcore.http2", "httpcore.proxy"):
        logging.getLogger(name).disabled = True


def trust(options: HttpOptions, *, secure: bool) -> ssl.SSLContext:
    """Return an SSL context that ignores SSLKEYLOGFILE and SSL_CERT_FILE of the environment.

    Unless `secure` (http on loopback) no certificates are loaded, to save time.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if not secure:
        return context
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_verify_locations(options.ca_file or certifi.where())
    except (OSError, ssl.SSLError) as error:
        raise errors.SettingsError(f"Cannot use the file of trusted certificates: {error}.") from error
    return context


def pause(attempt: int, rng: random.Random) -> float:
    """Return the backoff in seconds before a retry: 0.5·2ⁿ, at most 5, with 50–100 % jitter, at least 0.5."""
    whole = min(_FIRST_PAUSE * 2.0 ** min(attempt, 10), _LONGEST_PAUSE)
    return max(_FIRST_PAUSE, whole * rng.uniform(0.5, 1.0))


class Http:
    """HTTP client for one origin and API key. Use it on one event loop."""

    def __init__(
        self,
        origin: str,
        key: Secret,
        options: HttpOptions,
        *,
        rng: random.Random,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        """`transport` replaces the network in tests."""
        _silence_transport_logs()
        self.origin = origin
        self._key = key
        self._options = options
        self._rng = rng
        self._sleep = sleep
        self._transport = transport
        self._context: ssl.SSLContext | None = None
        self._pool: httpx.AsyncClient | None = None

    # ── requests ──
    async def read(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
    ) -> Answer:
        """Send a read request; retried on connection errors and on status 408, 429 and 502–504.

        Returns a response of any status. Raises the ApiErrors of the transport.
        """
        attempt = 0
        while True:
            trouble: errors.ApiError | None = None
            answer: Answer | None = None
            try:
                answer = await self._call(self._shared(), method, path, params=params, body=body)
                wait = faults.retry_after(answer, at_most=self._options.retry_after_at_most)
                again = answer.status in _RETRIED_STATUSES
            except (errors.Unreachable, errors.ConnectionLost) as error:
                trouble, wait, again = error, None, error.retryable
            if not again or attempt >= self._options.read_retries:
                if trouble is not None:
                    raise trouble
                assert answer is not None
                return answer
            seconds = pause(attempt, self._rng) if wait is None else wait
            log.info("%s %s: trying again in %.1f s", method, path, seconds)
            await self._sleep(seconds)
            attempt += 1

    async def get(self, path: str, params: Mapping[str, str] | None = None) -> tuple[Answer, Any]:
        """Return the response to a GET request and its JSON. Raises the ApiError of any status but 2xx."""
        answer = await self.read("GET", path, params=params)
        return answer, faults.body_of(answer)

    async def send_once(
        self,
        path: str,
        body: bytes,
        *,
        headers: Mapping[str, str] | None = None,
        on_sending: Callable[[], None] | None = None,
    ) -> Answer:
        """Send a POST request on a new connection, without retry.

        `on_sending` is called when the connection is established, before the first byte is written. If it
        raises, nothing is sent and the exception propagates.
        """
        client = self._client(keep=0)
        try:
            fresh = {**(headers or {}), "connection": "close"}
            return await self._call(
                client, "POST", path, body=body, headers=fresh, on_sending=on_sending, write=True
            )
        finally:
            await client.aclose()

    async def pause(self) -> None:
        """Yield to other work while parsing a long response, if `options.between` is set."""
        if self._options.between is not None:
            await self._options.between()

    async def aclose(self) -> None:
        """Close all connections. May be called twice."""
        pool, self._pool = self._pool, None
        if pool is not None:
            await pool.aclose()

    # ── one request ──
    async def _call(
        self,
        client: httpx.AsyncClient,
        method: str,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        on_sending: Callable[[], None] | None = None,
        write: bool = False,
    ) -> Answer:
        deadline = self._options.write_deadline if write else self._options.deadline
        call, begun = f"{method} {path}", time.monotonic()
        progress, refused = faults.RequestProgress(), list[BaseException]()
        kind = {"content-type": "application/json"} if body is not None else {}
        try:
            request = client.build_request(
                method,
                self.origin + path,
                params=dict(params) if params else None,
                content=body,
                headers={**(headers or {}), **kind},
                extensions={"trace": _tracer(progress, on_sending, refused)},
            )
        except httpx.InvalidURL:
            raise errors.BadInput("This text is too long to be sent to the billing system.") from None
        trouble: errors.ApiError | None = None
        try:
            async with asyncio.timeout(deadline):
                answer = await self._exchange(client, request, call)
        except Unreadable as error:
            trouble = errors.BadAnswer(f"Cannot use the response to {call}: {error}.")
        except (httpx.HTTPError, httpx.StreamError, OSError, EOFError) as error:
            if refused:
                raise
            trouble = faults.transport_error(error, self.origin, progress)
        took = (time.monotonic() - begun) * 1000
        if trouble is not None:
            log.info("%s: %s after %.0f ms", call, type(trouble).__name__, took)
            # Raised outside the handler: the original error references the request, which contains the key.
            raise trouble
        log.info("%s: %d in %.0f ms %s", call, answer.status, took, answer.request_id or "")
        return answer

    async def _exchange(self, client: httpx.AsyncClient, request: httpx.Request, call: str) -> Answer:
        response = await client.send(request, stream=True)
        try:
            inflater = Inflater(response.headers.get("content-encoding", ""), self._options.max_body)
            async for piece in response.aiter_raw():
                inflater.feed(piece)
        finally:
            await response.aclose()
        headers = {name.lower(): self._key.hide(value) for name, value in response.headers.items()}
        return Answer(call, response.status_code, headers, self._key.hide_bytes(inflater.whole()))

    # ── clients ──
    def _shared(self) -> httpx.AsyncClient:
        if self._pool is None:
            self._pool = self._client(keep=self._options.connections)
        return self._pool

    def _client(self, *, keep: int) -> httpx.AsyncClient:
        if self._context is None and self._transport is None:
            self._context = trust(self._options, secure=self.origin.startswith("https:"))
        options = self._options
        return httpx.AsyncClient(
            headers={
                "wb-key": self._key.reveal(),
                "accept": "application/json",
                "accept-encoding": "gzip",
                "user-agent": "wbtui",
            },
            timeout=httpx.Timeout(
                connect=options.connect, read=options.read, write=options.write, pool=options.pool
            ),
            limits=httpx.Limits(
                max_connections=max(keep, 1), max_keepalive_connections=keep, keepalive_expiry=20.0
            ),
            verify=self._context or True,
            trust_env=False,
            follow_redirects=False,
            event_hooks={"response": [_set_location_aside]},
            cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
            transport=self._transport,
        )


async def _set_location_aside(response: httpx.Response) -> None:
    """Hide the redirect target: httpx would build a request with the API key for it, or fail on a bad one."""
    if "location" in response.headers:
        response.headers["x-location"] = response.headers.pop("location")


def _tracer(
    progress: faults.RequestProgress, on_sending: Callable[[], None] | None, refused: list[BaseException]
) -> Callable[[str, Mapping[str, Any]], Awaitable[None]]:
    """Return a trace hook that records progress and calls `on_sending` before the first byte."""

    async def trace(event: str, _info: Mapping[str, Any]) -> None:
        progress.traced = True
        progress.in_tls = event.startswith("connection.start_tls") and not event.endswith(".complete")
        if event == _FIRST_BYTE and not progress.started:
            if on_sending is not None:
                try:
                    on_sending()
                except BaseException as error:
                    refused.append(error)
                    raise
            progress.started = True

    return trace

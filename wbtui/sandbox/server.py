"""The sandbox as a program: open and fill its file, listen on loopback, end with its parent process.

The command `wbtui sandbox` calls `serve`; `create_app` returns the ASGI application.
"""

from __future__ import annotations

import asyncio
import contextlib
import hmac
import json
import os
import re
import secrets
import signal
import socket
import sys
import threading
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from wbtui.sandbox.engine import clock
from wbtui.sandbox.filling import filled_store
from wbtui.sandbox.problems import Problem
from wbtui.sandbox.protocol import TimedProtocol
from wbtui.sandbox.routes import (
    extension,
    portal,
    wingback_billing,
    wingback_contracts,
    wingback_customers,
    wingback_invoices,
    wingback_usage,
)
from wbtui.sandbox.routes.http import ServerState, dialect, failure
from wbtui.sandbox.seed import Progress
from wbtui.sandbox.store import SandboxError, reason

GRACE_SECONDS = 0.6
"""Seconds that running calls have to end after the order to stop."""

BILLING_SECONDS = 30.0
"""Seconds between two looks for due customers."""

_KEY = re.compile(r"[\x21-\x7e]{8,200}")


@dataclass(frozen=True)
class SandboxOptions:
    """Options of the sandbox.

    Attributes:
        db: its SQLite file; created and filled when missing.
        port: on 127.0.0.1; 0 for a free one.
        listen_fd: a loopback socket inherited from the parent, instead of a port.
        key_file: a file with the API key; None: a new random key.
        customers, seed: the content of a new file; a filled file keeps its data.
        now: freeze the clock at this instant (with a zone); None: real time.
        plain: behave like plain Wingback: every /x path is unknown.
        fresh: delete the file first.
        until_eof: end when stdin ends, which also happens when the parent is killed.
        progress: report progress on stderr as `text`, or as JSON lines (`json`).
    """

    db: Path
    port: int = 0
    key_file: Path | None = None
    customers: int = 1000
    seed: int = 1
    now: datetime | None = None
    plain: bool = False
    fresh: bool = False
    until_eof: bool = False
    progress: str = "text"
    listen_fd: int | None = None


def serve(options: SandboxOptions) -> None:
    """Run until stopped by SIGTERM, SIGINT or, with `until_eof`, the end of stdin. Blocks.

    Prints one JSON line {"url", "key"} on stdout once it listens. Raises SandboxError when the file,
    the key or the port cannot be used.
    """
    stop = _Stop()
    if options.until_eof:
        stop.at_end_of_input()
    key = api_key(options)
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(_listener(options))
        store = stack.enter_context(
            filled_store(
                options.db,
                customers=options.customers,
                seed=options.seed,
                now=options.now,
                fresh=options.fresh,
                progress=_progress(options.progress),
            )
        )
        listener.listen(128)  # with an inherited socket, calls wait here during the filling
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        state = ServerState(store, key, url, options.plain)
        stack.callback(state.close)
        asyncio.run(_run(state, listener, stop))


def api_key(options: SandboxOptions) -> str:
    """The required API key. Raises SandboxError when the key file cannot be used."""
    file = options.key_file
    if file is None:
        return f"api_key_{secrets.token_urlsafe(24)}"
    try:
        key = file.read_text("utf-8").strip()
    except OSError as error:
        raise SandboxError(f"The key file {file} cannot be read: {reason(error)}.") from None
    except UnicodeError:
        raise SandboxError(f"The key file {file} is not text.") from None
    if not _KEY.fullmatch(key):
        raise SandboxError("The key must be 8 to 200 visible ASCII characters.")
    return key


def create_app(state: ServerState) -> ASGIApp:
    """The sandbox as an ASGI application."""
    parts = [
        wingback_customers, wingback_billing, wingback_contracts, wingback_invoices, wingback_usage, portal,
    ]  # fmt: skip
    routes = [route for part in parts for route in part.ROUTES] + ([] if state.plain else extension.ROUTES)
    app = Starlette(routes=routes, exception_handlers={HTTPException: _unknown})
    app.router.redirect_slashes = False
    app.state.state = state
    return _KeyRequired(app, state)


async def _unknown(request: Request, error: Exception) -> Response:
    """404, or 405 with the methods of the path, which may be those of several routes."""
    path, routes = request.url.path, request.app.routes
    methods = {method for route in routes if route.path_regex.match(path) for method in route.methods}
    if methods:
        allow = {"allow": ", ".join(sorted(methods))}
        problem = Problem("malformed", "This call has another method.", status=405, headers=allow)
    else:
        problem = Problem("not_found", "There is no such call.")
    return failure(dialect(request), problem)


class _KeyRequired:
    """Answers 401 to every call without the key, but for links to the portal; compares in constant time."""

    def __init__(self, app: ASGIApp, state: ServerState) -> None:
        self._app = app
        self._state = state

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and not self._allowed(scope):
            path = "/v1/" if self._state.plain else scope["path"]
            answer = failure(path, Problem("unauthorized", "The header wb-key is missing or wrong."))
            await answer(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _allowed(self, scope: Scope) -> bool:
        if scope["path"].startswith(portal.PREFIX):
            return True
        given = [value for name, value in scope["headers"] if name == b"wb-key"]
        return len(given) == 1 and hmac.compare_digest(given[0], self._state.key.encode())


# ── the process ──────────────────────────────────────────────────────────────────────────────────
class _Stop:
    """Stops the process after a signal or the end of stdin, by force after GRACE_SECONDS."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._ask: Callable[[], None] | None = None
        self._ordered = False

    def at_end_of_input(self) -> None:
        threading.Thread(target=self._watch, name="sandbox-stdin", daemon=True).start()

    def _watch(self) -> None:
        with contextlib.suppress(OSError):
            while os.read(0, 4096):
                pass
        self.order()

    def serving(self, ask: Callable[[], None]) -> None:
        """Call `ask` for a graceful end when the order to stop comes."""
        with self._lock:
            self._ask = ask
            if not self._ordered:
                return
        ask()

    def order(self) -> None:
        """Stop; at once before serving has started, since SQLite keeps its file consistent."""
        with self._lock:
            first, self._ordered = not self._ordered, True
            ask = self._ask
        if ask is None:
            os._exit(0)
        if first:
            timer = threading.Timer(GRACE_SECONDS, os._exit, (0,))
            timer.daemon = True
            timer.start()
        ask()


class _Server(uvicorn.Server):
    """uvicorn without its signal handling, which raises the signal again after the end."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


def http_server(state: ServerState) -> uvicorn.Server:
    """The HTTP server; `serve(sockets=[…])` runs it, `should_exit` ends it."""
    config = uvicorn.Config(
        create_app(state),
        http=TimedProtocol,
        lifespan="off",
        log_config=None,
        access_log=False,
        ws="none",
        server_header=False,
        date_header=True,
        timeout_keep_alive=75,
        timeout_graceful_shutdown=1,
        h11_max_incomplete_event_size=64 * 1024,
    )
    return _Server(config)


async def _run(state: ServerState, listener: socket.socket, stop: _Stop) -> None:
    server = http_server(state)
    loop = asyncio.get_running_loop()

    def ask() -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.order)
    stop.serving(ask)
    billing = asyncio.create_task(bill_with_time(state))
    print(json.dumps({"url": state.url, "key": state.key}), flush=True)  # noqa: T201 (the one line of output)
    await server.serve(sockets=[listener])
    billing.cancel()


async def bill_with_time(state: ServerState) -> None:
    """Bill a few due customers at a time, so that calls are not blocked; wait while the file is locked.

    What fails is tried again, as after a full disk.
    """
    while True:
        billed = 0
        try:
            billed = await state.writing(lambda tx: clock.bill_until(tx, clock.now(tx), 25))
        except Problem:
            pass
        except Exception as error:  # noqa: BLE001 - nothing would be billed any more
            print("wbtui sandbox: billing failed", file=sys.stderr)  # noqa: T201 (its log)
            traceback.print_exception(error, file=sys.stderr)
        if not billed:
            await asyncio.sleep(BILLING_SECONDS)


@contextlib.contextmanager
def _listener(options: SandboxOptions) -> Iterator[socket.socket]:
    """The loopback socket. Raises SandboxError when it cannot be opened.

    Its protocol is given because asyncio disables Nagle's algorithm (40 ms an answer) only then.
    """
    if options.listen_fd is not None:
        try:
            listener = socket.socket(fileno=options.listen_fd)
        except OSError as error:
            raise SandboxError(f"Descriptor {options.listen_fd} cannot be used: {reason(error)}.") from None
        with listener:
            if listener.getsockname()[0] != "127.0.0.1":
                raise SandboxError("The inherited socket is not on 127.0.0.1.")
            yield listener
        return
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", options.port))
        except (OSError, OverflowError) as error:
            raise SandboxError(f"Port {options.port} cannot be used: {reason(error)}.") from None
        yield listener


def _progress(form: str) -> Progress:
    """A function that reports on stderr, in `text` or `json`."""

    def say(done: int, total: int) -> None:
        text = f"Creating customers: {done} of {total}"
        if form == "json":
            text = json.dumps({"progress": {"done": done, "total": total}})
        with contextlib.suppress(OSError):  # the parent is gone; the end of stdin stops the process
            print(text, file=sys.stderr, flush=True)  # noqa: T201 (its own program: stderr is its log)

    return say

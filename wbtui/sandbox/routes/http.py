"""HTTP routes for functions of one transaction: threads, transactions, answers, errors."""

from __future__ import annotations

import asyncio
import re
import sys
import traceback
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import uuid4

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route

from wbtui.sandbox.problems import Problem, dumps, extension_body, feedback_body, feedback_status, malformed
from wbtui.sandbox.routes.strict import Query, load_json
from wbtui.sandbox.store import NotFound, SandboxError, Store, Tx

BODY_CAP = 1 << 20
"""Bytes of a request body; the bulk usage call takes eight times as much."""

_T = TypeVar("_T")
_ID = re.compile(r"[^\x00-\x1f\x7f]+")


@dataclass
class ServerState:
    """State of the server, available to every call."""

    store: Store
    key: str
    url: str = "http://127.0.0.1"
    plain: bool = False
    running: set[str] = field(default_factory=set)
    """Idempotency keys of running actions; used from the event loop only."""
    readers: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(4, thread_name_prefix="sandbox-read")
    )
    writer: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(1, thread_name_prefix="sandbox-write")
    )

    def close(self) -> None:
        self.readers.shutdown(wait=True, cancel_futures=True)
        self.writer.shutdown(wait=True, cancel_futures=True)

    async def reading(self, work: Callable[[Tx], _T]) -> _T:
        """Run `work` in a reading transaction, off the event loop."""
        return await _run(self.readers, self.store.read, work)

    async def writing(self, work: Callable[[Tx], _T]) -> _T:
        """Run `work` in the writing transaction, off the event loop."""
        return await _run(self.writer, self.store.write, work)


async def _run(
    pool: ThreadPoolExecutor, transaction: Callable[[], AbstractContextManager[Tx]], work: Callable[[Tx], _T]
) -> _T:
    def run() -> _T:
        with _busy_as_unavailable(), transaction() as tx:
            return work(tx)

    return await asyncio.get_running_loop().run_in_executor(pool, run)


@contextmanager
def _busy_as_unavailable() -> Iterator[None]:
    """Raise Problem (unavailable) while another process locks the file."""
    try:
        yield
    except Exception as error:
        # by name, since the store may use either of two SQLite modules
        if type(error).__name__ == "OperationalError" and "locked" in str(error):
            again = {"retry-after": "1"}
            raise Problem("unavailable", "The sandbox's file is busy; try again.", headers=again) from None
        raise


@dataclass(frozen=True)
class Call:
    """One parsed request."""

    state: ServerState
    path: Mapping[str, str]
    query: Query
    json: Any = None

    @property
    def id(self) -> str:
        return self.path["id"]

    @property
    def body(self) -> Mapping[str, Any]:
        """The body as an object. Raises Problem (malformed)."""
        if not isinstance(self.json, dict):
            raise malformed("The body is not a JSON object.")
        return self.json


Work = Callable[[Tx, Call], Any]
Endpoint = Callable[[Request], Awaitable[Response]]


def state_of(request: Request) -> ServerState:
    state: ServerState = request.app.state.state
    return state


def respond(result: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """A response with a result as JSON; bytes are JSON already, a response is returned unchanged."""
    if isinstance(result, Response):
        return result
    body = result if isinstance(result, bytes) else dumps(result)
    return Response(body, status, headers, media_type="application/json")


async def read_call(request: Request, parameters: Iterable[str], *, body: bool, cap: int = BODY_CAP) -> Call:
    """Parse a request. Raises Problem on a body that is too large or no JSON, or an invalid parameter."""
    for value in request.path_params.values():
        if not _ID.fullmatch(value):
            raise Problem("not_found", "There is no such object.")
    closed = request.url.path.startswith("/x/")  # Wingback's reference does not mention unknown ones
    query = Query(request.scope["query_string"], parameters, closed=closed)
    raw = await read_body(request, cap)
    return Call(state_of(request), request.path_params, query, load_json(raw) if body else None)


async def read_body(request: Request, cap: int) -> bytes:
    """The body, at most `cap` bytes. Raises Problem (malformed)."""
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > cap:
            raise malformed(f"The body is larger than {cap} bytes.")
        chunks.append(chunk)
    return b"".join(chunks)


def route(path: str, endpoint: Endpoint, method: str) -> Route:
    """A route that turns every exception into an error answer: an escaped one would close the connection."""

    async def answered(request: Request) -> Response:
        try:
            return await endpoint(request)
        except Exception as error:  # noqa: BLE001 (logged and reported to the caller)
            return failure(dialect(request), error)

    return Route(path, answered, methods=[method])


def dialect(request: Request) -> str:
    """The path that selects the error format; a plain sandbox has one dialect."""
    return "/v1/" if state_of(request).plain else request.url.path


def get(path: str, work: Work, *parameters: str) -> Route:
    """A route that reads."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(request, parameters, body=False)
        return respond(await call.state.reading(lambda tx: work(tx, call)))

    return route(path, endpoint, "GET")


def post(path: str, work: Work, *, body: bool = True, writes: bool = True, cap: int = BODY_CAP) -> Route:
    """A route with a body. `writes` False: it changes nothing."""

    async def endpoint(request: Request) -> Response:
        call = await read_call(request, (), body=body, cap=cap)
        run = call.state.writing if writes else call.state.reading
        return respond(await run(lambda tx: work(tx, call)))

    return route(path, endpoint, "POST")


def failure(path: str, error: Exception) -> Response:
    """The error answer in the dialect of the path."""
    request_id = f"req_{uuid4().hex}"
    problem = _problem(error, request_id)
    if path.startswith("/x/"):
        body, status = extension_body(problem, request_id), problem.status
    else:
        body, status = feedback_body(problem), feedback_status(problem)
    return respond(body, status, problem.headers)


def _problem(error: Exception, request_id: str) -> Problem:
    if isinstance(error, Problem):
        return error
    if isinstance(error, ClientDisconnect):
        return malformed("The connection ended before the request did.")
    if isinstance(error, NotFound):
        return Problem("not_found", str(error))
    if isinstance(error, SandboxError):
        return Problem("invalid", str(error))
    print(f"wbtui sandbox: {request_id} failed", file=sys.stderr)  # noqa: T201 (its log)
    traceback.print_exception(error, file=sys.stderr)
    return Problem("internal", "The sandbox failed; see its error output.")

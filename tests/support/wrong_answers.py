"""Kinds of wrong answers that a server or a proxy can give, made from the right answer.

    proxy.change(WRONG_ANSWERS["cut json"])      # see tests/support/fault_proxy.py

Each is a function from a whole HTTP response to another one.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from functools import cache
from typing import Any

Change = Callable[[bytes], bytes]

FOREIGN = "Foreign"
"""Part of the names and ids of data that belongs to somebody else."""
CONTROL = "\x1b]0;owned\x07\x9b2J\r\x00\x1b[31m"
"""Terminal sequences, for places where text stands."""
_JSON = "content-type: application/json"


def response(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """Return an HTTP response with this body."""
    lines = [f"HTTP/1.1 {status}", *headers, f"content-length: {len(body)}", "connection: close"]
    return "\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body


def body_of(answer: bytes) -> bytes:
    """Return the body of a response with a content-length."""
    return answer.partition(b"\r\n\r\n")[2]


def _raw(data: bytes) -> Change:
    """Always the same bytes."""
    return lambda _answer: data


def _body(change: Callable[[bytes], bytes], *headers: str) -> Change:
    return lambda answer: response(change(body_of(answer)), *(headers or (_JSON,)))


def _text(text: str, *headers: str, status: str = "200 OK") -> Change:
    return _raw(response(text.encode("utf-8", "surrogatepass"), *(headers or (_JSON,)), status=status))


def _failed(status: str, *headers: str, body: str = "") -> Change:
    body = body or json.dumps({"error": {"code": "odd", "message": f"Odd {CONTROL}", "request_id": "req_1"}})
    return _text(body, _JSON, *headers, status=status)


@cache
def _gzip_bomb() -> bytes:
    return gzip.compress(bytes(80_000_000))


def json_data(change: Callable[[Any], Any]) -> Change:
    """Change the JSON of an answer; what is no JSON stays as it is."""

    def changed(answer: bytes) -> bytes:
        try:
            data = json.loads(body_of(answer))
        except ValueError:
            return answer
        return response(json.dumps(change(data)).encode(), _JSON)

    return changed


def members(**values: Any) -> Change:
    """Give members of these names another value, at any depth; only where a text or number stands."""

    def changed(data: Any) -> Any:
        if isinstance(data, dict):
            return {
                name: values[name] if name in values and _is_scalar(value) else changed(value)
                for name, value in data.items()
            }
        return [changed(one) for one in data] if isinstance(data, list) else data

    return json_data(changed)


def _without(*names: str) -> Change:
    """Leave members out, at any depth."""

    def changed(data: Any) -> Any:
        if isinstance(data, dict):
            return {name: changed(value) for name, value in data.items() if name not in names}
        return [changed(one) for one in data] if isinstance(data, list) else data

    return json_data(changed)


def _rows(change: Callable[[list[Any]], list[Any]]) -> Change:
    """Change the rows of a page or a list."""

    def changed(data: Any) -> Any:
        if isinstance(data, dict) and isinstance(data.get("rows"), list):
            return {**data, "rows": change(data["rows"])}
        return change(data) if isinstance(data, list) else data

    return json_data(changed)


def _is_scalar(value: object) -> bool:
    return value is None or isinstance(value, str | int | float)


def _text_everywhere(data: Any) -> Any:
    """Put control sequences and look-alikes into every name, title and note."""
    if isinstance(data, dict):
        return {
            name: f"{CONTROL}\u202e{value}"
            if isinstance(value, str) and name in ("name", "company", "title", "notes", "merchant", "plan")
            else _text_everywhere(value)
            for name, value in data.items()
        }
    return [_text_everywhere(one) for one in data] if isinstance(data, list) else data


WRONG_PROTOCOL: dict[str, Change] = {
    "no bytes": _raw(b""),
    "no http": _raw(b"SSH-2.0-OpenSSH_9.6\r\n"),
    "control characters in the head": _raw(b"HTTP/1.1 200 \x1b[2J\r\nx: \x1b]0;owned\x07\r\n\r\n{}"),
    "a thousand headers": lambda answer: response(body_of(answer), *(f"x-{n}: y" for n in range(1000))),
    "a header of 200 kB": lambda answer: response(body_of(answer), "x: " + 200_000 * "y"),
    "a short length": lambda answer: response(body_of(answer), _JSON).replace(b"length: ", b"length: 1", 1)[
        :-9
    ],
    "a negative length": _raw(b"HTTP/1.1 200 OK\r\ncontent-length: -5\r\n\r\n{}"),
    "broken chunks": _raw(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n{}\r\n"),
    "broken gzip": _body(lambda body: b"\x1f\x8b\x08" + body, _JSON, "content-encoding: gzip"),
    "a gzip bomb": _body(lambda _body: _gzip_bomb(), _JSON, "content-encoding: gzip"),
    "status 299": lambda answer: response(body_of(answer), _JSON, status="299 Odd"),
    "a redirect": _failed("302 Found", "location: http://127.0.0.1:9/elsewhere"),
    "status 400": _failed("400 Bad Request"),
    "status 401": _failed("401 Unauthorized"),
    "status 404": _failed("404 Not Found"),
    "status 422": _failed("422 Unprocessable", body=json.dumps({"error": {"fields": {CONTROL: CONTROL}}})),
    "status 429 for ever": _failed("429 Too Many Requests", "retry-after: 99999999999"),
    "status 500": _failed("500 Internal Server Error"),
    "status 503 from a proxy": _text("<h1>\x1b[31mBusy</h1>", "content-type: text/html", status="503 Busy"),
}
"""No HTTP, or an HTTP status that is not expected."""

WRONG_CONTENT: dict[str, Change] = {
    # ── not the JSON that was asked for ──
    "an empty body": _text(""),
    "a sign-in page": _text("<html><title>\x1b]0;owned\x07 Sign in</title>", "content-type: text/html"),
    "cut json": _body(lambda body: body[: len(body) // 2]),
    "json and more": _body(lambda body: body + b" x"),
    "utf-16": _body(lambda body: body.decode().encode("utf-16")),
    "bytes that are no text": _body(lambda body: body.replace(b'"', b'"\xff\xfe', 9)),
    "null": _text("null"),
    "a number": _text("12"),
    "a text": _text(json.dumps(CONTROL)),
    "an empty object": _text("{}"),
    "nested 100,000 deep": _text("[" * 100_000),
    "a number of 5,000 digits": _body(lambda body: body.replace(b'"total":', b'"total":' + b"9" * 5000, 1)),
    "not a number": _text('{"rows": [NaN], "total": Infinity}'),
    # ── the wrong meaning ──
    "no ids": _without("id"),
    "no currencies": _without("currency"),
    "nothing but ids": json_data(
        lambda data: {"id": data["id"]} if isinstance(data, dict) and "id" in data else data
    ),
    "empty ids": members(id=""),
    "ids of 6,000 characters": members(id="x" * 6000, customer_id="y" * 6000),
    "ids with slashes": members(id="../../v1/c/customer?x=#y"),
    "one id for all": members(id="Cust_same"),
    "somebody else's data": members(customer_id="Cust_" + FOREIGN),
    "amounts in words": members(amount="five"),
    "amounts with an exponent": members(amount="1e999999"),
    "amounts that are lists": members(amount=[1]),
    "unknown currencies": members(currency="zzzz"),
    "impossible dates": members(date="2026-02-31", due="0000-00-00", created_at="9999-99-99T99:99:99Z"),
    "instants out of range": members(server_time="9999-12-31T23:59:59-14:00", at="0001-01-01T00:00:00+14:00"),
    "unknown states": members(status="odd\x1b[2J", environment="odd"),
    "truth for text": members(name=True, email=7, number=None),
    "lone surrogates": members(name="\ud800", notes="\udfff"),
    "control sequences": json_data(_text_everywhere),
    "another environment": members(environment="live", merchant="Somebody " + FOREIGN),
    # ── the wrong pages ──
    "rows twice": _rows(lambda rows: rows + rows),
    "no rows": _rows(lambda _rows: []),
    "rows that are null": _rows(lambda rows: [None for _ in rows]),
    "a cursor that loops": members(next="same"),
    "a cursor of 70 kB": members(next="c" * 70_000, changes_cursor="d" * 70_000),
    "a cursor with control characters": members(next=CONTROL, changes_cursor=CONTROL),
    "a negative total": members(total=-1),
    "a total in words": members(total="many"),
    "a huge total": members(total=10**18),
}
"""Not what was asked for, in an HTTP response of status 200."""

WRONG_ANSWERS = WRONG_PROTOCOL | WRONG_CONTENT

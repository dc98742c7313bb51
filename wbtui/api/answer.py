"""One answer of the server as it came: status, headers, bounded body, and its JSON read with care."""

from __future__ import annotations

import json
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any


class Unreadable(ValueError):
    """The body is not what it should be; the text says why, without quoting it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """`call` names the call for people and logs: method and path, never the query."""

    call: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """The id the server gave the call, from its headers."""
        value = self.headers.get("x-request-id")
        return value[:100] if value else None

    def server_time(self) -> datetime | None:
        """The server's clock (UTC) as its Date header tells it, None where it tells none."""
        try:
            told = parsedate_to_datetime(self.headers.get("date", ""))
            return (told if told.tzinfo else told.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None

    def json(self) -> Any:
        """The body as JSON. Raises Unreadable.

        Numbers with a point become Decimal, so that no amount ever passes through a float; NaN and
        Infinity are refused; text that is half a character becomes U+FFFD.
        """
        if not self.body.strip():
            raise Unreadable("it is empty")
        try:
            text = self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("it is not UTF-8 text") from None
        if self.looks_like_a_page:
            raise Unreadable("it is a web page")
        try:
            value = json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except RecursionError:
            raise Unreadable("it is nested too deeply") from None
        except (ValueError, ArithmeticError):
            # Also an integer with more digits than Python converts.
            raise Unreadable("it is not JSON, or cut off") from None
        return _whole_characters(value) if b"\\ud" in self.body.lower() else value

    @property
    def looks_like_a_page(self) -> bool:
        """HTML instead of JSON: a proxy, a sign-in page, or another kind of server."""
        return self.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _whole_characters(value: Any) -> Any:
    """The same with lone surrogates replaced. Without recursion: the nesting is the server's choice."""
    root = [value]
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if isinstance(node, dict):
            fixed = {_whole(name): _fixed(item, todo) for name, item in node.items()}
            node.clear()
            node.update(fixed)
        else:
            node[:] = [_fixed(item, todo) for item in node]
    return root[0]


def _fixed(item: Any, todo: list[Any]) -> Any:
    if isinstance(item, (dict, list)):
        todo.append(item)
        return item
    return _whole(item) if isinstance(item, str) else item


def _whole(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


class Inflater:
    """Decompresses a body piece by piece and never holds more than `limit` bytes of it."""

    def __init__(self, encoding: str, limit: int) -> None:
        """Raises Unreadable for a compression we did not ask for."""
        self._left = self._raw_left = limit
        self._parts: list[bytes] = []
        name = encoding.strip().lower()
        if name in ("", "identity"):
            self._inflate = None
        elif name in ("gzip", "x-gzip"):
            self._inflate = zlib.decompressobj(wbits=31)
        else:
            raise Unreadable("it is compressed in a way that was not asked for")

    def feed(self, data: bytes) -> None:
        """Raises Unreadable when it is too large or not compressed as it says."""
        if self._inflate is None:
            self._keep(data)
            return
        self._raw_left -= len(data)
        if self._raw_left < 0:
            raise Unreadable("it is too large")
        if self._inflate.eof:
            return
        try:
            # One byte more than is left tells "exactly full" from "too large".
            self._keep(self._inflate.decompress(data, self._left + 1))
        except zlib.error:
            raise Unreadable("its compression is damaged") from None

    def _keep(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable("it is too large")
        self._parts.append(data)

    def whole(self) -> bytes:
        """Everything. Raises Unreadable when the compressed stream was cut."""
        if self._inflate is not None and not self._inflate.eof and (self._parts or self._inflate.unused_data):
            raise Unreadable("its compression is cut off")
        return b"".join(self._parts)

"""HTTP responses with a bounded body, and strict JSON parsing."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from typing import Any

from wbtui.models.instants import is_plausible_now

_ESCAPES = re.compile(
    r"\\\\|\\ud[89ab][0-9a-f]{2}\\ud[c-f][0-9a-f]{2}|(?P<lone>\\ud[89a-f][0-9a-f]{2})", re.IGNORECASE
)
"""Escapes of JSON: a backslash, a surrogate pair, or a lone surrogate, which is no character."""


class Unreadable(ValueError):
    """Invalid body. The message gives the reason without quoting the body."""


class CursorLoop(Unreadable):
    """The cursor of a page leads back, or the page repeats the one before."""


@dataclass(frozen=True, slots=True)
class Answer:
    """HTTP response. `call` is the request method and path, without the query."""

    call: str
    status: int
    headers: Mapping[str, str] = field(repr=False)
    body: bytes = field(repr=False)

    @property
    def request_id(self) -> str | None:
        """Value of the X-Request-ID header."""
        value = self.headers.get("x-request-id")
        return value[:100] if value else None

    def server_time(self) -> datetime | None:
        """Return the time of the Date header in UTC, None without a valid one."""
        try:
            date = parsedate_to_datetime(self.headers.get("date", ""))
            found = (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
        except (ValueError, TypeError, IndexError, OverflowError):
            return None
        return found if is_plausible_now(found) else None

    def json(self) -> Any:
        """Parse the body as JSON. Raises Unreadable.

        Numbers with a decimal point become Decimal, so that no amount becomes a float. NaN and Infinity are
        rejected, lone surrogates become U+FFFD.
        """
        if not self.body.strip():
            raise Unreadable("it is empty")
        try:
            text = self.body.decode("utf-8-sig")
        except UnicodeDecodeError:
            raise Unreadable("it is not UTF-8 text") from None
        if self.looks_like_a_page:
            raise Unreadable("it is a web page")
        if b"\\ud" in self.body.lower():
            text = _ESCAPES.sub(lambda found: "\\ufffd" if found["lone"] else found[0], text)
        try:
            return json.loads(text, parse_float=Decimal, parse_constant=_refuse_constant)
        except RecursionError:
            raise Unreadable("it is nested too deeply") from None
        except (ValueError, ArithmeticError):
            # ValueError also for an integer with too many digits.
            raise Unreadable("it is not complete JSON") from None

    @property
    def looks_like_a_page(self) -> bool:
        """Whether the body is HTML instead of JSON, as from a proxy or a sign-in page."""
        return self.body.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"<"


def _refuse_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


class Inflater:
    """Decompresses a body in chunks of at most `limit` bytes in total."""

    def __init__(self, encoding: str, limit: int) -> None:
        """Raises Unreadable for a content encoding that was not requested."""
        self._left = self._raw_left = limit
        self._parts: list[bytes] = []
        name = encoding.strip().lower()
        if name in ("", "identity"):
            self._inflate = None
        elif name in ("gzip", "x-gzip"):
            self._inflate = zlib.decompressobj(wbits=31)
        else:
            raise Unreadable("its content encoding is not supported")

    def feed(self, data: bytes) -> None:
        """Add a chunk. Raises Unreadable if the body is too large or its compression invalid."""
        if self._inflate is None:
            self._keep(data)
            return
        self._raw_left -= len(data)
        if self._raw_left < 0:
            raise Unreadable("it is too large")
        if self._inflate.eof:
            return
        try:
            # One byte more than allowed, to tell "exactly full" from "too large".
            self._keep(self._inflate.decompress(data, self._left + 1))
        except zlib.error:
            raise Unreadable("its compression is damaged") from None

    def _keep(self, data: bytes) -> None:
        self._left -= len(data)
        if self._left < 0:
            raise Unreadable("it is too large")
        self._parts.append(data)

    def whole(self) -> bytes:
        """Return the whole body. Raises Unreadable if the compressed stream is incomplete."""
        if self._inflate is not None and not self._inflate.eof and (self._parts or self._inflate.unused_data):
            raise Unreadable("its compression is cut off")
        return b"".join(self._parts)

"""JSON parsing, decompression and size limits of response bodies."""

from __future__ import annotations

import gzip
import tracemalloc
import zlib
from decimal import Decimal

import pytest

from wbtui.api.answer import Answer, Inflater, Unreadable


def said(body: bytes) -> Answer:
    return Answer("GET /x", 200, {}, body)


def test_numbers_are_exact_and_duplicate_names_accepted() -> None:
    body = said(b'\xef\xbb\xbf{"a": 0.1, "b": 12345678901234567890, "a": 22.40}').json()
    assert body == {"a": Decimal("22.40"), "b": 12345678901234567890}
    assert not any(isinstance(value, float) for value in body.values())


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"<html>sign in</html>",
        b'{"a": 1',
        b'{"a": 1} trailing',
        b'{"amount": NaN}',
        b"Infinity",
        b"[-Infinity]",
        b"9" * 5_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        '{"a": 1}'.encode("utf-16"),
        b"\xff\xfe",
        b"'a'",
    ],
    ids=lambda body: repr(body[:12]),
)
def test_invalid_json_is_unreadable(body: bytes) -> None:
    with pytest.raises(Unreadable):
        said(body).json()


@pytest.mark.parametrize(
    ("body", "value"), [(b"null", None), (b"[]", []), (b'"x"', "x"), (b"1e999", Decimal("1e999"))]
)
def test_bare_values_are_json(body: bytes, value: object) -> None:
    assert said(body).json() == value


def test_lone_surrogates_are_replaced() -> None:
    body = rb'{"a\ud800": ["\udfff", {"b": "x\ud83d\ude00y"}], "c": "\uD800"}'
    value = said(body).json()
    assert value == {"a\ufffd": ["\ufffd", {"b": "x\U0001f600y"}], "c": "\ufffd"}
    str(value).encode()  # it can go to a file and to SQLite


def test_lone_surrogates_are_replaced_without_recursion() -> None:
    depth = 300
    value = said(b"[" * depth + rb'"\ud800"' + b"]" * depth).json()
    for _ in range(depth):
        value = value[0]
    assert value == "\ufffd"


# ── size and compression ──
LIMIT = 1_000_000


def test_the_size_limit_is_exact() -> None:
    for encoding, pack in (("", bytes), ("identity", bytes), ("gzip", gzip.compress)):
        inflater = Inflater(encoding, LIMIT)
        for piece in (pack(b"x" * LIMIT)[:10], pack(b"x" * LIMIT)[10:]):
            inflater.feed(piece)
        assert inflater.whole() == b"x" * LIMIT
        with pytest.raises(Unreadable, match="too large"):
            Inflater(encoding, LIMIT).feed(pack(b"x" * (LIMIT + 1)))


def test_a_gzip_bomb_uses_no_memory() -> None:
    bomb = gzip.compress(bytes(200_000_000), 9)
    tracemalloc.start()
    try:
        with pytest.raises(Unreadable, match="too large"):
            Inflater("gzip", LIMIT).feed(bomb)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak < 5 * LIMIT


def test_bytes_after_the_end_of_the_stream_are_limited() -> None:
    inflater = Inflater("gzip", LIMIT)
    inflater.feed(gzip.compress(b"{}"))
    inflater.feed(b"\0" * 900_000)
    with pytest.raises(Unreadable, match="too large"):
        inflater.feed(b"\0" * 200_000)


@pytest.mark.parametrize(
    "body", [b"not gzip at all", zlib.compress(b"{}"), gzip.compress(b"{}" * 9, mtime=0)[:20] + b"\xff" * 9]
)
def test_damaged_compression(body: bytes) -> None:
    def unpacked() -> bytes:
        inflater = Inflater("gzip", LIMIT)
        inflater.feed(body)
        return inflater.whole()

    with pytest.raises(Unreadable, match=r"damaged|cut off"):
        unpacked()


def test_incomplete_and_unsupported_compression() -> None:
    inflater = Inflater("gzip", LIMIT)
    inflater.feed(gzip.compress(bytes(range(256)) * 40, 0)[:-9])
    with pytest.raises(Unreadable, match="cut off"):
        inflater.whole()
    with pytest.raises(Unreadable, match="content encoding"):
        Inflater("br", LIMIT)

"""Validation of URLs and API keys."""

from __future__ import annotations

import subprocess
import sys

import pytest

from wbtui.api import normal_origin, open_api
from wbtui.errors import BadInput


@pytest.mark.parametrize(
    ("typed", "origin"),
    [
        ("https://api.wingback.com", "https://api.wingback.com"),
        (" https://API.Wingback.com/ ", "https://api.wingback.com"),
        ("https://api.wingback.com:443", "https://api.wingback.com"),
        ("https://gw.example:8443/", "https://gw.example:8443"),
        ("http://127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("http://localhost:80", "http://localhost"),
        ("http://[::1]:9", "http://[::1]:9"),
        ("https://[2001:db8::1]", "https://[2001:db8::1]"),
    ],
)
def test_valid_urls(typed: str, origin: str) -> None:
    assert normal_origin(typed) == origin


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "api.wingback.com",
        "ftp://api.wingback.com",
        "http://api.wingback.com",
        "http://127.0.0.1.evil.example",
        "http://localhost.evil.example",
        "http://10.0.0.1",
        "https://user@api.wingback.com",
        "https://user:secret@api.wingback.com",
        "https://api.wingback.com/v1/c",
        "https://api.wingback.com?x=1",
        "https://api.wingback.com#x",
        "https://api.wingback.com\\@evil.example",
        "https://api.wingback.com:99999",
        "https://api.wingback.com:x",
        "https://api.wing back.com",
        "https://аpi.wingback.com",
        "https://api.wingback.com\n.evil.example",
        "https://-x.example",
        "https://",
        "https://[::1",
        "https://a..b",
        "x" * 600,
    ],
)
def test_invalid_urls(typed: str) -> None:
    with pytest.raises(BadInput) as caught:
        normal_origin(typed)
    assert "secret" not in f"{caught.value.sentence} {caught.value.hint}"


@pytest.mark.parametrize("key", ["", " ", "a b", "a\nb", "ключ", "k\x00", "x" * 5_000])
def test_an_invalid_key_is_not_quoted(key: str) -> None:
    with pytest.raises(BadInput) as caught:
        open_api("https://api.wingback.com", key)
    assert key.strip() == "" or key not in str(caught.value)


def test_the_transport_is_imported_on_opening_a_connection() -> None:
    code = "import sys, wbtui.api; print(sorted({'httpx', 'pydantic'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"

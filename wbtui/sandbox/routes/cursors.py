"""Cursors: the name of a list and a position in it, as base64 of JSON."""

from __future__ import annotations

import base64
from typing import Any

from pydantic_core import from_json, to_json


def encode(mark: str, *position: int | str) -> str:
    """The cursor of a position in the list `mark`."""
    return base64.urlsafe_b64encode(to_json([mark, *position])).rstrip(b"=").decode()


def parse(text: str, *types: type) -> tuple[str, list[Any]]:
    """The list and the position of a cursor. Raises ValueError unless the position is of these types."""
    value = from_json(base64.urlsafe_b64decode(text.encode("ascii") + b"=" * (-len(text) % 4)))
    if not isinstance(value, list) or [type(part) for part in value] != [str, *types]:
        raise ValueError("not a cursor")
    mark, *position = value
    if any(isinstance(part, int) and not 0 <= part < 2**63 for part in position):
        raise ValueError("a position that no row has")
    return mark, position


def decode(text: str, mark: str, *types: type) -> list[Any]:
    """The position of a cursor. Raises ValueError unless it belongs to the list `mark`."""
    given, position = parse(text, *types)
    if given != mark:
        raise ValueError("a cursor of another list")
    return position

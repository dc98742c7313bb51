"""Strict parsing of requests: JSON bodies, closed models, closed query strings."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, NoReturn, TypeVar
from urllib.parse import parse_qsl

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from wbtui.sandbox.problems import invalid_fields, malformed

_INTEGER = re.compile(r"-?[0-9]{1,9}", re.ASCII)
_LONGEST_CURSOR = 4096
_M = TypeVar("_M", bound=BaseModel)


def load_json(raw: bytes) -> Any:
    """Parse a body. Raises Problem (malformed) on anything that is not plain JSON in UTF-8.

    Also refused: duplicate members, NaN and Infinity, numbers and nesting beyond Python's limits, and lone
    surrogates, which cannot be stored.
    """
    try:
        value = json.loads(raw.decode(), parse_constant=_no_constant, object_pairs_hook=_once)
        json.dumps(value, ensure_ascii=False).encode()
    except UnicodeError:
        raise malformed("The body is not UTF-8 text.") from None
    except RecursionError:
        raise malformed("The body is nested too deep.") from None
    except ValueError as error:
        raise malformed(f"The body is not JSON: {str(error)[:120]}") from None
    return value


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result = dict(pairs)
    if len(result) != len(pairs):
        raise ValueError("a member is given twice")
    return result


def validated(model: type[_M], value: Any, prefix: str = "") -> _M:
    """Parse `value` as a closed model. Raises Problem (invalid) with the path of every invalid member."""
    try:
        return model.model_validate(value)
    except ValidationError as error:
        raise invalid_fields(_fields(error, prefix)) from None


def _fields(error: ValidationError, prefix: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for item in error.errors(include_url=False, include_input=False):
        path = ".".join(str(part) for part in item["loc"]) or "body"
        fields.setdefault(prefix + path[:200], _message(item))
    return fields


def _message(item: ErrorDetails) -> str:
    """Return what is wrong with a member, as a person would say it where people type such a thing."""
    match item["type"]:
        case "extra_forbidden":
            return "Not a member of this call."
        case "string_too_long":
            return f"At most {item['ctx']['max_length']:,} characters."
        case "too_long":
            return f"At most {item['ctx']['max_length']:,} entries."
    return item["msg"].removeprefix("Value error, ")


class Query:
    """The query string of a call: no parameter twice, and, when `closed`, none that is unknown."""

    def __init__(self, raw: bytes, known: Iterable[str], *, closed: bool = True) -> None:
        try:
            pairs = parse_qsl(
                raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=100
            )
        except ValueError:
            raise malformed("The query string cannot be read.") from None
        unknown = {name for name, _ in pairs} - set(known) if closed else set[str]()
        wrong = {name[:100]: "Not a parameter of this call." for name in unknown}
        self._given: dict[str, str] = {}
        for name, value in pairs:
            if name in self._given:
                wrong[name[:100]] = "Given twice."
            self._given[name] = value
        if wrong:
            raise invalid_fields(wrong)

    def text(self, name: str) -> str | None:
        """The value; None when absent."""
        return self._given.get(name)

    def required(self, name: str) -> str:
        if (value := self.text(name)) is None:
            raise invalid_fields({name: "Required."})
        return value

    def cursor(self, name: str) -> str | None:
        """The value; None when absent. Raises Problem (invalid) when it is empty or too long for a cursor."""
        value = self.text(name)
        if value is not None and not 1 <= len(value) <= _LONGEST_CURSOR:
            raise invalid_fields({name: f"A cursor has 1 to {_LONGEST_CURSOR} characters."})
        return value

    def integer(self, name: str, default: int, low: int, high: int) -> int:
        value = self.text(name)
        if value is None:
            return default
        if not _INTEGER.fullmatch(value) or not low <= int(value) <= high:
            raise invalid_fields({name: f"A whole number from {low} to {high}."})
        return int(value)

    def choice(self, name: str, among: Iterable[str]) -> str | None:
        value = self.text(name)
        if value is not None and value not in (known := list(among)):
            raise invalid_fields({name: f"One of {', '.join(known)}."})
        return value

    def day(self, name: str) -> str | None:
        value = self.text(name)
        try:
            return None if value is None else date.fromisoformat(value).isoformat()
        except ValueError:
            raise invalid_fields({name: "A date as 2026-11-22."}) from None

    def flag(self, name: str) -> bool | None:
        value = self.choice(name, ("true", "false"))
        return None if value is None else value == "true"


def instant(text: str, name: str) -> datetime:
    """Parse an RFC 3339 instant as UTC. Raises Problem (invalid) without a zone."""
    try:
        value = datetime.fromisoformat(text)
    except ValueError:
        raise invalid_fields({name: "An instant as 2026-11-22T10:00:00Z."}) from None
    if value.tzinfo is None:
        raise invalid_fields({name: "The instant has no zone."})
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise invalid_fields({name: "Out of range."}) from None

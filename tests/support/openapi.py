"""Validates recorded HTTP responses against the two OpenAPI documents (JSON Schema 2020-12, with formats).

`Checker.check` validates a response against the operation of its path. `closed=True` also rejects members
that the document does not name, unless it allows them explicitly: responses below /v1/c must not contain
anything that Wingback's API does not have.
"""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import yaml
from jsonschema_rs import Draft202012Validator, ValidationError

_API = Path(__file__).parent / "api"


def _is_instant(value: str) -> bool:
    """Whether a string is an RFC 3339 date-time with an offset."""
    return re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)", value) is not None


def _is_date(value: str) -> bool:
    return re.fullmatch(r"\d{4}-\d\d-\d\d", value) is not None


def _is_uri(value: str) -> bool:
    return bool(urlsplit(value).scheme)


_FORMATS = {"date-time": _is_instant, "date": _is_date, "uri": _is_uri}


class Mismatch(AssertionError):
    """A response does not match the OpenAPI document."""


@dataclass(frozen=True)
class _Operation:
    template: str
    method: str
    pattern: re.Pattern[str]
    responses: Mapping[str, Any]


class Checker:
    """Validator for one OpenAPI document."""

    def __init__(self, name: str, *, closed: bool = False) -> None:
        self._document = _document(name)
        self._validator = partial(_validator, name, closed)
        self.checked: set[tuple[str, str, str]] = set()
        """Operations checked so far: method, path template, status."""
        self._operations = sorted(
            (
                _Operation(template, method.upper(), _pattern(template), operation["responses"])
                for template, item in self._document["paths"].items()
                for method, operation in item.items()
                if method in ("get", "post", "put", "delete", "patch")
            ),
            key=lambda operation: operation.template.count("{"),
        )

    def operations(self, *, without: frozenset[str] = frozenset()) -> set[tuple[str, str]]:
        """Return (method, path template) of all operations whose `x-confidence` is not in `without`."""
        return {
            (method.upper(), template)
            for template, item in self._document["paths"].items()
            for method, operation in item.items()
            if method in ("get", "post", "put", "delete", "patch")
            and operation.get("x-confidence") not in without
        }

    def check(self, method: str, path: str, status: int, body: bytes) -> None:
        """Validate a response. Raises Mismatch if its path, status or body is not described."""
        path = urlsplit(path).path
        operation = next(
            (o for o in self._operations if o.method == method.upper() and o.pattern.fullmatch(path)), None
        )
        if operation is None:
            raise Mismatch(f"{method} {path} is not described")
        self.checked.add((operation.method, operation.template, str(status)))
        answer = operation.responses.get(str(status), operation.responses.get("default"))
        if answer is None:
            raise Mismatch(f"{method} {path}: status {status} is not described")
        answer = self._resolve(answer)
        content = answer.get("content", {}).get("application/json")
        if content is None:
            if body:
                raise Mismatch(f"{method} {path}: a body where none is described: {body[:200]!r}")
            return
        self.validate(content["schema"], json.loads(body), f"{method} {path} {status}")

    def validate(self, schema: Any, value: Any, where: str) -> None:
        """Validate a value. `schema` may refer to the document. Raises Mismatch with the first errors."""
        validator = self._validator(json.dumps(schema, sort_keys=True))
        errors = sorted(map(_said, validator.iter_errors(value)))
        if errors:
            raise Mismatch(f"{where}: {'; '.join(errors[:3])}")

    def _resolve(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            target: Any = self._document
            for part in node["$ref"].removeprefix("#/").split("/"):
                target = target[part]
            node = target
        return node


def _said(error: ValidationError) -> str:
    return f"{'.'.join(('$', *map(str, error.instance_path)))}: {error.message[:300]}"


@cache
def _document(name: str) -> dict[str, Any]:
    document: dict[str, Any] = yaml.load((_API / name).read_text("utf-8"), Loader=yaml.CSafeLoader)
    return document


@cache
def _root(name: str, closed: bool) -> dict[str, Any]:
    return _closed(_document(name)) if closed else _document(name)


@cache
def _validator(name: str, closed: bool, schema: str) -> Draft202012Validator:
    """Return the validator of a schema, given as JSON, that may refer to the document."""
    components = _root(name, closed)["components"]
    rooted = {"$ref": "#/wanted", "wanted": json.loads(schema), "components": components}
    return Draft202012Validator(rooted, formats=_FORMATS, validate_formats=True)


@cache
def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{[^}]*\\\}", "[^/]+", re.escape(template)))


def _closed(document: dict[str, Any]) -> dict[str, Any]:
    """Return a copy of the document in which objects with named members reject others."""
    closed = copy.deepcopy(document)
    for name, schema in closed["components"]["schemas"].items():
        if name != "PageEnvelope":
            _close(schema)
    return closed


def _close(schema: Any) -> None:
    if isinstance(schema, list):
        for part in schema:
            _close(part)
    elif isinstance(schema, dict):
        if "allOf" in schema:
            schema["unevaluatedProperties"] = False
            for part in schema["allOf"]:
                for inner in part.get("properties", {}).values():
                    _close(inner)
            return
        if "properties" in schema and "additionalProperties" not in schema:
            schema["additionalProperties"] = False
        for value in schema.values():
            _close(value)

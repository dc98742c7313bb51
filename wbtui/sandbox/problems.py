"""Failures of a call, and how each of the two dialects says them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

STATUS = {
    "malformed": 400,
    "unauthorized": 401,
    "forbidden": 403,
    "not_found": 404,
    "basis_changed": 409,
    "in_progress": 409,
    "cursor_expired": 410,
    "invalid": 422,
    "key_reused": 422,
    "rate_limited": 429,
    "internal": 500,
    "unavailable": 503,
}
"""Codes of the extension's error body and the HTTP status each travels with."""


class Problem(Exception):
    """A call cannot be answered. `fields` maps a member's path to what is wrong with it."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        preview: Mapping[str, Any] | None = None,
        retry_after: int | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.preview = preview
        self.retry_after = retry_after


def malformed(message: str) -> Problem:
    """The request cannot be read."""
    return Problem("malformed", message)


def invalid(**fields: str) -> Problem:
    """The request is wrong in itself. A double underscore in a name stands for a dot."""
    named = {name.replace("__", "."): text for name, text in fields.items()}
    return Problem("invalid", "The request is not valid: " + "; ".join(_pairs(named)), fields=named)


def invalid_fields(fields: Mapping[str, str]) -> Problem:
    """The request is wrong in the members named."""
    return Problem("invalid", "The request is not valid: " + "; ".join(_pairs(fields)), fields=fields)


def not_found(what: str, id: str) -> Problem:
    """There is no such object."""
    return Problem("not_found", f"There is no {what} {id[:80]!r}.")


def _pairs(fields: Mapping[str, str]) -> list[str]:
    return [f"{name}: {text}" for name, text in list(fields.items())[:5]]


def extension_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """As /x/v1 says it."""
    body: dict[str, Any] = {
        "code": problem.code,
        "message": problem.message,
        "request_id": request_id,
        "fields": problem.fields,
    }
    if problem.preview is not None:
        body["preview"] = problem.preview
    return {"error": body}


def feedback_body(problem: Problem) -> dict[str, Any]:
    """As /v1/c says it: a map from a topic to a message. Only the bulk usage page shows the shape."""
    texts = problem.fields or {"request": problem.message}
    return {"feedback": {topic: {"type": "error", "value": text} for topic, text in texts.items()}}


def feedback_status(problem: Problem) -> int:
    """/v1/c knows 400 for everything that is wrong with a request."""
    status = STATUS[problem.code]
    return 400 if status == 422 else status


def dumps(value: Any) -> bytes:
    """JSON as it travels: UTF-8, compact."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

"""Errors of a call, and their bodies in both dialects."""

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
"""Error codes of the extension and their HTTP status."""


class Problem(Exception):
    """An error answer. `fields` maps the path of a member to a message; `status` is by default the code's."""

    def __init__(
        self,
        code: str,
        message: str,
        *,
        fields: Mapping[str, str] | None = None,
        preview: Mapping[str, Any] | None = None,
        status: int | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.fields = dict(fields or {})
        self.preview = preview
        self.status = status or STATUS[code]
        self.headers = dict(headers or {})


def malformed(message: str) -> Problem:
    """An error for a request that cannot be parsed."""
    return Problem("malformed", message)


def invalid_fields(fields: Mapping[str, str]) -> Problem:
    """An error for a request with invalid members."""
    first = "; ".join(f"{name}: {text}" for name, text in list(fields.items())[:5])
    return Problem("invalid", f"The request is not valid: {first}", fields=fields)


def not_found(what: str, id: str, whose: str = "There is") -> Problem:
    """An error for an unknown object; `whose` begins the sentence, such as "This customer has"."""
    return Problem("not_found", f"{whose} no {what} {id[:80]!r}.")


def extension_body(problem: Problem, request_id: str) -> dict[str, Any]:
    """The error body of /x/v1."""
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
    """The error body of /v1/c: topic to message. Only the reference of bulk usage shows its shape."""
    texts = problem.fields or {"request": problem.message}
    return {"feedback": {topic: {"type": "error", "value": text} for topic, text in texts.items()}}


def feedback_status(problem: Problem) -> int:
    """The status in /v1/c, which uses 400 for every invalid request."""
    return 400 if problem.status == 422 else problem.status


def dumps(value: Any) -> bytes:
    """Compact JSON in UTF-8."""
    return json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":")).encode()

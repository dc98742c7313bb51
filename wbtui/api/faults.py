"""Conversion of transport errors and HTTP statuses to `wbtui.errors`.

Two rules protect writes. An error counts as "not sent" only if no connection was established or
the first byte of the request had not been written. A write counts as rejected only if the body has the error
format of the billing system, because a status alone may come from a proxy.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError

from wbtui import errors
from wbtui.api.answer import Answer, CursorLoop, Unreadable
from wbtui.api.transport import httpx

_SURELY_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ELSEWHERE = errors.BadAnswer.hint
_BY_STATUS: dict[int, tuple[type[errors.ApiError], str]] = {
    403: (errors.Forbidden, "The API key does not have permission for this request."),
    404: (errors.NotFound, "The billing system does not have this object."),
    408: (errors.TimedOut, "The server timed out waiting for the request."),
    410: (errors.CursorExpired, "The server no longer accepts this cursor."),
}


@dataclass(slots=True)
class RequestProgress:
    """Progress of a request, updated by the trace hook of the transport."""

    traced: bool = False
    in_tls: bool = False
    started: bool = False

    def sent(self, error: BaseException | None = None) -> bool:
        """Return False only if it is certain that the server received nothing."""
        if self.started:
            return True
        # Without trace events only a failed connect is certain.
        return not (self.traced or isinstance(error, _SURELY_NOT_SENT))


# ── transport ─────────────────────────────────────────────────────────────────────────────────
def transport_error(error: BaseException, origin: str, progress: RequestProgress) -> errors.ApiError:
    """Return the error for a request without a response."""
    sent = progress.sent(error)
    where = urlsplit(origin).netloc or origin
    tls = _in_chain(error, ssl.SSLError)
    if not sent and (tls is not None or (progress.in_tls and isinstance(error, _SURELY_NOT_SENT))):
        return errors.TlsFailed(_tls_sentence(tls, where), sent=False)
    if isinstance(error, httpx.PoolTimeout):
        return errors.TimedOut("Too many requests are waiting for a connection.", sent=sent)
    if not sent and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, OSError)):
        return errors.Unreachable(_connect_sentence(error, where), sent=False)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return errors.TimedOut(f"{where} did not answer in time.", sent=sent)
    return errors.ConnectionLost(
        f"The connection to {where} was lost before the response was complete.", sent=sent
    )


def _in_chain(error: BaseException | None, kind: type[BaseException]) -> BaseException | None:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        if isinstance(error, kind):
            return error
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _tls_sentence(error: BaseException | None, where: str) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"The certificate of {where} is not trusted: {error.verify_message or 'unknown reason'}."
    reason = getattr(error, "reason", None)
    if reason == "WRONG_VERSION_NUMBER":
        return f"{where} does not support TLS on this port."
    return f"The TLS handshake with {where} failed" + (f" ({reason})." if reason else ".")


def _connect_sentence(error: BaseException, where: str) -> str:
    if _in_chain(error, socket.gaierror) is not None:
        return f"Cannot resolve the host name {where}."
    if _in_chain(error, ConnectionRefusedError) is not None:
        return f"{where} refused the connection."
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return f"{where} did not accept the connection in time."
    return f"Cannot connect to {where}."


# ── response ────────────────────────────────────────────────────────────────────────────────────
@contextmanager
def reading(answer: Answer, kind: type[errors.BadAnswer] = errors.BadAnswer) -> Iterator[None]:
    """Context manager that converts errors in parsing a response to BadAnswer, or a `kind` of it."""
    trouble: str | None = None
    try:
        yield
    except Unreadable as error:
        trouble = str(error)
        kind = errors.BadCursor if isinstance(error, CursorLoop) else kind
    except (ValidationError, errors.MoneyError):
        trouble = "it contains an invalid value"
    except RecursionError:
        trouble = "it is nested too deeply"
    if trouble is not None:
        # Not chained: the original error quotes data of the server.
        raise bad_answer(answer, trouble, kind=kind) from None


def bad_answer(
    answer: Answer, trouble: str, *, hint: str | None = None, kind: type[errors.BadAnswer] = errors.BadAnswer
) -> errors.BadAnswer:
    return kind(
        f"Cannot use the response to {answer.call} (status {answer.status}): {trouble}.",
        hint=hint,
        request_id=answer.request_id,
    )


def body_of(answer: Answer) -> Any:
    """Return the JSON body of a 2xx response; raises the error for any other status."""
    if not 200 <= answer.status < 300:
        raise status_error(answer)
    with reading(answer):
        return answer.json()


_WHOLE = "request"
"""The name in Wingback's feedback that stands for no field."""


@dataclass(frozen=True, slots=True)
class _ErrorBody:
    """Error body of the extension ({"error": …}), which has a code, or of Wingback ({"feedback": …})."""

    code: str | None = None
    message: str = ""
    request_id: str | None = None
    fields: dict[str, str] | None = None
    preview: Any = None
    feedback: bool = False

    @property
    def by_billing_system(self) -> bool:
        """Whether it has an error format of the billing system, and not of a proxy."""
        return self.code is not None or bool(self.fields) or self.feedback


def _error_body(answer: Answer) -> _ErrorBody:
    try:
        body = answer.json()
    except Unreadable:
        return _ErrorBody(request_id=answer.request_id)
    if not isinstance(body, dict):
        return _ErrorBody(message=_sentence(body), request_id=answer.request_id)
    if isinstance(body.get("error"), dict):
        error = body["error"]
        fields = error.get("fields")
        return _ErrorBody(
            code=str(error.get("code") or "")[:60] or None,
            message=_sentence(error.get("message")),
            request_id=_sentence(error.get("request_id"))[:100] or answer.request_id,
            fields=_fields(fields),
            preview=error.get("preview"),
        )
    if isinstance(body.get("feedback"), dict):
        texts = _fields(body["feedback"])
        return _ErrorBody(
            message="; ".join(text if name == _WHOLE else f"{name}: {text}" for name, text in texts.items()),
            fields={name: text for name, text in texts.items() if name != _WHOLE},
            request_id=answer.request_id,
            feedback=bool(texts),
        )
    message = _sentence(body.get("message") or body.get("detail") or body.get("error"))
    return _ErrorBody(message=message, request_id=answer.request_id)


def _sentence(value: object) -> str:
    return value[:500] if isinstance(value, str) else ""


def _fields(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    found: dict[str, str] = {}
    for name, item in list(value.items())[:50]:
        text = item.get("value") if isinstance(item, dict) else item
        found[str(name)[:100]] = text[:300] if isinstance(text, str) else "invalid"
    return found


def status_error(
    answer: Answer, *, write: bool = False, read_preview: Callable[[Any], object] | None = None
) -> errors.ApiError:
    """Return the error for a response with a status other than 2xx.

    Args:
        write: whether it responds to an action. Without the error format of the billing system the result is
            then BadAnswer, which leaves open whether the action was processed.
        read_preview: parses the new preview of basis_changed.
    """
    status, body = answer.status, _error_body(answer)
    if 300 <= status < 400:
        return _redirected(answer)
    if status >= 500:
        return _server_failed(answer, body)
    if status < 400:
        return bad_answer(answer, "it is not a final response")
    if status == 407:
        return bad_answer(answer, "a proxy requires authentication", hint=_ELSEWHERE)
    if write and not body.by_billing_system:
        return bad_answer(answer, "it does not come from the billing system", hint=_ELSEWHERE)
    if status == 401:
        return _unauthorized(answer, body)
    if status == 429:
        return errors.RateLimited(
            body.message or "The billing system received too many requests.",
            retry_after=retry_after(answer, at_most=86_400),
            request_id=body.request_id,
        )
    if answer.looks_like_a_page:
        return bad_answer(answer, "it is a web page", hint=_ELSEWHERE)
    return _client_error(answer, body, read_preview)


def _client_error(
    answer: Answer, body: _ErrorBody, read_preview: Callable[[Any], object] | None
) -> errors.ApiError:
    status, request_id = answer.status, body.request_id
    if status in _BY_STATUS:
        kind, sentence = _BY_STATUS[status]
        return kind(body.message or sentence, request_id=request_id)
    if status == 409:
        return _conflict(answer, body, read_preview)
    if status in (400, 413, 414, 415, 422, 431):
        return errors.Rejected(
            body.message or f"The server rejected the request (status {status}).",
            fields=body.fields,
            code=body.code or ("malformed" if status == 400 else "invalid"),
            request_id=request_id,
        )
    text = body.message or "no reason given"
    return errors.ApiError(f"{answer.call} returned status {status}: {text}.", request_id=request_id)


def _conflict(
    answer: Answer, body: _ErrorBody, read_preview: Callable[[Any], object] | None
) -> errors.ApiError:
    if body.code == "in_progress":
        return errors.InProgress(body.message or "This action is in progress.", request_id=body.request_id)
    if body.code == "basis_changed":
        preview: object | None = None
        if read_preview is not None and body.preview is not None:
            try:
                with reading(answer):
                    preview = read_preview(body.preview)
            except errors.BadAnswer:
                # Nothing was done in any case; the caller requests a new preview.
                preview = None
        return errors.BasisChanged(
            body.message or "The data has changed since the preview.",
            preview=preview,
            request_id=body.request_id,
        )
    return errors.Conflict(body.message or "The data on the server has changed.", request_id=body.request_id)


def _redirected(answer: Answer) -> errors.ApiError:
    try:
        target = urlsplit(answer.headers.get("x-location", "")[:2000])
        where = f" to {target.hostname}" if target.hostname else ""
    except ValueError:
        where = ""
    return errors.Redirected(
        f"{answer.call} returned a redirect{where} (status {answer.status}), which was not followed.",
        request_id=answer.request_id,
    )


def _server_failed(answer: Answer, body: _ErrorBody) -> errors.ApiError:
    if answer.status == 511:
        return bad_answer(answer, "the network requires you to sign in", hint=_ELSEWHERE)
    reason = f": {body.message}" if body.message else "."
    failed = errors.ServerFailed(
        f"The server returned status {answer.status}{reason}", request_id=body.request_id
    )
    if answer.status == 503:
        failed.hint = "It may be under maintenance. " + type(failed).hint
    return failed


def _unauthorized(answer: Answer, body: _ErrorBody) -> errors.ApiError:
    scheme = answer.headers.get("www-authenticate", "").split(" ")[0].lower()
    if answer.looks_like_a_page or scheme in ("basic", "negotiate", "ntlm", "digest"):
        return errors.Unauthorized(
            "A proxy in front of the billing system requires authentication. The API key was not checked.",
            hint=_ELSEWHERE,
            request_id=body.request_id,
        )
    return errors.Unauthorized(
        "Wingback rejected this API key.",
        request_id=body.request_id,
    )


def retry_after(answer: Answer, *, at_most: float) -> float | None:
    """Return the seconds of the Retry-After header: an integer from 1 to `at_most`, else None."""
    text = answer.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return None
    seconds = float(text)
    return seconds if 0 < seconds <= at_most else None

"""Transport errors and statuses become `wbtui.errors`: the only translator.

Two rules decide what a failed write may be called (promise 1). "Not sent" is a white list: no connection
came about, or the first byte of the request had not left. "The server said no" needs the server's own
words: a status alone may come from anything in between.
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
from wbtui.api.answer import Answer, Unreadable
from wbtui.api.transport import httpx

_SURELY_NOT_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
_ELSEWHERE = "Is this the address of a billing system? A proxy or sign-in page may be in between."


@dataclass(slots=True)
class Progress:
    """How far a call got: set by the transport's trace."""

    traced: bool = False
    in_tls: bool = False
    started: bool = False

    def sent(self, error: BaseException | None = None) -> bool:
        """False only when it is certain that nothing reached the server."""
        if self.started:
            return True
        # A transport that does not trace tells nothing: then only a failed connect is certain.
        return not (self.traced or isinstance(error, _SURELY_NOT_SENT))


# ── the transport ────────────────────────────────────────────────────────────────────────────────
def transport_error(error: BaseException, origin: str, progress: Progress) -> errors.ApiError:
    """Our error for a call that brought no answer."""
    sent = progress.sent(error)
    where = _host(origin)
    tls = _in_chain(error, ssl.SSLError)
    if not sent and (tls is not None or (progress.in_tls and isinstance(error, _SURELY_NOT_SENT))):
        return errors.TlsFailed(_tls_sentence(tls, where), sent=False)
    if isinstance(error, httpx.PoolTimeout):
        return errors.TimedOut("Too many calls are waiting for a connection.", sent=sent)
    if not sent and isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout, OSError)):
        return errors.Unreachable(_connect_sentence(error, where), sent=False)
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return errors.TimedOut(f"{where} gave no complete answer in time.", sent=sent)
    return errors.ConnectionLost(
        f"The connection to {where} broke before the answer was complete.", sent=sent
    )


def _host(origin: str) -> str:
    return urlsplit(origin).netloc or origin


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
        return f"The certificate of {where} is not accepted: {error.verify_message or 'not trusted'}."
    reason = getattr(error, "reason", None)
    if reason == "WRONG_VERSION_NUMBER":
        return f"{where} does not speak TLS on this port."
    return f"The secure connection to {where} did not come about" + (f" ({reason})." if reason else ".")


def _connect_sentence(error: BaseException, where: str) -> str:
    if _in_chain(error, socket.gaierror) is not None:
        return f"There is no machine called {where}, or names cannot be looked up now."
    if _in_chain(error, ConnectionRefusedError) is not None:
        return f"Nothing listens at {where}."
    if isinstance(error, (httpx.TimeoutException, TimeoutError)):
        return f"{where} did not take the connection in time."
    return f"No connection to {where} came about."


# ── the answer ───────────────────────────────────────────────────────────────────────────────────
@contextmanager
def reading(answer: Answer) -> Iterator[None]:
    """Around everything that reads an answer: what does not fit becomes BadAnswer."""
    trouble: str | None = None
    try:
        yield
    except Unreadable as error:
        trouble = str(error)
    except (ValidationError, errors.MoneyError):
        trouble = "a value in it is not one that can be"
    except RecursionError:
        trouble = "it is nested too deeply"
    if trouble is not None:
        # Not chained: a printed chain would quote the server's data.
        raise bad_answer(answer, trouble) from None


def bad_answer(answer: Answer, trouble: str, *, hint: str | None = None) -> errors.BadAnswer:
    return errors.BadAnswer(
        f"The answer to {answer.call} (status {answer.status}) could not be used: {trouble}.",
        hint=hint,
        request_id=answer.request_id,
    )


def body_of(answer: Answer) -> Any:
    """The JSON of a 2xx answer; else raises what the status means."""
    if not 200 <= answer.status < 300:
        raise status_error(answer)
    with reading(answer):
        return answer.json()


@dataclass(frozen=True, slots=True)
class _Said:
    """What an error body says: ours ({"error": …}), Wingback's ({"feedback": …}), or nothing readable."""

    code: str | None = None
    message: str = ""
    request_id: str | None = None
    fields: dict[str, str] | None = None
    preview: Any = None

    @property
    def by_the_server(self) -> bool:
        return self.code is not None


def _said(answer: Answer) -> _Said:
    try:
        body = answer.json()
    except Unreadable:
        return _Said(request_id=answer.request_id)
    if not isinstance(body, dict):
        return _Said(message=_sentence(body), request_id=answer.request_id)
    if isinstance(body.get("error"), dict):
        error = body["error"]
        fields = error.get("fields")
        return _Said(
            code=str(error.get("code") or "")[:60] or None,
            message=_sentence(error.get("message")),
            request_id=_sentence(error.get("request_id"))[:100] or answer.request_id,
            fields=_fields(fields),
            preview=error.get("preview"),
        )
    if isinstance(body.get("feedback"), dict):
        fields = _fields(body["feedback"])
        return _Said(
            message="; ".join(f"{name}: {text}" for name, text in fields.items()),
            fields=fields,
            request_id=answer.request_id,
        )
    message = _sentence(body.get("message") or body.get("detail") or body.get("error"))
    return _Said(message=message, request_id=answer.request_id)


def _sentence(value: object) -> str:
    return value[:500] if isinstance(value, str) else ""


def _fields(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        return {}
    found: dict[str, str] = {}
    for name, told in list(value.items())[:50]:
        text = told.get("value") if isinstance(told, dict) else told
        found[str(name)[:100]] = text[:300] if isinstance(text, str) else "not accepted"
    return found


def status_error(
    answer: Answer, *, write: bool = False, read_preview: Callable[[Any], object] | None = None
) -> errors.ApiError:
    """What a status other than 2xx means.

    `write`: it answers a command. A "no" of a command must come from the server itself, in its own error
    shape; without that it is BadAnswer, which leaves open whether the command ran. `read_preview` reads the
    new preview that comes with basis_changed.
    """
    status, said = answer.status, _said(answer)
    if 300 <= status < 400:
        return _redirected(answer)
    if status >= 500:
        return _server_failed(answer, said)
    if status < 400:
        return bad_answer(answer, "it is no final answer")
    if status == 407:
        return bad_answer(answer, "a proxy in between wants to be signed in to", hint=_ELSEWHERE)
    if write and not said.by_the_server:
        return bad_answer(answer, "it does not come from the billing system itself", hint=_ELSEWHERE)
    if status == 401:
        return _unauthorized(answer, said)
    if status == 429:
        return errors.RateLimited(
            said.message or "The billing system asks for fewer requests.",
            retry_after=retry_after(answer, at_most=86_400),
            request_id=said.request_id,
        )
    if answer.looks_like_a_page:
        return bad_answer(answer, "it does not come from a billing system", hint=_ELSEWHERE)
    return _client_error(answer, said, read_preview)


def _client_error(
    answer: Answer, said: _Said, read_preview: Callable[[Any], object] | None
) -> errors.ApiError:
    status, request_id = answer.status, said.request_id
    if status == 403:
        return errors.Forbidden(
            said.message or "The key is accepted, but this call is not allowed to it.", request_id=request_id
        )
    if status == 404:
        return errors.NotFound(said.message or "There is no such object.", request_id=request_id)
    if status == 408:
        return errors.TimedOut(said.message or "The server waited too long for the request.")
    if status == 409:
        return _conflict(answer, said, read_preview)
    if status == 410:
        return errors.CursorExpired(
            said.message or "The server no longer knows this place in its list.", request_id=request_id
        )
    if status in (400, 413, 414, 415, 422, 431):
        return errors.Rejected(
            said.message or f"The server did not accept the request (status {status}).",
            fields=said.fields,
            code=said.code or ("malformed" if status == 400 else "invalid"),
            request_id=request_id,
        )
    text = said.message or "no reason was given"
    return errors.ApiError(f"{answer.call} was answered with status {status}: {text}.", request_id=request_id)


def _conflict(answer: Answer, said: _Said, read_preview: Callable[[Any], object] | None) -> errors.ApiError:
    if said.code == "in_progress":
        return errors.InProgress(
            said.message or "This command is being carried out right now.", request_id=said.request_id
        )
    if said.code == "basis_changed":
        preview: object | None = None
        if read_preview is not None and said.preview is not None:
            try:
                with reading(answer):
                    preview = read_preview(said.preview)
            except errors.BadAnswer:
                # That nothing was done is known all the same; the preview is asked for anew.
                preview = None
        return errors.BasisChanged(
            said.message or "What the preview was computed from has changed.",
            preview=preview,
            request_id=said.request_id,
        )
    return errors.Conflict(said.message or "The state on the server has changed.", request_id=said.request_id)


def _redirected(answer: Answer) -> errors.ApiError:
    try:
        target = urlsplit(answer.headers.get("x-location", "")[:2000])
        where = f" to {target.hostname}" if target.hostname else ""
    except ValueError:
        where = ""
    return errors.Redirected(
        f"{answer.call} was answered with a redirect{where} (status {answer.status}); it was not followed.",
        request_id=answer.request_id,
    )


def _server_failed(answer: Answer, said: _Said) -> errors.ApiError:
    if answer.status == 511:
        return bad_answer(answer, "the network wants to be signed in to first", hint=_ELSEWHERE)
    told = f": {said.message}" if said.message else "."
    failed = errors.ServerFailed(
        f"The billing system failed with status {answer.status}{told}", request_id=said.request_id
    )
    if answer.status == 503:
        failed.hint = "It may be under maintenance. " + type(failed).hint
    return failed


def _unauthorized(answer: Answer, said: _Said) -> errors.ApiError:
    asks = answer.headers.get("www-authenticate", "").split(" ")[0].lower()
    if answer.looks_like_a_page or asks in ("basic", "negotiate", "ntlm", "digest"):
        return errors.Unauthorized(
            "Something in front of the billing system wants a sign-in of its own; the key was not judged.",
            hint="Check the address: " + _ELSEWHERE,
            request_id=said.request_id,
        )
    return errors.Unauthorized(
        "The billing system answers, but does not accept the key"
        + (f": {said.message}" if said.message else "."),
        request_id=said.request_id,
    )


def retry_after(answer: Answer, *, at_most: float) -> float | None:
    """Seconds the server asks to wait: a whole number from 1 to `at_most`, else None."""
    text = answer.headers.get("retry-after", "").strip()
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        return None
    seconds = float(text)
    return seconds if 0 < seconds <= at_most else None

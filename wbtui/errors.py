"""The exception hierarchy: every expected failure has a title, a sentence, a hint and an exit code.

Sentences may quote text from the server, uncleaned: pass them through `models.text.clean` before display.
"""

from __future__ import annotations

from typing import ClassVar


class WbtuiError(Exception):
    """Base class of all wbtui errors.

    Attributes:
        title: heading of a panel or dialog, a few words.
        sentence: what happened and what is known about the outcome.
        hint: what the user can do next; may be empty.
        retryable: whether repeating the same request may succeed.
        exit_code: exit code of the command line.
    """

    title: ClassVar[str] = "Something went wrong"
    hint: str = ""
    retryable: ClassVar[bool] = False
    exit_code: ClassVar[int] = 1

    def __init__(self, sentence: str, *, hint: str | None = None) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        if hint is not None:
            self.hint = hint


# ── input and setup ────────────────────────────────────────────────────────────────────────────────
class BadInput(WbtuiError):
    """Invalid input: an argument, an option or a typed value. The sentence often says what to enter."""

    title = "Invalid input"
    exit_code = 2


class SeveralMatches(BadInput):
    """A name matches more than one customer. The sentence lists them, one per line."""

    title = "Several matches"
    hint = "Use the ID, e-mail or reference of one of them."


class MoneyError(BadInput, ValueError):
    """Not an exact amount of its currency. Also a ValueError, so that pydantic reports it."""

    title = "Invalid amount"


class SettingsError(BadInput):
    """The settings are invalid or cannot be read."""

    title = "Settings"
    hint = "Fix the file, or move it away to start with the defaults."


class NotConnected(BadInput):
    """No connection of that name is configured, or none at all."""

    title = "Not connected"
    hint = "Run `wbtui connect`, or try `wbtui demo`."


class UnfitTerminal(WbtuiError):
    """There is no terminal, or the terminal cannot show the app."""

    title = "No usable terminal"
    hint = "Use `wbtui find`, `show` or `sync` here."
    exit_code = 2


CHECK_FIRST = "Try again. After a change, check its status first."
"""Hint of an error after which it is not known whether a change went through."""


# ── the billing system ─────────────────────────────────────────────────────────────────────────────
class ApiError(WbtuiError):
    """A request to the billing system failed.

    Attributes:
        sent: False only when it is certain that the server did not receive the request.
        request_id: the request ID to quote to the operator of the server, where known.
    """

    title = "Unexpected response"
    hint = "Try again. If it happens again, run `wbtui doctor`."
    exit_code = 4

    def __init__(
        self, sentence: str, *, hint: str | None = None, sent: bool = True, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.sent = sent
        self.request_id = request_id


class Unreachable(ApiError):
    """No connection was established (DNS, port, network). Nothing was sent."""

    title = "Cannot reach the billing system"
    hint = "Check the network and the URL. Data already cached stays available."
    retryable = True


class TlsFailed(Unreachable):
    """The TLS handshake failed or the certificate is not trusted. Nothing was sent."""

    title = "Cannot connect securely"
    hint = "Check the URL and this computer's clock, or ask the operator of the server about its certificate."
    retryable = False


class ConnectionLost(ApiError):
    """The connection was lost during the request: whether the server processed it is unknown."""

    title = "Connection lost"
    hint = CHECK_FIRST
    retryable = True


class TimedOut(ApiError):
    """No complete response within the deadline: whether the server processed the request is unknown."""

    title = "Timed out"
    hint = CHECK_FIRST
    retryable = True


class Unauthorized(ApiError):
    """401: the server rejected the API key."""

    title = "API key rejected"
    hint = "Enter a valid key with `wbtui connect`."
    exit_code = 3


class NoKey(Unauthorized):
    """No API key is stored for the connection; nothing was sent."""

    title = "API key missing"


class Forbidden(ApiError):
    """403: the API key is valid but lacks a permission."""

    title = "Not allowed"
    hint = "Ask the owner of the API key for this permission."
    exit_code = 3


class NotFound(ApiError):
    """404: the object or the endpoint does not exist."""

    title = "Not found"
    hint = "It may have been deleted in the billing system."
    exit_code = 5


class Conflict(ApiError):
    """409 without a more specific code."""

    title = "The data has changed"
    hint = "Reload and try again."
    retryable = True


class InProgress(Conflict):
    """409 in_progress: an action with the same idempotency key is running."""

    title = "Still in progress"
    hint = "Check the status in a moment."


class BasisChanged(Conflict):
    """409 basis_changed: the data changed after the preview. Nothing was done.

    `preview` is the new `models.preview.Preview`, or None if the server sent none.
    """

    hint = "Check the new preview, then confirm again."

    def __init__(
        self, sentence: str, *, preview: object | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.preview = preview


class CursorExpired(ApiError):
    """410: the cursor has expired; start from the first page."""

    title = "Cursor expired"
    hint = "Run a full sync."


class Rejected(ApiError):
    """400 or 422: the server rejected the request as invalid. Nothing was done.

    `fields` maps the path of a field to its error message.
    """

    title = "Request rejected"
    hint = "Correct the input."

    def __init__(
        self,
        sentence: str,
        *,
        fields: dict[str, str] | None = None,
        code: str = "invalid",
        request_id: str | None = None,
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.fields = dict(fields or {})
        self.code = code


class RateLimited(ApiError):
    """429. Nothing was done. `retry_after` is in seconds, None without a usable Retry-After header."""

    title = "Too many requests"
    hint = "Wait a moment. wbtui slows down automatically."
    retryable = True

    def __init__(
        self, sentence: str, *, retry_after: float | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.retry_after = retry_after


class ServerFailed(ApiError):
    """5xx: whether the server processed the request is unknown."""

    title = "Server error"
    hint = CHECK_FIRST
    retryable = True


class Redirected(ApiError):
    """3xx: redirects are never followed, so that the API key is sent to one origin only."""

    title = "Unexpected redirect"
    hint = "Check the URL of the connection."


class BadAnswer(ApiError):
    """The response is not JSON, too large or malformed. Whether a write was processed is unknown."""

    title = "Unreadable response"
    hint = "Check that the URL is that of a billing system. A proxy or sign-in page may be in between."


class BadCursor(BadAnswer):
    """The cursors of a list repeat or lead back: it cannot be read on from here."""


class BadRecord(BadAnswer):
    """One record in the response has an invalid value; it is certain which record it is."""


class OtherSystem(ApiError):
    """The server is another environment or belongs to another merchant than the connection."""

    title = "Different billing system"
    hint = "If this is intended, run `wbtui connect` again. Else check the URL and the API key."


class NotOffered(WbtuiError):
    """The connected system lacks this capability. The hint names an alternative."""

    title = "Not supported by this billing system"
    hint = "Use Wingback's own screens for this."
    exit_code = 6


class NotInstalled(NotOffered):
    """The libraries of an optional part of wbtui are not installed."""

    title = "Not installed"


class ReadOnly(WbtuiError):
    """wbtui runs in read-only mode. Nothing was sent."""

    title = "Read-only mode"
    hint = "Start wbtui without --read-only, or set read_only = false."
    exit_code = 8


class AboveLimit(WbtuiError):
    """The amount is above the agent's limit for this action. Nothing was sent."""

    title = "Above your limit"
    hint = "Ask a colleague who may do it."
    exit_code = 8


# ── this computer ──────────────────────────────────────────────────────────────────────────────────
class Offline(WbtuiError):
    """There is no connection (or `--offline`): reads come from the cache, writes are refused."""

    title = "Offline"
    hint = "Data already cached stays available. Changes are possible when you are back online."
    exit_code = 4


NOT_REACHED = (Offline, Unreachable, ConnectionLost, TimedOut)
"""Errors after which a cached value is used, however old it is."""


class NotCached(WbtuiError):
    """Not in the cache, and not fetched from the server."""

    title = "Not available offline"
    hint = "It will be fetched when you are back online."
    exit_code = 5


class StoreError(WbtuiError):
    """A local file cannot be read or written."""

    title = "Local storage"
    hint = "Run `wbtui doctor` to check folders, permissions and disk space."
    exit_code = 7


class StoreFull(StoreError):
    """The disk is full: actions cannot be journaled, so none is sent."""

    title = "Disk full"
    hint = "Free some disk space. Until then, refunds and other changes are not possible."


class StoreCorrupt(StoreError):
    """A local file is damaged. A cache is moved aside and rebuilt; a journal is left unchanged."""

    title = "Damaged local file"
    hint = "Keep a copy, then move it away: wbtui makes a new one."


class StoreReplaced(StoreError):
    """The file was removed or replaced while it was open; a write to it would be lost."""

    title = "A local file was replaced"
    hint = "Start wbtui again."


class StoreTooNew(StoreError):
    """The file was written by a newer version of wbtui; it is left unchanged."""

    title = "File of a newer version"
    hint = "Update wbtui, or use another connection name."


class Superseded(WbtuiError):
    """A newer search replaced this one. Never shown."""

    title = "Superseded"


class Unresolved(WbtuiError):
    """An earlier action on the same object has an unknown outcome; nothing new may be sent."""

    title = "Earlier action unresolved"
    hint = "Check its status in the journal first: J in the app, or `wbtui journal`."
    exit_code = 8

    def __init__(self, summary: str) -> None:
        super().__init__(f"The outcome of “{summary}” is not known yet. The new action was not sent.")

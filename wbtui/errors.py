"""The one exception tree: every failure the house can name, with a title, a sentence and a way out.

A sentence says what is known and what is not; a hint says what to do next. Texts may quote server
text; whoever displays them cleans them (`models.text.clean`). Nothing here knows a transport.
"""

from __future__ import annotations

from typing import ClassVar


class WbtuiError(Exception):
    """Base of all our failures.

    Attributes:
        title: a few words, the heading of a panel or dialog.
        sentence: one sentence: what happened, what is known.
        hint: what to do next; may be empty.
        retryable: whether doing the same again may help without changing anything.
        exit_code: what the command line ends with.
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


# ── input and set-up ─────────────────────────────────────────────────────────────────────────────
class BadInput(WbtuiError):
    """What was typed or given is not usable."""

    title = "Not understood"
    exit_code = 2


class MoneyError(BadInput, ValueError):
    """Not an exact amount of its currency (also a ValueError, so that pydantic reports it as such)."""

    title = "Not an amount"


class SettingsError(BadInput):
    """The settings file cannot be used as it is."""

    title = "Settings"
    hint = "Correct the file or move it away; wbtui then starts with its defaults."


class NotConnected(BadInput):
    """No connection is configured under that name, or none at all."""

    title = "Not connected"
    hint = "Run `wbtui connect`, or try it out with `wbtui demo`."


class UnfitTerminal(WbtuiError):
    """There is no terminal, or one that cannot show the app."""

    title = "No usable terminal"
    exit_code = 2


# ── the far side ─────────────────────────────────────────────────────────────────────────────────
class ApiError(WbtuiError):
    """A call to the billing system did not give a usable answer.

    Attributes:
        sent: False only when it is certain that nothing reached the server (promise 1).
        request_id: the id to quote to whoever runs the server, where known.
    """

    title = "The billing system did not answer as expected"
    exit_code = 4

    def __init__(
        self, sentence: str, *, hint: str | None = None, sent: bool = True, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, hint=hint)
        self.sent = sent
        self.request_id = request_id


class Unreachable(ApiError):
    """No connection came about: name, port, network. Nothing was sent."""

    title = "Cannot reach the billing system"
    hint = "Check the network and the address; what is held locally stays readable."
    retryable = True


class TlsFailed(Unreachable):
    """The server's certificate was not accepted, or the handshake failed. Nothing was sent."""

    title = "No trusted connection"
    hint = "Check the address and the machine's clock; ask whoever runs the server about its certificate."
    retryable = False


class ConnectionLost(ApiError):
    """The connection broke after it was made: whether the server acted is not known."""

    title = "The connection broke"
    hint = "Try again; for a write, look the outcome up first."
    retryable = True


class TimedOut(ApiError):
    """No complete answer within the deadline: whether the server acted is not known."""

    title = "No answer in time"
    hint = "Try again; for a write, look the outcome up first."
    retryable = True


class Unauthorized(ApiError):
    """401: the key is not accepted."""

    title = "The key was not accepted"
    hint = "Connect again with a valid key: `wbtui connect`."
    exit_code = 3


class Forbidden(ApiError):
    """403: the key is good, the call is not allowed to it."""

    title = "Not allowed"
    hint = "Ask whoever issued the key for this right."
    exit_code = 3


class NotFound(ApiError):
    """404: there is no such object, or no such call."""

    title = "Not found"
    exit_code = 5


class Conflict(ApiError):
    """409 without more detail."""

    title = "The state has changed"
    hint = "Look again and decide anew."
    retryable = True


class InProgress(Conflict):
    """409 in_progress: the same key is running right now."""

    title = "Still being carried out"
    hint = "Ask for the outcome in a moment."


class BasisChanged(Conflict):
    """409 basis_changed: what the preview was computed from moved. Nothing was done.

    `preview` is the new `models.preview.Preview`, or None where the server sent none.
    """

    title = "The data has changed"
    hint = "Look at the new preview and decide anew."

    def __init__(
        self, sentence: str, *, preview: object | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.preview = preview


class CursorExpired(ApiError):
    """410: the cursor is too old; walk again from the start."""

    title = "The cursor is too old"
    hint = "Synchronise from the start."


class Rejected(ApiError):
    """400 or 422: the server says the request itself is wrong. Nothing was done.

    `fields` maps a member's path to what is wrong with it.
    """

    title = "The request was rejected"
    hint = "Correct the input."

    def __init__(
        self,
        sentence: str,
        *,
        fields: dict[str, str] | None = None,
        code: str = "invalid",
        request_id: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(sentence, request_id=request_id, hint=hint)
        self.fields = dict(fields or {})
        self.code = code


class RateLimited(ApiError):
    """429. `retry_after` in seconds, where the server said so sensibly. Nothing was done."""

    title = "Too many requests"
    hint = "Wait a moment; wbtui slows down by itself."
    retryable = True

    def __init__(
        self, sentence: str, *, retry_after: float | None = None, request_id: str | None = None
    ) -> None:
        super().__init__(sentence, request_id=request_id)
        self.retry_after = retry_after


class ServerFailed(ApiError):
    """5xx: whether the server acted is not known."""

    title = "The billing system failed"
    hint = "Try again; for a write, look the outcome up first."
    retryable = True


class Redirected(ApiError):
    """3xx: redirects are never followed, so that the key goes to one origin only."""

    title = "The server answered with a redirect"
    hint = "Check the address of the connection."


class BadAnswer(ApiError):
    """An answer that is not JSON, too large, or JSON of the wrong shape. Whether a write ran is not known."""

    title = "The answer could not be read"
    hint = "Is this the address of a billing system? A proxy or sign-in page may be in between."


class NotOffered(WbtuiError):
    """The connected system has no such capability; the hint names the way out."""

    title = "Not offered by this system"
    exit_code = 6


# ── this side ────────────────────────────────────────────────────────────────────────────────────
class Offline(WbtuiError):
    """There is no link (or `--offline`): reads come from the cache, writes are refused."""

    title = "Offline"
    hint = "What is held can be read; writes work again once the link is back."
    exit_code = 4


class NotCached(WbtuiError):
    """The cache does not hold this, and the server was not or could not be asked."""

    title = "Not held"
    hint = "It will be fetched once the link is back."
    exit_code = 5


class StoreError(WbtuiError):
    """A local file cannot be read or written."""

    title = "Local storage"
    exit_code = 7


class StoreFull(StoreError):
    """The disk is full: nothing can be journalled, so no money moves (promise 13)."""

    title = "The disk is full"
    hint = "Free some space; until then money commands are refused."


class StoreCorrupt(StoreError):
    """A local file is damaged. A cache is set aside and rebuilt; a journal is never touched."""

    title = "A local file is damaged"


class StoreTooNew(StoreError):
    """The file was written by a newer wbtui; it is left alone."""

    title = "Written by a newer wbtui"
    hint = "Update wbtui, or use another connection name."


class Superseded(WbtuiError):
    """A search was given up because the next one took its place. Never shown."""

    title = "Superseded"


class Unresolved(WbtuiError):
    """An earlier intent for the same object has no known outcome yet; nothing new may be sent."""

    title = "An earlier command is unresolved"
    hint = "Open the journal (J) and look its outcome up first."

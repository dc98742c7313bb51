"""What the end of a sending proves, as pure rules: done, refused, not sent, or honestly unknown.

Only a failed connect proves that nothing was sent, and only an answer that records nothing proves that
nothing was done (promise 1). Everything else is unknown until it is looked up.
"""

from __future__ import annotations

from dataclasses import dataclass

from wbtui import errors
from wbtui.models.preview import Outcome, Rule, Status

BASIS_CHANGED = "basis_changed"
"""Rule code of our own: the data moved between preview and sending."""

ABANDONED = "abandoned"
"""Rule code of the portal extension: the key was given up and never runs."""

LOOK_UP = "It is not known whether it was carried out. wbtui looks it up; do not do it again meanwhile."
MAY_ARRIVE = (
    "The billing system has no record of it. That proves nothing: it may still arrive. "
    "Look again, send the same command once more, or give it up."
)


@dataclass(frozen=True, slots=True)
class Classification:
    """A status with its reason: `rule` when refused, `trouble` (one or two sentences) when not done."""

    status: Status
    trouble: str | None = None
    rule: Rule | None = None


def classify_error(error: BaseException, *, first: bool, begun: bool) -> Classification:
    """What `error`, raised by a sending, proves.

    `first`: no earlier sending of the same key is open; with an earlier one, nothing that happens to this
    one proves anything about that one. `begun`: the request may have begun to leave.
    """
    sentence = error.sentence if isinstance(error, errors.WbtuiError) else "The command was interrupted."
    surely_not = (isinstance(error, errors.ApiError) and not error.sent) or not begun
    if not first:
        told = "Nothing was sent this time" if surely_not else sentence.rstrip(".")
        return Classification(Status.UNKNOWN, f"{told}. What became of the first sending is still not known.")
    match error:
        case errors.BasisChanged():
            text = "The data has changed since the preview. Nothing was done."
            return Classification(
                Status.REFUSED, f"{text} Look at the new preview.", Rule(code=BASIS_CHANGED, message=text)
            )
        case errors.InProgress():
            return Classification(
                Status.UNKNOWN, "The billing system is still carrying it out. wbtui asks again in a moment."
            )
        case errors.Rejected():
            return _refused(error.code, error)
        case errors.Unauthorized():
            return _refused("unauthorized", error)
        case errors.Forbidden():
            return _refused("forbidden", error)
        case errors.RateLimited():
            return _refused("rate_limited", error)
        case errors.NotFound():
            return _refused("not_found", error)
        case errors.NotOffered():
            return _refused("not_offered", error)
    if surely_not:
        return Classification(
            Status.NOT_SENT, f"{sentence} Nothing was sent, nothing was done. {_hint(error)}".rstrip()
        )
    return Classification(Status.UNKNOWN, f"{sentence} {LOOK_UP}")


def _refused(code: str, error: errors.WbtuiError) -> Classification:
    text = f"{error.sentence} Nothing was done."
    return Classification(Status.REFUSED, f"{text} {error.hint}".rstrip(), Rule(code=code, message=text))


def _hint(error: BaseException) -> str:
    return error.hint if isinstance(error, errors.ApiError) else "Try again."


def wrong_answer(outcome: Outcome, key: str, kind: str) -> str | None:
    """Why an answer cannot be the one to this command, or None when it can."""
    if outcome.key != key:
        return f"The answer is about another command. {LOOK_UP}"
    # A key that was given up before anything arrived has no kind at the server.
    abandoned = outcome.rule is not None and outcome.rule.code == ABANDONED
    if outcome.kind != kind and not abandoned:
        return f"The answer is about “{outcome.kind}”, not “{kind}”. {LOOK_UP}"
    if outcome.status not in (Status.DONE, Status.REFUSED, Status.PENDING):
        return f"The answer does not say what became of it. {LOOK_UP}"
    return None

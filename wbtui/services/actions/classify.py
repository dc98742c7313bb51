"""Classify what an error proves about an action: refused, not sent or unknown.

Only a failed connection proves that nothing was sent, and only a response that records nothing proves that
nothing was done. Everything else is unknown until the status is checked.
"""

from __future__ import annotations

from dataclasses import dataclass

from wbtui import errors
from wbtui.models.preview import ABANDONED, BASIS_CHANGED, NOT_CARRIED_OUT, Outcome, Rule, Status

OUTCOME_UNKNOWN = "We do not know whether it went through. wbtui checks again; do not do it again until then."
FIRST_UNKNOWN = "We still do not know whether the first request went through."
MAY_ARRIVE = (
    "The billing system has no record of it, but it may still arrive. "
    "Check its status again, retry the identical request, or abandon it."
)
HAS_RECORD = "This billing system keeps a record of requests, which says whether it was carried out."
_NOT_DONE = "Nothing was done."


@dataclass(frozen=True, slots=True)
class Classification:
    """A status with its reason: `rule` if refused, and sentences in `trouble` if not done."""

    status: Status
    trouble: str | None = None
    rule: Rule | None = None


def classify_error(error: BaseException, *, first: bool, started: bool) -> Classification:
    """Classify an error raised by sending an action.

    Args:
        first: whether this is the first request with its key. The result of a retry proves nothing about
            the first request.
        started: whether the first byte may have been sent.
    """
    sentence = error.sentence if isinstance(error, errors.WbtuiError) else "The action was interrupted."
    not_sent = (isinstance(error, errors.ApiError) and not error.sent) or not started
    if not first:
        retry = "Nothing was sent this time." if not_sent else sentence
        return Classification(Status.UNKNOWN, f"{retry} {FIRST_UNKNOWN}")
    match error:
        case errors.BasisChanged():
            text = "The data has changed since the preview."
            return Classification(
                Status.REFUSED,
                f"{text} {_NOT_DONE} Check the new preview.",
                Rule(code=BASIS_CHANGED, message=text),
            )
        case errors.InProgress():
            return Classification(
                Status.UNKNOWN, "The billing system is still processing it. wbtui checks again in a moment."
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
    if not_sent:
        hint = "Try again."
        if isinstance(error, errors.ApiError) and error.hint != errors.CHECK_FIRST:
            hint = error.hint
        return Classification(Status.NOT_SENT, f"{sentence} Nothing was sent. {hint}".rstrip())
    return Classification(Status.UNKNOWN, f"{sentence} {OUTCOME_UNKNOWN}")


def _refused(code: str, error: errors.WbtuiError) -> Classification:
    text = f"{error.sentence} {_NOT_DONE} {error.hint}".rstrip()
    return Classification(Status.REFUSED, text, Rule(code=code, message=error.sentence))


def classify_report(*, done: bool) -> Classification:
    """Classify an action by the agent's report of what the billing system shows."""
    if done:
        return Classification(Status.DONE, "You saw in the billing system that it was carried out.")
    text = "You saw in the billing system that it was not carried out."
    return Classification(Status.REFUSED, rule=Rule(code=NOT_CARRIED_OUT, message=text))


def withdrawn(trouble: str | None = None) -> Classification:
    """Return the classification of an action that was cancelled before it was sent."""
    return Classification(Status.WITHDRAWN, trouble)


def not_journalled(error: errors.StoreError) -> Classification:
    """Return the classification of an action that the journal could not mark as sent."""
    text = f"{error.sentence} Nothing was sent, because actions need the journal."
    return Classification(Status.NOT_SENT, text, Rule(code="journal", message=text))


def wrong_answer(outcome: Outcome, key: str, kind: str) -> str | None:
    """Return why a response cannot belong to this request, None if it can."""
    if outcome.key != key:
        return f"The server answered about another request. {OUTCOME_UNKNOWN}"
    # The server knows no kind for a key that was abandoned before its request arrived.
    abandoned = outcome.rule is not None and outcome.rule.code == ABANDONED
    if outcome.kind != kind and not abandoned:
        return f"The server answered about “{outcome.kind}”, not “{kind}”. {OUTCOME_UNKNOWN}"
    if outcome.status not in (Status.DONE, Status.REFUSED, Status.PENDING):
        return f"The server's answer does not contain the outcome. {OUTCOME_UNKNOWN}"
    return None

"""Sentences about outcomes: done, refused, pending or unknown, and how an unknown one is resolved."""

from __future__ import annotations

from collections.abc import Callable

from textual.content import Content

from wbtui.models.preview import ABANDONED, NOT_CARRIED_OUT, Outcome, Status, result_name
from wbtui.ui import format as fmt
from wbtui.ui import states
from wbtui.ui.safe import DIM, join, join_lines

OUTCOME_KNOWN = "The outcome is known; nothing to do."
NO_FOLLOW_UP = "Not available for this outcome."
BUSY = "The server is being asked. Wait for the answer."
NO_KEYS = "This billing system may run a repeated request twice, and can't abandon one. Check its status."
RESOLVING = {
    "look_up": "Checking the status …",
    "resend": "Retrying the identical request …",
    "abandon": "Abandoning …",
    "was_done": "Recording …",
    "was_not_done": "Recording …",
}
"""What is said while an outcome is resolved, by the command's verb."""
HAS_RECORD = "This billing system keeps a record of requests. Check the status instead."
SEEN = ("was_done", "was_not_done")
"""Verbs that record what the agent has seen in the billing system."""
QUESTIONS = {
    "resend": ("Send the identical request again? It cannot run twice.", "Retry"),
    "abandon": ("Make sure it never runs? If it has already run, you will see its outcome.", "Abandon"),
    "was_done": (
        "Have you seen in the billing system that it was carried out? wbtui can't check this.",
        "It was carried out",
    ),
    "was_not_done": (
        "Have you seen in the billing system that it was not carried out? A late request can still arrive "
        "within some minutes. If you confirm, the action can be done again.",
        "It was not carried out",
    ),
}
"""Question and answer before an outcome is changed or recorded, by the command's verb."""
DO_NOT_REPEAT = "Do not send it again."
REPEATABLE = "You can do it again."
NOT_DONE_TWICE = "It had been done before and was not done twice."
UNKNOWN = (
    "We do not know whether it was carried out. Find out before you do it again.",
    "It is recorded in the journal ({app.journal}).",
)
_HEADS = {
    Status.DONE: "Done",
    Status.PENDING: "Accepted, pending",
    Status.UNKNOWN: "Outcome unknown",
    Status.SENT: "Outcome unknown",
    Status.INTENDED: "Not sent yet",
    Status.NOT_SENT: "Not sent. Nothing was done.",
    Status.WITHDRAWN: "Cancelled. Nothing was sent.",
}


def heading(what: str, customer: str) -> str:
    """Return the action and the customer, who is named once."""
    return what if customer in what else f"{what} · {customer}"


def retry_label(count: int) -> str:
    """The words on the button that charges open invoices again."""
    return f"Retry {fmt.plural(count, 'open invoice')}"


def outcome_text(outcome: Outcome, undo: str, fill: Callable[[str], str]) -> Content:
    """Return everything known of an outcome; `undo`: whether and how what was done can be undone.

    `fill` puts in the keys in force, as `Keymap.fill` does.
    """
    state = states.outcome_state(outcome)
    head = _HEADS.get(outcome.status, f"{state.word.capitalize()}. Nothing was done.")
    lines: list[object] = [join((f"{state.sign} {head}", f"bold {state.style}"))]
    if outcome.status in (Status.DONE, Status.PENDING) and undo:
        lines.append(undo)
    if known := _known(outcome, fill):
        lines += ["", *known]
    if outcome.customer_sentence:
        lines += ["", join(("For the customer", DIM)), outcome.customer_sentence]
    if outcome.objects:
        made = ", ".join(map(fmt.reference, outcome.objects))
        lines += ["", join(("References ", DIM), made)]
    lines.append(join((f"Request ID {outcome.key}", DIM)))
    return join_lines(*lines)


def _known(outcome: Outcome, fill: Callable[[str], str]) -> list[object]:
    """Return what is known, what is not, and what to do next."""
    match outcome.status:
        case Status.DONE:
            return [NOT_DONE_TWICE] if outcome.replayed else []
        case Status.PENDING:
            why = fmt.spaced(outcome.pending_reason or "pending").rstrip(".")
            return [f"The server accepted it. Status: {why}.", DO_NOT_REPEAT]
        case Status.REFUSED:
            rule = outcome.rule
            lines: list[object] = [rule.message if rule else outcome.trouble or "The server gave no reason."]
            if rule and rule.limit is not None:
                lines.append(f"The most that is allowed is {rule.limit}.")
            if result_name(outcome.status, rule) in (ABANDONED, NOT_CARRIED_OUT):
                lines.append(REPEATABLE)
            return lines
        case Status.UNKNOWN | Status.SENT:
            return [outcome.trouble or "The server did not answer.", "", *map(fill, UNKNOWN)]
        case Status.NOT_SENT:
            return [outcome.trouble or "The server could not be reached.", REPEATABLE]
        case _:
            return [outcome.trouble] if outcome.trouble else []


def outcome_line(outcome: Outcome) -> Content:
    """Return an outcome and why on one line."""
    state = states.outcome_state(outcome)
    why = outcome.trouble or (outcome.rule.message if outcome.rule is not None else "")
    return join((state.text, f"bold {state.style}"), f"  {why}")

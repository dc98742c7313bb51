"""What an outcome offers next: the action that undoes it, and charging open invoices again."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

from wbtui.errors import WbtuiError
from wbtui.models.actions import ACTIONS, About
from wbtui.models.actions.invoice import RetryPayment
from wbtui.models.actions.money import ReverseCredit
from wbtui.models.drafts import Answer
from wbtui.models.parts import INVOICES, PAYMENTS
from wbtui.models.payment import processing_invoices
from wbtui.ui.actions.catalogue import full_title_of
from wbtui.ui.actions.form_answers import amount_answer
from wbtui.ui.actions.sheet import SheetEnd
from wbtui.ui.host import Host
from wbtui.ui.text.outcome import retry_label

_BEFORE_RETRIES = ("set_default_method", "retry_payment")
"""The actions after which the customer's open invoices can be charged again."""
_ABOUT: dict[str, About] = {"contract": "subscription"}
"""Kind of object of an outcome → of an action, where they differ."""


@dataclass(frozen=True)
class FollowUp:
    """An action that an outcome offers.

    Attributes:
        verb: command of the outcome that opens it.
        subjects: the object it is about, besides the customer: id and name by kind of object.
        answers: what its form begins with.
    """

    verb: str
    label: str
    kind: str
    subjects: dict[About, tuple[str, str]] = field(default_factory=dict)
    answers: Mapping[str, Answer] = field(default_factory=dict)


async def follow_ups(app: Host, end: SheetEnd) -> AsyncIterator[FollowUp]:
    """Yield what can be done next; open invoices come once they are fetched."""
    if (undo := undoing(end)) is not None:
        yield undo
    if end.proposal.action.kind in _BEFORE_RETRIES:
        with suppress(WbtuiError):  # a convenience: they can be retried from their list
            if (retry := await _retrying(app, end)) is not None:
                yield retry


def undoing(end: SheetEnd) -> FollowUp | None:
    """Return the action that undoes what was done, about the same object or the one that was made."""
    action, kind = end.proposal.action, end.reversible.by or ""
    if end.reversible.how != "by" or kind not in ACTIONS:
        return None
    about, answers = ACTIONS[kind].about, _answers(end, kind)
    if about == "customer":
        return FollowUp("undo", full_title_of(kind), kind, answers=answers)
    own = action.subject(end.proposal.label)
    refs = [ref for ref in end.outcome.objects if _ABOUT.get(ref.type, ref.type) == about]
    if not refs and about == type(action).about:
        refs = [own]
    if not refs:
        return None
    label = own.label if refs[0].id == own.id else refs[0].label
    return FollowUp("undo", full_title_of(kind), kind, {about: (refs[0].id, label or "")}, answers)


def _answers(end: SheetEnd, kind: str) -> Mapping[str, Answer]:
    """Return what the form that undoes it begins with: what was there before, or the credit taken back."""
    answers = end.proposal.undo_answers.get(kind, {})
    if isinstance(end.proposal.action, ReverseCredit) and end.money is not None:
        return {**answers, "amount": amount_answer(end.money)}
    return answers


async def _retrying(app: Host, end: SheetEnd) -> FollowUp | None:
    action = end.proposal.action
    rows = (await app.services.profiles.fetch(INVOICES, action.customer_id)).value
    left_out = processing_invoices((await app.services.profiles.fetch(PAYMENTS, action.customer_id)).value)
    if isinstance(action, RetryPayment):
        left_out |= {action.invoice_id}
    due = [row for row in rows if row.id not in left_out and RetryPayment.disabled_reason(row) is None]
    if not due:
        return None
    first = min(due, key=lambda row: row.date)
    subjects: dict[About, tuple[str, str]] = {"invoice": (first.id, first.number)}
    return FollowUp("retry_open", retry_label(len(due)), "retry_payment", subjects)

"""Previews, intents, outcomes and journal entries of actions."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date as Date
from datetime import datetime
from enum import StrEnum

from wbtui.models.actions import Action
from wbtui.models.activity import Ref
from wbtui.models.base import Basis, Model
from wbtui.models.money import Money
from wbtui.models.subscription import NextCharge

BASIS_CHANGED = "basis_changed"
"""Code of the rule that the data changed between preview and send; wbtui's own."""
ABANDONED = "abandoned"
"""Code of the rule that the key was abandoned before the action ran, so that it never runs."""
NOT_CARRIED_OUT = "not_carried_out"
"""Code of the rule that the agent saw in the billing system that the action did not run; wbtui's own."""


class PreviewLine(Model):
    """Amount that is charged or given, and in words how it was computed."""

    label: str = ""
    money: Money
    tax: Money | None = None
    explanation: str | None = None

    @property
    def details(self) -> str:
        """How the amount was computed and the tax in it, where they are known; else empty."""
        tax = f"incl. {self.tax} tax" if self.tax else None
        return " · ".join(filter(None, (self.explanation, tax)))


class Change(Model):
    """Value before and after the action. `path` is type/id/member as reads name it."""

    path: str = ""
    label: str = ""
    before: str | None
    after: str | None


class Warn(Model):
    """Warning of a preview; with `confirm` it takes one more confirmation."""

    code: str = ""
    text: str = ""
    confirm: bool = True


class Lookalike(Model):
    """Something of the same kind and amount for the same customer within 24 hours, by anyone."""

    at: datetime
    what: str = ""
    by: str | None


class Rule(Model):
    """Business rule that refuses an action. `code` is stable, `message` one sentence for the agent."""

    code: str = "unknown"
    message: str = ""
    limit: Money | None = None


class Reversible(Model):
    """Whether an action can be undone.

    `how`: `no`, `until` (an instant) or `by` (the action that undoes it, or a sentence).
    """

    how: str = "no"
    until: datetime | None = None
    by: str | None = None


class Preview(Model):
    """Effect of an action, computed by the server without performing it.

    Attributes:
        basis: opaque; the versions it was computed from, and the instant. Performing sends it back.
        amount: the money the action is about, as the commit key names it; None where none moves.
        amount_unknown: whether money may move and the billing system does not tell how much.
        emails: to whom what is sent; None if the billing system does not tell.
        refused: the rule that would refuse it; then lines and changes are empty.
    """

    basis: Basis
    computed_at: datetime
    expires_at: datetime
    lines: tuple[PreviewLine, ...] = ()
    amount: Money | None = None
    amount_unknown: bool = False
    due_now: tuple[Money, ...] = ()
    next_invoice: NextCharge | None = None
    changes: tuple[Change, ...] = ()
    reversible: Reversible = Reversible()
    documents: tuple[str, ...] = ()
    emails: tuple[str, ...] | None = ()
    warnings: tuple[Warn, ...] = ()
    lookalikes: tuple[Lookalike, ...] = ()
    refused: Rule | None = None
    customer_sentence: str | None = None

    @property
    def different(self) -> tuple[Change, ...]:
        """The changes to show; a value that must stay as it is, is only checked afterwards."""
        return tuple(change for change in self.changes if change.before != change.after)

    @property
    def doubtful(self) -> bool:
        """Whether it takes one more confirmation.

        For a possible duplicate, a warning that asks for it, or charges in several currencies.
        """
        asked = any(warn.confirm for warn in self.warnings)
        return bool(self.lookalikes) or asked or len(self.amounts) > 1

    @property
    def due(self) -> tuple[Money, ...]:
        """What is due now; none of it is zero."""
        return tuple(money for money in self.due_now if money)

    @property
    def due_besides(self) -> tuple[Money, ...]:
        """What is due now where that is not just the amount, such as a final charge besides a refund."""
        return self.due if self.due != (self.amount,) else ()

    @property
    def amounts(self) -> tuple[Money, ...]:
        """The amount it is about; without one, what is due now in several currencies."""
        return (self.amount,) if self.amount is not None else self.due if len(self.due) > 1 else ()

    def with_warnings_of(self, confirmed: Preview) -> Preview:
        """Return it with the possible duplicates and the warnings of far dates that an earlier one had.

        The server's new preview lacks those that wbtui adds.
        """
        far = (warn for warn in confirmed.warnings if warn.code == "far_date")
        return self.model_copy(
            update={
                "lookalikes": tuple(dict.fromkeys((*self.lookalikes, *confirmed.lookalikes))),
                "warnings": tuple(dict.fromkeys((*self.warnings, *far))),
            }
        )

    def same_effect(self, earlier: Preview) -> bool:
        """Whether it has the effect of an earlier one; look-alikes of the earlier one may be missing."""
        instants = {"basis": "", "computed_at": earlier.computed_at, "expires_at": earlier.expires_at}
        one, other = (each.model_copy(update={**instants, "lookalikes": ()}) for each in (self, earlier))
        return one == other and set(self.lookalikes) <= set(earlier.lookalikes)

    def amount_missing(self, action: Action) -> bool:
        """Whether it does not say the amount although money moves: then it cannot be confirmed."""
        due_alone = any(self.due_now) and not self.amounts
        return self.amount is None and (not type(action).may_be_free or due_alone)


@dataclass(frozen=True, slots=True)
class Intent:
    """One confirmed action, ready to be sent once. `body` has the exact bytes of the request.

    The key is made when the intent is made and never changes; an edit or a new basis is a new intent.
    """

    key: str
    action: Action
    preview: Preview
    body: bytes = field(repr=False)


class Status(StrEnum):
    """What is known of an intent.

    `intended`: recorded, not sent. `sent`: bytes may have been sent. `withdrawn`: cancelled before anything
    was sent. `not_sent`: it is certain that nothing arrived. `unknown`: it may have run.
    """

    INTENDED = "intended"
    SENT = "sent"
    DONE = "done"
    REFUSED = "refused"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    WITHDRAWN = "withdrawn"

    @property
    def settled(self) -> bool:
        """Whether nothing more is to be sent. `pending` is settled, too: it ran."""
        return self not in (Status.INTENDED, Status.SENT, Status.UNKNOWN)


def result_name(status: Status, rule: Rule | None) -> str:
    """Return the status; of an action that the API calls refused but that never ran, the code of the rule."""
    code = rule.code if rule is not None and status is Status.REFUSED else ""
    return code if code in (ABANDONED, NOT_CARRIED_OUT) else status.value


class Outcome(Model):
    """Outcome of an intent. `link` is a portal link, which is returned once and never stored.

    `trouble` says in a sentence why the outcome is unknown or nothing was sent.
    """

    key: str
    kind: str
    status: Status
    rule: Rule | None = None
    pending_reason: str | None = None
    objects: tuple[Ref, ...] = ()
    link: str | None = None
    customer_sentence: str | None = None
    at: datetime
    replayed: bool = False
    trouble: str | None = None


class JournalEntry(Model):
    """Entry of the journal: an action that was confirmed, and what is known of its outcome."""

    key: str
    kind: str
    customer_id: str
    customer: str
    """The customer's title when it was confirmed. Not cleaned."""
    summary: str
    """In words: "Refund €22.40 of INV-0041"."""
    money: Money | None
    agent: str
    ticket: str | None
    reason: str | None
    subject: Ref | None
    """The object the action was about; None in entries of earlier versions without one."""
    bulk_id: str | None = None
    bulk_number: int | None = None
    """The bulk action that it was part of, and its number among the items."""
    status: Status
    created: datetime
    sent_at: datetime | None
    settled_at: datetime | None
    today: Date | None
    rule: Rule | None
    trouble: str | None
    customer_sentence: str | None
    objects: tuple[Ref, ...]
    attempts: int

    def outcome(self) -> Outcome:
        """Return the outcome as far as the journal knows it."""
        return Outcome(
            key=self.key,
            kind=self.kind,
            status=self.status,
            rule=self.rule,
            objects=self.objects,
            customer_sentence=self.customer_sentence,
            at=self.settled_at or self.sent_at or self.created,
            trouble=self.trouble,
        )

"""Proposals: what a form passes to the preview sheet, an action and the texts shown with its preview."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, TypeAlias

from wbtui.models.actions import Action, Context
from wbtui.models.customer import Customer
from wbtui.models.drafts import Answer
from wbtui.models.money import Money
from wbtui.models.preview import Preview
from wbtui.models.preview_text import DUE_TODAY, NOT_KNOWN, look_alike_letters
from wbtui.ui.actions.catalogue import Entry, entry_of
from wbtui.ui.actions.data import FormData, description_of, name_of
from wbtui.ui.actions.form import Form, Rows
from wbtui.ui.format import count, dots, spaced

_COMMENT = 300
"""Characters of a comment on the sheet."""


OutdatedCheck: TypeAlias = Callable[[], Awaitable[FormData | None]]
"""Returns what the form would be filled in from now, where the data it was filled in from has changed."""


@dataclass(frozen=True)
class Proposal:
    """An action to preview and confirm, with the texts of its catalogue row and form.

    Attributes:
        subject: the object it is about.
        facts: label and value pairs of the sheet's body, in order; not cleaned.
        target: what it leads to, such as the name of the new plan.
        undo_answers: by kind of action, the answers that undo this one: the former values.
        outdated: called after each preview, before it can be confirmed; the sheet ends with its result.
    """

    action: Action
    customer: Customer
    subject: Any
    today: date
    facts: Rows = ()
    target: str = ""
    outdated: OutdatedCheck | None = None
    undo_answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)

    @property
    def entry(self) -> Entry:
        """The row of the action in the catalogue."""
        return entry_of(self.action.kind)

    @property
    def label(self) -> str | None:
        """Name of the object the action is about, for the journal; None for the customer."""
        return name_of(self.subject) if self.action.about != "customer" else None

    @property
    def confirm_text(self) -> str | None:
        """Text to type in any case; None if only a large or doubtful amount is typed to confirm."""
        return self.action.confirm_text(self.subject)

    @property
    def _names(self) -> dict[str, str]:
        return {"customer": self.customer.title, "subject": name_of(self.subject), "target": self.target}

    def commit_label(self, amount: Money | None) -> str:
        """Return what the commit key says: "Refund €22.40 to Anna Schmidt"."""
        return self.entry.commit_label(amount, **self._names)

    def summary(self, amount: Money | None) -> str:
        """Return the journal's words: "Refund €22.40 of INV-0041"."""
        return self.entry.summary_of(amount, **self._names)

    def essentials(self, preview: Preview | None) -> Rows:
        """Return what must be in view to be confirmed, below the customer."""
        rows = [("Amount", _amount(preview))] if self.action.moves_money else []
        if preview is not None and preview.due_besides:
            rows.append((DUE_TODAY, " + ".join(map(str, preview.due_besides))))
        if self.action.about != "customer":
            rows.append((self.action.about.capitalize(), description_of(self.subject, self.today)))
        return rows


def proposal_of(
    form: Form,
    data: FormData,
    action: Action,
    *,
    outdated: OutdatedCheck | None = None,
    undo_answers: Mapping[str, Mapping[str, Answer]] | None = None,
) -> Proposal:
    """Return the proposal of a form that was filled in."""
    facts = (*form.facts(data), *answer_rows(form, data, action))
    about = data.customer, data.subject, data.today
    return Proposal(action, *about, facts, form.target(data), outdated, undo_answers or {})


def _amount(preview: Preview | None) -> str:
    if preview is not None and preview.amount_unknown:
        return NOT_KNOWN
    return str(preview.amount) if preview is not None and preview.amount is not None else "–"


def answer_rows(form: Form, data: FormData, action: Action) -> Rows:
    """Return the answers that the sheet repeats, by label: those of the form, then of the context."""
    answers = [
        (field.sheet_label, data.chosen[field.name])
        for field in sorted(form.fields, key=lambda one: one.place)
        if field.on_sheet and not form.only_changes and field.name in data.chosen
    ]
    return [*answers, *_context_rows(action.context)]


def _context_rows(context: Context) -> Rows:
    reason = spaced(context.reason).capitalize()
    ticket = context.ticket or ""
    why = ("Reason", dots(reason, ticket and f"ticket {ticket}")) if reason else ("Ticket", ticket)
    rows = (why, ("Comment", _beginning(context.comment or "")), ("Agent", context.agent))
    return [(label, value) for label, value in rows if value]


def _beginning(comment: str) -> str:
    """Return a comment; of a long one only the beginning, as the effects of the action stand below it."""
    if len(comment) <= _COMMENT:
        return comment
    return f"{comment[:_COMMENT].rstrip()}… ({count(len(comment))} characters)"


def identification(customer: Customer) -> tuple[str, ...]:
    """Return company and e-mail, then the ID, to tell customers of the same name apart."""
    parts = [customer.company, customer.email]
    first = dots(*(part for part in parts if part != customer.title))
    return tuple(line for line in (first, customer.id) if line and line != customer.title)


def who_is(customer: Customer) -> str:
    """Return company and e-mail in one line, with a mark of letters that look alike."""
    mark = "▲ look-alike letters" if look_alike_letters(customer) else ""
    return dots(mark, next(iter(identification(customer)), ""))

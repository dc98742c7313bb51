"""What a form hands to the preview sheet: the action, and the words around the server's preview of it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from wbtui.models.actions import Action
from wbtui.models.customer import Customer
from wbtui.models.drafts import Answer
from wbtui.models.money import Money
from wbtui.models.preview import Preview
from wbtui.models.preview_text import look_alike_letters
from wbtui.ui.format import dots


@dataclass(frozen=True)
class Outdated:
    """The form was filled in from data that has changed; `now` is what it would be filled in from now."""

    now: Any


OutdatedCheck: TypeAlias = Callable[[], Awaitable[Outdated | None]]


@dataclass(frozen=True)
class Proposal:
    """One action on its way to the sheet.

    Attributes:
        noun: what the action is called in a sentence: "refund".
        title: heading of the sheet: "Refund INV-0041".
        commit_label: from the amount: "Refund €22.40 to Anna Schmidt"; the commit key says it.
        summary: from the amount, for the journal: "Refund €22.40 of INV-0041".
        facts: label and value pairs of the sheet's body, in order; not cleaned.
        essentials: from the preview: what must be in view to be confirmed, below the customer.
        undo_seconds: length of the undo window.
        label: name of the object the action is about, for the journal.
        type_above: by currency, the amount above which the amount must be typed.
        confirm_text: what is always typed to confirm; None: the amount, where it is large or doubtful.
        action_title: names another action by its kind: the one that undoes this.
        takes_problems: what the server rejects at a member goes back to the form.
        undo_answers: by kind of action, the answers that undo this one: the former values.
        outdated: called after each preview, before it can be confirmed; the sheet ends with its result.
    """

    action: Action
    noun: str
    title: str
    customer: Customer
    commit_label: Callable[[Money | None], str]
    summary: Callable[[Money | None], str]
    action_title: Callable[[str], str]
    facts: tuple[tuple[str, str], ...] = ()
    essentials: Callable[[Preview | None], tuple[tuple[str, str], ...]] = field(default=lambda _preview: ())
    undo_seconds: float = 0.0
    label: str | None = None
    type_above: Callable[[str], Money | None] = field(default=lambda _currency: None)
    confirm_text: str | None = None
    takes_problems: bool = False
    outdated: OutdatedCheck | None = None
    undo_answers: Mapping[str, Mapping[str, Answer]] = field(default_factory=dict)


def identification(customer: Customer) -> tuple[str, ...]:
    """Return company and e-mail, then the ID, to tell customers of the same name apart."""
    parts = [customer.company, customer.email]
    first = dots(*(part for part in parts if part != customer.title))
    return tuple(line for line in (first, customer.id) if line and line != customer.title)


def who_is(customer: Customer) -> str:
    """Return company and e-mail in one line, with a mark of letters that look alike."""
    mark = "▲ look-alike letters" if look_alike_letters(customer) else ""
    return dots(mark, next(iter(identification(customer)), ""))

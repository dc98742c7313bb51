"""What a form hands to the preview sheet: the action, and the words around the server's preview of it."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date

from wbtui.models.actions import Action, Reason
from wbtui.models.customer import Customer
from wbtui.models.explain import day
from wbtui.models.money import Money
from wbtui.models.preview import Preview, Reversible

_CANONICAL = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([a-z]{3})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+", re.ASCII)

REASONS: tuple[tuple[str, Reason], ...] = (
    ("service issue", Reason.SERVICE_ISSUE),
    ("billing error", Reason.BILLING_ERROR),
    ("courtesy", Reason.COURTESY),
    ("duplicate", Reason.DUPLICATE),
    ("cancellation", Reason.CANCELLATION),
    ("price change", Reason.PRICE_CHANGE),
    ("customer request", Reason.CUSTOMER_REQUEST),
    ("fraud", Reason.FRAUD),
    ("other", Reason.OTHER),
)


@dataclass(frozen=True)
class Proposal:
    """One action on its way to the sheet.

    Attributes:
        title: heading of the sheet: "Refund INV-0041".
        commit_label: from the amount: "Refund €22.40 to Anna Schmidt"; the committing key says it.
        summary: from the amount, for the journal: "Refund €22.40 of INV-0041".
        facts: label and value pairs of the sheet's body, in order; not cleaned.
        essentials: from the amount: what must be in view to be confirmed, below the customer.
        amount: what the preview says it moves; None for an action that moves no money.
        needs_amount: it may not be confirmed while the preview does not say the amount.
        hold: seconds it is held before it is sent.
        type_above: an amount above this must be typed once more.
    """

    action: Action
    title: str
    customer: Customer
    commit_label: Callable[[Money | None], str]
    summary: Callable[[Money | None], str]
    facts: tuple[tuple[str, str], ...] = ()
    essentials: Callable[[Money | None], tuple[tuple[str, str], ...]] = field(default=lambda _money: ())
    amount: Callable[[Preview], Money | None] = field(default=lambda _preview: None)
    needs_amount: bool = False
    hold: float = 0.0
    label: str | None = None
    type_above: Money | None = None


def identification(customer: Customer) -> tuple[str, ...]:
    """Who it is, so that two of one name are told apart: company and e-mail, then the id."""
    parts = [customer.company, customer.email]
    first = " · ".join(part for part in parts if part and part != customer.title)
    return tuple(line for line in (first, customer.id) if line and line != customer.title)


def shown_value(text: str | None) -> str:
    """A preview's canonical text for people: "22.40 eur" → €22.40, dates, status words; – when empty."""
    if not text:
        return "–"
    if money := _CANONICAL.fullmatch(text):
        return str(Money.parse(money[1], money[2]))
    if _DATE.fullmatch(text):
        return _date(text)
    return text.replace("_", " ") if _WORD.fullmatch(text) else text


def _date(text: str) -> str:
    try:
        return day(date.fromisoformat(text))
    except ValueError:
        return text


def refund_amount(preview: Preview, payment_id: str) -> Money | None:
    """What a refund gives back: the change of the payment's refunded sum, else the sum of the lines."""
    for change in preview.changes:
        if change.path == f"payment/{payment_id}/refunded" and change.after:
            after = _money(change.after)
            before = _money(change.before or "") or (after and Money.zero(after.currency))
            if after is not None and before is not None and after.currency == before.currency:
                return after - before
    amounts = [line.money for line in preview.lines]
    if not amounts or len({money.currency for money in amounts}) != 1:
        return None
    return Money(sum(abs(money.minor) for money in amounts), amounts[0].currency)


def _money(text: str) -> Money | None:
    found = _CANONICAL.fullmatch(text)
    return Money.parse(found[1], found[2]) if found else None


def reversible_sentence(reversible: Reversible) -> str:
    """Whether and how it can be undone."""
    if reversible.how == "until" and reversible.until is not None:
        return f"Can be undone until {day(reversible.until.date())} {reversible.until:%H:%M} UTC."
    if reversible.how == "by" and reversible.by:
        by = reversible.by.replace("_", " ")
        by = by[:1].lower() + by[1:]
        return f"Can be undone: {by}." if not by.endswith(".") else f"Can be undone: {by}"
    if reversible.by:
        by = reversible.by[:1].lower() + reversible.by[1:]
        return f"Cannot be undone: {by}" + ("" if by.endswith(".") else ".")
    return "Cannot be undone."


@dataclass(frozen=True, slots=True)
class Moved:
    """One figure that differs between two previews of the same action."""

    label: str
    was: str
    now: str


def moved(old: Preview, new: Preview) -> tuple[Moved, ...]:
    """What changed in the data between two previews: figures as they stand, and what would come of them."""
    found: list[Moved] = []
    before = {change.path: change for change in old.changes}
    for change in new.changes:
        other = before.pop(change.path, None)
        if other is None:
            found.append(Moved(change.label, "–", shown_value(change.before)))
        else:
            if other.before != change.before:
                found.append(Moved(change.label, shown_value(other.before), shown_value(change.before)))
            if other.after != change.after:
                label = f"{change.label}, afterwards"
                found.append(Moved(label, shown_value(other.after), shown_value(change.after)))
    found += [Moved(change.label, shown_value(change.before), "–") for change in before.values()]
    if new.refused is not None:
        found.append(Moved("Allowed", "yes" if old.refused is None else "no", f"no: {new.refused.message}"))
    return tuple(found)

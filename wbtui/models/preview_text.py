"""Say a preview in words: its values, whether it can be undone, and how it differs from an earlier one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from wbtui.errors import BadInput, MoneyError, Rejected
from wbtui.models.actions import Action
from wbtui.models.customer import Customer
from wbtui.models.dates import check_distance, day
from wbtui.models.money import CURRENCIES, Money
from wbtui.models.preview import Change, Lookalike, Preview, Reversible, Warn
from wbtui.models.text import mixed_scripts, spaced

_CANONICAL = re.compile(r"(-?[0-9]+(?:\.[0-9]+)?) ([a-z]{3})", re.ASCII)
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_YES = {"true": "yes", "false": "no"}
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", re.ASCII)
_WORD = re.compile(r"[a-z]+(?:_[a-z]+)+", re.ASCII)
_BILLING_STATUS_WORDS = {"none": "no plan"}
_STATUS_WORDS = {
    "customer": {"inactive": "frozen", "temporary": "not registered"},
    "contract": {"moved": "replaced"},
    "invoice": {"pending_validation": "in validation", "ready_for_payment": "open"},
}
"""Type of object → status → what it is called, if not by its name."""
TEXTS = frozenset({"name", "emails", "reference", "vat_id", "address", "metadata", "notes", "plan_ids"})
"""Texts and IDs of a customer, shown as they are: what looks like "true", a day or a status is none."""
_NAMES = {"discount.name", "scheduled_change.to_plan"}
"""Members of a subscription that are names."""
NOT_KNOWN = "Not known in advance"
DUE_TODAY = "Due today"
NEXT_INVOICE = "Next invoice"
"""The label of `Preview.next_invoice`: with account credit, less than its total is charged."""


def shown_value(text: str | None) -> str:
    """Return a canonical value for people: €22.40 for "22.40 eur"; days, instants, words; – when empty."""
    if not text:
        return "–"
    if text in _YES:
        return _YES[text]
    if (money := _CANONICAL.fullmatch(text)) and money[2] in CURRENCIES:
        try:
            return str(Money.parse(money[1], money[2]))
        except MoneyError:  # fractions of a cent, as a wallet may have
            return text
    if _DATE.fullmatch(text) or _INSTANT.fullmatch(text):
        try:
            time = f" {text[11:16]} UTC" if "T" in text else ""
            return day(date.fromisoformat(text[:10])) + time
        except ValueError:
            return text
    return spaced(text) if _WORD.fullmatch(text) else text


def shown_status(kind: str, status: str) -> str:
    """Return a status of an object of this kind in the words of the screens."""
    return shown_value(_STATUS_WORDS.get(kind, {}).get(status, status))


def shown_change(change: Change) -> tuple[str, str]:
    """Return what a change says before and after: a status in the words of the screens.

    A balance of a wallet has the currency of its path. Texts and names are shown as they are.
    """
    match change.path.split("/", 2):
        case ["customer", _, member] if member.partition(".")[0] in TEXTS:
            return change.before or "–", change.after or "–"
        case ["contract", _, member] if member in _NAMES:
            return change.before or "–", change.after or "–"
    balance, words = "", dict[str, str]()
    match change.path.split("/"):
        case ["wallet", currency, "balance"]:
            balance = f" {currency}"
        case [kind, _, "status" | "state"]:
            words = _STATUS_WORDS.get(kind, {})
        case ["customer", _, "billing_status"]:
            words = _BILLING_STATUS_WORDS
    before, after = (value and words.get(value, value) + balance for value in (change.before, change.after))
    return shown_value(before), shown_value(after)


def reversible_sentence(reversible: Reversible, title: Callable[[str], str]) -> str:
    """Say whether and how an action can be undone; `title` names an action by its kind."""
    by = reversible.by or ""
    if reversible.how == "until" and reversible.until is not None:
        return f"Can be undone until {day(reversible.until.date())} {reversible.until:%H:%M} UTC."
    if reversible.how == "by" and _WORD.fullmatch(by):
        return f"Can be undone: {title(by)}."
    sentence = by[:1].upper() + by[1:] + ("." if by and not by.endswith(".") else "")
    begin = "Can be undone:" if reversible.how == "by" and by else "Cannot be undone."
    return f"{begin} {sentence}".rstrip()


@dataclass(frozen=True, slots=True)
class Difference:
    """One value that differs between two previews of the same action."""

    label: str
    was: str
    now: str


def differences(old: Preview, new: Preview) -> tuple[Difference, ...]:
    """Return what changed in the data between two previews, and what the action would now do differently.

    A refusal names no data: then only that is said.
    """
    if new.refused is not None:
        was = "yes" if old.refused is None else "no"
        return (Difference("Allowed", was, f"no: {new.refused.message}"),)
    found: list[Difference] = []
    before = {change.path: change for change in old.changes}
    for change in new.changes:
        other = before.pop(change.path, None)
        if other is None:
            found.append(Difference(change.label, "–", shown_change(change)[0]))
            continue
        labels = (change.label, f"{change.label}, afterwards")
        for label, was, now in zip(labels, shown_change(other), shown_change(change), strict=True):
            if was != now:
                found.append(Difference(label, was, now))
    found += [Difference(change.label, shown_change(change)[0], "–") for change in before.values()]
    first, latest = _figures(old), _figures(new)
    for label in dict.fromkeys([*first, *latest]):
        one = Difference(label, first.get(label, "–"), latest.get(label, "–"))
        # One change is said once, such as what is refundable and the amount of a full refund.
        if one.was != one.now and (one.was, one.now) not in [(other.was, other.now) for other in found]:
            found.append(one)
    return tuple(found)


def other_differences(old: Preview, new: Preview) -> Iterator[Difference]:
    """Yield what differs besides figures: warnings, possible duplicates, explanations, documents, e-mails."""
    before, after = ([*_texts(preview)] for preview in (old, new))
    yield from (Difference(label, text, "–") for label, text in before if (label, text) not in after)
    yield from (Difference(label, "–", text) for label, text in after if (label, text) not in before)


def _texts(preview: Preview) -> Iterator[tuple[str, str]]:
    yield from (("Warning", warn.text) for warn in preview.warnings)
    yield from (("Possible duplicate", lookalike_text(one)) for one in preview.lookalikes)
    yield from ((line.label, line.explanation) for line in preview.lines if line.explanation)
    yield from (("Document", name) for name in preview.documents)
    yield from (("E-mail", text) for text in preview.emails or ())
    if preview.customer_sentence:
        yield "For the customer", preview.customer_sentence


def lookalike_text(one: Lookalike) -> str:
    """Return `Credit of €5.00 granted by Priya Nair at 10:42 UTC`."""
    return one.what + (f" by {one.by}" if one.by else "") + f" at {one.at:%H:%M} UTC"


def _figures(preview: Preview) -> dict[str, str]:
    """Return the amounts of a preview by label; those of lines with the same label together."""
    amounts = [("Amount", preview.amount), *((line.label, line.money) for line in preview.lines)]
    amounts += [(DUE_TODAY, money) for money in preview.due]
    found: dict[str, str] = {}
    for label, money in amounts:
        if money:
            found[label] = f"{found[label]} + {money}" if label in found else str(money)
    if preview.next_invoice is not None:
        found[NEXT_INVOICE] = f"{preview.next_invoice.total} on {day(preview.next_invoice.date)}"
    return found


def far_dates(action: Action, today: date) -> Iterator[Warn]:
    """Yield a warning about each day of an action that is more than a year from today."""
    for _name, on in _days(action):
        if years := int(abs(on - today).days / 365.2425):
            far = "more than a year" if years == 1 else f"{years} years"
            text = f"{day(on)} is {far} {'ahead' if on > today else 'ago'}. Check the date."
            yield Warn(code="far_date", text=text, confirm=False)


def check_dates(action: Action, today: date) -> None:
    """Raise Rejected where a day of an action is too far from today, as its form says."""
    problems = {}
    for name, on in _days(action):
        try:
            check_distance(on, today)
        except BadInput as error:
            problems[name] = error.sentence
    if problems:
        raise Rejected(" ".join(f"{name}: {text}" for name, text in problems.items()), fields=problems)


def _days(action: Action) -> Iterator[tuple[str, date]]:
    """Yield the days of an action by member."""
    for name in type(action).model_fields:
        if isinstance(on := getattr(action, name), date):
            yield name, on


def look_alike_letters(customer: Customer) -> str:
    """Warn of a word in name, company or e-mail of two scripts, such as Cyrillic and Latin; else empty."""
    found = mixed_scripts(" ".join(filter(None, (customer.title, customer.company, customer.email))))
    return f"A word mixes {' and '.join(found)} letters, which look alike." if found else ""


def no_emails(preview: Preview) -> str:
    """Say that no e-mail is sent, or that it is not known."""
    return NOT_KNOWN if preview.emails is None else "No e-mail will be sent"


def preview_rows(preview: Preview, title: Callable[[str], str]) -> Iterator[tuple[str, str]]:
    """Yield label and text of everything a preview says, in the order of the sheet.

    `title` names an action by its kind.
    """
    if preview.refused is not None:
        yield "Refused", preview.refused.message
        if preview.refused.limit is not None:
            yield "Allowed", str(preview.refused.limit)
        return
    if preview.amount is not None:
        yield "Amount", str(preview.amount)
    for warn in preview.warnings:
        yield "Warning", warn.text
    for one in preview.lookalikes:
        yield "Possible duplicate", lookalike_text(one)
    for line in preview.lines:
        yield line.label, str(line.money) + (f" ({line.details})" if line.details else "")
    for change in preview.different:
        yield change.label, " → ".join(shown_change(change))
    if preview.due:
        yield DUE_TODAY, " + ".join(map(str, preview.due))
    if preview.next_invoice is not None:
        yield NEXT_INVOICE, f"{preview.next_invoice.total} on {day(preview.next_invoice.date)}"
    if preview.documents:
        yield "Documents", ", ".join(preview.documents)
    yield "E-mail", ", ".join(preview.emails or ()) or no_emails(preview)
    yield "Undo", reversible_sentence(preview.reversible, title)
    if preview.customer_sentence:
        yield "For the customer", preview.customer_sentence

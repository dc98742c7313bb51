"""Declarations of the filters and sort orders, used by parser, completion, help and documentation."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from enum import Enum

from wbtui.models.countries import COUNTRIES, OTHER_NAMES, country_code
from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.folding import squash
from wbtui.models.invoice import InvoiceState
from wbtui.models.payment import PaymentStatus
from wbtui.models.subscription import SubscriptionStatus


class ValueKind(Enum):
    """Kind of value a filter takes."""

    WORDS = "one or more words"
    AMOUNT = "an amount"
    DATE = "a year, a month or a day"
    AHEAD = "a time from today"
    AGE = "a time before now"
    COUNT = "a number"


_MONTH = re.compile(r"[0-9]{4}-(0[1-9]|1[0-2])|unknown")
OPERATORS = ("<=", ">=", "<", ">", "=")


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """Declaration of a filter.

    Attributes:
        sentence: description for help and completion.
        values: allowed values, None for any.
        synonyms: other spellings → value.
        example: example for help and error messages.
        value_kind: kind of value; a filter on WORDS has no operators.
        digits: whether four digits are a value, too.
        months: whether the values are months, such as 2026-10, and unknown.
        suggestions: completions after the name for filters without `values`, such as "<7d".
        meanings: value → explanation, if the word alone is not clear.
    """

    name: str
    sentence: str
    values: tuple[str, ...] | None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    value_kind: ValueKind = ValueKind.WORDS
    digits: bool = False
    months: bool = False
    suggestions: tuple[str, ...] = ()
    meanings: Mapping[str, str] = field(default_factory=dict)

    @property
    def compares(self) -> bool:
        """Whether the filter has the operators <, <=, =, >= and >."""
        return self.value_kind is not ValueKind.WORDS

    def read(self, typed: str, known: Sequence[str] | None = None) -> str | None:
        """Return the canonical form of a value, None if it is not allowed. `known` restricts an open set."""
        if self.digits and typed.strip().isascii() and typed.strip().isdigit() and len(typed.strip()) == 4:
            return typed.strip()
        if self.months:
            return typed.strip() if _MONTH.fullmatch(typed.strip()) else None
        if self.name == "country":
            return country_code(typed)
        values = self.values if self.values is not None else known
        if values is None:
            return typed.strip() or None
        wanted = squash(typed)
        by_spelling = {squash(value): value for value in values}
        by_spelling.update({squash(other): value for other, value in self.synonyms.items()})
        return by_spelling.get(wanted) if wanted else None

    def spellings(self, known: Sequence[str] | None = None) -> list[str]:
        """Return all spellings that `read` accepts."""
        if self.name == "country":
            return [*COUNTRIES, *COUNTRIES.values(), *OTHER_NAMES]
        return [*(self.values or known or ()), *self.synonyms]


def _words(enum: type[Enum]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in enum if member.value != "unknown")


def _comparing(
    name: str, sentence: str, example: str, value_kind: ValueKind, *suggestions: str
) -> FilterSpec:
    """Return the declaration of a filter with operators."""
    return FilterSpec(name, sentence, None, example=example, value_kind=value_kind, suggestions=suggestions)


_ALL = (
    FilterSpec("plan", "Is on one of these plans.", None, example="plan:pro,business"),
    FilterSpec(
        "is",
        "Has this billing status.",
        tuple(status.value for status in BillingStatus),
        {"overdue": "past_due", "trial": "trialing", "cancelling": "canceling", "no_plan": "none"},
        "is:past_due",
        meanings={
            "frozen": "the account is frozen",
            "past_due": "an unpaid invoice was due before today",
            "trialing": "in a trial",
            "canceling": "a cancellation is scheduled",
            "active": "has a paid subscription",
            "free": "has only free subscriptions",
            "ended": "had a subscription before",
            "none": "never had a subscription",
            "unknown": "not enough cached data",
        },
    ),
    FilterSpec(
        "status",
        "Customer status: active, inactive (frozen) or temporary (not registered).",
        _words(CustomerStatus),
        {"frozen": "inactive", "not_registered": "temporary", "unregistered": "temporary"},
        "status:frozen",
        meanings={"inactive": "frozen", "temporary": "not registered"},
    ),
    FilterSpec(
        "sub",
        "Has a subscription with this status.",
        _words(SubscriptionStatus),
        {"cancelled": "canceled"},
        "sub:scheduled",
    ),
    FilterSpec(
        "invoice",
        "One of the latest invoices has this status or is overdue.",
        (*_words(InvoiceState), "overdue"),
        {
            "open": "ready_for_payment",
            "unpaid": "ready_for_payment",
            "pending": "pending_validation",
            "void": "voided",
        },
        "invoice:overdue",
    ),
    FilterSpec(
        "payment",
        "The latest payment has this status. failed_today: it failed today (UTC).",
        (*_words(PaymentStatus), "failed_today"),
        {"cancelled": "canceled", "declined": "failed"},
        "payment:failed_today",
        meanings={"failed_today": "the latest payment failed today (UTC)"},
    ),
    FilterSpec(
        "card",
        "An active card is expiring or expired, or a card or IBAN ends in these four digits.",
        ("expiring", "expired"),
        example="card:4242",
        digits=True,
        meanings={"expiring": "an active card expires this month", "expired": "an active card has expired"},
    ),
    _comparing(
        "expires", "Days until an active card expires.", "expires<30d", ValueKind.AHEAD, "<30d", "<90d"
    ),
    FilterSpec("country", "Address in this country.", None, example="country:de"),
    FilterSpec(
        "has",
        "Has notes, a company, a VAT ID, a reference, a dispute or a usage alert.",
        ("notes", "company", "vat", "reference", "dispute", "usage_alert"),
        {
            "note": "notes",
            "disputes": "dispute",
            "disputed": "dispute",
            "chargeback": "dispute",
            "alert": "usage_alert",
            "vat_id": "vat",
        },
        "has:dispute",
        meanings={
            "notes": "has notes",
            "company": "has a company name",
            "vat": "has a VAT ID",
            "reference": "has a reference",
            "dispute": "a payment is disputed",
            "usage_alert": "a usage alert was raised",
        },
    ),
    _comparing(
        "owes",
        "Amount owed, in any currency or in the given one.",
        "owes:eur>100",
        ValueKind.AMOUNT,
        ">0",
        ">100",
    ),
    _comparing(
        "mrr",
        "Monthly recurring revenue, in any currency or in the given one.",
        "mrr:eur>500",
        ValueKind.AMOUNT,
        ">0",
        ">500",
    ),
    _comparing("since", "When the customer was created.", "since>2025-06-01", ValueKind.AGE, "<30d"),
    FilterSpec(
        "new", "Monthly recurring revenue began in this month.", None, example="new:2026-10", months=True
    ),
    FilterSpec(
        "lost", "Monthly recurring revenue ended in this month.", None, example="lost:2026-10", months=True
    ),
    _comparing("due", "Date the oldest unpaid invoice is due.", "due<2026-10-01", ValueKind.DATE, "<today"),
    _comparing("renews", "Days until the next charge.", "renews<7d", ValueKind.AHEAD, "<7d", "<30d"),
    _comparing("ends", "Days until a subscription ends.", "ends<7d", ValueKind.AHEAD, "<7d", "<30d"),
    _comparing("trial", "Days until a trial ends.", "trial<7d", ValueKind.AHEAD, "<7d", "<14d"),
    _comparing(
        "changed",
        "Last change within this time or since this date.",
        "changed<1h",
        ValueKind.AGE,
        "<1h",
        "<1d",
    ),
    _comparing(
        "subscriptions", "Number of active subscriptions.", "subscriptions>1", ValueKind.COUNT, ">1", "=0"
    ),
    _comparing(
        "refunds",
        "Number of pending refunds. refunds:pending means refunds>0.",
        "refunds>0",
        ValueKind.COUNT,
        ">0",
    ),
    _comparing("refunding", "Age of the oldest pending refund.", "refunding>10d", ValueKind.AGE, ">10d"),
)

FIELDS = frozenset(
    "city company email id mail mailto name note notes number postcode ref reference vat zip".split()
)
"""Fields that plain words search; in other programs they are filters, such as `email:anna`."""
_OTHER_NAMES = {"created": "since"}
"""Other name of a filter → the filter."""
_SIMILAR = 0.65
"""Least ratio of `difflib` at which another word is suggested: a typo or two."""
NO_PLAN = "no plan"
"""The billing status `none`, as it is shown."""
FILTERS: Mapping[str, FilterSpec] = {spec.name: spec for spec in _ALL}

SORTS: Mapping[str, str] = {
    "name": "Name.",
    "owes": "Amount owed in the merchant's currency; customers who owe nothing come last.",
    "mrr": "Monthly recurring revenue in the merchant's currency; customers without any come last.",
    "renews": "Date of the next charge; customers without one come last.",
    "since": "Date the customer was created.",
    "created": "Date the customer was created.",
    "plan": "Plan; customers without one come last.",
    "status": "Billing status, most urgent first.",
    "updated": "Last change.",
}


def nearest(typed: str, known: Sequence[str]) -> str | None:
    """Return the most similar of the known words, None if none is similar."""
    by_spelling = {squash(name): name for name in known}
    close = get_close_matches(squash(typed[:40]), list(by_spelling), n=1, cutoff=_SIMILAR)
    return by_spelling[close[0]] if close else None


def filter_with(typed: str, *, instead_of: FilterSpec) -> str | None:
    """Return another filter with exactly this value, `has:dispute` for `is:disputed`; None if none has it."""
    for spec in FILTERS.values():
        if spec is not instead_of and (value := spec.read(typed)) in (spec.values or ()):
            return f"{spec.name}:{value}"
    return None


def nearest_filter(name: str, *, colon: bool) -> str | None:
    """Return the filter (or `sort`) with this other name or the most similar one, None if there is none."""
    if name in _OTHER_NAMES:
        return _OTHER_NAMES[name]
    names = [name for name, spec in FILTERS.items() if colon or spec.compares]
    return nearest(name, [*names, "sort"] if colon else names)


def filter_prefix(name: str) -> str:
    """Return the name with its colon; without one for a filter with operators: `plan:`, but `owes`."""
    return name if name in FILTERS and FILTERS[name].compares else f"{name}:"

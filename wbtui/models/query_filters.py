"""The filters and sort orders of the search box, as data: help, completion and docs come from here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum

from wbtui.models.countries import COUNTRIES, country_code
from wbtui.models.customer import BillingStatus, CustomerStatus
from wbtui.models.folding import squash
from wbtui.models.invoice import InvoiceState
from wbtui.models.payment import PaymentStatus
from wbtui.models.subscription import SubscriptionStatus


class ValueKind(Enum):
    """What a filter compares with."""

    WORDS = "one or more words"
    AMOUNT = "an amount"
    DATE = "a year, a month or a day"
    AHEAD = "a time from today"
    AGE = "a time before now"
    COUNT = "a number"


OPERATORS = ("<=", ">=", "<", ">", "=")


@dataclass(frozen=True, slots=True)
class FilterSpec:
    """One filter: its name, a sentence for help, and its closed set of values (None: open).

    `synonyms` maps other spellings to a value; `example` is offered by help and completion. `takes` says
    what it compares with; a filter that takes words has no operators. `digits`: four digits are a value too.
    """

    name: str
    sentence: str
    values: tuple[str, ...] | None
    synonyms: Mapping[str, str] = field(default_factory=dict)
    example: str = ""
    value_kind: ValueKind = ValueKind.WORDS
    digits: bool = False
    suggestions: tuple[str, ...] = ()
    """What completion offers after the name, where there is no set of values: "<7d"."""
    meanings: Mapping[str, str] = field(default_factory=dict)
    """What a value means, where the word alone does not say it."""

    @property
    def compares(self) -> bool:
        """Whether it takes <, <=, =, >= and >."""
        return self.value_kind is not ValueKind.WORDS

    def read(self, typed: str, known: Sequence[str] | None = None) -> str | None:
        """The canonical value, or None when it is not one. An open set takes anything unless `known`."""
        if self.digits and typed.strip().isascii() and typed.strip().isdigit() and len(typed.strip()) == 4:
            return typed.strip()
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
        """All that `read` takes, as far as it is a list."""
        if self.name == "country":
            return [*COUNTRIES, *COUNTRIES.values()]
        return [*(self.values or known or ()), *self.synonyms]


def _words(enum: type[Enum]) -> tuple[str, ...]:
    return tuple(str(member.value) for member in enum if member.value != "unknown")


_ALL = (
    FilterSpec("plan", "On one of these plans now.", None, example="plan:pro,business"),
    FilterSpec(
        "is",
        "Has this billing status.",
        tuple(status.value for status in BillingStatus),
        {"overdue": "past_due", "trial": "trialing", "cancelling": "canceling"},
        "is:past_due",
        meanings={
            "frozen": "the account is frozen",
            "past_due": "an unpaid invoice was due before today",
            "trialing": "in a trial",
            "canceling": "an end is scheduled",
            "active": "pays for an active subscription",
            "free": "an active subscription that costs nothing",
            "ended": "had a subscription once",
            "none": "never had a subscription",
            "unknown": "not enough is held to tell",
        },
    ),
    FilterSpec(
        "status",
        "The account is active, inactive (frozen) or temporary (not registered).",
        _words(CustomerStatus),
        {"frozen": "inactive", "not_registered": "temporary", "unregistered": "temporary"},
        "status:frozen",
        meanings={"inactive": "frozen", "temporary": "not registered"},
    ),
    FilterSpec(
        "sub",
        "Has a subscription in this status.",
        _words(SubscriptionStatus),
        {"cancelled": "canceled"},
        "sub:scheduled",
    ),
    FilterSpec(
        "invoice",
        "One of the latest invoices is in this state, or overdue.",
        (*_words(InvoiceState), "overdue"),
        {"open": "ready_for_payment", "unpaid": "ready_for_payment", "void": "voided"},
        "invoice:overdue",
    ),
    FilterSpec(
        "payment",
        "The latest payment has this status; failed_today: it failed today (UTC).",
        (*_words(PaymentStatus), "failed_today"),
        {"cancelled": "canceled"},
        "payment:failed_today",
        meanings={"failed_today": "the latest payment failed today (UTC)"},
    ),
    FilterSpec(
        "card",
        "An active card expires this month or has expired; or a card or IBAN ends in these four digits.",
        ("expiring", "expired"),
        example="card:4242",
        digits=True,
        meanings={"expiring": "an active card expires this month", "expired": "an active card has expired"},
    ),
    FilterSpec("country", "The address is in this country.", None, example="country:de"),
    FilterSpec(
        "has",
        "Notes, a company, a VAT id, a reference, a disputed payment or a usage alert are there.",
        ("notes", "company", "vat", "reference", "dispute", "usage_alert"),
        {"note": "notes", "disputes": "dispute", "alert": "usage_alert", "vat_id": "vat"},
        "has:dispute",
        meanings={
            "notes": "there are notes",
            "company": "a company is named",
            "vat": "a VAT id is known",
            "reference": "a reference is set",
            "dispute": "a payment is disputed",
            "usage_alert": "a usage alert was raised",
        },
    ),
    FilterSpec(
        "owes",
        "Owes this much in any one currency, or in the one named.",
        None,
        example="owes:eur>100",
        value_kind=ValueKind.AMOUNT,
        suggestions=(">0", ">100"),
    ),
    FilterSpec(
        "mrr",
        "Monthly recurring revenue in any one currency, or in the one named.",
        None,
        example="mrr:eur>500",
        value_kind=ValueKind.AMOUNT,
        suggestions=(">0", ">500"),
    ),
    FilterSpec(
        "since",
        "The first subscription started then (else: created then).",
        None,
        example="since>2025-06-01",
        value_kind=ValueKind.DATE,
    ),
    FilterSpec(
        "renews",
        "The next charge is so many days from today.",
        None,
        example="renews<7d",
        value_kind=ValueKind.AHEAD,
        suggestions=("<7d", "<30d"),
    ),
    FilterSpec(
        "ends",
        "A subscription ends so many days from today.",
        None,
        example="ends<7d",
        value_kind=ValueKind.AHEAD,
        suggestions=("<7d", "<30d"),
    ),
    FilterSpec(
        "trial",
        "A trial ends so many days from today.",
        None,
        example="trial<7d",
        value_kind=ValueKind.AHEAD,
        suggestions=("<7d", "<14d"),
    ),
    FilterSpec(
        "changed",
        "Something changed so recently, or since that day.",
        None,
        example="changed<1h",
        value_kind=ValueKind.AGE,
        suggestions=("<1h", "<1d"),
    ),
    FilterSpec(
        "subscriptions",
        "Has so many active subscriptions.",
        None,
        example="subscriptions>1",
        value_kind=ValueKind.COUNT,
        suggestions=(">1", "=0"),
    ),
    FilterSpec(
        "refunds",
        "So many refunds are pending; refunds:pending is refunds>0, refunds>10d is refunding>10d.",
        None,
        example="refunds>0",
        value_kind=ValueKind.COUNT,
        suggestions=(">0",),
    ),
    FilterSpec(
        "refunding",
        "The oldest pending refund was asked for so long ago.",
        None,
        example="refunding>10d",
        value_kind=ValueKind.AGE,
        suggestions=(">10d",),
    ),
)

FILTERS: Mapping[str, FilterSpec] = {spec.name: spec for spec in _ALL}

SORTS: Mapping[str, str] = {
    "name": "By name.",
    "owes": "By what is owed in the merchant's currency; customers who owe nothing in it come last.",
    "mrr": "By monthly recurring revenue in the merchant's currency; customers without come last.",
    "renews": "By the next charge; customers without one come last.",
    "since": "By the start of the first subscription.",
    "created": "By when the customer was created.",
    "plan": "By plan; customers without one come last.",
    "status": "By billing status, the most urgent first.",
    "updated": "By the last change.",
}

"""A customer as the columns of the cache: sort keys, and the folded words that search looks at."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.folding import fold_chunk, joined_forms, sort_key, squash
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.store.packing import storable

MISSING = 2**62
"""Sorts after every amount, whichever way."""
_NO_PLAN = "\U0010ffff"
_MAX_TEXT = 4_000
_RANKS = {status: rank for rank, status in enumerate(BillingStatus)}
_OVER = (SubscriptionStatus.CANCELED, SubscriptionStatus.MOVED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

# Words that carry a meaning of their own start with "=", which no folded word can hold.
PLAN, BILLING, STATUS, BACKWARDS = "=p", "=b", "=s", "=r"


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of `customers`, in order, but `n`."""

    id: str
    name_key: str
    owed_up: int
    owed_down: int
    since: int
    created: int
    updated: int
    plan_up: str
    plan_down: str
    status_rank: int
    text: str


NAMES = tuple(Columns.__dataclass_fields__)


def micros(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970 (exact, no float)."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(value: int) -> datetime:
    """The inverse of `micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def current(customer: Customer) -> tuple[SubscriptionBrief, ...]:
    """Subscriptions that are not over: what `plan:` and the plan column speak of; running ones first."""
    others = tuple(s for s in customer.subscriptions if s.status not in _OVER)
    running = customer.running
    return running + tuple(s for s in others if s not in running)


def since_of(customer: Customer) -> date:
    """Start of the first subscription, else the day the customer was created."""
    starts = [s.start for s in customer.subscriptions if s.start is not None]
    return min(starts) if starts else customer.created.date()


def columns_of(customer: Customer, currency: str | None) -> Columns:
    """Sort keys and search text. `currency`: the merchant's default, which `sort:owes` speaks of."""
    owed = sum(m.minor for m in customer.owed or () if m.currency == currency)
    plans = current(customer)
    plan = sort_key(plans[0].plan) if plans else ""
    return Columns(
        id=storable(customer.id),
        name_key=sort_key(customer.title),
        owed_up=min(owed, MISSING - 1) if owed > 0 else MISSING,
        owed_down=-owed if 0 < owed < MISSING else MISSING,
        since=since_of(customer).toordinal(),
        created=micros(customer.created),
        updated=micros(customer.updated_at),
        plan_up=plan or _NO_PLAN,
        plan_down=plan,
        status_rank=_RANKS[customer.billing_status],
        text=search_text(customer),
    )


def fields_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """What free words look at: the field's name for people, and its text."""
    yield "name", customer.name or ""
    yield "company", customer.company or ""
    for email in customer.emails:
        yield "e-mail", email.address
    yield "reference", customer.reference or ""
    for subscription in current(customer):
        yield "plan", subscription.plan


def ids_of(customer: Customer) -> Iterator[tuple[str, str]]:
    """Ids, found by their start or their end."""
    yield "id", customer.id
    for subscription in customer.subscriptions:
        yield "subscription id", subscription.id


def search_text(customer: Customer) -> str:
    """Folded words between single spaces, fields divided by "|": in order first, run together after."""
    ordered: list[str] = []
    extra: dict[str, None] = {}
    for _, text in fields_of(customer):
        ordered.append("|")
        for piece in text.split():
            ordered.extend(fold_chunk(piece))
            extra.update(dict.fromkeys(joined_forms(piece)))
    for _, identifier in ids_of(customer):
        if whole := squash(identifier):
            extra[whole] = None
            extra[BACKWARDS + whole[::-1]] = None
    tags = {
        f"{STATUS}{customer.status.value}": None,
        f"{BILLING}{customer.billing_status.value}": None,
        **{f"{PLAN}{squash(s.plan)}": None for s in current(customer)},
    }
    # Tags first: a crafted name cannot push them over the limit.
    found = [*tags, *_bounded(ordered), "|", *_bounded(list(extra))]
    return f" {' '.join(found)} "


def _bounded(words: list[str]) -> list[str]:
    kept: list[str] = []
    length = 0
    for word in words:
        length += len(word) + 1
        if length > _MAX_TEXT:
            break
        kept.append(word)
    return kept

"""Columns of a customer in the cache: sort keys, values of filters, and amounts per currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date
from operator import attrgetter

from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.folding import sort_key, squash
from wbtui.models.instants import micros
from wbtui.models.money import Money
from wbtui.models.mrr import mrr_by_plan
from wbtui.models.payment import PaymentStatus
from wbtui.models.query.values import MAX_THOUSANDTHS
from wbtui.models.subscription import SubscriptionBrief, SubscriptionStatus
from wbtui.store.blob_codec import storable
from wbtui.store.search_terms import (
    LAST,
    MRR_AMOUNT,
    OWED_AMOUNT,
    PLAN_AMOUNT,
    in_thousandths,
    search_text,
    usable_cards,
)

MISSING = ""
"""Sorts after every amount and day, whichever way: in SQLite any text comes after any number."""
RANKS = {status: rank for rank, status in enumerate(BillingStatus)}
"""Values of `status_rank`."""


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of `customers` in order, without `n`; and the search text of another table.

    Days are ordinals, instants microseconds since 1970. `owed` and `mrr` are the largest amount of any
    currency, in thousandths of a major unit. None: unknown, or there is none.
    """

    id: str
    name_key: str
    owed_sort_asc: int | str
    owed_sort_desc: int | str
    mrr_sort_asc: int | str
    mrr_sort_desc: int | str
    renews_sort_asc: int | str
    renews_sort_desc: int | str
    created: int
    updated: int
    plan_sort_asc: str
    plan_sort_desc: str
    status_rank: int
    owed: int | None
    mrr: int | None
    ends: int | None
    trial: int | None
    due: int | None
    card: int | None
    failed: int | None
    subs: int
    refunds: int | None
    text: str


NAMES = tuple(name for name in Columns.__dataclass_fields__ if name != "text")
values_of = attrgetter(*NAMES)
"""Returns the values of NAMES."""


def _sort_keys(amounts: tuple[Money, ...] | None, currency: str | None) -> tuple[int | str, int | str]:
    if not amounts:
        return MISSING, MISSING
    amount = sum(m.minor for m in amounts if m.currency == currency)
    amount = min(amount, MAX_THOUSANDTHS)
    return (amount, -amount) if amount > 0 else (MISSING, MISSING)


def _largest(amounts: Iterable[Money] | None) -> int | None:
    return None if amounts is None else max((in_thousandths(m) for m in amounts), default=0)


def _first(days: Iterable[date | None]) -> int | None:
    return min((day.toordinal() for day in days if day is not None), default=None)


def _due(customer: Customer) -> int | None:
    """The first day on which something unpaid was or is due."""
    unpaid = (i.due for i in customer.latest_invoices or () if i.is_unpaid)
    return _first([customer.overdue_since, *unpaid])


def _trial(customer: Customer, active: Sequence[SubscriptionBrief]) -> int | None:
    """The first end of a trial that was not over at the last change or start."""
    # Plain Wingback tells no time of the last change.
    known = max(
        [customer.updated_at.astimezone(UTC).date(), *(s.start for s in active if s.start is not None)]
    )
    return _first(s.trial_end for s in active if s.in_trial(known))


def _card(customer: Customer) -> int | None:
    """The month in which the first active card expires, as 202703."""
    months = (str(m.expires).replace("-", "") for m in usable_cards(customer))
    return min((int(m) for m in months if m.isascii() and m.isdigit() and len(m) == 6), default=None)


def name_key(name: str) -> str:
    """The sort key of a name; names that begin with neither letter nor digit come after all others."""
    key = sort_key(name)
    return key if name.lstrip()[:1].isalnum() else f"{LAST} {key}"


def columns_of(customer: Customer, currency: str | None) -> Columns:
    """Return the columns of a customer. `currency`: that of `sort:owes` and `sort:mrr`."""
    owed_sort_asc, owed_sort_desc = _sort_keys(customer.owed, currency)
    mrr_sort_asc, mrr_sort_desc = _sort_keys(customer.mrr, currency)
    main = customer.main_subscription
    plan = sort_key(main.plan) if main is not None else ""
    active = [s for s in customer.subscriptions if s.status is SubscriptionStatus.ACTIVE]
    renews = _first(s.next_charge.date for s in active if s.next_charge is not None)
    payment = customer.latest_payment
    failed = payment is not None and payment.status is PaymentStatus.FAILED
    return Columns(
        id=storable(customer.id),
        name_key=name_key(customer.title),
        owed_sort_asc=owed_sort_asc,
        owed_sort_desc=owed_sort_desc,
        mrr_sort_asc=mrr_sort_asc,
        mrr_sort_desc=mrr_sort_desc,
        renews_sort_asc=MISSING if renews is None else renews,
        renews_sort_desc=MISSING if renews is None else -renews,
        created=micros(customer.created),
        updated=micros(customer.updated_at),
        plan_sort_asc=plan or LAST,
        plan_sort_desc=plan,
        status_rank=RANKS[customer.billing_status],
        owed=_largest(customer.owed),
        mrr=_largest(customer.mrr),
        ends=_first(s.cancel_at for s in active),
        trial=_trial(customer, active),
        due=_due(customer),
        card=_card(customer),
        failed=micros(payment.at) if payment is not None and failed else None,
        subs=len(active),
        refunds=customer.refunds_pending,
        text=search_text(customer),
    )


def amount_rows(customer: Customer) -> Iterator[tuple[str, str, int]]:
    """Yield the rows of `amounts` per currency, in thousandths: owed, MRR, and MRR of each plan."""
    amounts = [(OWED_AMOUNT, money) for money in customer.owed or ()]
    amounts += [(MRR_AMOUNT, money) for money in customer.mrr or ()]
    amounts += [(PLAN_AMOUNT + squash(plan), money) for plan, money in mrr_by_plan(customer)]
    sums: dict[tuple[str, str], int] = {}
    for what, money in amounts:
        sums[what, money.currency] = sums.get((what, money.currency), 0) + in_thousandths(money)
    for (what, currency), value in sums.items():
        yield what, currency, max(-MAX_THOUSANDTHS, min(value, MAX_THOUSANDTHS))

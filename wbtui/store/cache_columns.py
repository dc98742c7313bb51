"""A customer as the columns of the cache: sort keys, what filters compare, and what is owed per currency."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter

from wbtui.models.customer import BillingStatus, Customer
from wbtui.models.folding import sort_key
from wbtui.models.invoice import InvoiceState
from wbtui.models.money import Money
from wbtui.models.payment import PaymentStatus
from wbtui.models.query_values import MAX_THOUSANDTHS
from wbtui.models.subscription import SubscriptionStatus
from wbtui.store.blob_codec import storable
from wbtui.store.search_terms import current, fine, search_text, usable_cards

MISSING = ""
"""Sorts after every amount and day, whichever way: in SQLite any text comes after any number."""
_NO_PLAN = "\U0010ffff"
_RANKS = {status: rank for rank, status in enumerate(BillingStatus)}
_UNPAID = (InvoiceState.READY_FOR_PAYMENT, InvoiceState.PENDING_VALIDATION)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of `customers`, in order, but `n`; and the search text, which stands beside them.

    Days are ordinals, instants microseconds; amounts that are compared are thousandths of a major unit, the
    largest of any currency. None: not held, or there is none.
    """

    id: str
    name_key: str
    owed_up: int | str
    owed_down: int | str
    mrr_up: int | str
    mrr_down: int | str
    renews_up: int | str
    renews_down: int | str
    since: int
    created: int
    updated: int
    plan_up: str
    plan_down: str
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
"""The columns of `customers` but n and text, in order."""


def micros(instant: datetime) -> int:
    """An aware instant as whole microseconds since 1970 (exact, no float)."""
    return (instant - _EPOCH) // timedelta(microseconds=1)


def instant_of(value: int) -> datetime:
    """The inverse of `micros`, in UTC."""
    return _EPOCH + timedelta(microseconds=value)


def since_of(customer: Customer) -> date:
    """Start of the first subscription, else the day the customer was created."""
    starts = [s.start for s in customer.subscriptions if s.start is not None]
    return min(starts) if starts else customer.created.date()


def _up_and_down(amounts: tuple[Money, ...] | None, currency: str | None) -> tuple[int | str, int | str]:
    if not amounts:
        return MISSING, MISSING
    amount = sum(m.minor for m in amounts if m.currency == currency)
    amount = min(amount, MAX_THOUSANDTHS)
    return (amount, -amount) if amount > 0 else (MISSING, MISSING)


def _largest(amounts: Iterable[Money] | None) -> int | None:
    return None if amounts is None else max((fine(m) for m in amounts), default=0)


def _first(days: Iterable[date | None]) -> int | None:
    return min((day.toordinal() for day in days if day is not None), default=None)


def _due(customer: Customer) -> int | None:
    """The first day something unpaid was or is due."""
    unpaid = [i for i in customer.latest_invoices or () if i.state in _UNPAID]
    return _first([customer.overdue_since, *(i.due for i in unpaid if i.open is None or i.open)])


def _card(customer: Customer) -> int | None:
    """The month in which the first active card expires: 202703."""
    months = (str(m.expires).replace("-", "") for m in usable_cards(customer))
    return min((int(m) for m in months if m.isascii() and m.isdigit() and len(m) == 6), default=None)


def columns_of(customer: Customer, currency: str | None) -> Columns:
    """All columns. `currency`: the merchant's default, which `sort:owes` and `sort:mrr` speak of."""
    owed_up, owed_down = _up_and_down(customer.owed, currency)
    mrr_up, mrr_down = _up_and_down(customer.mrr, currency)
    plans = current(customer)
    plan = sort_key(plans[0].plan) if plans else ""
    active = [s for s in customer.subscriptions if s.status is SubscriptionStatus.ACTIVE]
    renews = _first(s.next_charge.date for s in active if s.next_charge is not None)
    payment = customer.latest_payment
    failed = payment is not None and payment.status is PaymentStatus.FAILED
    return Columns(
        id=storable(customer.id),
        name_key=sort_key(customer.title),
        owed_up=owed_up,
        owed_down=owed_down,
        mrr_up=mrr_up,
        mrr_down=mrr_down,
        renews_up=MISSING if renews is None else renews,
        renews_down=MISSING if renews is None else -renews,
        since=since_of(customer).toordinal(),
        created=micros(customer.created),
        updated=micros(customer.updated_at),
        plan_up=plan or _NO_PLAN,
        plan_down=plan,
        status_rank=_RANKS[customer.billing_status],
        owed=_largest(customer.owed),
        mrr=_largest(customer.mrr),
        ends=_first(s.cancel_at for s in active),
        trial=_first(s.trial_end for s in active),
        due=_due(customer),
        card=_card(customer),
        failed=micros(payment.at) if payment is not None and failed else None,
        subs=len(active),
        refunds=customer.refunds_pending,
        text=search_text(customer),
    )


def amounts_held(customer: Customer) -> Iterator[tuple[str, str, int]]:
    """What is owed ("o") and recurs ("m") per currency, in thousandths: rows of `amounts`."""
    for what, amounts in (("o", customer.owed), ("m", customer.mrr)):
        sums: dict[str, int] = {}
        for money in amounts or ():
            sums[money.currency] = sums.get(money.currency, 0) + fine(money)
        yield from (
            (what, currency, max(-MAX_THOUSANDTHS, min(value, MAX_THOUSANDTHS)))
            for currency, value in sums.items()
        )

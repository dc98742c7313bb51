"""Cases of the actions that start a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read, contracts_of, offered_pricings
from tests.support.anna import SUBSCRIPTION, eur, preview
from wbtui.models.actions import Reason
from wbtui.models.subscription import SubscriptionStatus


def _ended(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for contract in contracts_of(row, read, "canceled"):
        for price in ("as_before", "today") if contract["price_today"] else ("as_before",):
            yield {"contract_id": contract["id"], "price": price}
            yield {"contract_id": contract["id"], "price": price, "start": "2027-02-28"}


RENEW_SUBSCRIPTION = Case(
    kind="renew_subscription",
    subject=SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.CANCELED}),
    answers={"price": "today", "start": "2026-12-01", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"price": "as_before", "reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "price=today", "start=2026-12-01", "notify=no", *WHY),
    preview=preview(eur(4900), due_now=(eur(4900),)),
    commit="Renew Pro · monthly for Anna Schmidt · €49.00",
    summary="Renew Pro · monthly",
    says=("Price        Today's list price", "Start        1 Dec 2026", "Due today    €49.00"),
    bodies=_ended,
)


def _waiting(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for contract in contracts_of(row, read, "pending", "scheduled"):
        yield {"contract_id": contract["id"]}
        yield {"contract_id": contract["id"], "start": "2027-01-31"}


ACTIVATE_SUBSCRIPTION = Case(
    kind="activate_subscription",
    subject=SUBSCRIPTION.model_copy(update={"status": SubscriptionStatus.PENDING}),
    answers={"start": "2026-12-01", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "start=2026-12-01", "notify=no", *WHY),
    commit="Activate Pro · monthly for Anna Schmidt",
    summary="Activate Pro · monthly",
    says=("Amount       –", "Start        1 Dec 2026"),
    bodies=_waiting,
)


def _trials(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for contract in contracts_of(row, read, "active"):
        settled = not contract["cancel_at"] and not contract["scheduled_change"]
        if contract["trial_end"] and contract["period_index"] == 0 and settled:
            for day in ("2027-01-02", "2027-06-30"):
                yield {"contract_id": contract["id"], "trial_end": day}


EXTEND_TRIAL = Case(
    kind="extend_trial",
    subject=SUBSCRIPTION.model_copy(update={"trial_end": date(2026, 12, 1), "period_index": 0}),
    answers={"trial_end": "2026-12-20", "ticket": "ZD-7"},
    live={"trial_end": "2026-12-20", "ticket": "ZD-7"},
    words=("contract_id=Cont_1", "trial_end=2026-12-20", "notify=no", "ticket=ZD-7"),
    commit="Extend the trial for Anna Schmidt",
    summary="Extend the trial of Pro · monthly",
    says=("Trial end    20 Dec 2026",),
    bodies=_trials,
)


_WAYS: tuple[Body, ...] = (
    {"trial_days": 0, "discount_id": "Disc_launch_25"},
    {"start": "2027-01-31", "trial_days": 7},
    {"pending": True, "automatic_payment": False},
    {"automatic_payment": False, "discount_id": "Disc_first_free", "trial_days": 0},
)


def _subscriptions(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Every offered price in a currency of the customer's subscriptions, in all ways and as it is offered."""
    known = contracts_of(row, read, "active", "canceled")
    for currency in sorted({contract["amount"]["currency"] for contract in known}):
        for offered in offered_pricings(read, currency):
            yield from ({**offered, **way} for way in ({}, *_WAYS))


CREATE_SUBSCRIPTION = Case(
    kind="create_subscription",
    answers={"pricing": ("Plan_Business", "Price_Business"), "start": "2026-12-01", "units": {"seats": "12"},
             "trial_days": "14", "discount_id": "Disc_loyal", "automatic_payment": False,
             "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"trial_days": "0", "reason": Reason.CUSTOMER_REQUEST},
    words=("plan_id=Plan_Business", "pricing_id=Price_Business", "units.seats=12", "pending=no",
           "start=2026-12-01", "trial_days=14", "discount_id=Disc_loyal", "automatic_payment=no", "notify=no",
           *WHY),
    commit="Add Business · monthly for Anna Schmidt",
    summary="Add Business · monthly",
    says=("Plan         Business · monthly", "Start        1 Dec 2026", "Trial days   14",
          "Discount     Loyalty: 10 % off forever", "Payment      By invoice"),
    bodies=_subscriptions,
)  # fmt: skip

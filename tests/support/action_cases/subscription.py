"""Cases of the actions on a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read, offered_pricings
from tests.support.anna import eur, preview
from wbtui.models.actions import Reason
from wbtui.models.subscription import NextCharge

_WAYS: tuple[Body, ...] = (
    {"when": "period_end"},
    {"when": "now", "downgrade_allowed": True, "discount_id": None},
    {"when": "now", "downgrade_allowed": True, "proration": "next_invoice"},
    {"when": "now", "downgrade_allowed": True, "proration": "none", "discount_id": "Disc_launch_25"},
)


def _plans(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Changes of every active contract to every price in its currency, in all ways."""
    frozen = read(f"customers/{row['id']}/row")["status"] != "active"
    for contract in read(f"customers/{row['id']}/contracts") if not frozen else ():
        if contract["status"] != "active" or contract["scheduled_change"] or contract["cancel_at"]:
            continue
        for to in offered_pricings(read, contract["amount"]["currency"]):
            if to["plan_id"] != contract["plan_id"]:
                yield from ({"contract_id": contract["id"], **to, **way} for way in _WAYS)


CHANGE_PLAN = Case(
    kind="change_plan",
    answers={"pricing": ("Plan_Business", "Price_Business"), "units": {"seats": "12"}, "when": "now",
             "proration": "next_invoice", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"when": "now", "reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "plan_id=Plan_Business", "pricing_id=Price_Business", "units.seats=12",
           "when=now", "proration=next_invoice", "notify=no", *WHY),
    preview=preview(next_invoice=NextCharge(date=date(2026, 12, 1), total=eur(24400))),
    commit="Change to Business · monthly for Anna Schmidt",
    summary="Change Pro · monthly to Business · monthly",
    says=("Subscription Pro · monthly", "New plan     Business · monthly",
          "Proration    On the next invoice", "Next charge  €244.00 on 1 Dec"),
    bodies=_plans,
)  # fmt: skip

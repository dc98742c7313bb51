"""Cases of the actions on a subscription."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read, contracts_of, offered_pricings
from tests.support.anna import SUBSCRIPTION, eur, preview
from wbtui.models.actions import Reason
from wbtui.models.subscription import NextCharge, ScheduledChange

_WAYS: tuple[Body, ...] = (
    {"when": "period_end"},
    {"when": "now", "downgrade_allowed": True, "discount_id": None},
    {"when": "now", "downgrade_allowed": True, "proration": "next_invoice"},
    {"when": "now", "downgrade_allowed": True, "proration": "none", "discount_id": "Disc_launch_25"},
)


def _settled(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Active contracts that neither end nor change already."""
    for contract in contracts_of(row, read, "active"):
        if not contract["scheduled_change"] and not contract["cancel_at"]:
            yield contract


def _plans(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Changes of every active contract to every price in its currency, in all ways."""
    for contract in _settled(row, read):
        for to in offered_pricings(read, contract["amount"]["currency"]):
            if to["plan_id"] != contract["plan_id"]:
                yield from ({"contract_id": contract["id"], **to, **way} for way in _WAYS)


CHANGE_PLAN = Case(
    kind="change_plan",
    answers={"pricing": ("Plan_Business", "Price_Business"), "units": {"seats": "12"}, "when": "now",
             "proration": "next_invoice", "discount": ("Disc_welcome",), "reason": Reason.COURTESY,
             "ticket": "ZD-7"},
    live={"when": "now", "reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "plan_id=Plan_Business", "pricing_id=Price_Business", "units.seats=12",
           "when=now", "proration=next_invoice", "downgrade_allowed=no", "discount_id=Disc_welcome",
           "notify=no", *WHY),
    preview=preview(next_invoice=NextCharge(date=date(2026, 12, 1), total=eur(24400))),
    commit="Change to Business · monthly for Anna Schmidt",
    summary="Change Pro · monthly to Business · monthly",
    says=("Subscription Pro · monthly", "New plan     Business · monthly",
          "Proration    On the next invoice", "Discount     Welcome: €10.00 off for 3 cycles",
          "Next invoice €244.00 on 1 Dec"),
    bodies=_plans,
)  # fmt: skip


def _units(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """One unit more, and one alone, of every feature with units, in all ways."""
    for contract in _settled(row, read):
        for feature in contract["features"]:
            if feature["strategy"] not in ("per_unit", "unit_tiered"):
                continue
            now = int(contract["units"].get(feature["slug"], 0))
            for count in {now + 1, 1} - {now}:
                if count <= int(feature["limit"] or count):
                    named = {"contract_id": contract["id"], "units": {feature["slug"]: str(count)}}
                    yield {**named, "when": "period_end"}
                    for proration in ("invoice_now", "next_invoice", "none"):
                        yield {**named, "when": "now", "downgrade_allowed": True, "proration": proration}


CHANGE_UNITS = Case(
    kind="change_units",
    answers={"units": {"seats": "25"}, "when": "now", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"units": {"seats": "2"}, "reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "units.seats=25", "when=now", "proration=invoice_now", "notify=no", *WHY),
    preview=preview(eur(2250), due_now=(eur(2250),)),
    commit="Change to 25 seats for Anna Schmidt · €22.50",
    summary="Change Pro · monthly to 25 seats",
    says=(
        "Amount       €22.50",
        "New units    25 seats",
        "Prices       stay as in the contract: €5.00 per seat",
    ),
    bodies=_units,
)  # fmt: skip


def _scheduled(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for contract in read(f"customers/{row['id']}/contracts"):
        if contract["status"] == "active" and contract["scheduled_change"]:
            yield {"contract_id": contract["id"]}


UNDO_SCHEDULED_CHANGE = Case(
    kind="undo_scheduled_change",
    subject=SUBSCRIPTION.model_copy(update={"scheduled_change": ScheduledChange(
        kind="change_plan", on=date(2026, 12, 1), to_plan="Starter", to_units={"seats": "3"}, by="tess")}),
    answers={"ticket": "ZD-7"},
    live={"ticket": "ZD-7"},
    words=("contract_id=Cont_1", "ticket=ZD-7", "notify=no"),
    preview=preview(next_invoice=NextCharge(date=date(2026, 12, 1), total=eur(4900))),
    commit="Undo the scheduled change for Anna Schmidt",
    summary="Undo the scheduled change of Pro · monthly",
    says=("Scheduled    1 Dec: Starter · 3 seats, by tess", "Next invoice €49.00 on 1 Dec"),
    bodies=_scheduled,
)  # fmt: skip


def _discounts(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Each discount of the currency that a contract does not have, and none where it has one."""
    for contract in contracts_of(row, read, "active", "pending", "scheduled"):
        now = contract["discount"] and contract["discount"]["id"]
        money = contract["amount"]["currency"]
        fitting = [
            one["id"]
            for one in read("discounts")
            if (one["amount"] or {"currency": money})["currency"] == money
        ]
        yield from (
            {"contract_id": contract["id"], "discount_id": one} for one in [*fitting, None] if one != now
        )


SET_DISCOUNT = Case(
    kind="set_discount",
    answers={"discount_id": "Disc_welcome", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"reason": Reason.CUSTOMER_REQUEST},
    words=("contract_id=Cont_1", "discount_id=Disc_welcome", "notify=no", *WHY),
    preview=preview(next_invoice=NextCharge(date=date(2026, 12, 1), total=eur(3900))),
    commit="Set the discount for Anna Schmidt",
    summary="Set the discount on Pro · monthly",
    says=("Discount     Welcome: €10.00 off for 3 cycles", "Next invoice €39.00 on 1 Dec"),
    bodies=_discounts,
)

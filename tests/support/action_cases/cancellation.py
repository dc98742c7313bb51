"""Cases of the actions that end a subscription or keep it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from tests.support.action_cases.base import WHY, Body, Case, Read
from tests.support.anna import SUBSCRIPTION, eur, preview
from wbtui.models.actions import Reason
from wbtui.models.preview import Change, PreviewLine

_PARTS = ("row", "contracts", "payments")
_KEEP: Body = {"unused_time": "none", "unbilled_usage": "bill", "open_invoices": "leave", "credits": "keep"}
_WAYS: tuple[Body, ...] = (
    {"when": "now"},
    {"when": "period_end", "unbilled_usage": "drop", "credits": "refund"},
    {"when": "date", "date": "2027-01-20", "open_invoices": "write_off"},
    {"when": "now", "unused_time": "prorated_credit", "open_invoices": "collect"},
    {"when": "now", "unused_time": "prorated_refund", "unbilled_usage": "drop"},
    {"when": "now", "unused_time": "full_refund", "open_invoices": "write_off"},
)


def _cancellations(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Every way to end the only subscription of a customer whose last payment can be refunded."""
    known, contracts, payments = (read(f"customers/{row['id']}/{part}") for part in _PARTS)
    if known["billing_status"] != "active" or len(contracts) != 1 or not payments:
        return
    [contract], refundable = contracts, payments[0]["refundable"] == payments[0]["money"]
    fixed = contract["notice_period_days"] or contract["scheduled_change"]
    if refundable and payments[0]["method"] and contract["period"] and not fixed:
        names = {"contract_id": contract["id"], "cancel_reason": "too_expensive"}
        yield from ({**names, **_KEEP, **way} for way in _WAYS)


CANCEL_SUBSCRIPTION = Case(
    kind="cancel_subscription",
    answers={"when": "now", "unused_time": "prorated_refund", "unbilled_usage": "drop",
             "cancel_reason": "unused", "reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"when": "now", "unused_time": "prorated_credit", "cancel_reason": "unused"},
    words=("contract_id=Cont_1", "when=now", "unused_time=prorated_refund", "unbilled_usage=drop",
           "cancel_reason=unused", "notify=no", *WHY),
    preview=preview(
        eur(1470),
        lines=(PreviewLine(label="Refund to Visa ••4242", money=eur(1470)),),
        changes=(Change(path="contract/Cont_1/status", label="Status of Pro", before="active",
                        after="canceled"),),
    ),
    commit="Cancel Pro · monthly for Anna Schmidt",
    summary="Cancel Pro · monthly",
    says=("Amount       €14.70", "End          Now", "Unused       Refund", "Why          Unused"),
    bodies=_cancellations,
)  # fmt: skip


def _undone(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for contract in read(f"customers/{row['id']}/contracts"):
        if contract["status"] == "active" and contract["cancel_at"]:
            yield {"contract_id": contract["id"]}


UNDO_CANCEL = Case(
    kind="undo_cancel",
    subject=SUBSCRIPTION.model_copy(update={"cancel_at": date(2026, 12, 1)}),
    answers={"ticket": "ZD-7"},
    live={"ticket": "ZD-7"},
    words=("contract_id=Cont_1", "ticket=ZD-7", "notify=no"),
    preview=preview(changes=(Change(path="contract/Cont_1/cancel_at", label="Cancellation of Pro",
                                    before="2026-12-01", after=None),)),
    commit="Undo the cancellation of Pro · monthly for Anna Schmidt",
    summary="Undo the cancellation of Pro · monthly",
    says=("Cancellation of Pro", "Ticket       ZD-7"),
    bodies=_undone,
)  # fmt: skip

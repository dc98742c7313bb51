"""Cases of the actions on the account of a customer."""

from __future__ import annotations

from tests.support.action_cases.base import WHY, Bodies, Case
from tests.support.anna import ANNA, preview
from wbtui.models.actions import Reason
from wbtui.models.customer import CustomerStatus
from wbtui.models.preview import Change


def _with_status(status: str) -> Bodies:
    """Members for a customer of that status."""
    return lambda row, read: (
        member
        for member in ({}, {"note": "Asked for it"})
        if read(f"customers/{row['id']}/row")["status"] == status
    )


FREEZE_CUSTOMER = Case(
    kind="freeze_customer",
    answers={"ticket": "ZD-7", "note": "Asked by the owner"},
    live={"note": "Asked by the owner"},
    words=("note=Asked by the owner", "ticket=ZD-7", "notify=no"),
    preview=preview(
        changes=(Change(path="customer/Cust_1/status", label="Customer status", before="active",
                        after="inactive"),),
    ),
    commit="Freeze the account of Anna Schmidt",
    summary="Freeze account",
    says=("Note         Asked by the owner", "Customer status"),
    bodies=_with_status("active"),
)  # fmt: skip
ACTIVATE_CUSTOMER = Case(
    kind="activate_customer",
    subject=ANNA.model_copy(update={"status": CustomerStatus.INACTIVE}),
    answers={"reason": Reason.COURTESY, "ticket": "ZD-7"},
    live={"reason": Reason.CUSTOMER_REQUEST},
    words=("notify=no", *WHY),
    commit="Activate the account of Anna Schmidt",
    summary="Activate account",
    says=("Courtesy · ticket ZD-7",),
    bodies=_with_status("inactive"),
)

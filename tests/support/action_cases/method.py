"""Cases of the actions on payment methods."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.support.action_cases.base import Bodies, Body, Case, Read
from tests.support.anna import METHODS, preview
from wbtui.models.payment import MethodStatus
from wbtui.models.preview import Change, Warn

VISA, SEPA = METHODS
WORDS = ("method_id=Pm_1", "ticket=ZD-7")


def _methods(*statuses: str, default: bool | None = None) -> Bodies:
    """Members that name a method of a customer who is not frozen, in one of the statuses.

    `default`: one that is the default, or one that can become it.
    """

    def bodies(row: dict[str, Any], read: Read) -> Iterator[Body]:
        frozen = read(f"customers/{row['id']}/row")["status"] == "inactive"
        for method in read(f"customers/{row['id']}/methods") if not frozen else ():
            charged = method["kind"] != "vban_bank_transfer_eu" and method["is_default"] is default
            if method["status"] in statuses and (default is None or charged):
                yield {"method_id": method["id"]}

    return bodies


def _orders(row: dict[str, Any], read: Read) -> Iterator[Body]:
    if read(f"customers/{row['id']}/row")["status"] == "inactive":
        return
    active = [one["id"] for one in read(f"customers/{row['id']}/methods") if one["status"] == "active"]
    if len(active) > 1:
        yield {"method_ids": active[::-1]}


SET_DEFAULT_METHOD = Case(
    kind="set_default_method",
    subject=VISA.model_copy(update={"is_default": False}),
    answers={"ticket": "ZD-7"},
    words=WORDS,
    preview=preview(
        changes=(Change(path="method/Pm_1/is_default", label="Default method: Visa ••4242", before="false",
                        after="true"),),
    ),
    commit="Make Visa ••4242 the default of Anna Schmidt",
    summary="Make Visa ••4242 the default",
    says=("Visa ••4242", "Used for     Pro · monthly", "Ticket       ZD-7"),
    bodies=_methods("active", default=False),
)  # fmt: skip
DISABLE_METHOD = Case(
    kind="disable_method",
    answers={"ticket": "ZD-7"},
    words=WORDS,
    commit="Disable Visa ••4242 of Anna Schmidt",
    summary="Disable Visa ••4242",
    says=("Visa ••4242", "Ticket       ZD-7"),
    bodies=_methods("active"),
)
ENABLE_METHOD = Case(
    kind="enable_method",
    subject=VISA.model_copy(update={"status": MethodStatus.INACTIVE}),
    answers={"ticket": "ZD-7", "comment": "Called by Anna"},
    words=(*WORDS, "comment=Called by Anna"),
    commit="Enable Visa ••4242 of Anna Schmidt",
    summary="Enable Visa ••4242",
    says=("Visa ••4242", "Comment      Called by Anna"),
    bodies=_methods("inactive"),
)
DETACH_METHOD = Case(
    kind="detach_method",
    answers={"ticket": "ZD-7"},
    words=WORDS,
    preview=preview(warnings=(Warn(code="new_default", text="SEPA ••3000 becomes the default.",
                                   confirm=False),)),
    commit="Detach Visa ••4242 from Anna Schmidt",
    summary="Detach Visa ••4242",
    says=("Visa ••4242", "Ticket       ZD-7"),
    bodies=_methods("active", "inactive", "invalid"),
)  # fmt: skip
REORDER_METHODS = Case(
    kind="reorder_methods",
    answers={"method_ids": (1, 0), "ticket": "ZD-7"},
    live={"method_ids": (1, 0)},
    words=("method_ids=Pm_2", "method_ids=Pm_1", "ticket=ZD-7"),
    commit="Reorder payment methods of Anna Schmidt",
    summary="Reorder payment methods",
    says=("Order        SEPA ••3000, Visa ••4242 04/27",),
    bodies=_orders,
)

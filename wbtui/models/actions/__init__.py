"""Actions are data: everything an agent can do, as one tagged union."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import ConfigDict, Field, TypeAdapter

from wbtui.models.actions.base import About, ActionBase, Context, Reason
from wbtui.models.actions.customer import AppendNote, CreatePortalLink, CustomerChanges, EditCustomer
from wbtui.models.actions.money import GrantCredit, LineAmount, RefundInvoice, payment_disabled_reason
from wbtui.models.actions.subscription import ChangePlan

__all__ = [
    "ACTION",
    "ACTIONS",
    "About",
    "Action",
    "ActionBase",
    "AppendNote",
    "ChangePlan",
    "Context",
    "CreatePortalLink",
    "CustomerChanges",
    "EditCustomer",
    "GrantCredit",
    "LineAmount",
    "Reason",
    "RefundInvoice",
    "payment_disabled_reason",
]

Action: TypeAlias = RefundInvoice | GrantCredit | ChangePlan | EditCustomer | AppendNote | CreatePortalLink

ACTION: TypeAdapter[Action] = TypeAdapter(
    Annotated[Action, Field(discriminator="kind")], config=ConfigDict(defer_build=True)
)
"""Reads any action. Built on first use: building it takes 4 ms for each action."""

ACTIONS: dict[str, type[Action]] = {
    cls.model_fields["kind"].default: cls
    for cls in (RefundInvoice, GrantCredit, ChangePlan, EditCustomer, AppendNote, CreatePortalLink)
}
"""Every action by its kind."""

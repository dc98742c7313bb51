"""Actions are data: everything an agent can do, each a model of its own."""

from __future__ import annotations

from wbtui.models.actions.base import ACTIONS, About, Action, Context, Reason, read_action
from wbtui.models.actions.customer import (
    ActivateCustomer,
    AppendNote,
    CreatePortalLink,
    CustomerChanges,
    EditCustomer,
    FreezeCustomer,
)
from wbtui.models.actions.invoice import (
    ExtendDueDate,
    PauseDunning,
    RecordPayment,
    RetryPayment,
    SendInvoiceEmail,
    ValidateInvoice,
    VoidInvoice,
    WriteOffInvoice,
)
from wbtui.models.actions.members import LineAmount
from wbtui.models.actions.method import (
    DetachMethod,
    DisableMethod,
    EnableMethod,
    ReorderMethods,
    SetDefaultMethod,
)
from wbtui.models.actions.money import (
    CancelRefund,
    GrantCredit,
    IssueCreditNote,
    RecordExternalRefund,
    RefundInvoice,
    ReverseCredit,
)
from wbtui.models.actions.starting import (
    ActivateSubscription,
    CreateSubscription,
    ExtendTrial,
    RenewSubscription,
)
from wbtui.models.actions.subscription import (
    CancelSubscription,
    ChangePlan,
    ChangeUnits,
    SetDiscount,
    UndoCancel,
    UndoScheduledChange,
)

__all__ = [
    "ACTIONS",
    "About",
    "Action",
    "ActivateCustomer",
    "ActivateSubscription",
    "AppendNote",
    "CancelRefund",
    "CancelSubscription",
    "ChangePlan",
    "ChangeUnits",
    "Context",
    "CreatePortalLink",
    "CreateSubscription",
    "CustomerChanges",
    "DetachMethod",
    "DisableMethod",
    "EditCustomer",
    "EnableMethod",
    "ExtendDueDate",
    "ExtendTrial",
    "FreezeCustomer",
    "GrantCredit",
    "IssueCreditNote",
    "LineAmount",
    "PauseDunning",
    "Reason",
    "RecordExternalRefund",
    "RecordPayment",
    "RefundInvoice",
    "RenewSubscription",
    "ReorderMethods",
    "RetryPayment",
    "ReverseCredit",
    "SendInvoiceEmail",
    "SetDefaultMethod",
    "SetDiscount",
    "UndoCancel",
    "UndoScheduledChange",
    "ValidateInvoice",
    "VoidInvoice",
    "WriteOffInvoice",
    "read_action",
]

"""Actions on payment methods: which are charged, and in which order."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.models.actions.base import Action, Id
from wbtui.models.actions.rules import method_in_state
from wbtui.models.customer import Customer
from wbtui.models.payment import MethodKind, MethodStatus, PaymentMethod

_INACTIVE, _INVALID, _DETACHED = MethodStatus.INACTIVE, MethodStatus.INVALID, MethodStatus.DETACHED


class SetDefaultMethod(Action, about="method", conflicts_on=("customer_id",), needs_active_account=True):
    """Charge this payment method first."""

    kind: Literal["set_default_method"] = "set_default_method"
    method_id: Id

    @staticmethod
    def disabled_reason(subject: PaymentMethod) -> str | None:
        if (reason := method_in_state(subject, _INACTIVE, _INVALID, _DETACHED)) is not None:
            return reason
        if subject.kind is MethodKind.BANK_TRANSFER:
            return "A bank transfer is sent by the customer; it can't be charged."
        return "Already the default." if subject.is_default else None


class ReorderMethods(Action, needs_active_account=True):
    """Set the order in which active payment methods are charged. `method_ids` names all of them."""

    kind: Literal["reorder_methods"] = "reorder_methods"
    method_ids: tuple[Id, ...] = Field(max_length=100)

    @staticmethod
    def disabled_reason(subject: Customer) -> str | None:
        if subject.methods is None:
            return None
        active = [method for method in subject.methods if method.status is MethodStatus.ACTIVE]
        return "Fewer than two active payment methods." if len(active) < 2 else None


class EnableMethod(Action, about="method", needs_active_account=True):
    """Allow a disabled payment method to be charged again."""

    kind: Literal["enable_method"] = "enable_method"
    method_id: Id

    @staticmethod
    def disabled_reason(subject: PaymentMethod) -> str | None:
        reason = method_in_state(subject, _INVALID, _DETACHED)
        return reason or ("Already enabled." if subject.status is MethodStatus.ACTIVE else None)


class DisableMethod(Action, about="method", needs_active_account=True):
    """Stop charging a payment method; it can be enabled again."""

    kind: Literal["disable_method"] = "disable_method"
    method_id: Id

    @staticmethod
    def disabled_reason(subject: PaymentMethod) -> str | None:
        if subject.status is MethodStatus.INACTIVE:
            return "Already disabled."
        return method_in_state(subject, _INVALID, _DETACHED)


class DetachMethod(Action, about="method", needs_active_account=True):
    """Remove a payment method for good."""

    kind: Literal["detach_method"] = "detach_method"
    method_id: Id

    @staticmethod
    def disabled_reason(subject: PaymentMethod) -> str | None:
        return method_in_state(subject, _DETACHED)

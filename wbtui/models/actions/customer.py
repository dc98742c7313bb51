"""Actions on the customer: details, notes, the self-serve portal, freeze and activate."""

from __future__ import annotations

from typing import Any, Literal, Self

from pydantic import Field, model_serializer, model_validator

from wbtui.models.actions.base import Action, problem
from wbtui.models.actions.members import CompleteAddress
from wbtui.models.base import Model
from wbtui.models.customer import Customer, CustomerStatus, Email


class CustomerChanges(Model):
    """Details that change: only the members given; None clears one."""

    name: str | None = Field(default=None, max_length=200)
    emails: tuple[Email, ...] | None = None
    reference: str | None = Field(default=None, max_length=200)
    vat_id: str | None = Field(default=None, max_length=50)
    metadata: dict[str, str] | None = None
    address: CompleteAddress | None = None

    @model_serializer(mode="wrap")
    def _only_given(self, write: Any) -> dict[str, Any]:
        return {name: value for name, value in write(self).items() if name in self.model_fields_set}


class EditCustomer(Action, needs_active_account=True):
    """Change a customer's contact details."""

    kind: Literal["edit_customer"] = "edit_customer"
    changes: CustomerChanges

    @model_validator(mode="after")
    def _changes_something(self) -> Self:
        if not self.changes.model_fields_set:
            raise problem("changes", "Nothing has changed.")
        return self


class AppendNote(Action, adds=True):
    """Add a dated note under the agent's name. Existing notes are kept."""

    kind: Literal["append_note"] = "append_note"
    text: str = Field(min_length=1, max_length=5000)


class CreatePortalLink(Action, adds=True, asks=False):
    """Create a short-lived secret link for the customer: shown once, stored nowhere."""

    kind: Literal["create_portal_link"] = "create_portal_link"


class FreezeCustomer(Action):
    """Pause everything: no charges, subscriptions paused, contact data read-only (Wingback: inactivate)."""

    kind: Literal["freeze_customer"] = "freeze_customer"
    note: str | None = Field(default=None, max_length=5000)

    @staticmethod
    def disabled_reason(subject: Customer) -> str | None:
        if subject.status is CustomerStatus.INACTIVE:
            return "Already frozen."
        return "The customer has not registered yet." if subject.status is CustomerStatus.TEMPORARY else None


class ActivateCustomer(Action, moves_money=True, may_be_free=True):
    """Charge a frozen customer again; a subscription that should have started meanwhile starts now."""

    kind: Literal["activate_customer"] = "activate_customer"
    note: str | None = Field(default=None, max_length=5000)

    @staticmethod
    def disabled_reason(subject: Customer) -> str | None:
        return None if subject.status is CustomerStatus.INACTIVE else "The account is not frozen."

"""Actions are data: everything an agent can do, as one tagged union with one way through the house."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal, Self

from pydantic import Field, TypeAdapter, model_validator

from wbtui.models.base import Model, OpenEnum
from wbtui.models.money import Money


class Reason(OpenEnum):
    """Why; `other` needs a comment."""

    COURTESY = "courtesy"
    BILLING_ERROR = "billing_error"
    DUPLICATE = "duplicate"
    SERVICE_ISSUE = "service_issue"
    CANCELLATION = "cancellation"
    FRAUD = "fraud"
    PRICE_CHANGE = "price_change"
    CUSTOMER_REQUEST = "customer_request"
    OTHER = "other"
    UNKNOWN = "unknown"


class Context(Model):
    """Who acts and why. `agent` is a claim, not a proof; `notify`: e-mail the customer about it."""

    agent: str = Field(min_length=1, max_length=100)
    ticket: str | None = Field(default=None, max_length=100)
    reason: Reason | None = None
    comment: str | None = Field(default=None, max_length=5000)
    notify: bool = False

    @model_validator(mode="after")
    def _other_needs_a_comment(self) -> Self:
        if self.reason is Reason.OTHER and not (self.comment or "").strip():
            raise ValueError('The reason "other" needs a comment.')
        return self


class _Action(Model):
    """What every action has. `moves_money` decides on reason, hold and typed confirmation."""

    moves_money: ClassVar[bool] = False

    customer_id: str
    context: Context

    @property
    def capability(self) -> str:
        return f"action.{self.kind}"  # type: ignore[attr-defined, unused-ignore]


class LineAmount(Model):
    """Part of an invoice line; `amount` None is all that is left of it."""

    line_id: str
    amount: Money | None = None


class RefundInvoice(_Action):
    """Give money back to the method it came from.

    Modes: `full` (all that is refundable), `amount`, `percent` (decimal text, of what was paid), `lines`.
    `adjust_invoice` also lowers what the invoice says was charged: a credit note is made.
    """

    moves_money: ClassVar[bool] = True

    kind: Literal["refund"] = "refund"
    payment_id: str
    invoice_id: str | None
    mode: Literal["full", "amount", "percent", "lines"]
    amount: Money | None = None
    percent: str | None = None
    lines: tuple[LineAmount, ...] = ()
    adjust_invoice: bool = False

    @model_validator(mode="after")
    def _mode_and_members_agree(self) -> Self:
        if self.context.reason is None:
            raise ValueError("A refund needs a reason.")
        given = {
            "amount": self.amount is not None,
            "percent": self.percent is not None,
            "lines": bool(self.lines),
        }
        if {name for name, is_given in given.items() if is_given} != {self.mode} - {"full"}:
            raise ValueError(f"The mode {self.mode} goes with exactly its own member.")
        return self


class AppendNote(_Action):
    """A dated note under the agent's name; the other notes stay."""

    kind: Literal["append_note"] = "append_note"
    text: str = Field(min_length=1, max_length=5000)


class CreatePortalLink(_Action):
    """A short-lived secret link for the customer; shown once, stored nowhere."""

    kind: Literal["create_portal_link"] = "create_portal_link"


Action = Annotated[RefundInvoice | AppendNote | CreatePortalLink, Field(discriminator="kind")]

ACTION: TypeAdapter[RefundInvoice | AppendNote | CreatePortalLink] = TypeAdapter(Action)

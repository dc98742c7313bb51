"""Bodies of the supported actions: closed, strict, validated without look-ups."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    field_validator,
    model_validator,
)

from wbtui.models.money import Money

Reason = Literal[
    "courtesy",
    "billing_error",
    "duplicate",
    "service_issue",
    "cancellation",
    "fraud",
    "price_change",
    "customer_request",
    "other",
]
_MAXIMUM = 10**13
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?", re.ASCII)


def _exact(value: Any) -> Any:
    """Parse money in its only valid spelling."""
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        amount, currency = value["amount"], value["currency"]
        if isinstance(amount, str) and isinstance(currency, str):
            money = Money.parse(amount, currency)
            if not 0 <= money.minor <= _MAXIMUM:
                raise ValueError("Must be at least zero, and not beyond ten trillion minor units.")
            if money.wire() == value:
                return money
            raise ValueError(f"Write it as {money.amount} {money.currency}.")
    raise ValueError('An amount is {"amount": "22.40", "currency": "eur"}.')


def _percent(value: str) -> str:
    if not _PERCENT.fullmatch(value) or not 0 < Decimal(value) <= 100:
        raise ValueError("A decimal number above 0, at most 100.")
    return value


def _visible(value: str) -> str:
    if not value.strip():
        raise ValueError("Must not be empty.")
    return value


def _day(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("Write a date as 2026-11-22.")
    return value


def _email(value: str) -> str:
    if not _EMAIL.fullmatch(value):
        raise ValueError("Not an e-mail address.")
    return value


Exact = Annotated[Money, BeforeValidator(_exact)]
Percent = Annotated[str, AfterValidator(_percent)]
Day = Annotated[str, AfterValidator(_day)]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(_visible)]
Units = Annotated[str, Field(pattern="^[0-9]{1,9}$")]
ObjectId = Annotated[str, Field(min_length=1, max_length=100)]


class Body(BaseModel):
    """Base: an unknown member is refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


class Context(Body):
    """Who acts and why."""

    agent: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(_visible)]
    ticket: str | None = Field(default=None, max_length=100)
    reason: Reason | None = None
    comment: str | None = Field(default=None, max_length=5000)
    notify: bool = False

    @model_validator(mode="after")
    def _other_needs_a_comment(self) -> Context:
        if self.reason == "other" and not (self.comment or "").strip():
            raise ValueError('The reason "other" needs a comment.')
        return self


class Action(Body):
    """Members of every action. Members that were not sent are not set: absent and null may differ."""

    moves_money: ClassVar[bool] = False

    kind: str
    customer_id: ObjectId
    context: Context

    def problems(self) -> dict[str, str]:
        """Invalid combinations of members, by path."""
        if self.moves_money and self.context.reason is None:
            return {"context.reason": "Required for this action."}
        return {}


class LineAmount(Body):
    """An amount of an invoice line; null for all that is left of it."""

    line_id: ObjectId
    amount: Exact | None = None


class Refund(Action):
    """Give money back to the method it came from."""

    moves_money = True

    kind: Literal["refund"]
    payment_id: ObjectId
    invoice_id: ObjectId | None = None
    mode: Literal["full", "amount", "percent", "lines"]
    amount: Exact | None = None
    percent: Percent | None = None
    lines: list[LineAmount] = Field(default_factory=list, max_length=500)
    adjust_invoice: bool = False

    def problems(self) -> dict[str, str]:
        wrong = super().problems()
        given = {
            "amount": self.amount is not None,
            "percent": self.percent is not None,
            "lines": bool(self.lines),
        }
        for name, is_given in given.items():
            if is_given and name != self.mode:
                wrong[name] = f"Not allowed with mode {self.mode}."
            if not is_given and name == self.mode:
                wrong[name] = f"Required with mode {self.mode}."
        if len({line.line_id for line in self.lines}) != len(self.lines):
            wrong["lines"] = "A line is given twice."
        return wrong


class GrantCredit(Action):
    """Account credit, which lowers future invoices of its currency."""

    moves_money = True

    kind: Literal["grant_credit"]
    amount: Exact
    expires: Day | None = None


class ChangePlan(Action):
    """Another plan or price at today's list prices. An absent discount stays, null removes it."""

    moves_money = True

    kind: Literal["change_plan"]
    contract_id: ObjectId
    plan_id: ObjectId
    pricing_id: ObjectId
    units: dict[str, Units] = Field(default_factory=dict, max_length=50)
    discount_id: ObjectId | None = None
    when: Literal["now", "period_end"]
    downgrade_allowed: bool = False
    proration: Literal["invoice_now", "next_invoice", "none"] = "invoice_now"


class Email(Body):
    label: Text
    address: Annotated[str, Field(max_length=320), AfterValidator(_email)]


class Address(Body):
    line_1: Text
    line_2: Text | None = None
    zip: Text
    city: Text
    state: Text | None = None
    country: Annotated[str, Field(pattern="^[A-Z]{2}$")]


class CustomerChanges(Body):
    """New values of the members that are given; null clears."""

    name: Text | None = None
    emails: list[Email] | None = Field(default=None, max_length=20)
    reference: Text | None = None
    vat_id: Text | None = None
    metadata: dict[Text, Text] | None = Field(default=None, max_length=50)
    address: Address | None = None

    @field_validator("emails")
    @classmethod
    def _one_address_a_label(cls, emails: list[Email] | None) -> list[Email] | None:
        if emails and len({email.label for email in emails}) != len(emails):
            raise ValueError("A label is given twice.")
        return emails

    def given(self) -> dict[str, Any]:
        """The given members as the customer's fields; null clears to an empty list or map."""
        empty: dict[str, Any] = {"emails": [], "metadata": {}}
        values = self.model_dump()
        return {
            name: empty.get(name) if values[name] is None else values[name]
            for name in sorted(self.model_fields_set)
        }


class EditCustomer(Action):
    """New contact data."""

    kind: Literal["edit_customer"]
    changes: CustomerChanges


class AppendNote(Action):
    """A dated note under the agent's name."""

    kind: Literal["append_note"]
    text: Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(_visible)]


class CreatePortalLink(Action):
    """A short-lived secret link for the customer."""

    kind: Literal["create_portal_link"]


class Perform(Body):
    """An action with its idempotency key and basis; the action is parsed by its kind."""

    key: str = Field(min_length=16, max_length=255)
    action: dict[str, Any]
    basis: str = Field(min_length=1, max_length=8192)

"""Base classes and member types of action bodies: closed, strict, validated without look-ups."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

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
_PERCENT = re.compile(r"[0-9]{1,3}(\.[0-9]{1,6})?")


def matching(pattern: str, otherwise: str) -> AfterValidator:
    """Return the validator of a text that matches as a whole; `otherwise` is said of others."""
    whole = re.compile(pattern)

    def check(value: str) -> str:
        if not whole.fullmatch(value):
            raise ValueError(otherwise)
        return value

    return AfterValidator(check)


def _exact(value: Any) -> Any:
    """Parse money in its only valid spelling."""
    if isinstance(value, dict) and value.keys() == {"amount", "currency"}:
        amount, currency = value["amount"], value["currency"]
        if isinstance(amount, str) and isinstance(currency, str):
            money = Money.parse(amount, currency)
            if not 0 <= money.minor <= _MAXIMUM:
                raise ValueError(f"Must be at least zero and at most {Money(_MAXIMUM, money.currency)}.")
            if money.wire() == value:
                return money
            raise ValueError(f"Write it as {money.amount} {money.currency}.")
    raise ValueError('An amount is {"amount": "22.40", "currency": "eur"}.')


def _percent(value: str) -> str:
    if not _PERCENT.fullmatch(value) or not 0 < Decimal(value) <= 100:
        raise ValueError("A decimal number above 0, at most 100.")
    return value


def visible(value: str) -> str:
    """Validate that a text is not only white space."""
    if not value.strip():
        raise ValueError("Must not be empty.")
    return value


def _day(value: str) -> str:
    if date.fromisoformat(value).isoformat() != value:
        raise ValueError("Write a date as 2026-11-22.")
    return value


Exact = Annotated[Money, BeforeValidator(_exact)]
Percent = Annotated[str, AfterValidator(_percent)]
Day = Annotated[str, AfterValidator(_day)]
Text = Annotated[str, Field(min_length=1, max_length=500), AfterValidator(visible)]
EMAIL, UNITS = r"[^@\s]+@[^@\s]+", r"[0-9]{1,9}(\.[0-9]{1,6})?"
EmailAddress = Annotated[
    str, Field(max_length=320), matching(EMAIL, "Enter an e-mail address such as name@example.com.")
]
Units = Annotated[str, matching(UNITS, "Enter a number with at most 6 decimals, below 1,000,000,000.")]
ObjectId = Annotated[str, Field(min_length=1, max_length=100)]


class Body(BaseModel):
    """Base: an unknown member is refused, nothing is coerced."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, arbitrary_types_allowed=True)


class Context(Body):
    """Who acts and why."""

    agent: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(visible)]
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

    def __init_subclass__(cls, *, moves_money: bool | None = None) -> None:
        super().__init_subclass__()
        cls.moves_money = cls.moves_money if moves_money is None else moves_money

    kind: str
    customer_id: ObjectId
    context: Context

    def problems(self) -> dict[str, str]:
        """Invalid combinations of members, by path."""
        if self.moves_money and self.context.reason is None:
            return {"context.reason": "Required for this action."}
        return {}

    def with_choice(self, choice: str, *names: str) -> dict[str, str]:
        """Problems of members that belong to one value of a choice: `amount` to mode amount only."""
        value = getattr(self, choice)
        given = {name: getattr(self, name) not in (None, []) for name in names}
        return {
            name: f"{'Not allowed' if is_given else 'Required'} with {choice} {value}."
            for name, is_given in given.items()
            if is_given != (name == value)
        }


class LineAmount(Body):
    """An amount of an invoice line; null for all that is left of it."""

    line_id: ObjectId
    amount: Exact | None = None


def _each_once(lines: list[LineAmount]) -> list[LineAmount]:
    if len({line.line_id for line in lines}) != len(lines):
        raise ValueError("A line is given twice.")
    return lines


LineAmounts = Annotated[list[LineAmount], Field(max_length=500), AfterValidator(_each_once)]


class Email(Body):
    """A labelled e-mail address."""

    label: Text
    address: EmailAddress


def _one_address_a_label(emails: list[Email]) -> list[Email]:
    if len({email.label for email in emails}) != len(emails):
        raise ValueError("A label is given twice.")
    return emails


Emails = Annotated[list[Email], Field(max_length=20), AfterValidator(_one_address_a_label)]


class Address(Body):
    """A postal address."""

    line_1: Text
    line_2: Text | None = None
    zip: Text
    city: Text
    state: Text | None = None
    country: Annotated[str, matching("[A-Z]{2}", "Enter a country's two-letter code, such as DE.")]


class Perform(Body):
    """An action with its idempotency key and basis; the action is parsed by its kind."""

    key: str = Field(min_length=16, max_length=255)
    action: dict[str, Any]
    basis: str = Field(min_length=1, max_length=8192)

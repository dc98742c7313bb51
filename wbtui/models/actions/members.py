"""Members of actions: amounts above zero, percentages, reasons to cancel, parts of lines, addresses."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Annotated, Literal, TypeAlias

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_core import PydanticCustomError

from wbtui.models.actions.base import Id
from wbtui.models.base import Model
from wbtui.models.countries import country_code
from wbtui.models.invoice import Address
from wbtui.models.money import Money
from wbtui.models.units import as_typed, plain


def _above_zero(money: Money) -> Money:
    if money.minor <= 0:
        raise PydanticCustomError("amount_zero", "Enter an amount above zero.")
    return money


def _percentage(text: str) -> str:
    try:
        if text.isascii() and "e" not in text.lower() and 0 < Decimal(text) <= 100:
            return text
    except InvalidOperation:
        pass
    raise PydanticCustomError("percentage", "Enter a percentage between 0 and 100.")


def _count(text: str) -> str:
    text = as_typed(text)
    try:
        if text.isascii() and "e" not in text.lower() and (count := Decimal(text)).is_finite() and count > 0:
            return plain(f"{count:f}")
    except InvalidOperation:
        pass
    raise PydanticCustomError("units", "Enter a number above 0, for example 12 or 2.5.")


def _country(text: str) -> str:
    typed = text.strip()
    if (code := country_code(typed)) is not None:
        return code
    if len(typed) == 2 and typed.isascii() and typed.isalpha():
        return typed.upper()  # a code that the list does not have, such as Kosovo's XK
    raise PydanticCustomError("country", "Enter a country, such as Germany or DE.")


def _days(value: object) -> int:
    text = str(value).strip()
    if len(text) <= 3 and text.isascii() and text.isdecimal() and int(text) <= 365:
        return int(text)
    raise PydanticCustomError("days", "Enter a number of days from 0 to 365.")


Amount: TypeAlias = Annotated[Money, AfterValidator(_above_zero)]
"""An amount above zero."""
Percent: TypeAlias = Annotated[str, AfterValidator(_percentage)]
"""Decimal text above 0, at most 100."""
CancelReason: TypeAlias = Literal[
    "customer_service", "low_quality", "missing_features", "switched_service", "too_complex", "too_expensive",
    "unused", "non_payment", "other",
]  # fmt: skip
"""Why a customer cancels."""

Count: TypeAlias = Annotated[str, AfterValidator(_count)]
"""Decimal text above 0: a number of units, as `plain` writes it."""
Days: TypeAlias = Annotated[int, BeforeValidator(_days)]
"""A number of days up to 365; its text is taken, too."""


class LineAmount(Model):
    """Part of an invoice line; without `amount` all that is left of it."""

    line_id: Id
    amount: Money | None = None


class CompleteAddress(Address):
    """A postal address to set: nothing that a letter needs is missing."""

    line_1: str = Field(min_length=1)
    zip: str = Field(min_length=1)
    city: str = Field(min_length=1)
    country: Annotated[str, AfterValidator(_country)]

"""Base classes of the models."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Self, TypeAlias

from pydantic import BaseModel, ConfigDict

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails


class Model(BaseModel):
    """Frozen, strict pydantic model. Its validator is built on first use."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, ser_json_inf_nan="null"
    )


def message_of(error: ErrorDetails) -> str:
    """Return the message of one error of a ValidationError, in the words of the forms.

    The context of the error is read where it is included.
    """
    if error["type"] == "string_too_long" and "max_length" in (context := error.get("ctx", {})):
        return f"At most {context['max_length']:,} characters."
    return error["msg"].removeprefix("Value error, ")


LONGEST_ID = 100
LONGEST_CURSOR = 4096
LONGEST_BASIS = 8192
Id: TypeAlias = Annotated[str, "id"]
"""Opaque text of the billing system, as Cursor and Basis are: not empty, of limited length."""
OwnerId: TypeAlias = Id | None
"""ID of the customer an object belongs to; None from an older server, which does not say."""
Cursor: TypeAlias = Annotated[str, "cursor"]
Basis: TypeAlias = Annotated[str, "basis"]
Units: TypeAlias = Annotated[str, "units"]
"""Exact number as decimal text: units with up to 12 decimals, a rate, a percentage or a balance."""
Currency: TypeAlias = Annotated[str, "currency"]
"""Lower-case ISO 4217 code."""
Month: TypeAlias = Annotated[str, "month"]
"""Month as YYYY-MM."""


class OpenEnum(StrEnum):
    """String enum that maps values this version does not know to its member `unknown`."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Return the member of that value, or `unknown`, which every OpenEnum has."""
        try:
            return cls(text or "unknown")
        except ValueError:
            return cls("unknown")

"""What every model of the product shares: frozen, strict, closed, built when first used."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen and strict; JSON in and out (dates as ISO text, money as decimal string and currency)."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, ser_json_inf_nan="null"
    )


class OpenEnum(StrEnum):
    """A closed vocabulary with one way out: a word this version does not know becomes `unknown`."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """The member of that value, else the member `unknown` (every OpenEnum has one)."""
        try:
            return cls(text or "unknown")
        except ValueError:
            return cls("unknown")

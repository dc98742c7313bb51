"""Base classes of the models."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import BaseModel, ConfigDict


class Model(BaseModel):
    """Frozen, strict pydantic model. Its validator is built on first use."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", strict=True, defer_build=True, ser_json_inf_nan="null"
    )


class OpenEnum(StrEnum):
    """String enum that maps values this version does not know to its member `unknown`."""

    @classmethod
    def read(cls, text: str | None) -> Self:
        """Return the member of that value, or `unknown`, which every OpenEnum has."""
        try:
            return cls(text or "unknown")
        except ValueError:
            return cls("unknown")

"""Refusals by a business rule, with the codes of the extension's closed list."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.store import SandboxError


class Refused(SandboxError):
    """A business rule refuses an operation. `limit` is the amount that would be allowed."""

    def __init__(self, code: str, message: str, limit: Money | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.limit = limit

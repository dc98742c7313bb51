"""Identity and capabilities of a billing system."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from wbtui.models.base import Model, OpenEnum


class Environment(OpenEnum):
    """Environment of a billing system, shown on every screen."""

    DEMO = "demo"
    TEST = "test"
    LIVE = "live"
    UNKNOWN = "unknown"


class System(Model):
    """A billing system as its discovery endpoint describes it.

    Attributes:
        capabilities: `read.<resource>` and `action.<kind>`.
        extension: whether it offers the portal extension; False on plain Wingback.
        keys_honoured: whether the server runs an idempotency key at most once.
    """

    environment: Environment
    merchant_id: str
    merchant: str
    server_time: datetime
    today: Date
    default_currency: str
    capabilities: frozenset[str]
    extension: bool
    keys_honoured: bool

    def can(self, capability: str) -> bool:
        return capability in self.capabilities

    def disabled_reason(self, capability: str) -> str | None:
        """Return None if the capability is available, else why not and what to do instead."""
        if self.can(capability):
            return None
        if not self.extension and capability.startswith("read."):
            return "Not available from plain Wingback."
        if not self.extension:
            return "Not on plain Wingback. Use the portal link (L) or Wingback's dashboard."
        return "This billing system does not support it."

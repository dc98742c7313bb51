"""What a connected billing system is and can do; what it cannot comes with a reason and a way out."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime

from wbtui.models.base import Model, OpenEnum


class Environment(OpenEnum):
    """Names the banner every screen wears."""

    DEMO = "demo"
    TEST = "test"
    LIVE = "live"
    UNKNOWN = "unknown"


class System(Model):
    """One billing system as discovery described it.

    `capabilities` holds `read.<resource>` and `action.<kind>`. `extension` is False on plain Wingback.
    `keys_honoured`: the server promises that one idempotency key runs at most once.
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
        """None when it can; else one sentence for the disabled command, with the way out."""
        if self.can(capability):
            return None
        if not self.extension and capability.startswith("read."):
            return "Plain Wingback has no call that tells this."
        if not self.extension:
            return (
                "Plain Wingback offers no call for this. The customer can do it in the self-serve portal: "
                "send them a fresh link (L)."
            )
        return "This billing system does not offer it."

"""Identity and capabilities of a billing system."""

from __future__ import annotations

from datetime import date as Date
from datetime import datetime
from typing import Any

from wbtui.models.base import Model, OpenEnum


class Environment(OpenEnum):
    """Environment of a billing system, shown on every screen."""

    DEMO = "demo"
    TEST = "test"
    LIVE = "live"
    UNKNOWN = "unknown"


class Unsupported(Model):
    """Answers that a billing system cannot carry out, and why.

    Attributes:
        member: of an action; dots lead into an object, `context.notify`.
        values: those it cannot carry out.
        kinds: the actions; empty: all.
    """

    member: str
    values: tuple[str | int | bool | None, ...]
    reason: str
    kinds: tuple[str, ...] = ()

    def concerns(self, action: Any) -> bool:
        """Return whether such an answer is given in an action."""
        if self.kinds and action.kind not in self.kinds:
            return False
        value = action
        for name in self.member.split("."):
            if name not in value.model_fields_set:
                return False
            value = getattr(value, name)
        return value in self.values


_DASHBOARD = "Use Wingback's dashboard."
_INSTEAD = {"action.cancel_subscription": "Send a portal link instead."}
"""What helps on plain Wingback besides the dashboard: in the self-serve portal customers can cancel."""


class System(Model):
    """A billing system as its discovery endpoint describes it.

    Attributes:
        capabilities: `read.<resource>` and `action.<kind>`.
        extension: whether it offers the portal extension; False on plain Wingback.
        keys_honoured: whether the server runs an idempotency key at most once.
        unsupported: what the actions it offers cannot do.
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
    unsupported: tuple[Unsupported, ...] = ()

    def unsupported_in(self, kind: str) -> tuple[Unsupported, ...]:
        """Return what an action of this kind cannot do."""
        return tuple(one for one in self.unsupported if not one.kinds or kind in one.kinds)

    def can(self, capability: str) -> bool:
        return capability in self.capabilities

    def disabled_reason(self, capability: str) -> str | None:
        """Return None if the capability is available, else why not and what to do instead."""
        if self.can(capability):
            return None
        if not self.extension and capability.startswith("read."):
            return "Not available from plain Wingback."
        if not self.extension:
            return f"Not on plain Wingback. {_INSTEAD.get(capability, _DASHBOARD)}"
        return "This billing system does not support it."

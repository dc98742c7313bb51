"""What the agent may do: limits by action and currency, and read-only mode."""

from __future__ import annotations

from dataclasses import dataclass, field

from wbtui.errors import AboveLimit, ReadOnly
from wbtui.models.actions import Action
from wbtui.models.limits import Limits
from wbtui.models.preview import Preview

READ_ONLY = "Read-only mode (--read-only or read_only = true)."


@dataclass(frozen=True, slots=True)
class Permissions:
    """Checked before an action is recorded, retried or abandoned, and shown before that.

    A limit applies to one action, against the amount in its preview. A kind of action with limits in some
    currencies is not allowed in any other.
    """

    limits: Limits = field(default_factory=Limits)
    read_only: bool = False

    @property
    def read_only_reason(self) -> str | None:
        """Why nothing can be sent in this run; None if actions are possible."""
        return READ_ONLY if self.read_only else None

    def limit_reason(self, action: Action, preview: Preview) -> str | None:
        """Return why the amount of a preview is above the agent's limit, and who may do it; None if not."""
        limits, amount = self.limits.of(action.kind), preview.amount
        if not limits or not (amount or preview.amount_unknown):
            return None
        limit = next((one for one in limits if amount and one.currency == amount.currency), None)
        if not amount:
            reason = "The amount is not known in advance, so your limit can't be checked."
        elif limit is None:
            covered = ", ".join(one.currency.upper() for one in limits)
            reason = f"Your limit covers {covered} only, not {amount.currency.upper()}."
        elif max(amount, -amount) > limit:
            reason = f"{amount} is above your limit of {limit}."
        else:
            return None
        return f"{reason} Who can do it instead: {self.limits.ask}." if self.limits.ask else reason

    def require_writable(self) -> None:
        """Raise ReadOnly in read-only mode."""
        if self.read_only:
            raise ReadOnly(READ_ONLY)

    def check(self, action: Action, preview: Preview) -> None:
        """Raise ReadOnly or AboveLimit if the agent may not do what was previewed."""
        self.require_writable()
        if (reason := self.limit_reason(action, preview)) is not None:
            raise AboveLimit(reason)

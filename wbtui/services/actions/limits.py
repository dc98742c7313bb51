"""What the agent may do: limits by action and currency, and read-only mode."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from wbtui.errors import AboveLimit, ReadOnly
from wbtui.models.actions import Action
from wbtui.models.limits import Limits
from wbtui.models.money import Money
from wbtui.models.preview import Preview

READ_ONLY = "Read-only mode (--read-only or read_only = true)."
_INCLUDED = (
    ("issue_credit_note", "to", "refund", "refund"),
    ("cancel_subscription", "unused_time", "prorated_refund", "refund"),
    ("cancel_subscription", "unused_time", "full_refund", "refund"),
    ("cancel_subscription", "credits", "refund", "refund"),
    ("cancel_subscription", "open_invoices", "write_off", "write_off_invoice"),
)
"""Kind, member and value of actions that do another one as a part, and the kind of that one."""
_NAMES = {"refund": " for refunds", "write_off_invoice": " for write-offs"}


@dataclass(frozen=True, slots=True)
class Permissions:
    """Checked before an action is recorded, retried or abandoned, and shown before that.

    A limit applies to one action, against the amount in its preview and what is due besides it, and to the
    total of a bulk action. A kind of action with limits in some currencies is not allowed in any other.
    An action that refunds or writes off as a part of it also has the limit of that, against its whole amount.
    """

    limits: Limits = field(default_factory=Limits)
    read_only: bool = False

    @property
    def read_only_reason(self) -> str | None:
        """The reason why nothing can be sent in this run; None if actions are possible."""
        return READ_ONLY if self.read_only else None

    def limit_reason(self, action: Action, preview: Preview) -> str | None:
        """Return why the amount of a preview is above the agent's limit, and who may do it; None if not."""
        amounts = [amount for amount in (*preview.amounts, *preview.due_besides) if amount]
        included = _included_kinds(action)
        if any(map(self.limits.of, (action.kind, *included))) and not amounts and preview.amount_unknown:
            return self._with_who("The amount is not known in advance, so your limit can't be checked.")
        checks = [(action.kind, amount, "") for amount in amounts]
        checks += [(kind, amount, _NAMES[kind]) for kind in included for amount in preview.amounts if amount]
        reasons = (self._reason(kind, amount, which=which) for kind, amount, which in checks)
        return next((reason for reason in reasons if reason is not None), None)

    def total_reason(self, kind: str, totals: Iterable[Money]) -> str | None:
        """Return why the total of a bulk action, by currency, is above the agent's limit; None if not."""
        reasons = (self._reason(kind, total, " in total") for total in totals if total)
        return next((reason for reason in reasons if reason is not None), None)

    def _reason(self, kind: str, amount: Money, what: str = "", which: str = "") -> str | None:
        limits = self.limits.of(kind)
        limit = next((one for one in limits if one.currency == amount.currency), None)
        if limit is not None:
            above = max(amount, -amount) > limit
            return self._with_who(f"{amount}{what} is above your limit of {limit}{which}.") if above else None
        if not limits:
            return None
        covered = ", ".join(one.currency.upper() for one in limits)
        return self._with_who(f"Your limit{which} covers {covered} only, not {amount.currency.upper()}.")

    def _with_who(self, reason: str) -> str:
        return f"{reason} Ask {self.limits.ask} to do it." if self.limits.ask else reason

    def require_writable(self) -> None:
        """Raise ReadOnly in read-only mode."""
        if self.read_only:
            raise ReadOnly("Nothing was sent.")

    def check(self, action: Action, preview: Preview) -> None:
        """Raise ReadOnly or AboveLimit if the agent may not do what was previewed."""
        self.require_writable()
        if (reason := self.limit_reason(action, preview)) is not None:
            raise AboveLimit(reason)


def _included_kinds(action: Action) -> list[str]:
    rows = (row for row in _INCLUDED if row[0] == action.kind)
    return list(dict.fromkeys(kind for _, member, value, kind in rows if getattr(action, member) == value))

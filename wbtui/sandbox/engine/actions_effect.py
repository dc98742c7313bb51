"""What an action would do, as data: computed once, shown by a preview, carried out by a perform.

A plan is made in one transaction. The preview shows it and throws it away; the perform makes it again inside
its writing transaction, compares it with what was shown (the basis) and calls its `carry_out`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine.records import Ref
from wbtui.sandbox.store import Tx


@dataclass(frozen=True)
class Rule:
    """A business rule that says no. `code` is from the closed list; `limit` is what would be allowed."""

    code: str
    message: str
    limit: Money | None = None

    def wire(self) -> dict[str, Any]:
        return {
            "code": self.code,
            "message": self.message,
            "limit": None if self.limit is None else self.limit.wire(),
        }


class Refused(Exception):
    """Raised while planning when a rule says no."""

    def __init__(self, code: str, message: str, limit: Money | None = None) -> None:
        super().__init__(message)
        self.rule = Rule(code, message, limit)


@dataclass(frozen=True)
class Done:
    """What carrying out a plan made. `link` leaves with the first answer and is kept nowhere."""

    objects: list[Ref] = field(default_factory=list)
    status: str = "done"
    pending_reason: str | None = None
    customer_sentence: str | None = None
    link: str | None = None


@dataclass(frozen=True)
class Effect:
    """The effect of an action: what a preview shows, and how to do it.

    Attributes:
        versions: what it was computed from: `type/id` → version.
        carry_out: does it, in a writing transaction at the sandbox's instant; None when refused.
    """

    versions: dict[str, str]
    lines: list[dict[str, Any]] = field(default_factory=list)
    amount: Money | None = None
    due_now: list[Money] = field(default_factory=list)
    next_invoice: dict[str, Any] | None = None
    changes: list[dict[str, Any]] = field(default_factory=list)
    reversible: dict[str, Any] = field(default_factory=lambda: {"how": "no"})
    documents: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    warnings: list[dict[str, Any]] = field(default_factory=list)
    lookalikes: list[dict[str, Any]] = field(default_factory=list)
    refused: Rule | None = None
    customer_sentence: str | None = None
    carry_out: Callable[[Tx], Done] | None = None

    def shown(self) -> dict[str, Any]:
        """The members of a preview, without basis and instants."""
        return {
            "lines": self.lines,
            "amount": None if self.amount is None else self.amount.wire(),
            "due_now": [money.wire() for money in self.due_now],
            "next_invoice": self.next_invoice,
            "changes": self.changes,
            "reversible": self.reversible,
            "documents": self.documents,
            "emails": self.emails,
            "warnings": self.warnings,
            "lookalikes": self.lookalikes,
            "refused": None if self.refused is None else self.refused.wire(),
            "customer_sentence": self.customer_sentence,
        }


def change(path: str, label: str, before: Money | str | None, after: Money | str | None) -> dict[str, Any]:
    """One figure or word before and after, in canonical text."""
    return {"path": path, "label": label, "before": _text(before), "after": _text(after)}


def _text(value: Money | str | None) -> str | None:
    return value.canonical() if isinstance(value, Money) else value


def warning(code: str, text: str, *, confirm: bool = False) -> dict[str, Any]:
    return {"code": code, "text": text, "confirm": confirm}

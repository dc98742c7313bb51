"""What an action does: the part of a preview and an outcome that its function decides."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine.records import Ref
from wbtui.sandbox.store import Refused

Wire = dict[str, Any]


@dataclass(frozen=True)
class Similar:
    """Events that look like this action: text that begins with one of `whats`, same amount and comment."""

    whats: tuple[str, ...]
    amount: Money | None = None
    comment: str | None = None


@dataclass(frozen=True)
class Effect:
    """The effect of an action on the account in memory.

    The runner adds changes, look-alikes and common warnings.

    Attributes:
        amount: the money the action is about; None where none moves.
        due_now: what the customer has to pay now.
        objects: made and changed objects; of one type, made ones come first in the order of their making.
        emails: e-mails that are sent in any case.
        email: what the customer is e-mailed when the agent asks for it; None when nothing is.
        status: done or pending, with `pending_reason`.
        link: makes the secret link of the first answer; called by a perform only.
        by_line: show the changes of invoice lines.
    """

    lines: list[Wire] = field(default_factory=list)
    amount: Money | None = None
    due_now: list[Money] = field(default_factory=list)
    next_invoice: Wire | None = None
    objects: list[Ref] = field(default_factory=list)
    reversible: Wire = field(default_factory=lambda: final(None))
    documents: list[str] = field(default_factory=list)
    emails: list[str] = field(default_factory=list)
    email: str | None = None
    warnings: list[Wire] = field(default_factory=list)
    similar: Similar | None = None
    customer_sentence: str | None = None
    status: str = "done"
    pending_reason: str | None = None
    link: Callable[[], str] | None = None
    by_line: bool = False


def line(label: str, money: Money, tax: Money | None = None, explanation: str | None = None) -> Wire:
    return {
        "label": label,
        "money": money.wire(),
        "tax": None if tax is None else tax.wire(),
        "explanation": explanation,
    }


def warning(code: str, text: str, *, confirm: bool = False) -> Wire:
    return {"code": code, "text": text, "confirm": confirm}


def final(sentence: str | None) -> Wire:
    """The action cannot be undone; `sentence` says what to do instead."""
    return {"how": "no", "until": None, "by": sentence}


def undone_by(kind: str) -> Wire:
    """The action is undone by another one: its kind, or a sentence."""
    return {"how": "by", "until": None, "by": kind}


def rule(refusal: Refused) -> Wire:
    """A refusal in wire format."""
    limit = None if refusal.limit is None else refusal.limit.wire()
    return {"code": refusal.code, "message": refusal.message, "limit": limit}

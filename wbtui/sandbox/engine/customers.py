"""Contact data, notes and portal links of a customer."""

from __future__ import annotations

import secrets
from typing import Any, Unpack

from wbtui.sandbox.engine.account import Account, Actor, Why, ref

LINK_MINUTES = 30
"""How long a portal link works."""
LINK_CREATED = "Portal link created"
_WORDS = {"vat_id": "VAT ID", "emails": "e-mail"}
"""Member of a customer → what events call it, if not by its name."""


def append_note(account: Account, at: str, text: str, *, actor: Actor, ticket: str | None = None) -> None:
    """Append a note with date and agent's name to the customer's notes."""
    entry = f"{at[:10]} {actor.name or actor.kind}: {text}"
    old = account.customer.notes
    account.customer.notes = f"{old}\n{entry}" if old else entry
    _log(account, at, "note", "Note added", actor, comment=text, ticket=ticket)


def edit(
    account: Account, at: str, changes: dict[str, Any], *, actor: Actor, **why: Unpack[Why]
) -> list[str]:
    """Set fields of the customer, log those that differ, and return their names."""
    customer = account.customer
    different = {name: value for name, value in changes.items() if getattr(customer, name) != value}
    words = [_WORDS.get(name, name) for name in different if name != "metadata"]
    if "metadata" in different:
        before, after = customer.metadata, different["metadata"]
        words += sorted(key for key in {*before, *after} if before.get(key) != after.get(key))
    for name, value in different.items():
        setattr(customer, name, value)
    if different:
        _log(account, at, "contact", f"Contact data changed: {', '.join(words)}", actor, **why)
    return list(different)


def portal_link(url: str) -> str:
    """A new secret address, which is not stored."""
    return f"{url}/portal/{secrets.token_urlsafe(32)}"


def log_portal_link(account: Account, at: str, actor: Actor, **why: Unpack[Why]) -> None:
    """Log that a link was created, without the link."""
    _log(account, at, "account", LINK_CREATED, actor, **why)


def _log(account: Account, at: str, kind: str, what: str, actor: Actor, **why: Unpack[Why]) -> None:
    customer = account.customer
    account.log(at, kind, what, actor, ref("customer", customer.id, customer.name), **why)

"""Notes on a customer."""

from __future__ import annotations

from wbtui.sandbox.engine.account import Account, Actor, ref
from wbtui.sandbox.engine.records import Event


def append_note(account: Account, at: str, text: str, *, actor: Actor, ticket: str | None = None) -> Event:
    """Append a note with date and agent's name to the customer's notes."""
    entry = f"{at[:10]} {actor.name or actor.kind}: {text}"
    old = account.customer.notes
    account.customer.notes = f"{old}\n{entry}" if old else entry
    return account.log(
        at,
        "note",
        "Note added",
        actor,
        comment=text,
        ticket=ticket,
        refs=[ref("customer", account.customer.id)],
    )

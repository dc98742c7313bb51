"""Actions that move no money: a dated note, and a link to the self-serve portal."""

from __future__ import annotations

import secrets

from wbtui.sandbox.engine import repository
from wbtui.sandbox.engine.account import Account, Actor, ref
from wbtui.sandbox.engine.actions_context import ActionContext
from wbtui.sandbox.engine.actions_effect import Done, Effect, Refused, change, warning
from wbtui.sandbox.engine.actions_models import AppendNote, CreatePortalLink
from wbtui.sandbox.engine.clocktext import instant
from wbtui.sandbox.engine.invoices import invoice_email
from wbtui.sandbox.engine.notes import append_note
from wbtui.sandbox.store import Tx

LINK_MINUTES = 30
"""How long a portal link works."""

_LINK_MADE = "Portal link made"


def plan_note(context: ActionContext, body: AppendNote) -> Effect:
    """The note under today's date and the agent's name, after the notes there are."""
    account = context.account(body.customer_id)
    customer, text, at = account.customer, body.text.strip(), instant(context.now)
    context.versions[f"customer/{customer.id}"] = str(customer.version)
    twins = context.lookalikes(customer.id, "Note added", comment=text)
    before = customer.notes
    append_note(account, at, text, actor=Actor("agent", body.context.agent), ticket=body.context.ticket)

    def carry_out(tx: Tx) -> Done:
        repository.save(tx, account, at)
        return Done([ref("customer", customer.id, customer.name)])

    return Effect(
        context.versions,
        changes=[change(f"customer/{customer.id}/notes", "Notes", before, customer.notes)],
        reversible={"how": "by", "until": None, "by": "The notes can be edited in Wingback."},
        lookalikes=twins,
        carry_out=carry_out,
    )


def portal_link(portal: str) -> str:
    """A new secret address. Nothing keeps it."""
    return f"{portal}/portal/{secrets.token_urlsafe(32)}"


def log_portal_link(account: Account, at: str, actor: Actor, **context: str | None) -> None:
    """Put on the timeline that a link was made, without the link."""
    account.log(
        at,
        "account",
        _LINK_MADE,
        actor,
        reason=context.get("reason"),
        comment=context.get("comment"),
        ticket=context.get("ticket"),
        refs=[ref("customer", account.customer.id, account.customer.name)],
    )


def plan_portal_link(context: ActionContext, body: CreatePortalLink) -> Effect:
    """A fresh link; sent by e-mail too when asked for."""
    account = context.account(body.customer_id)
    address = invoice_email(account)
    if body.context.notify and address is None:
        raise Refused("no_email", "There is no e-mail address to send the link to.")

    def carry_out(tx: Tx) -> Done:
        at = instant(context.now)
        log_portal_link(
            account,
            at,
            Actor("agent", body.context.agent),
            reason=body.context.reason,
            comment=body.context.comment,
            ticket=body.context.ticket,
        )
        repository.save(tx, account, at)
        return Done(
            [ref("customer", account.customer.id, account.customer.name)],
            customer_sentence=_sentence(),
            link=portal_link(context.portal),
        )

    return Effect(
        context.versions,
        reversible={
            "how": "no",
            "until": None,
            "by": f"The link stops working after {LINK_MINUTES} minutes.",
        },
        emails=[f"portal link to {address}"] if body.context.notify else [],
        warnings=[
            warning(
                "secret_link",
                "Whoever has the link can see and change this customer's billing. It is shown once.",
            )
        ],
        lookalikes=context.lookalikes(account.customer.id, _LINK_MADE),
        customer_sentence=_sentence(),
        carry_out=carry_out,
    )


def _sentence() -> str:
    return (
        f"Here is a personal link to your billing portal. It works for {LINK_MINUTES} minutes;"
        " please do not pass it on."
    )

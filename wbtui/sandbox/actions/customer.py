"""Actions on a customer: contact data, notes and the portal link."""

from __future__ import annotations

from functools import partial

from wbtui.sandbox.actions.bodies import AppendNote, CreatePortalLink, EditCustomer
from wbtui.sandbox.actions.effect import Effect, Similar, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.engine import customers
from wbtui.sandbox.engine.account import ref
from wbtui.sandbox.engine.invoices import invoice_email


@handles(EditCustomer)
def edit_customer(run: Run, body: EditCustomer) -> Effect:
    customer, new = run.customer(), body.changes.given()
    run.refuse_if(
        customer.status == "inactive", "customer_inactive", "The data of a frozen customer can't change."
    )
    different = customers.edit(run.account, run.at, new, actor=run.actor, **run.why)
    run.refuse_if(not different, "nothing_to_do", "The customer already has these values.")
    warnings = []
    if not customer.emails:
        warnings.append(warning("no_email", "The customer will have no e-mail address."))
    if "address" in different:
        warnings.append(warning("tax", "Tax of future invoices follows the new address."))
    return Effect(
        objects=[ref("customer", customer.id, customer.name)],
        reversible=undone_by("edit_customer"),
        warnings=warnings,
    )


@handles(AppendNote)
def append_note(run: Run, body: AppendNote) -> Effect:
    customer, text = run.customer(), body.text.strip()
    customers.append_note(run.account, run.at, text, actor=run.actor, ticket=run.context.ticket)
    return Effect(
        objects=[ref("customer", customer.id, customer.name)],
        reversible=undone_by("The notes can be edited in Wingback."),
        similar=Similar(("Note added",), comment=text),
    )


@handles(CreatePortalLink)
def create_portal_link(run: Run, body: CreatePortalLink) -> Effect:
    customer, minutes = run.account.customer, customers.LINK_MINUTES
    run.refuse_if(
        run.context.notify and invoice_email(run.account) is None,
        "no_email",
        "The customer has no e-mail address for the link.",
    )
    customers.log_portal_link(run.account, run.at, run.actor, **run.why)
    return Effect(
        objects=[ref("customer", customer.id, customer.name)],
        reversible=final(f"The link expires after {minutes} minutes."),
        email="portal link",
        warnings=[
            warning("secret_link", "Anyone with the link can act as the customer. It is shown only once.")
        ],
        similar=Similar((customers.LINK_CREATED,)),
        customer_sentence=f"Here is a personal link to your billing portal. It works for {minutes} minutes;"
        " please do not share it.",
        link=partial(customers.portal_link, run.url),
    )

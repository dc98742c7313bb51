"""Actions on a customer: contact data, notes and the portal link."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from wbtui.sandbox.actions.bodies import Action, Address, Body, Emails, Text, visible
from wbtui.sandbox.actions.effect import Effect, Similar, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.engine import customers
from wbtui.sandbox.engine.invoices import invoice_email


# ── contact data ──
class CustomerChanges(Body):
    """New values of the members that are given; null clears."""

    name: Text | None = None
    emails: Emails | None = None
    reference: Text | None = None
    vat_id: Text | None = None
    metadata: dict[Text, Text] | None = Field(default=None, max_length=50)
    address: Address | None = None

    def given(self) -> dict[str, Any]:
        """The given members as the customer's fields; null clears to an empty list or map."""
        empty: dict[str, Any] = {"emails": [], "metadata": {}}
        values = self.model_dump(include=self.model_fields_set)
        return {name: empty.get(name) if values[name] is None else values[name] for name in sorted(values)}


class EditCustomer(Action):
    """New contact data."""

    kind: Literal["edit_customer"]
    changes: CustomerChanges


@handles(EditCustomer)
def edit_customer(run: Run, body: EditCustomer) -> Effect:
    customer = run.customer()
    run.refuse_frozen("The data of a frozen customer can't change.")
    different = customers.edit(run.account, run.at, body.changes.given(), **run.logged)
    run.refuse_if(not different, "nothing_to_do", "The customer already has these values.")
    warnings = []
    if not customer.emails:
        warnings.append(warning("no_email", "The customer will have no e-mail address."))
    if "address" in different:
        warnings.append(warning("tax", "Tax of future invoices follows the new address."))
    return Effect(
        objects=[run.customer_ref],
        reversible=undone_by("edit_customer"),
        warnings=warnings,
    )


# ── notes ──
class AppendNote(Action):
    """A dated note under the agent's name."""

    kind: Literal["append_note"]
    text: Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(visible)]


@handles(AppendNote)
def append_note(run: Run, body: AppendNote) -> Effect:
    run.customer()
    text = body.text.strip()
    customers.append_note(run.account, run.at, text, actor=run.actor, ticket=run.context.ticket)
    return Effect(
        objects=[run.customer_ref],
        reversible=undone_by("The notes can be edited in Wingback."),
        similar=Similar(("Note added",), comment=text),
    )


# ── portal link ──
class CreatePortalLink(Action):
    """A short-lived secret link for the customer."""

    kind: Literal["create_portal_link"]


@handles(CreatePortalLink)
def create_portal_link(run: Run, body: CreatePortalLink) -> Effect:
    minutes = customers.LINK_MINUTES
    text = "The customer has no e-mail address for the link."
    run.refuse_if(run.context.notify and invoice_email(run.account) is None, "no_email", text)
    customers.log_portal_link(run.account, run.at, **run.logged)
    text = "Anyone with the link can act as the customer. It is shown only once."
    return Effect(
        objects=[run.customer_ref],
        reversible=final(f"The link expires after {minutes} minutes."),
        email="portal link",
        warnings=[warning("secret_link", text)],
        similar=Similar((customers.LINK_CREATED,)),
        customer_sentence=f"Here is a personal link to your billing portal. It works for {minutes} minutes;"
        " please do not share it.",
        link=partial(customers.portal_link, run.url),
    )

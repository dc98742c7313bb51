"""Actions on a customer: contact data, notes, the portal link, freeze and activate."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from wbtui.models.money import Money, per_currency
from wbtui.sandbox.actions.bodies import Action, Address, Body, Emails, Text, visible
from wbtui.sandbox.actions.charges import Billed, billed, charge_rows
from wbtui.sandbox.actions.charging import open_automatic
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.engine import billing, customers, subscriptions
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.invoices import invoice_email, planned_charge
from wbtui.sandbox.engine.payments import default_method
from wbtui.sandbox.engine.records import Contract


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
    """Change contact data."""

    kind: Literal["edit_customer"]
    changes: CustomerChanges


@handles(EditCustomer)
def edit_customer(run: Run, body: EditCustomer) -> Effect:
    customer = run.customer()
    run.refuse_frozen("The data of a frozen customer can't change.")
    country = (customer.address or {}).get("country")
    different = customers.edit(run.account, run.at, body.changes.given(), **run.logged)
    run.refuse_if(not different, "nothing_to_do", "The customer already has these values.")
    warnings = []
    if not customer.emails:
        warnings.append(warning("no_email", "The customer will have no e-mail address."))
    if (now := (customer.address or {}).get("country")) != country:
        future = "Tax of future invoices follows the new country."
        text = future if now else "Future invoices have no tax, as there is no country."
        warnings.append(warning("tax", f"{text} Issued invoices keep theirs."))
    if "vat_id" in different:
        warnings.append(warning("vat_id", "Issued invoices keep the VAT ID that is on them."))
    return Effect(objects=[run.customer_ref], reversible=undone_by("edit_customer"), warnings=warnings)


# ── notes ──
class AppendNote(Action):
    """Add a dated note under the agent's name."""

    kind: Literal["append_note"]
    text: Annotated[str, Field(min_length=1, max_length=5000), AfterValidator(visible)]


@handles(AppendNote)
def append_note(run: Run, body: AppendNote) -> Effect:
    run.customer()
    text = body.text.strip()
    customers.append_note(run.account, run.at, text, actor=run.actor, ticket=run.context.ticket)
    return Effect(
        objects=[run.customer_ref],
        reversible=undone_by("Edit the notes in Wingback."),
        similar=Similar(("Note added",), comment=text),
    )


# ── portal link ──
class CreatePortalLink(Action):
    """Create a short-lived secret link for the customer."""

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


Note = Annotated[str, Field(max_length=5000)]


def _running(run: Run) -> list[Contract]:
    return [each for each in run.account.contracts if each.status == "active"]


def _names(run: Run, contracts: list[Contract]) -> str:
    return ", ".join(run.account.plan(each).name for each in contracts)


def _logged(run: Run, note: str | None) -> dict[str, Any]:
    return {**run.logged, "comment": note or run.context.comment}


class FreezeCustomer(Action):
    """Pause charges and subscriptions; contact data becomes read-only."""

    kind: Literal["freeze_customer"]
    note: Note | None = None


@handles(FreezeCustomer)
def freeze_customer(run: Run, body: FreezeCustomer) -> Effect:
    status, running = run.customer().status, _running(run)
    run.refuse_if(status == "inactive", "customer_inactive", "The account is already frozen.")
    run.refuse_if(status != "active", "nothing_to_do", "The customer has not registered yet.")
    subscriptions.freeze(run.account, run.at, **_logged(run, body.note))
    warnings = []
    if running:
        text = f"Paused, without a credit for unused time: {_names(run, running)}."
        warnings.append(warning("subscriptions_paused", text))
    if numbers := ", ".join(invoice.number for invoice in open_automatic(run.account)):
        warnings.append(warning("open_invoices", f"Not charged while the account is frozen: {numbers}."))
    if any(payment.status == "processing" for payment in run.account.payments):
        text = "A payment is processing. It is still collected."
        warnings.append(warning("payment_processing", text))
    return Effect(
        objects=[run.customer_ref],
        reversible=undone_by("activate_customer"),
        email="confirmation that the account is frozen",
        warnings=warnings,
        customer_sentence="Your account is paused. Nothing is charged until it is activated again.",
    )


class ActivateCustomer(Action, moves_money=True):
    """Resume charges; a subscription whose start has passed meanwhile begins and is invoiced now."""

    kind: Literal["activate_customer"]
    note: Note | None = None


@handles(ActivateCustomer)
def activate_customer(run: Run, body: ActivateCustomer) -> Effect:
    status, running = run.customer().status, _running(run)
    run.refuse_if(status != "inactive", "customer_active", "The account is not frozen.")
    known = {invoice.id for invoice in run.account.invoices}
    subscriptions.activate(run.account, run.at, **_logged(run, body.note))
    billing.advance(run.account, run.at)  # what was due meanwhile happens now, and is part of the preview
    made = [each for each in run.account.invoices if each.id not in known]
    bills = [billed(run.account, each, "The invoice stays open.") for each in made]
    sums = per_currency(Money(bill.due, each.currency) for bill, each in zip(bills, made, strict=True))
    due = [sums[currency] for currency in sorted(sums) if sums[currency]]
    return Effect(
        lines=[row for each in made for row in charge_rows(run.account, each.lines, each.currency)],
        amount=due[0] if len(due) == 1 else None,
        due_now=due,
        objects=[run.customer_ref, *(ref for bill in bills for ref in bill.objects)],
        reversible=undone_by(_undo(bills)),
        documents=[text for bill in bills for text in bill.documents],
        emails=[text for bill in bills for text in bill.emails],
        email="confirmation that the account is active",
        warnings=[*_resumed(run, running), *(one for bill in bills for one in bill.warnings)],
        customer_sentence="Your account is active again. Time in which it was paused is not charged.",
    )


def _undo(bills: list[Billed]) -> str:
    """Return what undoes the activation of an account, with the invoices that it makes."""
    verbs = [bill.undo for bill in bills if bill.due]
    if not verbs:
        return "freeze_customer"
    invoices = "the new invoice" if len(verbs) == 1 else "the new invoices"
    return f"Freeze the account and {' or '.join(dict.fromkeys(verbs))} {invoices}."


def _resumed(run: Run, before: list[Contract]) -> list[Wire]:
    """Return the effects on subscriptions and open invoices when an account becomes active again."""
    found = []
    if ended := [each for each in before if each.status != "active"]:
        found.append(warning("subscriptions_end", f"Ends at once: {_names(run, ended)}.", confirm=True))
    if going := _running(run):
        text = f"Resumed, without a charge for the time frozen: {_names(run, going)}."
        found.append(warning("subscriptions_resumed", text))
    for invoice in open_automatic(run.account) if default_method(run.account) is not None else ():
        if (planned := planned_charge(invoice)) is not None:
            text = f"{invoice.number} is charged on {say_date(planned[:10])}."
            found.append(warning("open_invoice", text))
    return found

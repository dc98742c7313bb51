"""Actions on the account of a customer: freeze, activate."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action
from wbtui.sandbox.actions.charges import Billed, billed
from wbtui.sandbox.actions.charging import open_automatic
from wbtui.sandbox.actions.effect import Effect, Wire, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import say_date
from wbtui.sandbox.engine import billing, subscriptions
from wbtui.sandbox.engine.invoices import planned_charge
from wbtui.sandbox.engine.payments import default_method
from wbtui.sandbox.engine.records import Contract

Note = Annotated[str, Field(max_length=5000)]


def _running(run: Run) -> list[Contract]:
    return [each for each in run.account.contracts if each.status == "active"]


def _names(run: Run, contracts: list[Contract]) -> str:
    return ", ".join(run.account.plan(each).name for each in contracts)


def _logged(run: Run, note: str | None) -> dict[str, Any]:
    return {**run.logged, "comment": note or run.context.comment}


class FreezeCustomer(Action):
    """No charges, subscriptions paused, contact data read-only."""

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
    """Charges again: a subscription whose start has passed meanwhile begins and is invoiced now."""

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
    due = _due(bills, [each.currency for each in made])
    return Effect(
        amount=due[0] if len(due) == 1 else None,
        due_now=due,
        objects=[run.customer_ref, *(ref for bill in bills for ref in bill.objects)],
        reversible=undone_by("freeze_customer"),
        documents=[text for bill in bills for text in bill.documents],
        emails=[text for bill in bills for text in bill.emails],
        email="confirmation that the account is active",
        warnings=[*_resumed(run, running), *(one for bill in bills for one in bill.warnings)],
        customer_sentence="Your account is active again. Time in which it was paused is not charged.",
    )


def _due(bills: list[Billed], currencies: list[str]) -> list[Money]:
    sums: dict[str, int] = {}
    for bill, currency in zip(bills, currencies, strict=True):
        sums[currency] = sums.get(currency, 0) + bill.due
    return [Money(sums[currency], currency) for currency in sorted(sums) if sums[currency]]


def _resumed(run: Run, before: list[Contract]) -> list[Wire]:
    """What happens to subscriptions and open invoices of an account that is active again."""
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

"""Actions that start a subscription: renew an ended one, activate a pending one, and a longer trial."""

from __future__ import annotations

from typing import Literal

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Day, ObjectId
from wbtui.sandbox.actions.charges import billed, charge_rows
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import say_date
from wbtui.sandbox.engine import changes, starting, subscriptions
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.records import Contract, Invoice
from wbtui.sandbox.engine.rows import in_trial, priced

_FROZEN = "The customer is frozen. Activate the customer first."
_REFUND_TOO = "Cancel the subscription and refund its invoice."


def _first_day(run: Run, start: str | None) -> str:
    """Return the day of a start, by default today. Raises Refused for a day in the past."""
    run.refuse_past(start, "The start is in the past.")
    return start or run.today


def _started(run: Run, contract: Contract, invoice: Invoice | None, warnings: list[Wire]) -> Effect:
    """Return what the start of a subscription, today or later, means."""
    account = run.account
    prices, plan, charge = (
        account.price_set(contract),
        account.plan(contract).name,
        priced(account, contract)[1],
    )
    bill = billed(account, invoice, "The subscription starts and the invoice stays open.")
    said = f"Your {plan} subscription has started"
    lines = [] if invoice is None else invoice.lines
    explanation = None
    if contract.status == "scheduled":
        said = f"Your {plan} subscription starts on {say_date(contract.start or run.today)}"
        lines = subscriptions.recurring_lines(account, contract, None)
        explanation = f"per {prices.cycle} from {say_date(charge['date'])}" if charge else None
    if bill.due:
        said += f"; {Money(bill.due, prices.currency)} is due today"
    elif charge is not None:
        total = Money.parse(charge["total"]["amount"], prices.currency)
        said += f"; the next charge is {total} on {say_date(charge['date'])}"
    return Effect(
        lines=charge_rows(account, lines, prices.currency, explanation),
        amount=Money(bill.due, prices.currency) if bill.due else None,
        due_now=[Money(bill.due, prices.currency)] if bill.due else [],
        next_invoice=charge,
        objects=[subscriptions.contract_ref(account, contract), *bill.objects],
        reversible=undone_by(_REFUND_TOO if bill.due else "cancel_subscription"),
        documents=bill.documents,
        emails=bill.emails,
        email="confirmation of the start",
        warnings=[*warnings, *bill.warnings],
        similar=Similar((f"Subscription to {plan} ",)),
        customer_sentence=f"{said}.",
    )


# ── renew ──
class RenewSubscription(Action, moves_money=True):
    """Start again after an end, with a new contract at today's prices or those before."""

    kind: Literal["renew_subscription"]
    contract_id: ObjectId
    start: Day | None = None
    price: Literal["today", "as_before"]


@handles(RenewSubscription)
def renew_subscription(run: Run, body: RenewSubscription) -> Effect:
    account, ended = run.account, run.contract(body.contract_id)
    text = "The subscription was replaced by another one. Renew that one."
    run.refuse_if(ended.status == "moved", "contract_moved", text)
    text = f"Only an ended subscription can be renewed; this one is {ended.status.replace('_', ' ')}."
    run.refuse_if(ended.status != "canceled", "contract_not_ended", text)
    run.refuse_frozen(_FROZEN)
    day, prices, terms = _first_day(run, body.start), account.price_set(ended), changes.kept_terms(ended)
    if body.price == "today":
        prices = account.engine.catalogue.offered(prices.plan_id, pricing_id=prices.pricing_id)
        terms = (None, None)
    warnings = _renewal_warnings(run, ended, prices)
    units = changes.new_units(prices, ended.units, {})
    contract, invoice = starting.renew(account, ended, run.at, prices, units, terms, day, **run.logged)
    return _started(run, contract, invoice, warnings)


def _renewal_warnings(run: Run, ended: Contract, prices: PriceSet) -> list[Wire]:
    account, found = run.account, []
    plan = account.engine.catalogue.plans[prices.plan_id]
    if any(c.plan_id == ended.plan_id and c.status in ("active", "scheduled") for c in account.contracts):
        text = f"The customer has a subscription to {plan.name} already. This one is added to it."
        found.append(warning("second_subscription", text, confirm=True))
    if plan.status == "archived":
        found.append(warning("plan_archived", f"{plan.name} is no longer sold."))
    if numbers := [i.number for i in account.invoices if i.open and i.contract_id == ended.id]:
        found.append(warning("open_invoices", f"Still open from before: {', '.join(numbers)}."))
    return found


# ── activate ──
class ActivateSubscription(Action, moves_money=True):
    """A pending or scheduled subscription starts, today or on a day."""

    kind: Literal["activate_subscription"]
    contract_id: ObjectId
    start: Day | None = None


@handles(ActivateSubscription)
def activate_subscription(run: Run, body: ActivateSubscription) -> Effect:
    contract = run.contract(body.contract_id)
    text = f"The subscription is {contract.status.replace('_', ' ')}, neither pending nor scheduled."
    run.refuse_if(contract.status not in ("pending", "scheduled"), "contract_not_pending", text)
    run.refuse_frozen(_FROZEN)
    day = _first_day(run, body.start)
    text = f"The subscription is already scheduled for {say_date(day)}."
    run.refuse_if(contract.status == "scheduled" and contract.start == day, "nothing_to_do", text)
    return _started(run, contract, starting.start_on(run.account, contract, run.at, day, **run.logged), [])


# ── extend the trial ──
class ExtendTrial(Action):
    """A later end of the trial, which is the day of the first charge."""

    kind: Literal["extend_trial"]
    contract_id: ObjectId
    trial_end: Day


@handles(ExtendTrial)
def extend_trial(run: Run, body: ExtendTrial) -> Effect:
    account, contract, end = run.account, run.contract(body.contract_id), body.trial_end
    changes.refuse_inactive(contract)
    run.refuse_if(contract.trial_end is None, "no_trial", "The subscription has no trial.")
    run.refuse_if(not in_trial(contract), "trial_ended", "The trial has ended.")
    run.refuse_frozen(_FROZEN)
    run.refuse_if(contract.cancel_at, "already_canceled", "The subscription is canceling. Undo that first.")
    text = "A change is scheduled for the end of the trial. Undo it first."
    run.refuse_if(contract.scheduled, "scheduled_change_exists", text)
    text = f"The trial already ends on {say_date(contract.trial_end or end)}. Choose a later day."
    run.refuse_if(end <= (contract.trial_end or end), "nothing_to_do", text)
    run.check_within_a_year("trial_end", end)
    starting.extend_trial(account, contract, run.at, end, **run.logged)
    charge = priced(account, contract)[1]
    first = "" if charge is None else "; the first charge is on that day"
    return Effect(
        next_invoice=charge,
        objects=[subscriptions.contract_ref(account, contract)],
        reversible=final("A trial can't be shortened."),
        email="notice of the longer trial",
        similar=Similar((f"Trial of {account.plan(contract).name} extended",)),
        customer_sentence=f"Your trial now ends on {say_date(end)}{first}.",
    )

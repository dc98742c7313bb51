"""Actions that start a subscription: a new one, an ended or pending one, and a longer trial."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, Day, ObjectId, Units
from wbtui.sandbox.actions.changing import offered_prices, ordered_units
from wbtui.sandbox.actions.charges import billed, charge_rows, then_charged
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import discount_words
from wbtui.sandbox.engine import changes, starting, subscriptions
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.records import Contract, Invoice
from wbtui.sandbox.engine.rows import in_trial, priced

_STARTED = ("started", "activated")
_ORDERED = (*_STARTED, "scheduled", "created")
"""What the timeline says of a subscription that has started, and of one that was ordered."""


def _first_day(run: Run, start: str | None) -> str:
    """Return the day of a start, by default today. Raises Refused for a day in the past."""
    run.refuse_past(start, "The start is in the past.")
    return start or run.today


def _started(
    run: Run,
    contract: Contract,
    invoice: Invoice | None,
    warnings: list[Wire],
    similar: tuple[str, ...] = _ORDERED,
) -> Effect:
    """Return what the start of a subscription, today or later, means; `similar` events look like it."""
    account, charge = run.account, priced(run.account, contract)[1]
    prices, plan = account.price_set(contract), account.plan(contract).name
    bill = billed(account, invoice, "The subscription starts and the invoice stays open.")
    with_trial = subscriptions.with_trial(contract)
    said = {
        "scheduled": f"starts on {say_date(contract.start or run.today)}",
        "pending": "has been created and starts once it is activated",
    }.get(contract.status, "has started")
    lines = subscriptions.recurring_lines(account, contract, None) if invoice is None else invoice.lines
    explanation = None
    if invoice is None:
        from_day = f"the activation{with_trial}" if charge is None else say_date(charge["date"])
        explanation = f"per {prices.cycle} from {from_day}"
    then = then_charged(charge, "first")
    if invoice is not None and bill.due:
        then = f"; {Money(bill.due, prices.currency)} {bill.collected}"
    return Effect(
        lines=charge_rows(account, lines, prices.currency, explanation),
        amount=Money(bill.due, prices.currency) if bill.due else None,
        due_now=[Money(bill.due, prices.currency)] if bill.due else [],
        next_invoice=charge,
        objects=[subscriptions.contract_ref(account, contract), *bill.objects],
        reversible=undone_by(
            f"Cancel the subscription and {bill.undo} its invoice." if bill.due else "cancel_subscription"
        ),
        documents=bill.documents,
        emails=bill.emails,
        email="confirmation of the start",
        warnings=[*warnings, *bill.warnings],
        similar=Similar(tuple(f"Subscription to {plan} {what}" for what in similar)),
        customer_sentence=f"Your {plan} subscription {said}{with_trial}{then}.",
    )


def _second_subscription(run: Run, plan_id: str) -> list[Wire]:
    """The warning about another subscription to the same plan."""
    has = any(c.plan_id == plan_id and c.status in ("active", "scheduled") for c in run.account.contracts)
    plan = run.account.engine.catalogue.plans[plan_id].name
    text = f"The customer already has a subscription to {plan}. This would be another one."
    return [warning("second_subscription", text, confirm=True)] if has else []


# ── create ──
class CreateSubscription(Action, moves_money=True):
    """Start a first or further subscription. Without `trial_days` it has the plan's trial; 0 is none."""

    kind: Literal["create_subscription"]
    plan_id: ObjectId
    pricing_id: ObjectId
    units: dict[str, Units] = Field(default_factory=dict, max_length=50)
    start: Day | None = None
    trial_days: Annotated[int, Field(ge=0, le=365)] | None = None
    discount_id: ObjectId | None = None
    pending: bool = False
    automatic_payment: bool = True

    def problems(self) -> dict[str, str]:
        both = self.pending and self.start is not None
        return super().problems() | ({"start": "Not allowed for a pending subscription."} if both else {})


@handles(CreateSubscription)
def create_subscription(run: Run, body: CreateSubscription) -> Effect:
    account = run.account
    run.customer()
    run.refuse_frozen()
    prices = offered_prices(account, body.plan_id, body.pricing_id)
    changes.discount_terms(account, body.discount_id, prices.currency)
    units, trial = ordered_units(prices, {}, body.units), body.trial_days
    if trial is None:
        trial = account.engine.catalogue.plans[body.plan_id].trial_days
    warnings = _second_subscription(run, body.plan_id)
    contract = subscriptions.create_contract(
        account, run.at, prices, units=units, start=_first_day(run, body.start), trial_days=trial,
        discount_id=body.discount_id, pending=body.pending, automatic_payment=body.automatic_payment,
        **run.logged,
    )  # fmt: skip
    invoice = next((each for each in account.invoices if each.contract_id == contract.id), None)
    return _started(run, contract, invoice, warnings)


# ── renew ──
class RenewSubscription(Action, moves_money=True):
    """Start an ended subscription again, as a new contract at today's prices or those before."""

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
    run.refuse_frozen()
    day, prices, terms = _first_day(run, body.start), account.price_set(ended), changes.kept_terms(ended)
    if body.price == "today":
        prices = account.engine.catalogue.offered(prices.plan_id, pricing_id=prices.pricing_id)
        terms = (None, None)
    warnings = _renewal_warnings(run, ended, prices)
    if (discount := account.discount(ended)) is not None and body.price == "today":
        text = f"The previous discount, {discount_words(discount)}, does not continue."
        warnings.append(warning("discount_ends", text))
    units = changes.new_units(prices, ended.units, {})
    contract, invoice = starting.renew(account, ended, run.at, prices, units, terms, day, **run.logged)
    return _started(run, contract, invoice, warnings)


def _renewal_warnings(run: Run, ended: Contract, prices: PriceSet) -> list[Wire]:
    account, found = run.account, _second_subscription(run, ended.plan_id)
    plan = account.engine.catalogue.plans[prices.plan_id]
    if plan.status == "archived":
        found.append(warning("plan_archived", f"{plan.name} is no longer sold."))
    if numbers := [invoice.number for invoice in account.invoices if invoice.open]:
        found.append(warning("open_invoices", f"Still open: {', '.join(numbers)}."))
    return found


# ── activate ──
class ActivateSubscription(Action, moves_money=True):
    """Start a pending or scheduled subscription, today or on a day."""

    kind: Literal["activate_subscription"]
    contract_id: ObjectId
    start: Day | None = None


@handles(ActivateSubscription)
def activate_subscription(run: Run, body: ActivateSubscription) -> Effect:
    contract = run.contract(body.contract_id)
    text = f"The subscription is {contract.status.replace('_', ' ')}, neither pending nor scheduled."
    run.refuse_if(contract.status not in ("pending", "scheduled"), "contract_not_pending", text)
    run.refuse_frozen()
    day = _first_day(run, body.start)
    text = f"The subscription is already scheduled for {say_date(day)}."
    run.refuse_if(contract.status == "scheduled" and contract.start == day, "nothing_to_do", text)
    invoice = starting.start_on(run.account, contract, run.at, day, **run.logged)
    return _started(run, contract, invoice, [], _STARTED)


# ── extend the trial ──
class ExtendTrial(Action):
    """Move the end of the trial, the day of the first charge, to a later day."""

    kind: Literal["extend_trial"]
    contract_id: ObjectId
    trial_end: Day


@handles(ExtendTrial)
def extend_trial(run: Run, body: ExtendTrial) -> Effect:
    account, contract, end = run.account, run.contract(body.contract_id), body.trial_end
    changes.refuse_inactive(contract)
    run.refuse_if(contract.trial_end is None, "no_trial", "The subscription has no trial.")
    run.refuse_if(not in_trial(contract), "trial_ended", "The trial has ended.")
    run.refuse_frozen()
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

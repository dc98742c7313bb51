"""Actions that change or end a subscription: plan, units, cancellation, and undoing them."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.sandbox.actions.bodies import Action, ObjectId, Units
from wbtui.sandbox.actions.changing import (
    ChangeTarget,
    ContractChange,
    change,
    changeable,
    offered_prices,
    ordered_units,
)
from wbtui.sandbox.actions.charges import bills_usage, charge_rows, then_charged
from wbtui.sandbox.actions.effect import Effect, Similar, undone_by, warning
from wbtui.sandbox.actions.ending import CancelSubscription, cancelable, check_unused, end_of, settle
from wbtui.sandbox.actions.ending_effects import ends_later, ends_now
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.actions.text import discount_words
from wbtui.sandbox.engine import changes, subscriptions
from wbtui.sandbox.engine.account import Account, ref
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.engine.subscriptions import contract_ref, recurring_lines


class ChangePlan(ContractChange):
    """Change the plan or price, at today's list prices. An absent discount stays, null removes it."""

    kind: Literal["change_plan"]
    plan_id: ObjectId
    pricing_id: ObjectId
    discount_id: ObjectId | None = None


@handles(ChangePlan)
def change_plan(run: Run, body: ChangePlan) -> Effect:
    contract = changeable(run, body.contract_id)
    target = _target(run.account, contract, body)
    text = f"The subscription is in {run.account.price_set(contract).currency.upper()}."
    run.refuse_if(
        target.prices.currency != run.account.price_set(contract).currency, "currency_mismatch", text
    )
    text = "The subscription already has this plan, price, units and discount."
    run.refuse_if(target.equals(contract), "plan_unchanged", text)
    return change(run, contract, target, body)


def _target(account: Account, contract: Contract, body: ChangePlan) -> ChangeTarget:
    """Today's prices and the units after the change. Raises Refused, NotFound, Problem (invalid)."""
    prices = offered_prices(account, body.plan_id, body.pricing_id)
    units, terms = ordered_units(prices, contract.units, body.units), None
    if "discount_id" in body.model_fields_set:
        terms = changes.discount_terms(account, body.discount_id, prices.currency)
    return ChangeTarget(prices, units, terms)


# ── units ──
class ChangeUnits(ContractChange):
    """Change the units, at the prices that the contract has recorded."""

    kind: Literal["change_units"]
    units: dict[str, Units] = Field(max_length=50)


@handles(ChangeUnits)
def change_units(run: Run, body: ChangeUnits) -> Effect:
    contract = changeable(run, body.contract_id)
    prices = run.account.price_set(contract)
    target = ChangeTarget(prices, ordered_units(prices, contract.units, body.units))
    run.refuse_if(target.equals(contract), "nothing_to_do", "The subscription already has these units.")
    return change(run, contract, target, body)


# ── undo a scheduled change ──
class UndoScheduledChange(Action):
    """Withdraw the scheduled change of plan or units."""

    kind: Literal["undo_scheduled_change"]
    contract_id: ObjectId


@handles(UndoScheduledChange)
def undo_scheduled_change(run: Run, body: UndoScheduledChange) -> Effect:
    account, contract = run.account, run.contract(body.contract_id)
    changes.refuse_inactive(contract)
    scheduled = contract.scheduled
    run.refuse_if(scheduled is None, "no_scheduled_change", "No change of this subscription is scheduled.")
    changes.undo_scheduled_change(account, contract, run.at, **run.logged)
    plan = account.plan(contract).name
    return Effect(
        next_invoice=priced(account, contract)[1],
        objects=[contract_ref(account, contract)],
        reversible=undone_by(scheduled["kind"] if scheduled else "change_plan"),
        email="notice that the change is withdrawn",
        customer_sentence=f"The scheduled change is withdrawn; your {plan} subscription stays as it is.",
    )


# ── discount ──
class SetDiscount(Action, moves_money=True):
    """Set the discount from the next charge on; null removes it."""

    kind: Literal["set_discount"]
    contract_id: ObjectId
    discount_id: ObjectId | None


@handles(SetDiscount)
def set_discount(run: Run, body: SetDiscount) -> Effect:
    account, contract = run.account, run.contract(body.contract_id)
    changes.refuse_inactive(contract, "pending", "scheduled")
    run.refuse_frozen()
    text = "The scheduled change sets a discount of its own. Undo the change first."
    run.refuse_if(contract.scheduled and contract.scheduled["discount"], "scheduled_change_exists", text)
    plan, before = account.plan(contract).name, account.discount(contract)
    currency = account.price_set(contract).currency
    terms = changes.discount_terms(account, body.discount_id, currency)
    text = "The subscription already has this discount." if before else "The subscription has no discount."
    same = terms == changes.kept_terms(contract) or (before is None and body.discount_id is None)
    run.refuse_if(same, "nothing_to_do", text)
    changes.set_discount(account, contract, run.at, terms, **run.logged)
    charge, discount = priced(account, contract)[1], account.discount(contract)
    upcoming = changes.scheduled_contract(contract, account) if contract.scheduled else contract
    lines = recurring_lines(account, upcoming, None)
    rule = "no discount" if discount is None else discount.rule
    from_day = "from the first charge on" if charge is None else f"from {say_date(charge['date'])}"
    warnings = []
    if charge is None and contract.status == "active":
        text = "No further charge is scheduled, so this has no effect."
        lines, warnings = [], [warning("no_next_charge", text)]
    said = f"The discount on your {plan} subscription has been removed"
    if discount is not None:
        said = f"Your {plan} subscription has a discount: {discount_words(discount)}"
    return Effect(
        lines=charge_rows(account, lines, currency, f"{rule}, {from_day}"),
        next_invoice=charge,
        objects=[contract_ref(account, contract)],
        reversible=undone_by(body.kind),
        email="confirmation of the discount",
        warnings=warnings,
        similar=Similar((f"Discount of {plan} {'removed' if discount is None else 'set'}",)),
        customer_sentence=f"{said}{then_charged(charge, metered=bills_usage(account, contract))}.",
    )


class UndoCancel(Action):
    """Withdraw a scheduled cancellation."""

    kind: Literal["undo_cancel"]
    contract_id: ObjectId


@handles(CancelSubscription)
def cancel_subscription(run: Run, body: CancelSubscription) -> Effect:
    contract = cancelable(run, body.contract_id)
    end = end_of(run, contract, body)
    settled = settle(run, contract, body.open_invoices)
    settled.warnings.extend(check_unused(run, contract, body, end))
    if body.when == "now":
        return ends_now(run, contract, body, settled)
    return ends_later(run, contract, body, end, settled)


@handles(UndoCancel)
def undo_cancel(run: Run, body: UndoCancel) -> Effect:
    account, contract = run.account, run.contract(body.contract_id)
    text = "No cancellation of this subscription is scheduled."
    run.refuse_if(contract.status != "active" or contract.cancel_at is None, "not_canceling", text)
    subscriptions.undo_cancel(account, contract, run.at, **run.logged)
    plan, charge = account.plan(contract).name, priced(account, contract)[1]
    warnings = []
    if contract.scheduled is not None:
        what, on = changes.scheduled_target(contract.scheduled), say_date(contract.scheduled["on"])
        text = f"The change {what} on {on} stands."
        warnings.append(warning("scheduled_change", text))
    then = "" if charge is None else f" The next charge is on {say_date(charge['date'])}."
    return Effect(
        next_invoice=charge,
        objects=[ref("contract", contract.id, plan)],
        reversible=undone_by("cancel_subscription"),
        email="confirmation that the subscription continues",
        warnings=warnings,
        customer_sentence=f"Your subscription to {plan} continues as before.{then}",
    )

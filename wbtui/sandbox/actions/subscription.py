"""Actions that change a subscription: another plan, other units, and undoing a scheduled change."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from wbtui.sandbox.actions.bodies import Action, ObjectId, Units
from wbtui.sandbox.actions.changing import ContractChange, Target, change, changeable
from wbtui.sandbox.actions.effect import Effect, undone_by
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.engine import changes
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.engine.rules import Refused
from wbtui.sandbox.engine.subscriptions import contract_ref
from wbtui.sandbox.problems import invalid_fields
from wbtui.sandbox.store import NotFound, SandboxError


class ChangePlan(ContractChange):
    """Another plan or price at today's list prices. An absent discount stays, null removes it."""

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


def _target(account: Account, contract: Contract, body: ChangePlan) -> Target:
    """Today's prices and the units after the change. Raises Refused, NotFound, Problem (invalid)."""
    try:
        prices = account.engine.catalogue.offered(body.plan_id, pricing_id=body.pricing_id)
    except (Refused, NotFound):
        raise
    except SandboxError as error:
        raise invalid_fields({"pricing_id": str(error)}) from None
    given = "discount_id" in body.model_fields_set
    units = _units(prices, contract, body.units)
    return Target(prices, units, changes.discount_terms(account, body.discount_id) if given else None)


def _units(prices: PriceSet, contract: Contract, wanted: dict[str, str]) -> dict[str, str]:
    """Return the units after a change. Raises Refused, Problem (invalid)."""
    try:
        whole = {slug: str(int(count)) for slug, count in wanted.items()}
        return changes.new_units(prices, contract.units, whole)
    except Refused:
        raise
    except SandboxError as error:
        raise invalid_fields({"units": str(error)}) from None


# ── units ──
class ChangeUnits(ContractChange):
    """Other units at the prices that the contract has recorded."""

    kind: Literal["change_units"]
    units: dict[str, Units] = Field(max_length=50)


@handles(ChangeUnits)
def change_units(run: Run, body: ChangeUnits) -> Effect:
    contract = changeable(run, body.contract_id)
    prices = run.account.price_set(contract)
    target = Target(prices, _units(prices, contract, body.units))
    run.refuse_if(target.equals(contract), "nothing_to_do", "The subscription already has these units.")
    return change(run, contract, target, body)


# ── undo a scheduled change ──
class UndoScheduledChange(Action):
    """The scheduled change of plan or units does not happen."""

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

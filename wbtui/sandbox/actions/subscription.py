"""Actions on a subscription: another plan."""

from __future__ import annotations

from typing import Literal

from wbtui.sandbox.actions.bodies import ObjectId
from wbtui.sandbox.actions.changing import ContractChange, Target, change, changeable
from wbtui.sandbox.actions.effect import Effect
from wbtui.sandbox.actions.runner import Run, handles
from wbtui.sandbox.engine import changes
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.engine.rules import Refused
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
    wanted = {slug: str(int(count)) for slug, count in body.units.items()}
    field = "pricing_id"
    try:
        prices = account.engine.catalogue.offered(body.plan_id, pricing_id=body.pricing_id)
        field = "units"
        units = changes.new_units(prices, contract.units, wanted)
    except (Refused, NotFound):
        raise
    except SandboxError as error:
        raise invalid_fields({field: str(error)}) from None
    given = "discount_id" in body.model_fields_set
    return Target(prices, units, changes.discount_terms(account, body.discount_id) if given else None)

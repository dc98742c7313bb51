"""Changes of a subscription to other prices, units or another discount, at once or at the period's end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from pydantic import Field

from wbtui.models.money import Money
from wbtui.sandbox.actions.bodies import Action, ObjectId, Units
from wbtui.sandbox.actions.charges import billed, charge_rows
from wbtui.sandbox.actions.effect import Effect, Similar, Wire, final, undone_by, warning
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.engine import changes, subscriptions
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.records import Contract
from wbtui.sandbox.engine.rows import priced
from wbtui.sandbox.problems import invalid_fields
from wbtui.sandbox.store import NotFound, Refused, SandboxError

_SIMILAR = Similar(("Changed from", "Units of", "Price of", "Change to", "Change of"))


class ContractChange(Action, moves_money=True):
    """Members of the actions that change a subscription."""

    contract_id: ObjectId
    units: dict[str, Units] = Field(default_factory=dict, max_length=50)
    when: Literal["now", "period_end"]
    downgrade_allowed: bool = False
    proration: Literal["invoice_now", "next_invoice", "none"] = "invoice_now"


@dataclass(frozen=True)
class ChangeTarget:
    """What a subscription changes to. `terms` are those of another discount; None keeps the discount."""

    prices: PriceSet
    units: dict[str, str]
    terms: changes.DiscountTerms | None = None

    def equals(self, contract: Contract) -> bool:
        """Whether the subscription has these prices, units and discount already."""
        units = {slug: count for slug, count in contract.units.items() if slug in self.units}
        discount = self.terms is None or self.terms[0] == contract.discount_id
        return self.prices.id == contract.price_set_id and units == self.units and discount


def offered_prices(account: Account, plan_id: str, pricing_id: str) -> PriceSet:
    """Return today's prices. Raises Refused (plan_archived), NotFound, Problem (invalid)."""
    try:
        return account.engine.catalogue.offered(plan_id, pricing_id=pricing_id)
    except (Refused, NotFound):
        raise
    except SandboxError as error:
        raise invalid_fields({"pricing_id": str(error)}) from None


def ordered_units(prices: PriceSet, current: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    """Return the units with those wanted. Raises Refused (units_out_of_range), Problem (invalid)."""
    try:
        return changes.new_units(prices, current, wanted)
    except Refused:
        raise
    except SandboxError as error:
        raise invalid_fields({"units": str(error)}) from None


def _from_to(account: Account, contract: Contract, target: ChangeTarget) -> str:
    """Say what changes: "from Pro to Business", or "from 5 to 25 seats" where plan and cycle stay."""
    old, new = changes.plan_names(account, contract, target.prices)
    if old != new:
        return f"from {old} to {new}"
    parts = []
    for slug, count in target.units.items():
        before = contract.units.get(slug, "0")
        if before != count:
            noun = target.prices.feature(slug).name.lower()
            parts.append(f"from {before} to {count} {noun.removesuffix('s') if count == '1' else noun}")
    if target.prices.id != contract.price_set_id:
        parts.append("to the current list price")
    if target.terms is not None and target.terms[0] != contract.discount_id:
        discount = account.engine.catalogue.discounts.get(target.terms[0] or "")
        parts.append("to no discount" if discount is None else f"to the discount {discount.rule}")
    return " and ".join(parts)


def changeable(run: Run, contract_id: str) -> Contract:
    """Return a subscription that can change. Raises Problem (not_found), Refused."""
    contract = run.contract(contract_id)
    changes.refuse_inactive(contract)
    run.refuse_frozen()
    text = "Another change is scheduled. Undo it first."
    run.refuse_if(contract.scheduled, "scheduled_change_exists", text)
    return contract


def change(run: Run, contract: Contract, target: ChangeTarget, body: ContractChange) -> Effect:
    """Change a subscription when the body says. Raises Refused."""
    if body.when == "period_end":
        return _at_period_end(run, contract, target)
    before, after = changes.monthly_amounts(run.account, contract, target.prices, target.units, target.terms)
    cheaper, text = after < before, f"This is a downgrade: {after} instead of {before} a month."
    refused = f"{text} Allow it, or change at renewal."
    run.refuse_if(cheaper and not body.downgrade_allowed, "downgrade_not_allowed", refused)
    warnings = [warning("downgrade", text)] if cheaper else []
    if contract.cancel_at is not None:
        lost = f"The cancellation scheduled for {say_date(contract.cancel_at)} will be withdrawn."
        warnings.append(warning("cancellation_withdrawn", lost, confirm=True))
    if body.proration != "none" and _is_unbilled(run.account, contract):
        text = "Nothing is credited for unused time: this billing period was not charged."
        warnings.append(warning("nothing_credited", text))
    return _now(run, contract, target, body, warnings)


def _is_unbilled(account: Account, contract: Contract) -> bool:
    """Whether a paid period with a price was not charged, as after a freeze or when its invoice is void."""
    priced_now = (
        contract.period_index
        and contract.period_end
        and subscriptions.recurring_lines(account, contract, None)
    )
    return bool(priced_now) and changes.charged_as(account, contract) is None


def _way_back(account: Account, contract: Contract, target: ChangeTarget) -> Wire | None:
    """Say why a change made now can't be undone, where the prices before it are not offered any more."""
    before, plan = account.price_set(contract), account.plan(contract)
    if target.prices.id == before.id:
        return None
    if plan.status == "archived":
        return final(f"{plan.name} is no longer sold.")
    return None if before.current else final("Changing back would be at today's prices.")


def _similar(account: Account, contract: Contract, target: ChangeTarget) -> Similar | None:
    """Events of other changes; None for a change back to what the subscription was before the last one."""
    before = next((one for one in account.contracts if one.id == contract.moved_from), None)
    return None if before is not None and target.equals(before) else _SIMILAR


def _at_period_end(run: Run, contract: Contract, target: ChangeTarget) -> Effect:
    account, prices = run.account, target.prices
    run.refuse_if(contract.cancel_at, "already_canceled", "The subscription is canceling. Undo that first.")
    changes.schedule_change(account, contract, run.at, prices, target.units, terms=target.terms, **run.logged)
    day = say_date(contract.scheduled["on"]) if contract.scheduled else ""
    charges = subscriptions.recurring_lines(account, changes.scheduled_contract(contract, account), None)
    return Effect(
        lines=charge_rows(account, charges, prices.currency, f"per {prices.cycle} from {day}"),
        next_invoice=priced(account, contract)[1],
        objects=[subscriptions.contract_ref(account, contract)],
        reversible=undone_by("undo_scheduled_change"),
        email="confirmation of the change",
        similar=_similar(account, contract, target),
        customer_sentence=f"Your subscription changes {_from_to(account, contract, target)} on {day}.",
    )


def _now(
    run: Run, contract: Contract, target: ChangeTarget, body: ContractChange, warnings: list[Wire]
) -> Effect:
    account, currency = run.account, target.prices.currency
    stays = "" if contract.cancel_at is None else f" It no longer ends on {say_date(contract.cancel_at)}."
    successor, invoice, lines = changes.change_now(
        account, contract, run.at, target.prices, target.units,
        terms=target.terms, proration=body.proration, **run.logged,
    )  # fmt: skip
    bill = billed(account, invoice, "The change is made and the invoice stays open.")
    charge, credited, end = priced(account, successor)[1], 0, ""
    if bill.due:
        end = f"; {Money(bill.due, currency)} {bill.collected}"
    elif invoice is None and lines and not successor.carried_lines:
        credited = -sum(each["total"] for each in lines)
        end = f"; {Money(credited, currency)} has been credited to your account"
    elif invoice is None and lines and charge is not None:
        end = f"; the difference is part of your next invoice on {say_date(charge['date'])}"
    if body.proration == "next_invoice" and lines and not successor.carried_lines:
        text = "Another billing cycle starts a new period today: nothing is left for the next invoice."
        warnings.append(warning("new_period", text))
    moved = bill.due or credited
    return Effect(
        lines=charge_rows(account, lines if invoice is None else invoice.lines, currency),
        amount=Money(moved, currency) if moved else None,
        due_now=[Money(bill.due, currency)] if bill.due else [],
        next_invoice=charge,
        objects=[
            subscriptions.contract_ref(account, successor),
            subscriptions.contract_ref(account, contract),
            *bill.objects,
        ],
        reversible=_way_back(account, contract, target) or undone_by(body.kind),
        documents=bill.documents,
        emails=bill.emails,
        email="confirmation of the change",
        warnings=[*warnings, *bill.warnings],
        similar=_similar(account, contract, target),
        customer_sentence=f"We have changed your subscription {_from_to(account, contract, target)}{end}."
        f"{stays}",
    )

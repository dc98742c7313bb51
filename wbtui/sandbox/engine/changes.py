"""Changes of a subscription to another plan or other units, now or at the end of the period."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple, Unpack

from wbtui.models.money import Money
from wbtui.sandbox.engine import meter, subscriptions
from wbtui.sandbox.engine.account import Account, Actor, Why
from wbtui.sandbox.engine.catalogue import Discount, PriceSet
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.periods import per_month, plus_days, remaining_days
from wbtui.sandbox.engine.pricing import CYCLE_WORDS, quantity, quantity_text
from wbtui.sandbox.engine.records import Contract, Invoice, Line, in_period
from wbtui.sandbox.store import Refused, SandboxError


class AppliedChange(NamedTuple):
    """A change of today. `lines` are its charges and credits, invoiced or carried to the next invoice."""

    successor: Contract
    invoice: Invoice | None
    lines: list[Line]


DiscountTerms = tuple[str | None, int | None]
"""Id of a discount and its remaining cycles (None: forever); (None, None) removes the discount."""


# ── rules ──
def refuse_inactive(contract: Contract, *also: str) -> None:
    """Raise Refused unless a subscription can change: active ones, and those with a status of `also`."""
    if contract.status == "moved":
        raise Refused("contract_moved", "The subscription was replaced by another one. Change that one.")
    if contract.status not in ("active", *also):
        raise Refused("contract_not_active", f"The subscription is {contract.status.replace('_', ' ')}.")


def new_units(price_set: PriceSet, current: dict[str, str], wanted: dict[str, str]) -> dict[str, str]:
    """Units per feature after a change; features that are not `wanted` keep their units.

    Raises SandboxError for a feature without units, Refused (units_out_of_range) beyond its bounds or for a
    part of a unit where only whole ones are sold.
    """
    wanted = {slug: quantity_text(quantity(count)) for slug, count in wanted.items()}
    features = {f.slug: f for f in price_set.features if f.strategy in ("per_unit", "unit_tiered")}
    for slug in wanted:
        if slug not in features:
            raise SandboxError(f"{slug[:60]} is not a feature with units of this plan.")
    units = {slug: count for slug, count in {**current, **wanted}.items() if slug in features}
    for slug, count in units.items():
        feature = features[slug]
        number = quantity(count)
        if not feature.fractional and not isinstance(number, int):
            raise Refused("units_out_of_range", f"{feature.name}: a whole number, not {count}.")
        if number <= 0:
            least = "more than 0" if feature.fractional else "at least 1"
            raise Refused("units_out_of_range", f"{feature.name}: {least}, not {count}.")
        if feature.limit is not None and number > feature.limit:
            raise Refused("units_out_of_range", f"{feature.name}: at most {feature.limit}, not {count}.")
    return units


def discount_terms(account: Account, discount_id: str | None, currency: str) -> DiscountTerms:
    """Terms of a newly set discount. Raises Refused (discount_unknown, currency_mismatch)."""
    if discount_id is None:
        return None, None
    discount = account.engine.catalogue.discounts.get(discount_id)
    if discount is None:
        raise Refused("discount_unknown", f"There is no discount {discount_id[:80]!r}.")
    if discount.currency not in (None, currency):
        theirs = discount.currency.upper()
        text = f"The discount {discount.name} is in {theirs}, the price in {currency.upper()}."
        raise Refused("currency_mismatch", text)
    return discount.id, discount.cycles


def monthly_amounts(
    account: Account,
    contract: Contract,
    price_set: PriceSet,
    units: dict[str, str],
    terms: DiscountTerms | None,
) -> tuple[Money, Money]:
    """Recurring amounts a month before and after a change, without usage."""
    new = _priced(price_set, units, terms or kept_terms(contract))
    return _a_month(account, contract), _a_month(account, new)


def _a_month(account: Account, contract: Contract) -> Money:
    price_set = account.price_set(contract)
    amount = subscriptions.contract_amount(account, contract)
    return Money(per_month(amount, price_set.cycle), price_set.currency)


def plan_names(account: Account, contract: Contract, price_set: PriceSet) -> tuple[str, str]:
    """The plan of a subscription and that of a price set, with their cycles where these differ."""
    both, plans = (account.price_set(contract), price_set), account.engine.catalogue.plans
    old, new = (plans[one.plan_id].name for one in both)
    if both[0].cycle == price_set.cycle:
        return old, new
    return f"{old} · {CYCLE_WORDS[both[0].cycle]}", f"{new} · {CYCLE_WORDS[price_set.cycle]}"


def kept_terms(contract: Contract) -> DiscountTerms:
    return contract.discount_id, contract.discount_left


def set_discount(
    account: Account, contract: Contract, at: str, terms: DiscountTerms, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Set or remove the discount from the next charge on."""
    contract.discount_id, contract.discount_left = terms
    contract.changed_by = actor.name
    discount, plan = account.discount(contract), account.plan(contract).name
    what = f"Discount of {plan} " + ("removed" if discount is None else f"set: {discount.rule}")
    subscriptions.log_change(account, contract, at, what, actor, **why)


# ── at the end of the period ──
def scheduled_target(scheduled: dict[str, Any]) -> str:
    """`to Business`, or `of Pro` where plan and prices stay."""
    return f"{'of' if scheduled['kind'] == 'change_units' else 'to'} {scheduled['to_plan']}"


def schedule_change(
    account: Account,
    contract: Contract,
    at: str,
    price_set: PriceSet,
    units: dict[str, str],
    *,
    actor: Actor,
    terms: DiscountTerms | None = None,
    **why: Unpack[Why],
) -> None:
    """Schedule another price set, other units or another discount from the next period on."""
    if contract.status != "active" or contract.scheduled is not None or contract.period_end is None:
        raise SandboxError("The subscription is not active, or another change is scheduled.")
    same = price_set.id == contract.price_set_id
    _, to_plan = plan_names(account, contract, price_set)
    contract.scheduled = {
        "kind": "change_units" if same else "change_plan",
        "on": plus_days(contract.period_end, 1),
        "to_plan": to_plan,
        "to_units": dict(units),
        "by": actor.name,
        "reason": why.get("reason"),
        "price_set_id": price_set.id,
        "discount": terms,
    }
    contract.changed_by = actor.name
    what = f"Change {scheduled_target(contract.scheduled)} scheduled for {say_date(contract.scheduled['on'])}"
    subscriptions.log_change(account, contract, at, what, actor, **why)


def undo_scheduled_change(
    account: Account, contract: Contract, at: str, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Withdraw the scheduled change. Raises SandboxError without one."""
    if contract.scheduled is None:
        raise SandboxError("No change is scheduled.")
    what = f"Change {scheduled_target(contract.scheduled)} on {say_date(contract.scheduled['on'])} withdrawn"
    contract.scheduled, contract.changed_by = None, actor.name
    subscriptions.log_change(account, contract, at, what, actor, **why)


def scheduled_contract(contract: Contract, account: Account) -> Contract:
    """The contract after the scheduled change, for computing its prices."""
    change: dict[str, Any] = contract.scheduled or {}
    terms = change.get("discount") or kept_terms(contract)
    return _priced(account.engine.catalogue.price_sets[change["price_set_id"]], change["to_units"], terms)


def _priced(price_set: PriceSet, units: dict[str, str], terms: DiscountTerms) -> Contract:
    """A contract for computing prices."""
    return Contract("", "", "", "scheduled", price_set.plan_id, price_set.id, units, *terms)


def apply_scheduled_change(
    account: Account, contract: Contract, at: str, day: str, arrears: list[Line]
) -> None:
    """Replace the contract on `day`, the first of the new period, as scheduled."""
    change: dict[str, Any] = contract.scheduled or {}
    price_set = account.engine.catalogue.price_sets[change["price_set_id"]]
    terms = change.get("discount") or kept_terms(contract)
    actor = Actor("scheduler", change["by"])
    reason = change.get("reason")
    successor = _replace(
        account, contract, at, day, price_set, change["to_units"], actor, terms, reason=reason
    )
    contract.scheduled = None
    successor.period_index = contract.period_index
    same_cycle = price_set.cycle == account.price_set(contract).cycle
    successor.anchor_day = contract.anchor_day if same_cycle else int(day[8:])
    subscriptions.begin_period(account, successor, at, day, arrears)


# ── now ──
def change_now(
    account: Account,
    contract: Contract,
    at: str,
    price_set: PriceSet,
    units: dict[str, str],
    *,
    actor: Actor,
    terms: DiscountTerms | None = None,
    proration: str = "invoice_now",
    **why: Unpack[Why],
) -> AppliedChange:
    """Replace a subscription today by one with another price set or units; the old one becomes `moved`.

    With the same cycle the period stays and both sides are prorated by whole days; today counts for the new
    side. With another cycle a new period starts and is invoiced today. `proration`: invoice_now, next_invoice
    (lines and usage wait for the next invoice), or none. A negative sum becomes account credit. Unused time
    is credited as it was charged (`charged_as`).
    """
    if contract.status != "active":
        raise SandboxError(f"The subscription is {contract.status}.")
    if price_set.currency != account.price_set(contract).currency:
        raise SandboxError("The currency of a subscription cannot change.")
    day = at[:10]
    period, paid = subscriptions.current_period(contract), bool(contract.period_index)
    charged, credited = charged_discount(account, contract), charged_as(account, contract)
    prorated = proration != "none" and paid and period is not None
    lines = subscriptions.usage_lines(account, contract, plus_days(day, -1))
    if period is not None and prorated:
        rest, days = (day, period[1]), remaining_days(*period, day)
        if credited is not None:
            lines += subscriptions.recurring_lines(
                account, credited, rest, days=days, unused=True, discount=charged_discount(account, credited)
            )
    same_cycle = price_set.cycle == account.price_set(contract).cycle
    successor = _replace(
        account, contract, at, day, price_set, units, actor, terms or kept_terms(contract), **why
    )
    first: list[Line] = []
    if period is None or (paid and not same_cycle):
        successor.anchor_day = int(day[8:])
        subscriptions.open_period(account, successor, day)
        first = subscriptions.recurring_lines(account, successor, subscriptions.current_period(successor))
        subscriptions.use_discount(successor)
    else:
        successor.period_start, successor.period_end = period
        successor.period_index = contract.period_index
        successor.anchor_day, successor.trial_end = contract.anchor_day, contract.trial_end
        successor.usage_alert_on = meter.alert_day(account, successor)
        if prorated:
            discount = charged if terms is None else account.discount(successor)
            lines += subscriptions.recurring_lines(account, successor, rest, days=days, discount=discount)
    if proration == "next_invoice":
        successor.carried_lines += lines
        if not first:
            return AppliedChange(successor, None, lines)
        lines = []
    if not (lines or first):
        return AppliedChange(successor, None, [])
    made = [*successor.carried_lines, *lines, *first]
    return AppliedChange(successor, subscriptions.bill(account, successor, at, [*lines, *first], actor), made)


def charged_as(account: Account, contract: Contract) -> Contract | None:
    """The subscription whose price was charged for the current period: this one, or one that it replaced.

    None where nothing was charged, as after a freeze, or the invoice was voided or written off.
    """
    standing = [one for one in account.invoices if one.state not in ("voided", "written_off")]
    lines = [*(line for invoice in standing for line in invoice.lines), *contract.carried_lines]
    credited_at = {credit.at for credit in account.credits if credit.kind == "proration"}
    for one in _in_period(account, contract):
        # A change whose sum was below zero became account credit, without an invoice.
        became_credit = one.moved_from is not None and one.created in credited_at
        if became_credit or any(_charges(one, line) for line in lines):
            return one
    return None


def _in_period(account: Account, contract: Contract) -> Iterator[Contract]:
    """A subscription and those that it replaced in its current period, newest first."""
    yield contract
    while contract.moved_from is not None:
        before = account.contract(contract.moved_from)
        if before.period_end != contract.period_end:
            return
        contract = before
        yield contract


def _charges(contract: Contract, line: Line) -> bool:
    """Whether a line charges the current period of a subscription."""
    return line["contract_id"] == contract.id and in_period(line, contract.period_end)


def charged_discount(account: Account, contract: Contract) -> Discount | None:
    """The discount of the current period's charge: it may be used up or replaced since."""
    lines = [*(line for invoice in account.invoices for line in invoice.lines), *contract.carried_lines]
    rules: list[str | None] = []
    for one in _in_period(account, contract):
        if rules or one.discount_id != contract.discount_id:
            break
        rules = [line["discount_rule"] for line in lines if _charges(one, line)]
    if not rules:
        return account.discount(contract)
    currency = account.price_set(contract).currency
    known = account.engine.catalogue.discounts.values()
    return next((one for one in known if one.rule in rules and one.currency in (None, currency)), None)


def _replace(
    account: Account,
    contract: Contract,
    at: str,
    day: str,
    price_set: PriceSet,
    units: dict[str, str],
    actor: Actor,
    terms: DiscountTerms,
    **why: Unpack[Why],
) -> Contract:
    """Create the successor of a moved contract, without a period."""
    successor = Contract(
        account.engine.new_id("Cont"),
        account.customer.id,
        at,
        "active",
        price_set.plan_id,
        price_set.id,
        dict(units),
        *terms,
        start=day,
        automatic_payment=contract.automatic_payment,
        invoice_trigger=contract.invoice_trigger,
        validate_invoices=contract.validate_invoices,
        notice_period_days=contract.notice_period_days,
        moved_from=contract.id,
        changed_by=actor.name,
        meter={f.slug: contract.meter.get(f.slug, 0) for f in price_set.features if f.metered},
        carried_lines=contract.carried_lines,
    )
    account.contracts.append(successor)
    old_plan, new_plan = plan_names(account, contract, price_set)
    contract.status, contract.ended_on, contract.moved_to = "moved", day, successor.id
    contract.ended_reason, contract.carried_lines = why.get("reason") or "moved", []
    contract.cancel_at, contract.cancel_reason, contract.usage_alert_on = None, None, None
    contract.cancel_terms = {}
    contract.changed_by = actor.name
    if old_plan != new_plan:
        what = f"Changed from {old_plan} to {new_plan}"
    else:
        part = "Price" if price_set.id != contract.price_set_id else "Discount"
        what = f"{'Units' if successor.units != contract.units else part} of {new_plan} changed"
    subscriptions.log_change(account, successor, at, what, actor, **why)
    return successor

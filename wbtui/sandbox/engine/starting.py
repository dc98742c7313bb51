"""Starts of a subscription: activate a pending one, renew an ended one, and a longer trial."""

from __future__ import annotations

from typing import Unpack

from wbtui.sandbox.engine import meter, subscriptions
from wbtui.sandbox.engine.account import Account, Actor, Why
from wbtui.sandbox.engine.catalogue import PriceSet
from wbtui.sandbox.engine.changes import DiscountTerms
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Contract, Invoice
from wbtui.sandbox.store import SandboxError


def start_on(
    account: Account, contract: Contract, at: str, day: str, *, actor: Actor, **why: Unpack[Why]
) -> Invoice | None:
    """Start a pending or scheduled subscription today, or schedule it for a later `day`."""
    if contract.status not in ("pending", "scheduled"):
        raise SandboxError(f"The subscription is {contract.status}.")
    if days := subscriptions.trial_length(contract):
        contract.trial_end = plus_days(day, days)
    contract.status, contract.start, contract.changed_by = "scheduled", day, actor.name
    plan = account.plan(contract).name
    when = "activated" if day <= at[:10] else f"scheduled for {say_date(day)}"
    subscriptions.log_change(account, contract, at, f"Subscription to {plan} {when}", actor, **why)
    return subscriptions.start_contract(account, contract, at, actor) if day <= at[:10] else None


def renew(
    account: Account,
    ended: Contract,
    at: str,
    price_set: PriceSet,
    units: dict[str, str],
    terms: DiscountTerms,
    day: str,
    *,
    actor: Actor,
    **why: Unpack[Why],
) -> tuple[Contract, Invoice | None]:
    """Subscribe again as before the end, from `day` on: a new subscription, without a trial."""
    if ended.status != "canceled":
        raise SandboxError(f"The subscription is {ended.status}.")
    contract = Contract(
        account.engine.new_id("Cont"),
        account.customer.id,
        at,
        "pending",
        price_set.plan_id,
        price_set.id,
        dict(units),
        *terms,
        automatic_payment=ended.automatic_payment,
        validate_invoices=ended.validate_invoices,
        notice_period_days=ended.notice_period_days,
        meter={f.slug: ended.meter.get(f.slug, 0) for f in price_set.features if f.metered},
    )
    account.contracts.append(contract)
    return contract, start_on(account, contract, at, day, actor=actor, **why)


def extend_trial(
    account: Account, contract: Contract, at: str, trial_end: str, *, actor: Actor, **why: Unpack[Why]
) -> None:
    """Move the first charge of a subscription in its trial to `trial_end`."""
    if contract.status != "active" or contract.period_index != 0:
        raise SandboxError("The subscription is not in its trial.")
    contract.trial_end, contract.period_end = trial_end, plus_days(trial_end, -1)
    contract.usage_alert_on, contract.changed_by = meter.alert_day(account, contract), actor.name
    what = f"Trial of {account.plan(contract).name} extended to {say_date(trial_end)}"
    subscriptions.log_change(account, contract, at, what, actor, **why)

"""Subscriptions (contracts): their price, start, billing periods and end; freeze and activate a customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import EllipsisType
from typing import Unpack

from wbtui.sandbox.engine import invoices, meter, payments
from wbtui.sandbox.engine.account import CUSTOMER, SCHEDULER, Account, Actor, Why, ref
from wbtui.sandbox.engine.catalogue import Discount, PriceSet
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.lines import lines_of, net
from wbtui.sandbox.engine.periods import days_between, next_boundary, plus_days
from wbtui.sandbox.engine.pricing import Quantity, recurring_charges, usage_charge
from wbtui.sandbox.engine.records import Contract, Invoice, Line, Ref
from wbtui.sandbox.store import SandboxError


# ── price ──
def recurring_lines(
    account: Account,
    contract: Contract,
    period: tuple[str, str] | None,
    *,
    days: tuple[int, int] | None = None,
    unused: bool = False,
    discount: Discount | EllipsisType | None = ...,
) -> list[Line]:
    """The recurring lines of one period (or `days` of it) after discount, without tax; `unused` credits them.

    `discount` is by default that of the contract's next charge.
    """
    price_set = account.price_set(contract)
    return lines_of(
        recurring_charges(price_set, account.plan(contract).name, contract.units),
        kind="recurring" if days is None else "credit" if unused else "proration",
        currency=price_set.currency,
        tax_mode=price_set.tax_mode,
        contract_id=contract.id,
        period=period,
        days=days,
        discount=account.discount(contract) if isinstance(discount, EllipsisType) else discount,
    )


def contract_amount(account: Account, contract: Contract) -> int:
    """Recurring price of one cycle after discount, without exclusive tax and usage, in minor units."""
    return net(recurring_lines(account, contract, None))


def usage_lines(account: Account, contract: Contract, until: str) -> list[Line]:
    """The usage lines of the current period up to and including the day `until`."""
    first = contract.usage_from
    if contract.period_end is None or until < first:
        return []
    until = min(until, contract.period_end)  # later days of a frozen customer are in no period
    price_set = account.price_set(contract)
    charges = []
    for feature in price_set.features:
        if feature.metered:
            charge = usage_charge(feature, sum(meter.daily_units(account, contract, feature, first, until)))
            if charge is not None:
                charges.append(charge)
    return lines_of(
        charges,
        kind="usage",
        currency=price_set.currency,
        tax_mode=price_set.tax_mode,
        contract_id=contract.id,
        period=(first, until),
    )


# ── start ──
def create_contract(
    account: Account,
    at: str,
    price_set: PriceSet,
    *,
    actor: Actor = CUSTOMER,
    units: dict[str, str] | None = None,
    start: str | None = None,
    trial_days: int | None = None,
    discount_id: str | None = None,
    pending: bool = False,
    automatic_payment: bool = True,
    meter_rates: dict[str, int] | None = None,
    notice_period_days: int | None = None,
    **why: Unpack[Why],
) -> Contract:
    """Subscribe: active at once, `scheduled` for a later `start`, or `pending` until activated."""
    discount = None if discount_id is None else account.engine.catalogue.discounts[discount_id]
    contract = Contract(
        account.engine.new_id("Cont"),
        account.customer.id,
        at,
        "pending",
        price_set.plan_id,
        price_set.id,
        dict(units or {}),
        discount_id,
        None if discount is None else discount.cycles,
        automatic_payment=automatic_payment,
        notice_period_days=notice_period_days,
        changed_by=actor.name,
        meter=dict(meter_rates or {}),
    )
    account.contracts.append(contract)
    plan = account.plan(contract).name
    first = start or at[:10]
    if trial_days:
        contract.trial_end = plus_days(first, trial_days)
    if pending:
        what = f"Subscription to {plan} created, pending activation{with_trial(contract)}"
        log_change(account, contract, at, what, actor, **why)
        return contract
    contract.start = first
    if first > at[:10]:
        contract.status = "scheduled"
        log_change(
            account, contract, at, f"Subscription to {plan} scheduled for {say_date(first)}", actor, **why
        )
    else:
        start_contract(account, contract, at, actor, **why)
    return contract


def trial_length(contract: Contract) -> int:
    """The length of the trial; 0 without one."""
    if contract.trial_end is None:
        return 0
    return days_between(contract.start or contract.created[:10], contract.trial_end) - 1


def with_trial(contract: Contract) -> str:
    """Return ", with a trial of 14 days"; nothing without one."""
    days = trial_length(contract)
    return f", with a trial of {days} day{'' if days == 1 else 's'}" if days else ""


def start_contract(
    account: Account, contract: Contract, at: str, actor: Actor = SCHEDULER, **why: Unpack[Why]
) -> Invoice | None:
    """Start a pending or scheduled subscription today with its trial, or its first period and invoice.

    A trial keeps its length, which a pending one counts from its creation.
    """
    if contract.status not in ("pending", "scheduled", "not_ready"):
        raise SandboxError(f"The subscription is {contract.status}.")
    day = at[:10]
    if days := trial_length(contract):
        contract.trial_end = plus_days(day, days)
    contract.status, contract.start, contract.period_index = "active", day, 0
    what = f"Subscription to {account.plan(contract).name} started"
    log_change(account, contract, at, what, actor, **why)
    if contract.trial_end is not None:
        contract.period_start, contract.period_end = day, plus_days(contract.trial_end, -1)
        contract.usage_alert_on = meter.alert_day(account, contract)
        return None
    return begin_period(account, contract, at, day, [], actor)


def begin_period(
    account: Account, contract: Contract, at: str, day: str, arrears: list[Line], actor: Actor = SCHEDULER
) -> Invoice | None:
    """Start the period of `day` and bill it in advance, with `arrears` of the previous one."""
    if not contract.period_index:
        contract.anchor_day = int(day[8:])
    open_period(account, contract, day)
    lines = [*arrears, *recurring_lines(account, contract, current_period(contract))]
    use_discount(contract)
    return bill(account, contract, at, lines, actor)


def use_discount(contract: Contract) -> None:
    """Count one cycle of a limited discount as used."""
    if contract.discount_left:
        contract.discount_left -= 1


def open_period(account: Account, contract: Contract, day: str) -> None:
    boundary = next_boundary(day, account.price_set(contract).cycle, contract.anchor_day or int(day[8:]))
    contract.period_start = day
    contract.period_end = plus_days(boundary, -1)
    contract.period_index = (contract.period_index or 0) + 1
    contract.usage_alert_on = meter.alert_day(account, contract)


def current_period(contract: Contract) -> tuple[str, str] | None:
    """First and last day of the current period; None before the first one."""
    if contract.period_start is None or contract.period_end is None:
        return None
    return contract.period_start, contract.period_end


def bill(account: Account, contract: Contract, at: str, lines: list[Line], actor: Actor) -> Invoice | None:
    """Invoice `lines` and those carried from a change, and charge them where payment is automatic.

    Returns None without any, or when the sum is below zero.
    """
    lines, contract.carried_lines = [*contract.carried_lines, *lines], []
    if not lines:
        return None
    invoice = invoices.issue_invoice(account, contract, at, lines, actor)
    if invoice is not None:
        payments.charge_new_invoice(account, invoice, at)
    return invoice


# ── end ──
def end_contract(
    account: Account,
    contract: Contract,
    at: str,
    day: str,
    cause: str,
    *,
    actor: Actor = SCHEDULER,
    bill_usage: bool = True,
    unused: Sequence[Line] = (),
    **why: Unpack[Why],
) -> tuple[Invoice | None, list[Line]]:
    """End a subscription for a `cause`; `day` is the first day without service.

    Unbilled usage is invoiced, together with the credit lines of `unused` time and lines that waited; a sum
    below zero becomes account credit. Returns the invoice, and all these lines.
    """
    usage = usage_lines(account, contract, plus_days(day, -1)) if bill_usage else []
    lines, last = [*usage, *unused], [*contract.carried_lines, *usage, *unused]
    contract.status, contract.ended_on, contract.ended_reason = "canceled", day, cause
    contract.cancel_at, contract.scheduled, contract.usage_alert_on = None, None, None
    contract.cancel_terms = {}
    contract.changed_by = actor.name or contract.changed_by
    why["reason"], words = cause, cause.replace("non_", "non-").replace("_", " ")
    what = f"Subscription to {account.plan(contract).name} ended ({words})"
    log_change(account, contract, at, what, actor, **why)
    return bill(account, contract, at, lines, actor), last


def schedule_cancel(
    account: Account,
    contract: Contract,
    at: str,
    cause: str,
    *,
    actor: Actor,
    on: str | None = None,
    terms: Mapping[str, str] | None = None,
    **why: Unpack[Why],
) -> None:
    """Schedule the end: after the period, or `on` a date, the first day without service.

    `terms`: what happens to money then (engine/cancellation.py); by default usage is billed and nothing else.
    """
    if contract.status != "active" or contract.cancel_at is not None:
        raise SandboxError("The subscription is not active, or already canceling.")
    contract.cancel_at = on or plus_days(contract.period_end or at[:10], 1)
    contract.cancel_reason, contract.cancel_terms = cause, dict(terms or {})
    contract.changed_by, why["reason"] = actor.name, cause
    what = f"Cancellation scheduled: {account.plan(contract).name} ends {say_date(contract.cancel_at)}"
    log_change(account, contract, at, what, actor, **why)


def undo_cancel(account: Account, contract: Contract, at: str, *, actor: Actor, **why: Unpack[Why]) -> None:
    """Withdraw a scheduled cancellation. Raises SandboxError without one."""
    if contract.status != "active" or contract.cancel_at is None:
        raise SandboxError("No cancellation is scheduled.")
    contract.cancel_at, contract.cancel_reason, contract.changed_by = None, None, actor.name
    contract.cancel_terms = {}
    what = f"Cancellation of {account.plan(contract).name} withdrawn"
    log_change(account, contract, at, what, actor, **why)


# ── customer ──
def freeze(account: Account, at: str, *, actor: Actor, **why: Unpack[Why]) -> None:
    """Pause subscriptions and charges. Raises SandboxError when the customer is already frozen."""
    if account.customer.status == "inactive":
        raise SandboxError("The customer is already frozen.")
    account.customer.status = "inactive"
    account.log(at, "account", "Account frozen", actor, **why)


def activate(account: Account, at: str, *, actor: Actor, **why: Unpack[Why]) -> None:
    """Resume charges; subscriptions continue with today's period, and missed periods are not billed.

    A change scheduled for a missed day is made at the end of today's period. A retry whose day has passed
    meanwhile is made a day later.
    """
    account.customer.status = "active"
    account.log(at, "account", "Account activated", actor, **why)
    for invoice in account.invoices:
        if invoice.next_retry is not None and invoice.next_retry <= at:
            invoice.next_retry = invoices.charge_at(account, at, 1)
    for contract in account.contracts:
        while (
            contract.status == "active"
            and contract.period_end is not None
            and contract.period_end < plus_days(at[:10], -1)  # one that begins today is billed today
            and not (contract.cancel_at and contract.cancel_at <= at[:10])
        ):
            day = plus_days(contract.period_end, 1)
            if not contract.period_index:
                contract.anchor_day = int(day[8:])
            open_period(account, contract, day)
            if contract.scheduled is not None and contract.period_end is not None:
                contract.scheduled["on"] = plus_days(contract.period_end, 1)


def projected(used: Quantity, first: str, today: str, last: str) -> int:
    """Usage at the end of the period at the rate so far."""
    done = days_between(first, min(today, last))
    return int(used if done <= 0 else used * days_between(first, last) // done)


def log_change(
    account: Account, contract: Contract, at: str, what: str, actor: Actor, **why: Unpack[Why]
) -> None:
    account.log(at, "subscription", what, actor, contract_ref(account, contract), **why)


def contract_ref(account: Account, contract: Contract) -> Ref:
    """A link of an event to a subscription."""
    return ref("contract", contract.id, account.plan(contract).name)

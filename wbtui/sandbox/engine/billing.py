"""Scheduled billing of one customer: renewals, retries, settlements, cancellations, expiry of credit."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from operator import itemgetter

from wbtui.sandbox.engine import (
    cancellation,
    changes,
    invoices,
    ledger,
    meter,
    payments,
    refunds,
    subscriptions,
)
from wbtui.sandbox.engine.account import SCHEDULER, Account
from wbtui.sandbox.engine.clocktext import at_time, later_seconds
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Contract, Invoice

NON_PAYMENT_DAYS = 60
"""Days after which an unpaid invoice ends its subscription."""
SETUP_SECONDS = 300
"""How long a subscription may be `not_ready` before it starts."""
STEPS_AT_ONCE = 20_000
"""More steps than this in one advance mean that a rule schedules itself again without end."""

Step = tuple[str, Callable[[str], object]]
"""An instant and the function to call then."""


def next_step(account: Account) -> Step | None:
    """The earliest scheduled step of this customer; None without one."""
    return min(_steps(account), key=itemgetter(0), default=None)


def advance(account: Account, until: str) -> int:
    """Run every step due up to and including `until`, in order, and return their number.

    Updates the customer's `billed_until` and `next_event`.
    """
    customer = account.customer
    count = 0
    step = next_step(account)
    while step is not None and step[0] <= until:
        at = max(step[0], customer.billed_until)
        customer.billed_until = at
        step[1](at)
        count += 1
        if count > STEPS_AT_ONCE:
            raise RuntimeError(f"billing of {customer.id} does not end")
        step = next_step(account)
    customer.billed_until = max(customer.billed_until, until)
    customer.next_event = None if step is None else step[0]
    return count


def _steps(account: Account) -> Iterator[Step]:
    customer = account.customer
    done = customer.billed_until
    if customer.status == "active":
        for contract in account.contracts:
            yield from _contract_steps(account, contract)
    elif customer.status == "inactive":  # nothing is charged, but what was cancelled ends
        for contract in account.contracts:
            if contract.status == "active" and contract.cancel_at is not None:
                at = at_time(contract.cancel_at, customer.billing_time)
                yield at, partial(_cancel, account, contract)
    for contract in account.contracts:
        if contract.status == "active" and contract.usage_alert_on is not None:
            alert = at_time(contract.usage_alert_on, "00:00:00")
            if alert > done:
                yield alert, partial(_usage_alert, account, contract)
    for invoice in account.invoices:
        if invoice.open:
            yield from _invoice_steps(account, invoice, done)
    for payment in account.payments:
        if payment.settle_at is not None:
            yield payment.settle_at, partial(payments.settle_payment, account, payment)
    for refund in account.refunds:
        if refund.settle_at is not None:
            yield refund.settle_at, partial(refunds.settle_refund, account, refund)
    for credit in account.credits:
        if credit.remaining > 0 and credit.expires is not None:
            yield at_time(plus_days(credit.expires, 1), "00:00:00"), partial(ledger.expire, account, credit)


def _contract_steps(account: Account, contract: Contract) -> Iterator[Step]:
    time = account.customer.billing_time
    start = partial(subscriptions.start_contract, account, contract)
    if contract.status == "active":
        ends = None if contract.period_end is None else plus_days(contract.period_end, 1)
        if contract.cancel_at is not None and (ends is None or contract.cancel_at < ends):
            yield at_time(contract.cancel_at, time), partial(_cancel, account, contract)
        elif ends is not None:
            yield at_time(ends, time), partial(close_period, account, contract)
    elif contract.status == "not_ready":
        yield later_seconds(contract.created, SETUP_SECONDS), start
    elif contract.status == "scheduled" and contract.start is not None:
        yield at_time(contract.start, time), start


def _invoice_steps(account: Account, invoice: Invoice, done: str) -> Iterator[Step]:
    if invoice.due is not None and (flip := at_time(plus_days(invoice.due, 1), "00:00:00")) > done:
        yield flip, _nothing
    if invoice.state != "ready_for_payment" or account.customer.status != "active":
        return
    charge = invoices.planned_charge(invoice)
    if charge is not None and payments.default_method(account) is not None:
        yield charge, partial(payments.charge_invoice, account, invoice)
    transfer = payments.transfer_at(account, invoice)
    if transfer is not None:
        yield transfer, partial(payments.receive_transfer, account, invoice)
    collecting = bool(invoices.under_way(account, invoice))
    if invoice.due is not None and invoice.contract_id is not None and not collecting:
        contract = account.contract(invoice.contract_id)
        while contract.moved_to is not None:
            contract = account.contract(contract.moved_to)
        if contract.status == "active":
            day = max(plus_days(invoice.due, NON_PAYMENT_DAYS), invoice.dunning_paused_until or "")
            yield at_time(day, account.customer.billing_time), partial(_non_payment, account, contract)


def close_period(account: Account, contract: Contract, at: str) -> None:
    """Close the current period: cancel, apply the scheduled change, or renew."""
    day = plus_days(contract.period_end or at[:10], 1)
    if contract.cancel_at is not None and contract.cancel_at <= day:
        _cancel(account, contract, at)
        return
    arrears = subscriptions.usage_lines(account, contract, plus_days(day, -1))
    if contract.scheduled is not None:
        changes.apply_scheduled_change(account, contract, at, day, arrears)
    else:
        subscriptions.begin_period(account, contract, at, day, arrears)


def _cancel(account: Account, contract: Contract, at: str) -> None:
    """End a subscription on the date of its cancellation."""
    day, reason = contract.cancel_at or at[:10], contract.cancel_reason or "other"
    cancellation.end(account, contract, at, day, reason, contract.cancel_terms)


def _non_payment(account: Account, contract: Contract, at: str) -> None:
    contract.changed_by = None  # ended by billing, not by who changed it last
    subscriptions.end_contract(account, contract, at, at[:10], "non_payment", bill_usage=False)


def _usage_alert(account: Account, contract: Contract, at: str) -> None:
    for feature in account.price_set(contract).features:
        if feature.metered and feature.limit:
            first = contract.usage_from
            used = sum(meter.daily_units(account, contract, feature, first, at[:10]))
            if used * 10 >= feature.limit * 9:
                what = f"{feature.name} at {int(used * 100 // feature.limit)} % of the limit"
                account.log(at, "usage", what, SCHEDULER, subscriptions.contract_ref(account, contract))


def _nothing(at: str) -> None:
    """Do nothing: saving refreshes the row of a customer whose invoice became overdue."""

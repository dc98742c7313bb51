"""The effect of ending a subscription, now or later."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.actions.charges import billed, bills_usage, charge_rows
from wbtui.sandbox.actions.effect import Effect, Wire, final, line, undone_by, warning
from wbtui.sandbox.actions.ending import CancelSubscription, Settled, cut_period
from wbtui.sandbox.actions.runner import Run
from wbtui.sandbox.actions.text import ARRIVAL, destination
from wbtui.sandbox.engine import cancellation, changes, ledger, subscriptions
from wbtui.sandbox.engine.account import Account, ref
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.invoices import put_taxes
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Contract, Line, Ref, Refund
from wbtui.sandbox.engine.rows import charge_total, priced


def ends_now(run: Run, contract: Contract, body: CancelSubscription, settled: Settled) -> Effect:
    account, plan = run.account, run.account.plan(contract).name
    currency = account.price_set(contract).currency
    before = ledger.balance(account, currency)
    dropped = _dropped_usage(_usage_until(run, contract, plus_days(run.today, -1)), body)
    lost, started = _lost_change(contract), contract.status == "active"
    made = cancellation.end(
        account, contract, run.at, run.today, body.cancel_reason, body.model_dump(), **run.logged
    )
    lost += _credited_instead(run, body, made, currency)
    left = ledger.balance(account, currency)
    text = "No payment is left that this account credit could be refunded to."
    run.refuse_if(body.credits == "refund" and left, "exceeds_refundable", text)
    bill = billed(account, made.invoice, "The subscription ends and the invoice stays open.")
    back = [*made.refunds, *made.payouts]
    credited = max(0, left - before)
    final_lines = made.lines if made.invoice is None else made.invoice.lines
    if body.unused_time in cancellation.REFUNDS:
        final_lines = [*made.unused, *final_lines]
    due = bill.due + settled.charged
    moved = sum(refund.amount for refund in back) + credited + settled.written_off or due
    return Effect(
        lines=[
            *charge_rows(account, final_lines, currency),
            *(_refund_line(account, refund, "Refund") for refund in made.refunds),
            *(_refund_line(account, refund, "Account credit refunded") for refund in made.payouts),
            *settled.lines,
        ],
        amount=Money(moved, currency) if moved else None,
        due_now=[Money(due, currency)] if due else [],
        next_invoice=priced(account, contract)[1],
        objects=[
            ref("contract", contract.id, plan),
            *bill.objects,
            *_refund_refs(account, back),
            *settled.objects,
        ],
        reversible=final("Renewing starts a new subscription, at the former price or today's."),
        documents=[*bill.documents, *(f"credit note of {_money_of(refund)}" for refund in made.refunds)],
        emails=bill.emails,
        email="confirmation of the cancellation",
        warnings=[*settled.warnings, *bill.warnings, *dropped, *lost],
        customer_sentence=_ended_sentence(
            f"Your subscription to {plan} has ended."
            if started
            else f"Your subscription to {plan} will not start.",
            back,
            Money(credited, currency),
            f"{Money(bill.due, currency)} {bill.collected}" if bill.due else "",
        )
        + settled.said,
        status="pending" if any(refund.status == "pending" for refund in back) else "done",
        pending_reason=next((refund.pending_reason for refund in back if refund.pending_reason), None),
    )


def ends_later(run: Run, contract: Contract, body: CancelSubscription, end: str, settled: Settled) -> Effect:
    account, plan = run.account, run.account.plan(contract).name
    currency = account.price_set(contract).currency
    terms = body.model_dump(include={"unused_time", "unbilled_usage", "credits"})
    unused, given = cancellation.left_of_unused(account, contract, end, body.unused_time)
    in_period = contract.period_end is not None and end <= plus_days(contract.period_end, 1)
    waiting = contract.carried_lines if in_period else []
    is_credit = body.unused_time == "prorated_credit" and bool(unused)
    last = _total(account, [*waiting, *(unused if is_credit else [])])
    back = Money((0 if is_credit else given) + max(0, -last), currency)
    usage = _usage_until(run, contract, run.today)
    warnings = [*settled.warnings, *_dropped_usage(usage, body, later=not in_period), *_lost_change(contract)]
    charge, first = priced(account, contract)[1], cut_period(account, contract, end)
    if first is not None and charge is not None and charge_total(charge).minor:
        text = f"The billing period from {say_date(first)} is charged in full, although it ends early."
        warnings.append(warning("charged_in_full", text))
    if waiting:
        total = Money(abs(last), currency)
        how = f"{total} becomes account credit" if last < 0 else f"{total} is invoiced"
        text = f"An earlier change is not settled yet: {how} on {say_date(end)}, without usage."
        warnings.append(warning("waiting_lines", text))
    if body.unbilled_usage == "bill" and usage and usage.minor and in_period:
        text = f"Usage is invoiced on {say_date(end)}: {usage} so far, before tax."
        warnings.append(warning("last_usage", text))
    if body.unused_time in cancellation.REFUNDS:
        text = f"The refund is made on {say_date(end)}. What no payment covers then becomes account credit."
        warnings.append(warning("later_refund", text))
    if body.credits == "refund":
        balance = Money(ledger.balance(account, currency), currency)
        text = f"Account credit that is left on {say_date(end)} is refunded then; it is {balance} now."
        warnings.append(warning("later_payout", text))
    if settled.lines:
        what = "refund the charge" if body.open_invoices == "collect" else "undo the write-off"
        warnings.append(warning("stays_settled", f"Undoing the cancellation does not {what}."))
    subscriptions.schedule_cancel(
        account, contract, run.at, body.cancel_reason, on=end, terms=terms, **run.logged
    )
    moved = back.minor + settled.written_off or settled.charged
    until = "" if account.customer.status == "inactive" else " Until then you can use it as before."
    unused_time = "" if waiting else " for the unused time"
    then = f" We then give back {back}{unused_time}." if back.minor else ""
    return Effect(
        lines=[
            *charge_rows(account, [*waiting, *unused], currency),
            *([line(f"Refund on {say_date(end)}", Money(given, currency))] if given and not unused else []),
            *settled.lines,
        ],
        amount=Money(moved, currency) if moved else None,
        due_now=[Money(settled.charged, currency)] if settled.charged else [],
        next_invoice=priced(account, contract)[1],
        objects=[ref("contract", contract.id, plan), *settled.objects],
        reversible=undone_by("undo_cancel"),
        email="confirmation of the cancellation",
        warnings=warnings,
        customer_sentence=f"Your subscription to {plan} ends on {say_date(end)}.{until}{then}{settled.said}",
    )


def _credited_instead(
    run: Run, body: CancelSubscription, made: cancellation.End, currency: str
) -> list[Wire]:
    """The warning about a part of a full refund that no payment method can take. Raises Refused otherwise."""
    if not made.unpaid:
        return []
    paid = Money(sum(refund.amount for refund in made.refunds), currency)
    text = f"Only {paid} of the payments for this billing period can be refunded. Credit the time instead."
    run.refuse_if(body.unused_time != "full_refund", "exceeds_refundable", text, paid)
    text = f"{Money(made.unpaid, currency)} was not paid by a payment method. It becomes account credit."
    return [warning("credited_instead", text, confirm=True)]


def _total(account: Account, lines: list[Line]) -> int:
    """The sum of lines with tax, in minor units."""
    return sum(each["total"] for each in put_taxes(account, [Line(**each) for each in lines]))


def _usage_until(run: Run, contract: Contract, day: str) -> Money | None:
    """The usage of the current period; None where the plan charges for none."""
    if not bills_usage(run.account, contract):
        return None
    lines = subscriptions.usage_lines(run.account, contract, day)
    return Money(sum(each["total"] for each in lines), run.account.price_set(contract).currency)


def _dropped_usage(usage: Money | None, body: CancelSubscription, *, later: bool = False) -> list[Wire]:
    """The warning about usage that is not billed; `later`: that of another billing period than this one."""
    if usage is None or body.unbilled_usage == "bill":
        return []
    if later:
        text = "Only usage of the last billing period is not billed. Earlier usage is invoiced as usual."
        return [warning("usage_dropped", text)]
    text = f"Usage is not billed: {usage} so far, before tax." if usage.minor else "Usage is not billed."
    return [warning("usage_dropped", text, confirm=bool(usage.minor))]


def _lost_change(contract: Contract) -> list[Wire]:
    """The warning about a scheduled change that does not happen."""
    if contract.scheduled is None:
        return []
    day = say_date(contract.scheduled["on"])
    text = f"The change {changes.scheduled_target(contract.scheduled)} scheduled for {day} will not happen."
    return [warning("scheduled_change", text, confirm=True)]


def _money_of(refund: Refund) -> Money:
    return Money(refund.amount, refund.currency)


def _refund_line(account: Account, refund: Refund, what: str) -> Wire:
    method = account.method(account.payment(refund.payment_id).method_id)
    return line(f"{what} to {destination(method)}", _money_of(refund))


def _refund_refs(account: Account, several: list[Refund]) -> list[Ref]:
    """Refunds with their payments and invoices."""
    found = []
    for refund in several:
        found += [refund.ref, account.payment(refund.payment_id).ref]
        found += [account.invoice(each).ref for each in refund.invoice_ids]
    return found


def _ended_sentence(ended: str, back: list[Refund], credited: Money, due: str) -> str:
    parts = [ended]
    if back:
        total = Money(sum(refund.amount for refund in back), back[0].currency)
        arrived = all(refund.status == "succeeded" for refund in back)
        refunded = "We have refunded" if arrived else "We have started a refund of"
        parts.append(f"{refunded} {total}; it usually arrives in {ARRIVAL}.")
    if credited.minor:
        parts.append(f"{credited} has been credited to your account.")
    if due:
        parts.append(f"For your final invoice, {due}.")
    return " ".join(parts)

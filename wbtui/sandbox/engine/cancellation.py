"""What the end of a subscription does with money: unused time, usage, unpaid invoices and account credit.

Terms are the answers by name: `unused_time` none, prorated_credit, prorated_refund or full_refund;
`unbilled_usage` bill or drop; `credits` keep or refund. One that is missing is the first.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Unpack

from wbtui.models.money import Money, split_by_weight
from wbtui.sandbox.engine import credit_notes, invoices, ledger, payments, refunds, subscriptions
from wbtui.sandbox.engine.account import SCHEDULER, Account, Actor, Why
from wbtui.sandbox.engine.changes import charged_discount
from wbtui.sandbox.engine.periods import remaining_days
from wbtui.sandbox.engine.records import CHARGES, Contract, Invoice, Line, Payment, Refund, in_period

Terms = Mapping[str, str]
REFUNDS = ("prorated_refund", "full_refund")


@dataclass
class End:
    """What the end of a subscription moved. `unpaid`: minor units that became account credit instead.

    `lines`: the last charges and credits, invoiced unless their sum is below zero.
    """

    invoice: Invoice | None = None
    lines: list[Line] = field(default_factory=list)
    unused: list[Line] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    payouts: list[Refund] = field(default_factory=list)
    unpaid: int = 0


# ── the current period ──
def unused_lines(account: Account, contract: Contract, day: str, how: str) -> list[Line]:
    """The credit lines, with tax, of the period's days from `day` on; of all its days for a full refund.

    Nothing in a trial, without an end of the period, or once it is over.
    """
    period = subscriptions.current_period(contract)
    if how == "none" or period is None or not contract.period_index:
        return []
    first = contract.usage_from if how == "full_refund" else max(day, period[0])
    days = remaining_days(*period, first)
    if not days[0]:
        return []
    lines = subscriptions.recurring_lines(
        account, contract, (first, period[1]), days=days, unused=True,
        discount=charged_discount(account, contract),
    )  # fmt: skip
    return invoices.put_taxes(account, lines)


def left_of_unused(account: Account, contract: Contract, day: str, how: str) -> tuple[list[Line], int]:
    """The credit lines and the minor units given back; no lines where less is left of the period's charge."""
    lines = unused_lines(account, contract, day, how)
    amount, left = value_of(lines), max(0, charged(account, contract))
    return ([], left) if amount > left else (lines, amount)


def scheduled_credit(account: Account, contract: Contract) -> list[Line]:
    """The credit lines of unused time on the last invoice of a subscription whose end is scheduled."""
    how = contract.cancel_terms.get("unused_time")
    if how != "prorated_credit" or contract.cancel_at is None:
        return []
    return left_of_unused(account, contract, contract.cancel_at, how)[0]


def value_of(lines: list[Line]) -> int:
    """The minor units that credit lines give back."""
    return -sum(line["total"] for line in lines)


def period_invoices(account: Account, contract: Contract) -> list[tuple[Invoice, list[Line]]]:
    """Invoices with the lines that charge the current period, newest first."""
    ids = _lineage(account, contract)
    found = []
    for invoice in reversed(account.invoices):
        own = (line for line in invoice.lines if line["contract_id"] in ids)
        if lines := [line for line in own if in_period(line, contract.period_end, (*CHARGES, "credit"))]:
            found.append((invoice, lines))
    return found


def charged(account: Account, contract: Contract) -> int:
    """Minor units charged for the current period, without what was credited, refunded or noted since.

    With those that wait for the next invoice.
    """
    waiting = invoices.put_taxes(account, [Line(**line) for line in contract.carried_lines])
    ends = contract.period_end
    left = sum(line["total"] for line in waiting if line["period"] is not None and line["period"][1] == ends)
    for invoice, lines in period_invoices(account, contract):
        done = refunds.line_refunded(account, invoice)
        rest = sum(line["total"] - done.get(line["id"], 0) for line in lines)
        left += min(rest, credit_notes.amount_left(account, invoice))
    return left


def open_invoices(account: Account, contract: Contract) -> list[Invoice]:
    """Owed invoices of a subscription that no charge is collecting, oldest first."""
    ids = _lineage(account, contract)
    return [
        invoice
        for invoice in account.invoices
        if invoice.contract_id in ids and invoice.open and not invoices.under_way(account, invoice)
    ]


def _lineage(account: Account, contract: Contract) -> set[str]:
    """Ids of a subscription and of those it replaced."""
    ids = {contract.id}
    while contract.moved_from is not None:
        contract = account.contract(contract.moved_from)
        ids.add(contract.id)
    return ids


# ── money ──
def settle_invoices(
    account: Account, several: list[Invoice], at: str, how: str, *, actor: Actor, **why: Unpack[Why]
) -> list[Payment]:
    """Collect or write off invoices, or leave them; return the charges. Raises SandboxError."""
    made = []
    for invoice in several if how != "leave" else ():
        if how == "write_off":
            invoices.write_off_invoice(account, invoice, at, actor, **why)
        else:
            made.append(payments.charge_invoice(account, invoice, at, actor=actor))
    return made


def end(
    account: Account,
    contract: Contract,
    at: str,
    day: str,
    cause: str,
    terms: Terms,
    *,
    actor: Actor = SCHEDULER,
    **why: Unpack[Why],
) -> End:
    """End a subscription; `day` is the first day without service.

    A scheduled end always succeeds: never more than is left of the period's charge is given back, and what no
    payment covers of a refund becomes account credit.
    """
    how = terms.get("unused_time", "none")
    lines, amount = left_of_unused(account, contract, day, how)
    made = End(unused=lines)
    if how in REFUNDS:
        made.refunds = list(_refund_period(account, contract, at, amount, actor, why))
        made.unpaid = amount - sum(refund.amount for refund in made.refunds)
    elif not made.unused:
        made.unpaid = amount
    bill_usage, unused = terms.get("unbilled_usage") != "drop", lines if how == "prorated_credit" else []
    made.invoice, made.lines = subscriptions.end_contract(
        account, contract, at, day, cause, actor=actor, bill_usage=bill_usage, unused=unused, **why
    )
    currency = account.price_set(contract).currency
    if made.unpaid:
        ledger.grant_credit(account, at, made.unpaid, currency, actor=actor, kind="proration", **why)
    if terms.get("credits") == "refund":
        made.payouts = list(_pay_out(account, currency, at, actor, why))
    return made


def _refund_period(
    account: Account, contract: Contract, at: str, amount: int, actor: Actor, why: Why
) -> Iterator[Refund]:
    """Refund up to `amount` of what was paid for the current period, with credit notes."""
    for invoice, lines in period_invoices(account, contract):
        for payment in invoices.payments_of(account, invoice):
            rest = refunds.line_remaining(account, invoice)
            left = {line["id"]: rest[line["id"]] for line in lines if rest[line["id"]]}
            most = credit_notes.amount_left(account, invoice)
            part = min(amount, refunds.refundable_of(account, payment, invoice), most, sum(left.values()))
            if part > 0 and payment.method_id is not None:
                shares = split_by_weight(Money(part, invoice.currency), list(left.values()))
                split = {name: share.minor for name, share in zip(left, shares, strict=True) if share.minor}
                yield refunds.create_refund(
                    account, at, payment, part, actor=actor, invoice=invoice, lines=split,
                    adjust_invoice=True, **why,
                )  # fmt: skip
                amount -= part


def _pay_out(account: Account, currency: str, at: str, actor: Actor, why: Why) -> Iterator[Refund]:
    """Refund account credit to payment methods, newest payment first, as far as payments cover it."""
    for payment in reversed(account.payments):
        if payment.currency == currency and payment.method_id is not None:
            for invoice in [account.invoice(each) for each in payment.invoice_ids]:
                left = refunds.refundable_of(account, payment, invoice)
                part = min(ledger.balance(account, currency), left)
                if part > 0:
                    _take_credit(account, currency, at, part, actor, why)
                    yield refunds.create_refund(
                        account, at, payment, part, actor=actor, invoice=invoice, **why
                    )


def _take_credit(account: Account, currency: str, at: str, amount: int, actor: Actor, why: Why) -> None:
    for credit in [one for one in account.credits if one.currency == currency and one.remaining]:
        part = min(amount, credit.remaining)
        if part:
            ledger.reverse(account, at, credit, part, actor=actor, **why)
            amount -= part

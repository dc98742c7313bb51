"""Whether a preview's amounts are what is then moved and billed, when the clock goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from wbtui.models.money import Money
from wbtui.sandbox.engine import clock, ledger
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.invoices import VOID_STATUSES, put_taxes
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.records import Invoice, Line
from wbtui.sandbox.store import Tx

Sums = dict[str, Counter[str]]
"""What is counted → currency → minor units."""


def sums(account: Account) -> Sums:
    """What was invoiced, owed, attempted, refunded and credited in all, by currency."""
    found: Sums = {name: Counter() for name in ("due", "owed", "charged", "refunded", "credit")}
    for invoice in account.invoices:
        found["due"][invoice.currency] += invoice.total - invoice.credited
        found["owed"][invoice.currency] += invoice.open
    for payment in account.payments:
        found["charged"][payment.currency] += payment.amount
    for refund in account.refunds:
        found["refunded"][refund.currency] += 0 if refund.status in VOID_STATUSES else refund.amount
    for currency in {credit.currency for credit in account.credits}:
        found["credit"][currency] = ledger.balance(account, currency)
    return found


def check_amount(tx: Tx, customer: str, preview: dict[str, Any], before: Sums) -> None:
    """The amount is what moved at once, else what moves on the day of the end that the preview names."""
    if preview["amount"] is None:
        return
    amount = Money.parse(preview["amount"]["amount"], preview["amount"]["currency"])
    if amount.minor in _moved(tx, customer, before, amount.currency):
        return
    [end] = [one["after"] for one in preview["changes"] if one["path"].endswith("/cancel_at")]
    with _later(tx, end):
        assert amount.minor in _moved(tx, customer, before, amount.currency)


def _moved(tx: Tx, customer: str, before: Sums, currency: str) -> set[int]:
    with clock.changing(tx, customer) as (account, _):
        now = sums(account)
    by = {name: now[name][currency] - before[name][currency] for name in now}
    given = by["refunded"] + by["credit"]
    return {abs(minor) for minor in by.values()} | {given, given - by["owed"]}  # with what is written off


def check_next_invoice(tx: Tx, customer: str, preview: dict[str, Any]) -> bool:
    """An invoice of that day has that total, the usage of the last period aside.

    Returns whether one was compared: none is where nothing is charged, or where an invoice was unpaid for so
    long that its subscription has ended before.
    """
    promised = preview["next_invoice"]
    if promised is None or promised["total"]["amount"].strip("0.") == "":
        return False
    with _later(tx, promised["date"]), clock.changing(tx, customer) as (account, _):
        made = [invoice for invoice in account.invoices if invoice.date == promised["date"]]
        totals = [Money(_without_usage(account, each), each.currency).wire() for each in made]
        lost = [each for each in account.contracts if each.ended_reason == "non_payment"]
        assert promised["total"] in totals or lost
    return not lost


def _without_usage(account: Account, invoice: Invoice) -> int:
    """The total without the usage of the period that has just ended; carried usage is known before."""
    yesterday = plus_days(invoice.date, -1)
    lines = [Line(**line) for line in invoice.lines
             if line["kind"] != "usage" or (line["period"] or [""])[-1] != yesterday]  # fmt: skip
    return sum(line["total"] for line in put_taxes(account, lines))


@contextmanager
def _later(tx: Tx, day: str) -> Iterator[None]:
    """The end of a day; the file is as before afterwards."""
    tx.execute("SAVEPOINT later")
    clock.set_forward(tx, max(f"{day}T23:59:59Z", clock.now(tx)))
    yield
    tx.execute("ROLLBACK TO later")

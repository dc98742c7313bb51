"""The credit ledger: append-only entries per currency; their sum is the balance."""

from __future__ import annotations

from typing import Unpack

from wbtui.models.money import Money
from wbtui.sandbox.engine.account import SCHEDULER, Account, Actor, Why, ref
from wbtui.sandbox.engine.records import Credit, Invoice
from wbtui.sandbox.store import SandboxError


def balance(account: Account, currency: str) -> int:
    """Account credit in a currency, in minor units."""
    for entry in reversed(account.credits):
        if entry.currency == currency:
            return entry.balance_after
    return 0


def expiring(account: Account, currency: str, day: str) -> int:
    """The part of the balance that expires before a day, in minor units."""
    entries = [each for each in account.credits if each.currency == currency and each.expires is not None]
    return sum(each.remaining for each in entries if (each.expires or day) < day)


def balances(account: Account) -> dict[str, int]:
    """The balance per currency that has an entry."""
    return {entry.currency: entry.balance_after for entry in account.credits}


def _enter(account: Account, at: str, amount: int, currency: str, kind: str, **more: str | None) -> Credit:
    """Add an entry. `more`: fields of Credit."""
    entry = Credit(
        account.engine.new_id("Cred"),
        account.customer.id,
        at,
        amount,
        currency,
        balance(account, currency) + amount,
        kind,
        remaining=max(0, amount),
        **more,
    )
    account.credits.append(entry)
    return entry


def grant_credit(
    account: Account,
    at: str,
    amount: int,
    currency: str,
    *,
    actor: Actor,
    kind: str = "grant",
    expires: str | None = None,
    invoice_id: str | None = None,
    **why: Unpack[Why],
) -> Credit:
    """Grant account credit, or `proration` credit for unused time. Raises SandboxError unless amount > 0."""
    if amount <= 0:
        raise SandboxError("The amount of a credit must be above zero.")
    entry = _enter(
        account,
        at,
        amount,
        currency,
        kind,
        reason=why.get("reason"),
        comment=why.get("comment"),
        made_by=actor.name,
        expires=expires,
        invoice_id=invoice_id,
    )
    money = Money(amount, currency)
    what = f"Credit of {money} granted" if kind == "grant" else f"Unused time credited: {money}"
    account.log(at, "billing", what, actor, ref("credit", entry.id), money=money, **why)
    return entry


def _consume(account: Account, amount: int, currency: str) -> None:
    """Reduce what is left of the grants by `amount`, oldest first."""
    for entry in account.credits:
        if amount <= 0:
            return
        if entry.currency == currency and entry.remaining > 0:
            used = min(entry.remaining, amount)
            entry.remaining -= used
            amount -= used


def apply_credit(account: Account, invoice: Invoice, at: str) -> None:
    """Apply the balance of the invoice's currency to it."""
    amount = min(balance(account, invoice.currency), invoice.total - invoice.credited)
    if amount <= 0:
        return
    _enter(account, at, -amount, invoice.currency, "applied", invoice_id=invoice.id)
    _consume(account, amount, invoice.currency)
    invoice.credited += amount
    money = Money(amount, invoice.currency)
    what = f"Credit of {money} applied to {invoice.number}"
    account.log(at, "billing", what, SCHEDULER, invoice.ref, money=money)


def return_applied(account: Account, invoice: Invoice, at: str, actor: Actor) -> None:
    """Return the account credit that a voided invoice used."""
    money = Money(invoice.credited, invoice.currency)
    if not money.minor:
        return
    entry = _enter(
        account, at, money.minor, money.currency, "reversal", made_by=actor.name, invoice_id=invoice.id
    )
    what = f"Credit of {money} returned from {invoice.number}"
    account.log(at, "billing", what, actor, ref("credit", entry.id), invoice.ref, money=money)
    invoice.credited = 0


def reverse(
    account: Account,
    at: str,
    credit: Credit,
    amount: int,
    *,
    actor: Actor = SCHEDULER,
    kind: str = "reversal",
    **why: Unpack[Why],
) -> Credit:
    """Reverse `amount` of a grant by an opposite entry (kind reversal or expiry).

    Raises SandboxError beyond what is left of the grant.
    """
    if not 0 < amount <= credit.remaining:
        raise SandboxError("The amount exceeds what is left of this credit.")
    credit.remaining -= amount
    reason, comment = why.get("reason"), why.get("comment")
    entry = _enter(
        account, at, -amount, credit.currency, kind,
        reason=reason, comment=comment, made_by=actor.name, invoice_id=credit.invoice_id,
    )  # fmt: skip
    what = f"Credit of {Money(amount, credit.currency)} {'expired' if kind == 'expiry' else 'reversed'}"
    money = Money(-amount, credit.currency)
    account.log(at, "billing", what, actor, ref("credit", credit.id), money=money, **why)
    return entry


def expire(account: Account, credit: Credit, at: str) -> None:
    """Take away what is left of an expired grant."""
    reverse(account, at, credit, credit.remaining, kind="expiry")

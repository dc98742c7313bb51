"""The credit ledger: append-only entries per currency; their sum is the balance."""

from __future__ import annotations

from wbtui.models.money import Money
from wbtui.sandbox.engine.account import SCHEDULER, Account, Actor, ref
from wbtui.sandbox.engine.records import Credit, Invoice
from wbtui.sandbox.store import SandboxError


def balance(account: Account, currency: str) -> int:
    """Account credit in a currency, in minor units."""
    for entry in reversed(account.credits):
        if entry.currency == currency:
            return entry.balance_after
    return 0


def balances(account: Account) -> dict[str, int]:
    """The balance per currency that has an entry."""
    return {entry.currency: entry.balance_after for entry in account.credits}


def _enter(
    account: Account,
    at: str,
    amount: int,
    currency: str,
    kind: str,
    *,
    reason: str | None = None,
    comment: str | None = None,
    by: str | None = None,
    expires: str | None = None,
    invoice_id: str | None = None,
) -> Credit:
    entry = Credit(
        account.engine.new_id("Cred"),
        account.customer.id,
        at,
        amount,
        currency,
        balance(account, currency) + amount,
        kind,
        reason,
        comment,
        by,
        expires,
        invoice_id,
        max(0, amount),
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
    reason: str | None = None,
    comment: str | None = None,
    ticket: str | None = None,
    expires: str | None = None,
    invoice_id: str | None = None,
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
        reason=reason,
        comment=comment,
        by=actor.name,
        expires=expires,
        invoice_id=invoice_id,
    )
    text = Money(amount, currency)
    what = f"Credit of {text} granted" if kind == "grant" else f"Unused time credited: {text}"
    account.log(
        at,
        "billing",
        what,
        actor,
        amount=amount,
        currency=currency,
        reason=reason,
        comment=comment,
        ticket=ticket,
        refs=[ref("credit", entry.id)],
    )
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


def apply_credit(account: Account, invoice: Invoice, at: str) -> int:
    """Apply the balance of the invoice's currency to it, and return the minor units applied."""
    amount = min(balance(account, invoice.currency), invoice.total - invoice.credited)
    if amount <= 0:
        return 0
    _enter(account, at, -amount, invoice.currency, "applied", invoice_id=invoice.id)
    _consume(account, amount, invoice.currency)
    invoice.credited += amount
    account.log(
        at,
        "billing",
        f"Credit of {Money(amount, invoice.currency)} applied to {invoice.number}",
        amount=amount,
        currency=invoice.currency,
        refs=[ref("invoice", invoice.id, invoice.number)],
    )
    return amount


def return_applied(account: Account, invoice: Invoice, at: str, actor: Actor) -> int:
    """Return the account credit that a voided invoice used, and the minor units returned."""
    amount = invoice.credited
    if amount:
        entry = _enter(
            account, at, amount, invoice.currency, "reversal", by=actor.name, invoice_id=invoice.id
        )
        account.log(
            at,
            "billing",
            f"Credit of {Money(amount, invoice.currency)} returned from {invoice.number}",
            actor,
            amount=amount,
            currency=invoice.currency,
            refs=[ref("credit", entry.id), ref("invoice", invoice.id, invoice.number)],
        )
        invoice.credited = 0
    return amount


def reverse(
    account: Account,
    at: str,
    credit: Credit,
    amount: int,
    *,
    actor: Actor = SCHEDULER,
    kind: str = "reversal",
    reason: str | None = None,
    comment: str | None = None,
    ticket: str | None = None,
) -> Credit:
    """Reverse `amount` of a grant by an opposite entry (kind reversal or expiry).

    Raises SandboxError beyond what is left of the grant.
    """
    if not 0 < amount <= credit.remaining:
        raise SandboxError("The amount exceeds what is left of this credit.")
    credit.remaining -= amount
    entry = _enter(account, at, -amount, credit.currency, kind, reason=reason, comment=comment, by=actor.name)
    verb = "expired" if kind == "expiry" else "reversed"
    account.log(
        at,
        "billing",
        f"Credit of {Money(amount, credit.currency)} {verb}",
        actor,
        amount=-amount,
        currency=credit.currency,
        reason=reason,
        comment=comment,
        ticket=ticket,
        refs=[ref("credit", credit.id)],
    )
    return entry

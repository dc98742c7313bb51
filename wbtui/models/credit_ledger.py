"""The credit ledger: its running balance, computed from the entries and compared with the server's."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from wbtui.models.money import Money, add_known
from wbtui.models.payment import CreditEntry


@dataclass(frozen=True, slots=True)
class LedgerDifference:
    """The entries of a currency do not add up to its credit balance.

    Attributes:
        entry: the first after which the balance differs.
        sum: what the entries add up to, None where they cannot be added.
        balance: the credit balance according to the server.
    """

    entry: CreditEntry
    sum: Money | None
    balance: Money


@dataclass(frozen=True, slots=True)
class CreditLedger:
    """Running balances of a ledger, and what is wrong with them.

    Attributes:
        balances: the balance after each entry, by the entry's ID; None where the entries cannot be added.
        opening: the oldest entry of each currency whose balance did not begin at zero, with the balance
            before it: older entries are missing.
        differences: the currencies whose entries do not add up.
    """

    balances: Mapping[str, Money | None] = field(default_factory=dict)
    opening: tuple[tuple[CreditEntry, Money], ...] = ()
    differences: tuple[LedgerDifference, ...] = ()


def credit_ledger(entries: Sequence[CreditEntry]) -> CreditLedger:
    """Add up the entries, which are newest first, each currency by itself.

    The balance before the oldest entry is taken from that entry. Where nothing differs, the balance after the
    newest entry is the customer's credit balance.
    """
    balances: dict[str, Money | None] = {}
    opening: list[tuple[CreditEntry, Money]] = []
    running: dict[str, Money | None] = {}
    wrong: dict[str, CreditEntry] = {}
    newest: dict[str, CreditEntry] = {}
    for entry in reversed(entries):
        currency = entry.money.currency
        if currency not in running:
            before = add_known(entry.balance_after, -entry.money)
            running[currency] = before
            if before:
                opening.append((entry, before))
        running[currency] = balances[entry.id] = add_known(running[currency], entry.money)
        if running[currency] != entry.balance_after:
            wrong.setdefault(currency, entry)
        newest[currency] = entry
    differences = (
        LedgerDifference(first, running[currency], newest[currency].balance_after)
        for currency, first in wrong.items()
    )
    return CreditLedger(balances, tuple(opening), tuple(differences))

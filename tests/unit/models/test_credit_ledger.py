"""The credit ledger adds up to the credit balance, or says from which entry on it does not."""

from __future__ import annotations

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.support.billing_parts import eur, ledger
from wbtui.models.credit_ledger import LedgerDifference, credit_ledger
from wbtui.models.money import Money
from wbtui.models.payment import credit_balance

AMOUNTS = st.lists(
    st.builds(
        Money,
        st.integers(-(10**9), 10**9).filter(bool),
        st.sampled_from(("eur", "usd", "jpy")),
    ),
    min_size=1,
    max_size=30,
)


@given(AMOUNTS)
def test_it_equals_the_credit_balance(amounts: list[Money]) -> None:
    entries = ledger(amounts)
    found = credit_ledger(entries)
    assert (found.opening, found.differences) == ((), ())
    assert found.balances == {entry.id: entry.balance_after for entry in entries}
    for currency, balance in credit_balance(entries).items():
        newest = next(entry for entry in entries if entry.money.currency == currency)
        assert found.balances[newest.id] == balance


@given(AMOUNTS, st.data())
def test_a_missing_entry_is_found(amounts: list[Money], data: st.DataObject) -> None:
    entries = ledger(amounts)
    gone = data.draw(st.sampled_from(entries))
    rest = tuple(entry for entry in entries if entry is not gone)
    same = [entry for entry in entries if entry.money.currency == gone.money.currency]
    assume(gone is not same[0])  # the newest is missed by nobody
    found = credit_ledger(rest)
    if gone is same[-1]:
        assert found.differences == ()
        assert found.opening == ((same[-2], gone.money),)
        return
    after = same[same.index(gone) - 1]
    balance = credit_balance(rest)[gone.money.currency]
    assert found.opening == ()
    assert found.differences == (LedgerDifference(after, balance - gone.money, balance),)


@given(AMOUNTS, st.integers(1, 10**9), st.data())
def test_an_altered_amount_is_found(amounts: list[Money], by: int, data: st.DataObject) -> None:
    entries = list(ledger(amounts))
    at = data.draw(st.integers(0, len(entries) - 1))
    money = entries[at].money + Money(by, entries[at].money.currency)
    entries[at] = entries[at].model_copy(update={"money": money})
    found = credit_ledger(entries)
    assert found.differences or found.opening
    assert {one.entry for one in found.differences} | {one for one, _ in found.opening} == {entries[at]}


def test_entries_that_cannot_be_added_are_said() -> None:
    [entry] = ledger((eur(100),))
    mixed = entry.model_copy(update={"balance_after": Money(100, "usd")})
    assert credit_ledger((mixed,)).differences == (LedgerDifference(mixed, None, Money(100, "usd")),)
    large = entry.model_copy(update={"money": eur(2**63 - 1), "balance_after": eur(-(2**63 - 1))})
    assert credit_ledger((large,)).balances == {entry.id: None}
    assert credit_ledger(()).differences == ()

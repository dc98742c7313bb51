"""Money: parsing, rounding, arithmetic and JSON."""

from __future__ import annotations

from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from wbtui.errors import MoneyError
from wbtui.models.money import Money, digits_of, div_half_even, per_currency, split_by_weight, total

CURRENCIES = st.sampled_from(["eur", "usd", "gbp", "jpy", "kwd"])
AMOUNTS = st.builds(Money, st.integers(-(10**15), 10**15), CURRENCIES)
WIRE: TypeAdapter[Money] = TypeAdapter(Money)


@given(AMOUNTS)
def test_text_and_json_round_trip(money: Money) -> None:
    assert Money.parse(money.amount, money.currency) == money
    assert WIRE.validate_json(WIRE.dump_json(money)) == money
    assert WIRE.validate_python(money.wire()) == money


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("22.40", "eur", 2240),
        ("22.4", "EUR", 2240),
        ("22", "eur", 2200),
        ("-0.05", "eur", -5),
        ("22.4000", "eur", 2240),
        ("500", "jpy", 500),
        ("1.234", "kwd", 1234),
    ],
)
def test_parses_major_units(text: str, currency: str, minor: int) -> None:
    assert Money.parse(text, currency).minor == minor


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("22.405", "eur"),
        ("1.5", "jpy"),
        ("1e3", "eur"),
        ("Infinity", "eur"),
        ("NaN", "eur"),
        ("", "eur"),
        ("1,000.00", "eur"),
        ("１０", "eur"),
        ("٣", "eur"),
        (" 1", "eur"),
        ("+1", "eur"),
        ("1.", "eur"),
        (".5", "eur"),
        ("9" * 5000, "eur"),
        ("1", "euro"),
        ("1", "e€r"),
        ("1", ""),
    ],
)
def test_rejects_inexact_amounts(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        Money.parse(text, currency)


@pytest.mark.parametrize(
    "value", [22.4, 22, "22.40", None, {"amount": 22.4, "currency": "eur"}, {"amount": "1"}]
)
def test_json_accepts_only_text_and_currency(value: object) -> None:
    with pytest.raises(ValueError):
        WIRE.validate_python(value)


@pytest.mark.parametrize(
    ("money", "shown"),
    [
        (Money(2240, "eur"), "€22.40"),
        (Money(-5, "eur"), "-€0.05"),
        (Money(123456789, "usd"), "$1,234,567.89"),
        (Money(1200, "jpy"), "¥1,200"),
        (Money(1200, "chf"), "CHF 12.00"),
    ],
)
def test_display_form(money: Money, shown: str) -> None:
    assert str(money) == shown


def test_currencies_cannot_be_combined() -> None:
    euro, dollar = Money(1, "eur"), Money(1, "usd")
    for mixed in (
        lambda: euro + dollar,
        lambda: euro - dollar,
        lambda: euro < dollar,
        lambda: total([euro], "usd"),
    ):
        with pytest.raises(MoneyError):
            mixed()
    assert per_currency([euro, dollar, euro]) == {"eur": Money(2, "eur"), "usd": dollar}


@given(st.integers(-(10**18), 10**18), st.integers(1, 10**9))
def test_division_rounds_half_even(numerator: int, denominator: int) -> None:
    exact = (Decimal(numerator) / Decimal(denominator)).quantize(Decimal(1), rounding=ROUND_HALF_EVEN)
    # Decimal keeps 28 digits, enough to decide every case drawn here.
    assert div_half_even(numerator, denominator) == int(exact)


@given(AMOUNTS, st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_shares_add_up(money: Money, weights: list[int]) -> None:
    shares = list(split_by_weight(money, weights))
    assert len(shares) == len(weights)
    assert total(shares, money.currency) == money
    assert all(share.minor * money.minor >= 0 for share in shares)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.integers(0, 600))
def test_no_share_is_more_than_its_weight_where_all_fit(weights: list[int], minor: int) -> None:
    minor = min(minor, sum(weights))
    shares = [share.minor for share in split_by_weight(Money(minor, "eur"), weights)]
    assert sum(shares) == minor
    assert all(0 <= share <= weight for share, weight in zip(shares, weights, strict=True))


def test_the_last_share_takes_the_remainder_where_it_can() -> None:
    shares = {minor: list(split_by_weight(Money(minor, "eur"), [100] * 5)) for minor in (3, 101, 102)}
    assert [[share.minor for share in one] for one in shares.values()] == [
        [1, 1, 1, 0, 0],
        [20, 20, 20, 20, 21],
        [20, 20, 20, 20, 22],
    ]


@given(AMOUNTS, st.decimals("0", "1", places=4))
def test_times_is_half_even_of_the_exact_product(money: Money, factor: Decimal) -> None:
    product = money.minor * int(factor.scaleb(4))
    assert money.times(factor).minor == div_half_even(product, 10_000)


def test_floats_and_bools_are_rejected() -> None:
    for wrong in (1.0, True, "1"):
        with pytest.raises(MoneyError):
            Money(wrong, "eur")  # type: ignore[arg-type]


def test_digits() -> None:
    assert [digits_of(code) for code in ("eur", "jpy", "kwd")] == [2, 0, 3]

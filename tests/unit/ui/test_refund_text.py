"""Parsing of typed amounts, cleaning of pasted text, and sentences of the journal."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.errors import MoneyError
from wbtui.models.money import Money, parse_typed
from wbtui.ui.text.journal import members, unresolved_sentence
from wbtui.ui.widgets.text_field import printable


@pytest.mark.parametrize(
    ("text", "currency", "minor"),
    [
        ("22.40", "eur", 2240),
        ("22,40", "eur", 2240),
        ("22,4", "eur", 2240),
        (" €22.40 ", "eur", 2240),
        ("22.40 EUR", "eur", 2240),
        ("eur 22", "eur", 2200),
        ("1,234.50", "eur", 123450),
        ("1.234,50", "eur", 123450),
        ("1,234,567.89", "usd", 123456789),
        ("5", "jpy", 5),
        ("¥32,600", "jpy", 32600),
        ("1.234.567", "jpy", 1234567),
        ("1.500", "bhd", 1500),
        ("CHF 12", "chf", 1200),
    ],
)
def test_amounts_are_parsed_in_common_notations(text: str, currency: str, minor: int) -> None:
    assert parse_typed(text, currency) == Money(minor, currency)


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("", "eur"),
        ("0", "eur"),
        ("0,00", "eur"),
        ("-5", "eur"),
        ("5.123", "eur"),
        ("1,234", "eur"),
        ("5.5", "jpy"),
        ("1,2345", "jpy"),
        ("1,234.567", "jpy"),
        ("1,00,000", "jpy"),
        ("$5", "eur"),
        ("5 usd", "eur"),
        ("1e3", "eur"),
        ("٣", "eur"),
        ("12.34.56", "eur"),
        ("1,2345.00", "eur"),
        ("nan", "eur"),
        ("5 0", "eur"),
        ("99999999999999999999", "eur"),
    ],
)
def test_other_texts_are_rejected_as_amounts(text: str, currency: str) -> None:
    with pytest.raises(MoneyError):
        parse_typed(text, currency)


@pytest.mark.parametrize("digits", [18, 20, 24])
def test_an_amount_that_is_too_large_says_so(digits: int) -> None:
    with pytest.raises(MoneyError, match=r"^The amount is too large\.$"):
        parse_typed("9" * digits, "eur")


@given(st.integers(1, 10**14), st.sampled_from(["eur", "jpy", "bhd", "gbp"]), st.sampled_from(".,"))
def test_a_formatted_amount_is_parsed_to_the_same_amount(minor: int, currency: str, decimal: str) -> None:
    money = Money(minor, currency)
    assert parse_typed(money.amount.replace(".", decimal), currency) == money
    assert parse_typed(str(money), currency) == money


@given(st.text(max_size=30))
def test_any_text_is_parsed_exactly_or_rejected(text: str) -> None:
    try:
        money = parse_typed(text, "eur")
    except MoneyError:
        return
    assert money.minor > 0 and parse_typed(money.amount, "eur") == money


@given(st.text())
def test_invisible_characters_are_removed_from_pasted_text(text: str) -> None:
    one, several = printable(text, lines=False), printable(text, lines=True)
    assert "\n" not in one
    for char in several:
        assert char == "\n" or unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def test_request_body_members_are_listed_by_path() -> None:
    body = (
        b'{"key":"k","basis":"b","action":{"kind":"refund","amount":{"amount":"5.00","currency":"eur"},'
        b'"context":{"notify":true,"ticket":null},"lines":[{"line_id":"L1"}]}}'
    )
    assert list(members(body)) == [
        ("action.kind", "refund"),
        ("action.amount", "5.00 eur"),
        ("action.context.notify", "true"),
        ("action.lines.1.line_id", "L1"),
    ]
    assert list(members(b"\xff")) == [("bytes", "1")]
    assert list(members(b"[" * 100_000)) == [("bytes", "100000")]


def test_unknown_outcomes_are_counted_in_grammatical_sentences() -> None:
    end = "Open the app to check"
    assert unresolved_sentence(1) == f"1 action has an unknown outcome. {end} its status."
    assert unresolved_sentence(2) == f"2 actions have an unknown outcome. {end} their status."

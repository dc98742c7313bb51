"""Invoice lines told in words: every step is there, and a line that does not add up says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.models.explain import day, explain_line, percent
from wbtui.models.invoice import Line, LineKind, Tax, TierSlice
from wbtui.models.money import Money
from wbtui.models.plan import Strategy, grouped_units


def eur(minor: int) -> Money:
    return Money(minor, "eur")


def line(**changes: object) -> Line:
    values: dict[str, object] = {
        "id": "L1",
        "name": "Pro",
        "subscription_id": None,
        "kind": LineKind.RECURRING,
        "period": None,
        "days": None,
        "of_days": None,
        "quantity": "1",
        "unit_price": eur(15000),
        "strategy": Strategy.FLAT,
        "tiers": (),
        "gross": eur(15000),
        "discount": eur(0),
        "discount_rule": None,
        "tax": None,
        "rounding": eur(0),
        "total": eur(15000),
        "refunded": eur(0),
    }
    return Line.model_validate(values | changes)


def texts(one: Line) -> list[str]:
    return [step.text for step in explain_line(one)]


def test_days_of_a_period_are_told_with_the_price_they_are_a_share_of() -> None:
    told = line(
        kind=LineKind.PRORATION,
        days=9,
        of_days=30,
        gross=eur(4500),
        total=eur(4500),
        period=(date(2026, 11, 22), date(2026, 11, 30)),
    )
    assert "9 of 30 days of €150.00" in texts(told)
    assert texts(told)[0] == "Pro: prorated price for part of the period, 22 Nov 2026 to 30 Nov 2026."
    assert explain_line(told)[-1].money == eur(4500)


def test_tiers_discount_tax_and_rounding_each_have_their_step() -> None:
    told = line(
        quantity="101",
        strategy=Strategy.USAGE_TIERED,
        unit_price=None,
        tiers=(
            TierSlice(
                start="1", end="100", quantity="100", unit_price=eur(0), flat_fee=None, subtotal=eur(0)
            ),
            TierSlice(
                start="101", end=None, quantity="1", unit_price=eur(8), flat_fee=eur(500), subtotal=eur(508)
            ),
        ),
        gross=eur(508),
        discount=eur(51),
        discount_rule="Loyal 10 %",
        tax=Tax(rate="0.19", mode="exclusive", money=eur(87), name="VAT"),
        rounding=eur(1),
        total=eur(545),
        refunded=eur(100),
    )
    assert texts(told)[1:] == [
        "Units 1–100: 100 × €0.00",
        "Units 101 and up: 1 × €0.08 + €5.00 once",
        "Price before discount and tax",
        "Discount (Loyal 10 %)",
        "VAT 19 %, added on top",
        "Rounding",
        "Line total",
        "Refunded",
    ]


def test_tax_inside_the_price_is_said_to_be_inside() -> None:
    told = line(tax=Tax(rate="0.2", mode="inclusive", money=eur(2500), name="VAT 20 %"))
    assert "VAT 20 % included in the price: €25.00" in texts(told)


def test_a_line_that_does_not_add_up_says_so() -> None:
    assert (
        texts(line(total=eur(14999)))[-1]
        == "▲ The steps add up to €150.00, but the invoice says €149.99. Report this to the merchant."
    )


@given(
    gross=st.integers(-(10**9), 10**9),
    discount=st.integers(0, 10**6),
    tax=st.integers(-(10**6), 10**6),
    rounding=st.integers(-5, 5),
)
def test_the_amounts_of_the_steps_add_up_to_the_total(
    gross: int, discount: int, tax: int, rounding: int
) -> None:
    total = gross - discount + tax + rounding
    told = line(
        unit_price=None,
        gross=eur(gross),
        discount=eur(discount),
        rounding=eur(rounding),
        total=eur(total),
        tax=Tax(rate="0.1", mode="exclusive", money=eur(tax), name=None),
    )
    steps = explain_line(told)
    at = next(i for i, step in enumerate(steps) if step.text == "Line total")
    parts = [step.money.minor for step in steps[:at] if step.money is not None]
    assert sum(parts) == total
    assert len(steps) == at + 1


@given(st.text())
def test_words_for_numbers_never_raise(text: str) -> None:
    assert isinstance(grouped_units(text), str) and isinstance(percent(text), str)


@pytest.mark.parametrize(
    ("text", "shown"), [("1000", "1,000"), ("2.50", "2.5"), ("1E+3", "1,000"), ("x", "x"), ("NaN", "NaN")]
)
def test_units(text: str, shown: str) -> None:
    assert grouped_units(text) == shown


def test_day_and_percent() -> None:
    assert day(date(2026, 12, 1)) == "1 Dec 2026"
    assert percent("0.19") == "19 %" and percent("0.077") == "7.7 %"
    assert Decimal("0.19") == Decimal("0.190")

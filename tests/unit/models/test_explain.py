"""Invoice lines charged in words: every step is there, and a line that does not add up says so."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.anna import INVOICE
from wbtui.models.dates import day
from wbtui.models.explain import explain_line, explain_totals, percent
from wbtui.models.invoice import Invoice, Line, LineKind, Tax, TierSlice
from wbtui.models.money import Money, total
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
    return [step.text for step in explain_line(one, [one]).steps]


def invoice(*lines: Line, **changes: object) -> Invoice:
    whole = total((one.total for one in lines), "eur")
    return INVOICE.model_copy(update={"lines": lines, "subtotal": None, "total": whole, **changes})


def test_days_of_a_period_are_told_with_the_price_they_are_a_share_of() -> None:
    charged = line(
        kind=LineKind.PRORATION,
        days=9,
        of_days=30,
        gross=eur(4500),
        total=eur(4500),
        period=(date(2026, 11, 22), date(2026, 11, 30)),
    )
    assert "9 of 30 days of €150.00" in texts(charged)
    explanation = explain_line(charged)
    assert explanation.title == "Pro: prorated price for part of the period, 22 Nov 2026 to 30 Nov 2026."
    assert explanation.steps[-1].money == eur(4500)
    assert not explanation.notes


def tiered(**changes: object) -> Line:
    values: dict[str, object] = {
        "quantity": "101",
        "strategy": Strategy.USAGE_TIERED,
        "unit_price": None,
        "tiers": (
            TierSlice(
                start="1", end="100", quantity="100", unit_price=eur(0), flat_fee=None, subtotal=eur(0)
            ),
            TierSlice(
                start="101", end=None, quantity="1", unit_price=eur(8), flat_fee=eur(500), subtotal=eur(508)
            ),
        ),
        "gross": eur(508),
        "discount": eur(51),
        "discount_rule": "Loyal (10 %)",
        "tax": Tax(rate="0.19", mode="exclusive", money=eur(87), name="VAT"),
        "total": eur(544),
        "refunded": eur(100),
    }
    return line(**values | changes)


def test_tiers_discount_and_tax_each_have_their_step() -> None:
    assert not explain_line(tiered()).notes
    assert texts(tiered()) == [
        "Units 1–100: 100 × €0.00",
        "Units 101 and up: 1 × €0.08 + €5.00 once",
        "Price before discount and tax",
        "Discount: Loyal (10 %) of €5.08",
        "VAT 19 % of €4.57, added on top",
        "Line total",
        "Refunded",
    ]


def test_rounding_is_explained_by_the_tax_on_the_sum_of_the_lines() -> None:
    small = Tax(rate="0.19", mode="exclusive", money=eur(1), name="VAT 19 %")
    first = line(unit_price=eur(7), gross=eur(7), tax=small, total=eur(8))
    last = first.model_copy(update={"rounding": eur(1), "total": eur(9)})
    lines = [first, last]
    explanation = explain_line(last, lines)
    assert not explanation.notes
    assert (
        "- Rounding: €0.01\n- VAT 19 % of all lines (€0.14) is €0.03, line by line €0.02" in explanation.text
    )
    assert explain_line(last, [last]).unknown == (
        "The invoice does not say why €0.01 was added as rounding.",
    )


def test_tax_inside_the_price_is_said_to_be_inside() -> None:
    charged = line(tax=Tax(rate="0.2", mode="inclusive", money=eur(2500), name="VAT 20 %"))
    assert "VAT 20 % included in the price: €25.00, €125.00 before tax" in texts(charged)
    assert not explain_line(charged).notes


@pytest.mark.parametrize(
    ("charged", "problem"),
    [
        (line(total=eur(14999)), "The sum of the steps is €150.00, but the invoice says €149.99."),
        (
            line(gross=eur(15001)),
            "The price before discount and tax is €150.00, but the invoice says €150.01.",
        ),
        (
            tiered(tax=Tax(rate="0.19", mode="exclusive", money=eur(88), name="VAT")),
            "VAT 19 % is €0.87, but the invoice says €0.88.",
        ),
        (tiered(tiers=tiered().tiers[1:]), "Units 101 and up does not follow the tier before."),
        (tiered(quantity="102"), "The tiers have 101 units, but the invoice charges 102."),
        (
            line(days=8, of_days=30, period=(date(2026, 11, 22), date(2026, 11, 30)), gross=eur(4000)),
            "The period has 9 days, but the invoice charges 8.",
        ),
        (line(days=31, of_days=30), "The invoice charges 31 of 30 days."),
        (line(discount=Money(0, "usd")), "The line mixes currencies."),
        (line(quantity="9" * 40), "The amounts are too large to be checked."),
    ],
)  # fmt: skip
def test_a_line_that_does_not_add_up_says_where(charged: Line, problem: str) -> None:
    explanation = explain_line(charged)
    assert problem in explanation.problems
    assert explanation.text.endswith("\nReport this to the billing team.")


def test_what_the_invoice_does_not_say_is_named() -> None:
    charged = line(
        unit_price=None,
        tax=Tax(rate="", mode="exclusive", money=eur(2850), name="VAT"),
        rounding=eur(1),
        total=eur(17851),
    )
    explanation = explain_line(charged, [charged])
    assert explanation.problems == ()
    assert explanation.unknown == (
        "The invoice does not say how the price of €150.00 was calculated.",
        "The invoice does not say the tax rate.",
        "The invoice does not say why €0.01 was added as rounding.",
    )
    assert explanation.notes


def test_totals_that_differ_from_the_lines_are_named() -> None:
    assert explain_totals(invoice(line(), line())) == ()
    assert explain_totals(invoice(line(), total=eur(15001))) == (
        "The total of all lines is €150.00, but the invoice says €150.01.",
    )
    assert explain_totals(invoice(line(gross=eur(1), name="Seats"))) == (
        "Seats does not add up. Open it to see why.",
    )
    assert explain_totals(invoice(line(discount=Money(0, "usd")))) == ("The invoice mixes currencies.",)
    assert explain_totals(INVOICE.model_copy(update={"lines": ()})) == ()


@given(
    gross=st.integers(-(10**9), 10**9),
    discount=st.integers(0, 10**6),
    tax=st.integers(-(10**6), 10**6),
    rounding=st.integers(-5, 5),
)
def test_the_amounts_of_the_steps_add_up_to_the_total(
    gross: int, discount: int, tax: int, rounding: int
) -> None:
    whole = gross - discount + tax + rounding
    charged = line(
        unit_price=None,
        gross=eur(gross),
        discount=eur(discount),
        rounding=eur(rounding),
        total=eur(whole),
        tax=Tax(rate="0.1", mode="exclusive", money=eur(tax), name=None),
    )
    steps = explain_line(charged).steps
    at = next(i for i, step in enumerate(steps) if step.text == "Line total")
    parts = [step.money.minor for step in steps[:at] if step.money is not None]
    assert sum(parts) == whole
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

"""Periods, proration, tiers, tax and lines: published vectors, and sums for any input."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wbtui.sandbox.engine import tax
from wbtui.sandbox.engine.catalogue import Discount, FeatureDef, PriceSet, TierDef
from wbtui.sandbox.engine.invoices import totals
from wbtui.sandbox.engine.lines import lines_of, net, put_tax
from wbtui.sandbox.engine.periods import days_between, next_boundary, per_month, plus_days, remaining_days
from wbtui.sandbox.engine.pricing import Charge, quantity_text, recurring_charges, tier_slices, usage_charge
from wbtui.sandbox.store import SandboxError


# ── periods ──
@pytest.mark.parametrize(
    ("start", "cycle", "anchor", "boundary"),
    [
        ("2026-01-31", "month", 31, "2026-02-28"),
        ("2026-02-28", "month", 31, "2026-03-31"),
        ("2024-01-31", "month", 31, "2024-02-29"),
        ("2026-12-14", "month", 14, "2027-01-14"),
        ("2024-02-29", "year", 29, "2025-02-28"),
        ("2027-02-28", "year", 29, "2028-02-29"),
        ("2026-11-30", "quarter", 30, "2027-02-28"),
        ("2026-11-22", "week", 22, "2026-11-29"),
        ("2026-11-22", "day", 22, "2026-11-23"),
    ],
)
def test_next_boundary(start: str, cycle: str, anchor: int, boundary: str) -> None:
    assert next_boundary(start, cycle, anchor) == boundary


@pytest.mark.parametrize("cycle", ["hour", "once", "constant"])
def test_a_cycle_that_is_not_billed_is_refused(cycle: str) -> None:
    with pytest.raises(SandboxError):
        next_boundary("2026-11-22", cycle, 22)


@given(st.dates(date(2000, 1, 1), date(2090, 1, 1)), st.sampled_from(["month", "quarter", "year"]))
def test_periods_follow_each_other_and_keep_their_day(start: date, cycle: str) -> None:
    day = start.isoformat()
    for close_period in range(1, 26):
        following = next_boundary(day, cycle, start.day)
        assert following > day
        months = close_period * {"month": 1, "quarter": 3, "year": 12}[cycle]
        expected = start.year * 12 + start.month - 1 + months
        assert (int(following[:4]), int(following[5:7])) == (expected // 12, expected % 12 + 1)
        last = int(plus_days(f"{following[:7]}-01", 31)[8:])  # 01 of the month after, when it has 31 days
        assert int(following[8:]) == start.day or (int(following[8:]) < start.day and last != 1)
        day = following


def test_the_day_of_a_change_counts_for_the_new_side() -> None:
    assert remaining_days("2026-05-01", "2026-05-31", "2026-05-11") == (21, 31)
    assert remaining_days("2026-05-01", "2026-05-31", "2026-05-01") == (31, 31)
    assert remaining_days("2026-05-01", "2026-05-31", "2026-05-31") == (1, 31)
    assert remaining_days("2026-05-01", "2026-05-31", "2026-06-01") == (0, 31)
    assert days_between("2026-05-01", "2026-05-31") == 31


@pytest.mark.parametrize(
    ("cycle", "month"),
    [("month", "49"), ("quarter", "49/3"), ("year", "49/12"), ("week", "637/3")],
)
def test_recurring_revenue_of_a_month(cycle: str, month: str) -> None:
    assert per_month(49, cycle) == round(Fraction(month))


# ── proration: the vectors ──
def prorated(minor: int, days: int, of_days: int, sign: int = 1) -> int:
    charge = Charge("Plan", "flat", "1", minor, minor)
    lines = lines_of(
        [charge],
        kind="proration" if sign > 0 else "credit",
        currency="usd",
        tax_mode="exclusive",
        contract_id=None,
        period=None,
        days=(days, of_days),
    )
    return net(lines)


@pytest.mark.parametrize(
    ("old", "new", "days", "of_days", "credit", "debit", "due"),
    [
        (1000, 2000, 15, 30, -500, 1000, 500),
        (2000, 4000, 21, 31, -1355, 2710, 1355),
        (4133, 10000, 31, 31, -4133, 10000, 5867),
    ],
)
def test_changes_in_mid_period(
    old: int, new: int, days: int, of_days: int, credit: int, debit: int, due: int
) -> None:
    unused, part = prorated(old, days, of_days, -1), prorated(new, days, of_days)
    assert (unused, part, unused + part) == (credit, debit, due)


# ── tiers and usage ──
TIERS = (TierDef(50, 900), TierDef(200, 700, 5000), TierDef(None, 500))


@pytest.mark.parametrize(
    ("units", "exact"), [(0, 0), (1, 900), (50, 45000), (51, 45000 + 5700), (200, 155000), (201, 155500)]
)
def test_graduated_tiers(units: int, exact: int) -> None:
    slices = tier_slices(TIERS, units)
    assert sum(part["subtotal"] for part in slices) == exact
    assert sum(int(part["quantity"]) for part in slices) == units


@given(st.integers(0, 10**6), st.lists(st.integers(1, 10**4), max_size=5, unique=True))
def test_tiers_count_every_unit_once(units: int, bounds: list[int]) -> None:
    tiers = (*(TierDef(bound, bound % 97) for bound in sorted(bounds)), TierDef(None, 3))
    slices = tier_slices(tiers, units)
    assert sum(int(part["quantity"]) for part in slices) == units
    assert all(int(part["quantity"]) > 0 for part in slices)
    assert (
        sum(part["subtotal"] for part in slices)
        == sum(
            next(t.unit_price for t in tiers if t.up_to is None or unit <= t.up_to) for unit in sample(units)
        )
        or units > 500
    )


def sample(units: int) -> range:
    return range(1, min(units, 500) + 1)


def test_usage_above_the_included_units() -> None:
    api = FeatureDef(
        "api", "API calls", "call", "usage", 100_000, 100_000, overage_price=20, overage_per=1000
    )
    assert usage_charge(api, 100_000) is None
    charge = usage_charge(api, 192_310)
    assert charge is not None
    assert (charge.quantity, charge.unit_price, charge.amount()) == ("92.31", 20, 1846)
    assert usage_charge(FeatureDef("api", "API calls", "call", "usage", 1000, 1000), 5000) is None


def test_parts_of_a_unit_are_charged_exactly() -> None:
    """150.5 above 100 at 2 cents are 3.01; 0.5 of the 8-cent tier are 0.04, and 0.25 at 5 cents 0.0125."""
    api = FeatureDef("api", "API calls", "call", "usage", 100, None, overage_price=2)
    charge = usage_charge(api, Decimal("250.5"))
    assert charge is not None and (charge.amount(), charge.quantity) == (301, "150.5")
    per_thousand = usage_charge(replace(api, overage_price=2000, overage_per=1000), Decimal("2100.5"))
    assert per_thousand is not None and (per_thousand.amount(), per_thousand.quantity) == (4001, "2.0005")
    storage = (TierDef(100, 0), TierDef(1000, 8), TierDef(None, 5))
    assert [s["subtotal"] for s in tier_slices(storage, Decimal("100.5"))] == [0, 4]
    last = tier_slices(storage, Decimal("1000.25"))[-1]
    assert (last["start"], last["quantity"], last["subtotal"]) == ("1001", "0.25", 1)


@given(st.integers(0, 10**12), st.integers(0, 6))
def test_quantities_are_exact_decimals(numerator: int, digits: int) -> None:
    assert Fraction(quantity_text(Decimal(numerator) / 10**digits)) == Fraction(numerator, 10**digits)


def test_units_above_the_included_ones_are_charged() -> None:
    seats = FeatureDef("seats", "Seats", "seat", "per_unit", 10, 100, unit_price=500)
    prices = PriceSet("a", "p", "a", "eur", "month", "flat", 4900, "inclusive", (seats,), "2000-01-01", True)
    assert [c.amount() for c in recurring_charges(prices, "Pro", {"seats": "9"})] == [4900]
    assert [(c.quantity, c.amount()) for c in recurring_charges(prices, "Pro", {"seats": "14"})] == [
        ("1", 4900),
        ("4", 2000),
    ]


# ── tax and sums ──
def test_inclusive_and_exclusive_tax() -> None:
    assert tax.inclusive(2240, "0.19") == 358
    assert tax.exclusive(4900, "0.19") == 931
    assert tax.exclusive(10_000, "0.081") == 810
    assert (tax.exclusive(4900, ""), tax.inclusive(4900, "")) == (0, 0)


charges = st.builds(
    lambda price, quantity: Charge("Thing", "per_unit", str(quantity), price, price * quantity),
    st.integers(0, 10**7),
    st.integers(0, 500),
)
discounts = st.one_of(
    st.none(),
    st.builds(lambda percent: Discount("d", "Loyal", percent=percent), st.integers(0, 100)),
    st.builds(lambda amount: Discount("d", "Welcome", amount=amount, currency="eur"), st.integers(1, 10**7)),
)
shares = st.one_of(
    st.none(), st.integers(1, 366).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole)))
)


@given(
    st.lists(st.tuples(st.lists(charges, max_size=4), discounts, shares, st.sampled_from([1, -1]),
                       st.sampled_from(["inclusive", "exclusive"])), min_size=1, max_size=4),
    st.sampled_from(["DE", "FR", "JP", "CH", "US", None]),
)  # fmt: skip
def test_any_invoice_adds_up(
    groups: list[tuple[list[Charge], Discount | None, tuple[int, int] | None, int, str]], country: str | None
) -> None:
    lines = []
    for group, discount, days, sign, mode in groups:
        made = lines_of(
            group,
            kind="proration" if sign > 0 else "credit",
            currency="eur",
            tax_mode=mode,
            contract_id=None,
            period=None,
            days=days,
            discount=discount,
        )
        given_off = sum(line["discount"] for line in made)
        gross = sum(line["gross"] for line in made)
        assert (0 <= given_off <= gross) if sign == 1 else (gross <= given_off <= 0)
        lines += made
    put_tax(lines, [tax.rate_of(country)] * len(lines))
    exact = Fraction(0)
    top = 0
    for line in lines:
        share = Fraction(1) if line["days"] is None else Fraction(line["days"], line["of_days"] or 0)
        price = line["unit_price"]
        assert price is not None
        assert line["gross"] == round(Fraction(line["quantity"]) * price * share)
        inside = line["tax_mode"] == "inclusive"
        assert (
            line["total"]
            == line["gross"] - line["discount"] + (0 if inside else line["tax"]) + line["rounding"]
        )
        if not inside and line["tax_rate"]:
            exact += (line["gross"] - line["discount"]) * Fraction(line["tax_rate"])
            top += line["tax"] + line["rounding"]
        assert abs(line["rounding"]) <= len(lines)
    assert top == round(exact)  # half-even on the sum, like the engine
    subtotal, discount_sum, _, total_sum = totals(lines)
    assert total_sum == sum(line["total"] for line in lines) == subtotal - discount_sum + top
    assert sum(line["rounding"] != 0 for line in lines) <= 1

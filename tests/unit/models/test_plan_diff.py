"""What differs between the plan of a subscription and another: only that, and the usage against it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.support.anna import PLANS, SUBSCRIPTION, USAGE, api_calls, eur, plan, seats
from wbtui.models.money import Money
from wbtui.models.plan import Cycle, Feature, Plan, Strategy, TaxMode
from wbtui.models.plan_diff import DiffRow, PlanDiff, Used, counted_features, money_difference, plan_diff
from wbtui.ui.actions.plan_diff_text import diff_text
from wbtui.ui.text.subscriptions import feature

STARTER, PRO, BUSINESS = PLANS


def diff(
    to: Plan = BUSINESS, units: dict[str, str] | None = None, tax: TaxMode = TaxMode.INCLUSIVE
) -> PlanDiff:
    return plan_diff(SUBSCRIPTION, to, to.pricings[0], units or {}, USAGE, tax)


def test_the_same_plan_at_the_same_price_differs_in_nothing() -> None:
    assert diff(PRO).rows == ()


def test_price_units_limits_overage_and_features_that_differ() -> None:
    found = diff(units={"seats": "12"})
    assert (found.now, found.to) == ("Pro", "Business")
    assert found.rows == (
        DiffRow("Base price", "€49.00 / month", "€199.00 / month", "+ €150.00"),
        DiffRow("Seats", "10", "12", "+ 2"),
        DiffRow("Seats included", "10", "50", "+ 40"),
        DiffRow("Seats limit", "100", "500", "+ 400"),
        DiffRow("API calls included", "100,000", "1,000,000", "+ 900,000"),
        DiffRow("API calls limit", "100,000", "1,000,000", "+ 900,000"),
        DiffRow("API calls overage", "€0.20 / 1,000", "€0.10 / 1,000", "− €0.10"),
        DiffRow("SSO", "–", "✓", "gained"),
    )


def test_a_plan_of_which_only_units_cost_something_has_no_base_price() -> None:
    by_seat = plan("Team", 0, seats("0", "100"))
    assert diff(by_seat).rows[0] == DiffRow("Base price", "€49.00 / month", "–")
    [pricing] = by_seat.pricings
    now = SUBSCRIPTION.model_copy(update={"price_signed": eur(0), "features": pricing.features})
    rows = plan_diff(now, BUSINESS, BUSINESS.pricings[0], {}, (), TaxMode.INCLUSIVE).rows
    assert rows[0] == DiffRow("Base price", "–", "€199.00 / month")
    assert plan_diff(now, by_seat, pricing, {}, (), TaxMode.INCLUSIVE).rows == ()


def test_prices_with_and_without_tax_are_not_subtracted() -> None:
    rows = diff(tax=TaxMode.EXCLUSIVE).rows
    assert rows[:2] == (
        DiffRow("Base price", "€49.00 / month", "€199.00 / month"),
        DiffRow("Tax", "added", "included"),
    )
    assert DiffRow("API calls overage", "€0.20 / 1,000", "€0.10 / 1,000") in rows


def test_tax_of_a_plan_that_is_no_longer_listed_is_unknown() -> None:
    rows = diff(tax=TaxMode.UNKNOWN).rows
    assert rows[:2] == (
        DiffRow("Base price", "€49.00 / month", "€199.00 / month", "+ €150.00"),
        DiffRow("Tax", "unknown", "included"),
    )


def test_units_that_are_not_named_stay() -> None:
    assert "Seats" not in [row.label for row in diff().rows]


def test_a_feature_that_the_new_plan_lacks_is_lost_with_its_price() -> None:
    rows = diff(STARTER).rows
    assert DiffRow("Seats", "limit 100", "–", "lost") in rows and DiffRow("Seats each", "€5.00", "–") in rows


def test_a_limit_that_the_billing_system_does_not_tell_is_not_called_unlimited() -> None:
    silent = Feature(slug="api_calls", name="API calls", strategy=Strategy.USAGE)
    [used] = diff(plan("Team", 9900, silent)).used
    assert (used.known, used.limit, used.exceeds) == (False, None, False)
    text = str(diff_text(diff(plan("Team", 9900, silent)), 80))
    assert "92,310; the limit of the new plan is not known" in text
    assert feature(silent) == "limit not known"
    assert Feature(slug="s", strategy=Strategy.PER_UNIT).limit_known


def test_another_cycle_is_said_and_prices_are_not_subtracted() -> None:
    yearly = plan("Pro", 49000, seats("10", "100"), api_calls("100000", 20), cycle=Cycle.YEAR)
    assert diff(yearly).rows == (
        DiffRow("Base price", "€49.00 / month", "€490.00 / year"),
        DiffRow("Billed", "every month", "every year"),
        DiffRow("Seats each", "€5.00 / month", "€5.00 / year"),
        DiffRow("API calls included", "100,000 / month", "100,000 / year"),
        DiffRow("API calls limit", "100,000 / month", "100,000 / year"),
    )
    dear_seats = seats("10", "100").model_copy(update={"unit_price": eur(6000)})
    dearer = plan("Pro", 49000, dear_seats, cycle=Cycle.YEAR)
    assert DiffRow("Seats each", "€5.00 / month", "€60.00 / year") in diff(dearer).rows


def test_usage_is_no_share_of_the_limit_of_another_cycle() -> None:
    more = plan("Pro", 49000, api_calls("3000000", 20), cycle=Cycle.QUARTER)
    [used] = diff(more).used
    assert (used.share, used.exceeds) == (None, False)
    assert "92,310; 3,000,000 / quarter in the new plan" in str(diff_text(diff(more), 80))
    # More than a quarter allows in a month is too much; more than a day allows need not be.
    assert [diff(plan("S", 900, api_calls("10", 20), cycle=one)).used[0].exceeds
            for one in (Cycle.QUARTER, Cycle.DAY)] == [True, False]  # fmt: skip


def test_current_usage_stands_against_the_new_limit() -> None:
    assert diff().used == (Used("API calls", "92310", "1000000"),)
    [used] = diff(STARTER).used
    assert used.exceeds and used.share == Decimal("9.231")
    [used] = diff(BUSINESS).used
    assert not used.exceeds and used.share == Decimal("0.09231")


def test_the_usage_so_far_is_priced_in_the_new_plan() -> None:
    """82,310 calls above 10,000 at €0.50 per 1,000 are 41.155, half-even 41.16."""
    assert diff(STARTER).rows[-1] == DiffRow("API calls overage to date", "–", "€41.16")
    charged = USAGE[0].model_copy(update={"overage_so_far": eur(120)})
    to = STARTER.pricings[0]
    [*_, last] = plan_diff(SUBSCRIPTION, STARTER, to, {}, (charged,)).rows
    assert (last.now, last.difference) == ("€1.20", "+ €39.96")
    yearly = plan("Year", 19000, api_calls("10000", 50), cycle=Cycle.YEAR).pricings[0]
    rows = plan_diff(SUBSCRIPTION, STARTER, yearly, {}, (charged,)).rows
    assert "API calls overage to date" not in [row.label for row in rows], "limits of a year differ"


def test_usage_of_a_feature_that_is_lost_is_named() -> None:
    [used] = diff(plan("Empty", 900)).used
    assert (used.offered, used.exceeds, used.limit) == (False, True, None)


@pytest.mark.parametrize(("used", "limit", "share"), [("5", None, None), ("5", "0", None), ("x", "5", None)])
def test_a_share_needs_two_numbers(used: str, limit: str | None, share: Decimal | None) -> None:
    one = Used("x", used, limit)
    assert one.share == share
    assert one.exceeds == (limit == "0")


def test_usage_of_another_subscription_or_feature_is_left_out() -> None:
    other = USAGE[0].model_copy(update={"subscription_id": "Cont_2"})
    unknown = USAGE[0].model_copy(update={"feature": "storage"})
    assert plan_diff(SUBSCRIPTION, PRO, PRO.pricings[0], {}, (other, unknown)).used == ()


def test_amounts_of_two_currencies_are_never_subtracted() -> None:
    assert money_difference(eur(100), Money(200, "usd")) == ""
    assert money_difference(eur(200), eur(100)) == "− €1.00"


def test_only_features_with_ordered_units_are_counted() -> None:
    assert [one.slug for one in counted_features(BUSINESS.pricings[0])] == ["seats"]


def test_wide_characters_have_room_where_there_is_some() -> None:
    text = str(diff_text(PlanDiff("プロ", "ビジネス", (DiffRow("席の数", "一", "二"),), ()), 80))
    assert "…" not in text


def test_what_is_too_long_for_its_column_goes_on_below() -> None:
    row = DiffRow("Seats of colleagues tier 2", "–", "to 200: €70.00 + €500.00", "+ 59,900,000")
    text = str(diff_text(PlanDiff("Pro", "Enterprise", (row,), ()), 50))
    assert "…" not in text
    assert [line.split() for line in text.splitlines()[2:]] == [
        ["Seats", "of", "–", "to", "200:", "+", "59,900,000"], ["colleagues", "€70.00", "+"],
        ["tier", "2", "€500.00"],
    ]  # fmt: skip

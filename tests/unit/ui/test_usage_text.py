"""Sentences of the usage tab that no screen test reads."""

from __future__ import annotations

from datetime import date

from tests.support.billing_parts import eur
from wbtui.models.plan import Feature, Strategy, Tier
from wbtui.models.usage import UsageSeries
from wbtui.ui.text.usage import detail_rows

YEAR = (date(2026, 6, 7), date(2027, 6, 6))
STORAGE = UsageSeries(
    feature="storage", name="Storage", unit="GB", subscription_id="Cont_1", period=YEAR, used="100",
    limit=None, included=None,
)  # fmt: skip


def test_a_projection_has_a_unit_and_the_year_of_its_day() -> None:
    today = date(2026, 12, 6)  # half of the period
    assert dict(detail_rows(STORAGE, None, (), today))["Projected"] == "199 GB by 6 Jun 2027"
    assert dict(detail_rows(STORAGE, None, (), date(2027, 6, 5)))["Projected"] == "100 GB by 6 Jun"


def test_the_price_of_overage_is_that_of_the_tiers_where_there_are_some() -> None:
    tiers = (
        Tier(up_to="100", unit_price=eur(0), flat_fee=None),
        Tier(up_to=None, unit_price=eur(5), flat_fee=None),
    )
    tiered = Feature(slug="storage", strategy=Strategy.USAGE_TIERED, tiers=tiers)
    rows = dict(detail_rows(STORAGE, tiered, (), date(2026, 12, 6)))
    assert rows["Overage price"] == "tiers: 0–100 free, then €0.05"
    assert not dict(detail_rows(STORAGE, None, (), date(2026, 12, 6)))["Overage price"]

"""Simulated usage: units of a subscription per day, and the day it reaches 90 % of a limit.

Usage is a pure function of subscription, feature and day, so that two years need no rows. Usage reported by
calls is added to it.
"""

from __future__ import annotations

from datetime import date
from functools import lru_cache
from itertools import accumulate, islice
from zlib import crc32

from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.catalogue import FeatureDef
from wbtui.sandbox.engine.periods import plus_days
from wbtui.sandbox.engine.pricing import Quantity, quantity, quantity_text
from wbtui.sandbox.engine.records import Contract, UsageReport

_WEEKDAY = (105, 115, 120, 115, 100, 55, 45)
"""Percent of an average day, Monday first."""


@lru_cache(maxsize=64)
def _simulated(rate: int, key: int, first: int, last: int) -> tuple[int, ...]:
    """Units for each day from ordinal `first` to `last`, both included; `rate` is the average day."""
    units = []
    for ordinal in range(first, last + 1):
        noise = 75 + ((ordinal * 2654435761 ^ key) * 40503 >> 9) % 51  # 75 … 125 %
        units.append(rate * _WEEKDAY[(ordinal - 1) % 7] * noise // 9357)
    return tuple(units)


def daily_units(
    account: Account, contract: Contract, feature: FeatureDef, first: str, last: str
) -> list[Quantity]:
    """Units used on each day from `first` to `last`, both included.

    Usage stops at a limit without an overage price; `first` must then be the period's first day.
    """
    start, end = date.fromisoformat(first).toordinal(), date.fromisoformat(last).toordinal()
    rate = contract.meter.get(feature.slug, 0)
    units: list[Quantity] = [0] * max(0, end - start + 1)
    if rate:
        units = [*_simulated(rate, crc32((contract.id + feature.slug).encode()), start, end)]
    for report in account.usage_reports:
        mine = report.contract_id == contract.id and report.feature == feature.slug
        if mine and first <= report.date <= last:
            units[date.fromisoformat(report.date).toordinal() - start] += quantity(report.units)
    if feature.strategy == "usage" and feature.limit is not None and feature.overage_price is None:
        left: Quantity = feature.limit
        for day, used in enumerate(units):
            units[day] = min(used, left)
            left -= units[day]
    return units


def alert_day(account: Account, contract: Contract) -> str | None:
    """The first day of the current period on which 90 % of a limit is used; None without one."""
    if contract.period_start is None or contract.period_end is None:
        return None
    found: list[int] = []
    for feature in account.price_set(contract).features:
        if feature.metered and feature.limit:
            units = daily_units(account, contract, feature, contract.usage_from, contract.period_end)
            most = feature.limit * 9
            found += islice((day for day, used in enumerate(accumulate(units)) if used * 10 >= most), 1)
    return plus_days(contract.usage_from, min(found)) if found else None


def add_usage(account: Account, contract: Contract, slug: str, day: str, units: Quantity) -> None:
    """Add reported units of a day to the simulated ones. A repeated report counts twice."""
    usage_id = account.engine.new_id("Usage")
    report = UsageReport(usage_id, account.customer.id, contract.id, slug, day, quantity_text(units))
    account.usage_reports.append(report)
    contract.usage_alert_on = alert_day(account, contract)

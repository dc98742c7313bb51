"""Insights: every figure equals a plain recount, and every bar opens the customers that it counts."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest

from tests.support.customers import TODAY, customers
from tests.unit.store.conftest import NOW
from wbtui.models.customer import Customer
from wbtui.models.money import Money, per_currency
from wbtui.models.mrr import mrr_by_plan, new_and_lost
from wbtui.models.query.terms import Query
from wbtui.services.clock import Clock
from wbtui.services.directory import Directory
from wbtui.services.insights import Bar, Chart, ChartKind, Insights
from wbtui.store.cache import Cache
from wbtui.store.database import Connection
from wbtui.store.insights import MRR_BY_PLAN, sum_amounts
from wbtui.store.result_pages import Hits

PEOPLE = list(customers(400, seed=9))
QUERIES: dict[str, Callable[[Customer], bool]] = {
    "": lambda one: True,
    "country:de": lambda one: one.address is not None and one.address.country == "DE",
    "owes>100": lambda one: any(float(money.amount) > 100 for money in one.owed or ()),
    "is:past_due,ended sort:-owes": lambda one: one.billing_status in ("past_due", "ended"),
    "example": lambda one: True,
}


def directory_of(cache: Cache) -> Directory:
    return Directory(
        cache, cast(Any, None), is_complete=lambda: True, clock=Clock(now=lambda: NOW), server_now=lambda: NOW
    )


async def charts_of(directory: Directory, cache: Cache, text: str) -> dict[ChartKind, Chart]:
    return {one.kind: one async for one in Insights(directory, cache, text, TODAY).charts()}


def _days_overdue(one: Customer) -> int | None:
    due = [one.overdue_since] if one.overdue_since else []
    unpaid = ("ready_for_payment", "pending_validation")
    due += [i.due for i in one.latest_invoices or () if i.due and i.open and i.state in unpaid]
    return (TODAY - min(due)).days if due else None


def _is_in_age(key: str, days: int | None) -> bool:
    if days is None or key == "due_unknown":
        return days is None and key == "due_unknown"
    if key in ("not_due", "days_over_90"):
        return days <= 0 if key == "not_due" else days > 90
    _, low, _, high = key.split("_")
    return int(low) <= days <= int(high)


def _expiries(one: Customer) -> set[str]:
    return {m.expires for m in one.methods or () if m.expires and m.status == "active"}


def _counts(kind: ChartKind, bar: Bar, one: Customer) -> bool:
    """Whether a bar counts a customer, by the definitions."""
    match kind:
        case ChartKind.STATUS:
            return one.billing_status == bar.key
        case ChartKind.MRR:
            return _has(one.mrr, bar)
        case ChartKind.OWED:
            return _has(one.owed, bar)
        case ChartKind.PLANS:
            plans = {s.plan for s in one.subscriptions if s.status not in ("canceled", "moved")}
            return bar.key in plans and _has(one.mrr, bar)
        case ChartKind.NEW | ChartKind.LOST:
            return bar.key in new_and_lost(one)[kind is ChartKind.LOST]
        case ChartKind.AGES:
            return _is_in_age(bar.key, _days_overdue(one)) and _has(one.owed, bar)
        case ChartKind.COUNTRIES:
            return one.address is not None and one.address.country == bar.key
        case ChartKind.CARDS:
            this = f"{TODAY:%Y-%m}"
            return any(m < this if bar.key == "expired" else m == bar.key for m in _expiries(one))
        case ChartKind.USAGE:
            return bool(one.usage_alert)


def _amount(kind: ChartKind, bar: Bar, counted: list[Customer], people: list[Customer]) -> Money | None:
    match kind:
        case ChartKind.MRR:
            amounts = [money for one in people for money in one.mrr or ()]
        case ChartKind.OWED | ChartKind.AGES:
            amounts = [money for one in counted for money in one.owed or ()]
        case ChartKind.PLANS:
            amounts = [money for one in people for plan, money in mrr_by_plan(one) if plan == bar.key]
        case _:
            return None
    assert bar.amount is not None
    return per_currency(amounts)[bar.amount.currency]


def _has(amounts: Iterable[Money] | None, bar: Bar) -> bool:
    return any(money and bar.amount and money.currency == bar.amount.currency for money in amounts or ())


async def test_every_figure_equals_a_recount_and_its_search_finds_as_many(cache: Cache) -> None:
    await cache.put_customers(PEOPLE, NOW)
    directory = directory_of(cache)
    for text, matches in QUERIES.items():
        people = [one for one in PEOPLE if matches(one)]
        charts = await charts_of(directory, cache, text)
        assert list(charts) == list(ChartKind)
        for kind, chart in charts.items():
            assert chart.bars or text, kind
            for bar in chart.bars:
                counted = [one for one in people if _counts(kind, bar, one)]
                assert bar.customers == len(counted), (text, kind, bar)
                assert bar.amount == _amount(kind, bar, counted, people), (text, kind, bar)
                opened = directory.open(bar.query)
                assert opened.query.problems == ()
                assert await opened.count() == len(counted) or not counted, (text, kind, bar)
        ages, owed = charts[ChartKind.AGES].bars, charts[ChartKind.OWED].bars
        assert per_currency(bar.amount for bar in ages if bar.amount) == per_currency(
            bar.amount for bar in owed if bar.amount
        ), "whoever owes something is in a bar"
        statuses = {bar.key: bar.customers for bar in charts[ChartKind.STATUS].bars}
        assert sum(statuses.values()) == len(people)
        assert statuses.keys() == {one.billing_status.value for one in people}
        assert {bar.key for bar in charts[ChartKind.COUNTRIES].bars} == {
            one.address.country for one in people if one.address
        }


async def test_sums_of_all_customers_are_read_without_sorting(cache: Cache) -> None:
    def plan(connection: Connection, hits: Hits) -> list[str]:
        statements: list[str] = []
        connection.set_trace_callback(statements.append)
        sum_amounts(connection, hits, MRR_BY_PLAN)
        connection.set_trace_callback(None)
        return [str(row[-1]) for row in connection.execute(f"EXPLAIN QUERY PLAN {statements[0]}")]

    [step] = await cache.of_all(Query(), plan)
    assert "COVERING INDEX" in step


async def test_a_typo_is_corrected_once_for_all_figures(cache: Cache) -> None:
    rows = [one.model_copy(update={"name": "Xylophonax"}) for one in PEOPLE[:20]]
    await cache.put_customers([*rows, *PEOPLE[20:40]], NOW)
    charts = await charts_of(directory_of(cache), cache, "xylophonxa")
    assert sum(bar.customers for bar in charts[ChartKind.STATUS].bars) == 20


async def test_figures_of_an_empty_search_are_empty(cache: Cache) -> None:
    await cache.put_customers(PEOPLE[:20], NOW)
    charts = await charts_of(directory_of(cache), cache, "owes>99999999")
    assert not [chart.kind for chart in charts.values() if chart.bars]


PLAN_NAMES = (
    'Pro "Plus"', "Pro, monthly", "Pro:Max >1", "-Pro", "プロ", "[/foo] Ltd", "sort:name", "\x1b[2J",
)  # fmt: skip


@pytest.mark.parametrize("plan", PLAN_NAMES, ids=ascii)
async def test_a_plan_with_any_name_opens_its_customers(cache: Cache, plan: str) -> None:
    rows = [one for one in PEOPLE if len(one.running) == 1 and one.running[0].plan == "Pro" and one.mrr][:3]
    renamed = (one.running[0].model_copy(update={"plan": plan}) for one in rows)
    rows = [one.model_copy(update={"subscriptions": (sub,)}) for one, sub in zip(rows, renamed, strict=True)]
    await cache.put_customers([*rows, *(one for one in PEOPLE[:50] if not one.running)], NOW)
    directory = directory_of(cache)
    charts = await charts_of(directory, cache, "")
    bars = charts[ChartKind.PLANS].bars
    assert sum(bar.customers for bar in bars) == 3
    for bar in bars:
        assert directory.open(bar.query).query.problems == ()
        assert await directory.open(bar.query).count() == bar.customers

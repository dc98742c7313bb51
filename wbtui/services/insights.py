"""Insights: the customers of a search as figures by status, month, plan, country and more, from the cache.

Every bar is a search, and its number of customers is what this search finds.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from functools import partial

from wbtui.models.customer import BillingStatus
from wbtui.models.folding import squash
from wbtui.models.money import Money, digits_of
from wbtui.models.mrr import UNKNOWN, month_of
from wbtui.models.query.terms import Query, Sort
from wbtui.services.directory import Directory
from wbtui.store.cache import Cache
from wbtui.store.insights import MRR, MRR_BY_PLAN, OWED, AmountSum, sum_amounts
from wbtui.store.result_pages import count

MONTHS = 12
AGES: tuple[tuple[str, int, int | None], ...] = (
    ("not_due", 0, None),
    ("days_1_to_30", 1, 30),
    ("days_31_to_60", 31, 60),
    ("days_61_to_90", 61, 90),
    ("days_over_90", 91, None),
)
"""Name, and fewest and most days overdue; None: no limit, of invoices that are not due backwards."""
DUE_UNKNOWN = "due_unknown"
"""Name of the bar of those who owe something, but whose invoices or their due dates are not known."""


class ChartKind(StrEnum):
    """What the bars of a chart are."""

    STATUS = "billing_status"
    MRR = "mrr"
    PLANS = "mrr_by_plan"
    NEW = "new"
    LOST = "lost"
    OWED = "owed"
    AGES = "owed_by_age"
    COUNTRIES = "country"
    CARDS = "cards"
    USAGE = "usage"


_NEEDS = {
    ChartKind.MRR: "mrr>0",
    ChartKind.PLANS: "mrr>0",
    ChartKind.OWED: "owes>0",
    ChartKind.AGES: "owes>0",
    ChartKind.CARDS: "card:expired",
    ChartKind.USAGE: "has:usage_alert",
}
"""A search by the data of a chart."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One figure. `key` is a status, currency, plan, month …; `query` finds its customers."""

    key: str
    query: str
    customers: int
    amount: Money | None = None


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars of one kind; those without customers are left out, except months beside others with some.

    `known` is false where the list of customers lacks the data: only those whose profiles were opened count.
    """

    kind: ChartKind
    bars: tuple[Bar, ...]
    known: bool = True


class Insights:
    """Figures of one search, read from the cache alone."""

    def __init__(self, directory: Directory, cache: Cache, text: str, today: date) -> None:
        self._directory = directory
        self._cache = cache
        self._text = text
        self._today = today
        self._corrections: dict[str, str] = {}

    async def charts(self) -> AsyncIterator[Chart]:
        """Yield the charts in the order of ChartKind, each as soon as it is read. Raises StoreError kinds."""
        async for chart in self._charts():
            # What is not listed of the search itself makes every chart incomplete.
            needs = f"{_NEEDS.get(chart.kind, '')} {self._text}".strip()
            lacking = await self._directory.open(needs, separate=True).not_listed()
            yield replace(chart, known=not lacking)

    async def _charts(self) -> AsyncIterator[Chart]:
        search = self._directory.open(self._text, separate=True)
        if not search.query.is_empty:
            self._corrections = dict((await search.page(0, 1)).corrected)
        yield await self._counts(ChartKind.STATUS, {one.value: f"is:{one.value}" for one in BillingStatus})
        yield await self._money(ChartKind.MRR, "mrr", MRR)
        yield await self._plans()
        for kind in (ChartKind.NEW, ChartKind.LOST):
            yield await self._by_month(kind)
        yield await self._money(ChartKind.OWED, "owes", OWED)
        yield await self._ages()
        countries = {code: f"country:{code}" for code in await self._directory.countries()}
        chart = await self._counts(ChartKind.COUNTRIES, countries)
        yield replace(chart, bars=_largest_first(chart.bars))
        soon = _months(self._today, -4)
        cards = {"expired": "card:expired", **{month: f"expires={month}" for month in soon}}
        yield await self._counts(ChartKind.CARDS, cards)
        yield await self._counts(ChartKind.USAGE, {"usage_alert": "has:usage_alert"})

    # ── charts ──
    async def _counts(self, kind: ChartKind, queries: dict[str, str], *, keep: Sequence[str] = ()) -> Chart:
        bars = [Bar(key, self._narrowed(query), await self._count(query)) for key, query in queries.items()]
        return Chart(kind, tuple(bar for bar in bars if bar.customers or bar.key in keep))

    async def _by_month(self, kind: ChartKind) -> Chart:
        months = list(reversed(_months(self._today, MONTHS)))
        chart = await self._counts(kind, {m: f"{kind}:{m}" for m in (*months, UNKNOWN)}, keep=months)
        return chart if any(bar.customers for bar in chart.bars) else Chart(kind, ())

    async def _money(self, kind: ChartKind, name: str, what: tuple[str, str]) -> Chart:
        bars = [
            Bar(one.currency, self._narrowed(f"{name}:{one.currency}>0"), one.customers, _money(one))
            for one in await self._sums("", what)
        ]
        return Chart(kind, _largest_first(bar for bar in bars if bar.customers))

    async def _plans(self) -> Chart:
        names = {squash(name): name for name in await self._directory.plan_names()}
        bars = []
        sums = await self._sums("", MRR_BY_PLAN)
        for one in sorted(sums, key=lambda one: (one.currency, -one.value)):
            name = names.get(one.plan, "").replace('"', " ")
            query = f'plan:"{name}" mrr:{one.currency}>0'
            customers = await self._count(query) if one.plan and name else 0
            bars.append(Bar(name, self._narrowed(query), customers, _money(one)))
        return Chart(ChartKind.PLANS, tuple(bar for bar in bars if bar.customers))

    async def _ages(self) -> Chart:
        bars = []
        for key, query in self._age_queries():
            for one in await self._sums(query, OWED):
                opened = self._narrowed(f"{query} owes:{one.currency}>0")
                bars.append(Bar(key, opened, one.customers, _money(one)))
        return Chart(ChartKind.AGES, tuple(bar for bar in bars if bar.customers))

    def _age_queries(self) -> Iterator[tuple[str, str]]:
        for key, fewest, most in AGES:
            query = f"due<={self._today - timedelta(days=fewest)}"
            if key == "not_due":
                query = f"due>={self._today}"
            elif most is not None:
                query += f" due>={self._today - timedelta(days=most)}"
            yield key, query
        yield DUE_UNKNOWN, f"-due>={date.min}"

    # ── reading ──
    def _narrowed(self, query: str) -> str:
        """Return the search that opens a bar; what was typed comes last, because it may end in a quote."""
        return f"{query} {self._text}".strip()

    def _query(self, narrower: str) -> Query:
        query = self._directory.open(self._narrowed(narrower), separate=True).query
        words = tuple(self._corrections.get(squash(word), word) for word in query.words)
        # Any order but relevance, which would rank the rows.
        return replace(query, words=words, sort=Sort("name"))

    async def _count(self, narrower: str) -> int:
        return await self._cache.of_all(self._query(narrower), count)

    async def _sums(self, narrower: str, what: tuple[str, str]) -> tuple[AmountSum, ...]:
        return await self._cache.of_all(self._query(narrower), partial(sum_amounts, what=what))


def _months(today: date, number: int) -> list[str]:
    """Return `number` months, this one first: back in time, or ahead if negative."""
    step, first = (1 if number < 0 else -1), today.year * 12 + today.month - 1
    months = (divmod(first + step * k, 12) for k in range(abs(number)))
    return [month_of(date(year, month + 1, 1)) for year, month in months]


def _money(one: AmountSum) -> Money:
    return Money(one.value * 10 ** digits_of(one.currency) // 1000, one.currency)


def _largest_first(bars: Iterable[Bar]) -> tuple[Bar, ...]:
    return tuple(sorted(bars, key=lambda bar: (-bar.customers, bar.key)))

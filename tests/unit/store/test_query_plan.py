"""Which plan reads a page, by what is known about the result; and that small limits lead to each plan."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.customers import customers
from tests.unit.store.conftest import LIMITS, NOW, all_pages
from wbtui.models.query.parser import parse
from wbtui.store.cache import Cache
from wbtui.store.database import Connection
from wbtui.store.query_plan import ScanLimits, ScanPlan, ScanStats, choose_plan, explain
from wbtui.store.scan import ResultCursor
from wbtui.store.search import compile_query

BOUNDS = ScanLimits(short_scan=100, candidate_scan=1_000, candidates=5_000, sort_at_once=500)
SHORT_FAILED = ScanStats(rows=40, failed=ScanPlan.SHORT_SCAN, matched=3, has_candidates=True, candidates=400)
NOTHING_MATCHED = replace(SHORT_FAILED, matched=0, is_full_text=True)
CANDIDATES_FAILED = replace(SHORT_FAILED, failed=ScanPlan.CANDIDATE_SCAN)


@pytest.mark.parametrize(
    ("stats", "plan"),
    [
        (ScanStats(rows=40), ScanPlan.SHORT_SCAN),
        (ScanStats(rows=100), ScanPlan.SHORT_SCAN),
        (ScanStats(rows=101), ScanPlan.FULL_SCAN),
        (ScanStats(rows=40, is_filtered=False), ScanPlan.FULL_SCAN),
        (SHORT_FAILED, ScanPlan.CANDIDATE_SCAN),
        (replace(SHORT_FAILED, rows=1_000), ScanPlan.CANDIDATE_SCAN),
        (replace(SHORT_FAILED, rows=1_001), ScanPlan.FULL_SCAN),
        (replace(SHORT_FAILED, has_candidates=False, candidates=None), ScanPlan.FULL_SCAN),
        (replace(SHORT_FAILED, is_filtered=False), ScanPlan.FULL_SCAN),
        (replace(SHORT_FAILED, matched=0), ScanPlan.CANDIDATE_SCAN),
        (NOTHING_MATCHED, ScanPlan.SORT_CANDIDATES),
        (replace(NOTHING_MATCHED, rows=9_999), ScanPlan.SORT_CANDIDATES),
        (replace(NOTHING_MATCHED, candidates=501), ScanPlan.CANDIDATE_SCAN),
        (replace(NOTHING_MATCHED, candidates=None), ScanPlan.CANDIDATE_SCAN),
        (replace(NOTHING_MATCHED, matched=1), ScanPlan.CANDIDATE_SCAN),
        (CANDIDATES_FAILED, ScanPlan.SORT_CANDIDATES),
        (replace(CANDIDATES_FAILED, candidates=5_000), ScanPlan.SORT_CANDIDATES),
        (replace(CANDIDATES_FAILED, candidates=5_001), ScanPlan.FULL_SCAN),
        (replace(CANDIDATES_FAILED, has_candidates=False, candidates=None), ScanPlan.FULL_SCAN),
    ],
)
def test_the_plan_follows_from_the_statistics(stats: ScanStats, plan: ScanPlan) -> None:
    assert choose_plan(stats, BOUNDS) is plan
    assert explain(stats, BOUNDS).startswith(f"{plan.name}: ")


def test_an_explanation_gives_the_reason() -> None:
    assert explain(NOTHING_MATCHED, BOUNDS) == (
        "SORT_CANDIDATES: the short scan matched nothing and the candidates are few"
    )


@pytest.mark.parametrize(
    ("name", "plan"),
    [
        ("short scan", ScanPlan.SHORT_SCAN),
        ("candidate scan", ScanPlan.CANDIDATE_SCAN),
        ("sorted", ScanPlan.SORT_CANDIDATES),
        ("full scan", ScanPlan.FULL_SCAN),
    ],
)
async def test_small_limits_lead_to_each_plan(cache: Cache, name: str, plan: ScanPlan) -> None:
    await cache.put_customers(list(customers(200)), NOW)
    cursor = ResultCursor(compile_query(parse("anna")), "0", limits=LIMITS[name])

    def work(connection: Connection) -> list[int]:
        return all_pages(connection, cursor)

    assert await cache._database.read(work)
    assert cursor.listed is None
    assert choose_plan(replace(cursor.stats[False], rows=1), cursor.limits) is plan

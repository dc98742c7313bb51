"""Usage of earlier billing periods: asked for by its days, cached, and equal to what the sandbox counted."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from tests.unit.api.extension import extended
from tests.unit.api.mock import answer, client
from wbtui.models.parts import EARLIER_USAGE, SUBSCRIPTIONS, USAGE, period_owner
from wbtui.models.units import fraction
from wbtui.models.usage import in_period
from wbtui.models.usage_periods import earlier_periods

PERIOD = (date(2026, 10, 14), date(2026, 11, 13))


async def test_a_period_is_asked_for_by_its_first_and_last_day() -> None:
    server = extended(**{"GET /x/v1/customers/Cust_1/usage": [answer([])]})
    assert await client(server).read(EARLIER_USAGE, period_owner("Cust_1", PERIOD)) == ()
    assert dict(server.requests[-1].url.params) == {"from": "2026-10-14", "to": "2026-11-13"}


async def test_an_earlier_period_has_all_its_days_and_is_read_offline(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        row = (await services.directory.open("anna@lumen.example").page(0, 1)).rows[0].value
        subscriptions = (await services.profiles.fetch(SUBSCRIPTIONS, row.id)).value
        current = (await services.profiles.fetch(USAGE, row.id)).value[0]
        assert current.period is not None
        earlier = earlier_periods(current.subscription_id, current.period[0], subscriptions)[0]
        assert earlier.period == PERIOD
        owner = period_owner(row.id, earlier.period)
        found = (await services.profiles.load(EARLIER_USAGE, owner)).value
        usage = in_period(found[0], earlier.period, None)
        assert usage is not None
        assert len(usage.buckets) == 31 and fraction(usage.used) == sum(
            fraction(bucket.units) or 0 for bucket in found[0].buckets
        )
        assert usage.used != current.used
    async with opened(sandbox.url, sandbox.key, tmp_path, offline=True) as services:
        cached = await services.profiles.cached(EARLIER_USAGE, owner)
        assert cached is not None and cached.value == found
        await services.cache.remove_customer(row.id)
        assert await services.profiles.cached(EARLIER_USAGE, owner) is None

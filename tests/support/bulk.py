"""Bulk actions on the seeded customers: items that add account credit, and what the server has of them.

`python -m tests.support.bulk URL KEY FOLDER COUNT` starts one, for a test that kills it.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.support.opened import opened
from wbtui.models.actions import Context, Reason
from wbtui.models.actions.money import GrantCredit
from wbtui.models.bulk import BulkItem
from wbtui.models.customer import Customer
from wbtui.models.money import Money
from wbtui.models.parts import CREDITS
from wbtui.models.preview import Preview
from wbtui.services.open import Services


async def billed_customers(services: Services, count: int) -> list[Customer]:
    """Return customers with an active subscription, by id."""
    await services.sync.run()
    rows = (await services.directory.open("").page(0, 500)).rows
    billed = sorted((row.value for row in rows if row.value.running), key=lambda one: one.id)
    assert len(billed) >= count, f"the seed has {len(billed)}"
    return billed[:count]


async def credit_items(services: Services, customers: Sequence[Customer]) -> list[BulkItem]:
    """Return previewed items that add 7 minor units of credit to each customer."""
    actions = [
        GrantCredit(
            customer_id=one.id,
            context=Context(agent="jo", reason=Reason.COURTESY),
            amount=Money(7, one.running[0].amount.currency),
        )
        for one in customers
    ]
    previews = await services.bulks.preview(actions)
    items = []
    for one, action, preview in zip(customers, actions, previews, strict=True):
        assert isinstance(preview, Preview)
        items.append(BulkItem(action, preview, one.title, f"Add {action.amount} credit"))
    return items


async def credits_of(services: Services, items: Sequence[BulkItem]) -> list[int]:
    """Return how often the server has the credit of each item."""
    found = []
    for item in items:
        assert isinstance(item.action, GrantCredit)
        entries = (await services.profiles.fetch(CREDITS, item.action.customer_id)).value
        found.append(sum(one.money == item.action.amount and one.kind == "grant" for one in entries))
    return found


async def main(url: str, key: str, folder: str, count: str) -> None:
    async with opened(url, key, Path(folder)) as services:
        items = await credit_items(services, await billed_customers(services, int(count)))
        run = await services.bulks.start(items, stop_on_error=False)
        await run.wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))

"""`wbtui show` asks for the customer and all parts at once."""

from __future__ import annotations

import asyncio
from typing import Any

from tests.support.action_form import PARTS, services_with_anna
from tests.support.anna import ANNA
from tests.support.customers import NOW
from tests.support.fake_services import FakeProfiles
from tests.support.patience import PATIENCE
from wbtui.cli.showing import read_profile
from wbtui.models.page import Source, Stamped
from wbtui.models.parts import CUSTOMER, CUSTOMER_PARTS, PLANS


class Together(FakeProfiles):
    """A server that answers nothing before all requests have come."""

    def __init__(self, requests: int) -> None:
        super().__init__()
        self._barrier = asyncio.Barrier(requests)

    async def fetch(self, part: Any, owner: str) -> Stamped[Any]:
        await self._barrier.wait()
        return Stamped(PARTS.get((part.name, owner), ()), NOW, Source.SERVER)


async def test_the_customer_and_all_parts_are_asked_for_at_once() -> None:
    services, _ = services_with_anna()
    wanted = [part for part in CUSTOMER_PARTS if part.name != "activity"]
    services.profiles = Together(len([CUSTOMER, *wanted, PLANS]))
    async with asyncio.timeout(PATIENCE):
        profile = await read_profile(services, ANNA.id)  # type: ignore[arg-type]
    assert profile.customer.value == ANNA
    assert profile.parts.keys() == {part.name for part in (*wanted, PLANS)}

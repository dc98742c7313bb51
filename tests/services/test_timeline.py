"""Older pages of a timeline: fetched by their cursor, cached under it, and removed with their customer."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.support.customers import customer
from tests.support.events import page
from tests.support.fake_api import SYSTEM, FakeAPI, Ledger
from tests.support.opened import opened
from tests.unit.api.extension import extended
from tests.unit.api.mock import answer, client
from wbtui import errors
from wbtui.models.activity import EventPage
from wbtui.models.capability import Environment
from wbtui.models.page import Source
from wbtui.models.parts import ACTIVITY, EVENTS, Part, events_owner

OWNER = customer(1).id
OLDER = events_owner(OWNER, "c1")


class TimelineAPI(FakeAPI):
    """Answers with `pages` by owner."""

    def __init__(self) -> None:
        super().__init__(Ledger(), system=SYSTEM.model_copy(update={"environment": Environment.DEMO}))
        self.pages: dict[str, EventPage] = {}

    async def read(self, part: Part[Any], owner: str) -> Any:
        return self.pages[owner]


async def test_older_pages_are_read_offline_and_found_after_newer_events(tmp_path: Path) -> None:
    api = TimelineAPI()
    api.pages = {OWNER: page(range(2, 6), "c1", 8), OLDER: page(range(6, 10), None, 8)}
    async with opened("http://x", "k", tmp_path, make_api=lambda: api) as services:
        await services.cache.put_customers([customer(1)], services.now())
        await services.profiles.fetch(ACTIVITY, OWNER)
        older = await services.profiles.fetch(EVENTS, OLDER)
        api.pages[OWNER] = page(range(4), "another cursor", 10)
        newest = await services.profiles.fetch(ACTIVITY, OWNER)
        assert newest.value == page(range(6), "c1", 10), "what the newer page no longer has is kept"
    async with opened("http://x", "k", tmp_path, make_api=lambda: api, offline=True) as services:
        cached = await services.profiles.cached(ACTIVITY, OWNER)
        assert cached is not None and cached.value.next == "c1"
        again = await services.profiles.cached(EVENTS, OLDER)
        assert again is not None and (again.value, again.source) == (older.value, Source.CACHE)
        await services.cache.remove_customer(OWNER)
        assert await services.profiles.cached(EVENTS, OLDER) is None


async def test_a_page_is_asked_for_by_its_cursor_and_may_not_repeat_itself() -> None:
    rows: dict[str, Any] = {"events": [], "next": None, "total": 0}
    server = extended(
        **{"GET /x/v1/customers/Cust_1/activity": [answer(rows), answer(rows | {"next": "c7"})]}
    )
    api = client(server)
    assert await api.read(EVENTS, events_owner("Cust_1", "c7")) == EventPage(events=(), next=None, total=0)
    assert server.requests[-1].url.params["cursor"] == "c7"
    with pytest.raises(errors.BadAnswer, match="cursor leads back"):
        await api.read(EVENTS, events_owner("Cust_1", "c7"))

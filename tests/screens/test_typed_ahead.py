"""Keys that were typed ahead wait until a list has its rows, or could not be read."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from tests.screens.driver import driver
from tests.support.fake_services import FakeServices, fake_services
from wbtui import errors


async def no_counts() -> tuple[int, int]:
    return 0, 0


async def no_changes() -> bool:
    return False


def with_journal(services: FakeServices) -> Any:
    services.journal = SimpleNamespace(
        unresolved=services._nothing_unresolved, counts=no_counts, poll_changes=no_changes
    )
    return services.journal


@pytest.mark.parametrize("fails", [False, True])
@pytest.mark.parametrize(
    ("opens", "owner", "method", "screen"),
    [
        ("app.drafts", lambda services: services.drafts, "all", "DraftsDialog"),
        ("app.work_queue", lambda services: services.queues, "searches", "WorkQueueDialog"),
        ("app.journal", with_journal, "entries", "JournalScreen"),
    ],
    ids=["drafts", "work queue", "journal"],
)
async def test_keys_wait_for_the_rows_of_a_list(
    opens: str,
    owner: Callable[[FakeServices], Any],
    method: str,
    screen: str,
    fails: bool,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services = fake_services(3)
    reader = owner(services)
    async with driver(services) as d:
        await d.expect_text("3 customers")
        await d.press_command("search.leave")
        may = asyncio.Event()

        async def read(*_: object, **__: object) -> tuple[()]:
            await may.wait()
            if fails:
                raise errors.StoreError("Another program uses the file.")
            return ()

        monkeypatch.setattr(reader, method, read, raising=False)
        await d.press_command(opens)
        await d.expect_screen(screen)
        opened: Any = d.screen
        assert opened.is_loading
        may.set()
        await d.wait_for(lambda: not opened.is_loading, "keys are taken")

"""A name that matches several customers is an error that counts and lists them."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.errors import SeveralMatches
from wbtui.services.resolve import resolve_customer


async def test_several_matches_are_counted_and_listed(sandbox: Sandbox, tmp_path: Path) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        await services.sync.run()
        count = await services.directory.open("a").count()
        with pytest.raises(SeveralMatches) as raised:
            await resolve_customer(services, "a")
        first, *names, last = raised.value.sentence.splitlines()
        assert first == f'{count:,} customers match "a":'
        assert len(names) == 5
        assert all("(Cust_" in name for name in names), names
        assert last == f"  and {count - 5:,} more"

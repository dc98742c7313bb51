"""Typed text is resolved to a customer or an invoice, or the error says what was searched."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.opened import opened
from tests.support.sandbox import Sandbox
from wbtui.errors import NotFound, SeveralMatches
from wbtui.services.resolve import resolve, resolve_customer


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


async def test_an_invoice_number_is_found_after_a_sync_and_before_it_the_error_says_so(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with opened(sandbox.url, sandbox.key, tmp_path) as services:
        with pytest.raises(NotFound, match="Nothing is cached yet") as raised:
            await resolve(services, "INV-0041")
        assert "wbtui sync" in raised.value.hint
        await services.sync.run()
        assert (await resolve(services, "INV-0041")).kind == "invoice"
        with pytest.raises(NotFound) as raised:
            await resolve(services, "INV-nothing")
        assert "cached" not in raised.value.sentence

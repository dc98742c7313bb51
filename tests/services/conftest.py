"""An action service for each test that asks for one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.action_bench import Bench, Opener, close_bench, open_bench


@pytest.fixture
async def opened(tmp_path: Path) -> AsyncIterator[Opener]:
    benches: list[Bench] = []

    async def make(**options: Any) -> Bench:
        benches.append(await open_bench(tmp_path, **options))
        return benches[-1]

    yield make
    for bench in benches:
        await close_bench(bench)

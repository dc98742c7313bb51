"""A validating client of the test's own sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.sandbox_api.recorded import Recorded
from tests.support.billing import Billing
from tests.support.sandbox import NOW, Sandbox
from wbtui.sandbox.store import Store


@pytest.fixture
def api(sandbox: Sandbox) -> Iterator[Recorded]:
    """Validated calls of the sandbox with its extension."""
    with Recorded(sandbox) as recorded:
        yield recorded


@pytest.fixture
def plain(plain_sandbox: Sandbox) -> Iterator[Recorded]:
    """Validated calls of the sandbox without its extension."""
    with Recorded(plain_sandbox) as recorded:
        yield recorded


@pytest.fixture
def billing(tmp_path: Path) -> Iterator[Billing]:
    """An empty sandbox file for customers whose bills are computed by hand."""
    store = Store(tmp_path / "sandbox.db", wall_clock=lambda: NOW)
    yield Billing(store)
    store.close()

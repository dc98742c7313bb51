"""A validating client of the test's own sandbox, and bodies of actions for its customers."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.services.sandbox_api.recorded import Recorded
from tests.support.billing import Billing
from tests.support.sandbox import NOW, Sandbox, copy_of
from tests.support.seeded_bodies import SeededBodies
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


@pytest.fixture(scope="session")
def seeded(sandbox_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SeededBodies]:
    """The bodies of actions for the customers of every `sandbox_db`."""
    db = copy_of(sandbox_template, tmp_path_factory.mktemp("seeded"))
    with closing(Store(db, wall_clock=lambda: NOW)) as store, store.read() as tx:
        yield SeededBodies(tx)


@pytest.fixture
def empty_store(tmp_path: Path) -> Iterator[Store]:
    """A sandbox file without customers."""
    with closing(Store(tmp_path / "sandbox.db", wall_clock=lambda: NOW)) as store:
        yield store


@pytest.fixture
def billing(empty_store: Store) -> Billing:
    """An empty sandbox file for customers whose bills are computed by hand."""
    return Billing(empty_store)

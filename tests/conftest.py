"""Shared fixtures: a filled sandbox database, and sandboxes that run on it."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.bytecode_cache import enable_bytecode_cache, import_tests
from tests.support.examples import register
from tests.support.xdist_order import slow_first

if TYPE_CHECKING:  # the server is imported by the tests that use it only
    from tests.support.sandbox import Sandbox

pytest_plugins = ["tests.support.clock"]

enable_bytecode_cache()
register()


def pytest_collection(session: pytest.Session) -> None:
    import_tests(session.config)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = slow_first(items)


def pytest_collection_finish() -> None:
    """Exclude imported modules from garbage collection, which otherwise takes a fifth of the run time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def sandbox_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled database, created once per test run and shared by all workers. Copy it, never change it."""
    from tests.support.sandbox import make_template

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    return make_template(shared / "sandbox-template.db")


@pytest.fixture
def sandbox_db(sandbox_template: Path, tmp_path: Path) -> Path:
    """A copy of the filled database for this test."""
    from tests.support.sandbox import copy_of

    return copy_of(sandbox_template, tmp_path)


@pytest.fixture
def sandbox(sandbox_db: Path) -> Iterator[Sandbox]:
    """A sandbox that listens on a socket; its time is 2026-11-22T10:00:00Z."""
    from tests.support.sandbox import running

    with running(sandbox_db) as box:
        yield box


@pytest.fixture
def plain_sandbox(sandbox_db: Path) -> Iterator[Sandbox]:
    """A sandbox without the portal extension."""
    from tests.support.sandbox import running

    with running(sandbox_db, plain=True) as box:
        yield box

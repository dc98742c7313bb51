"""Fixtures every layer may use: a filled sandbox, running or as a file."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.support.bytecode_cache import enable_bytecode_cache
from tests.support.examples import register
from tests.support.xdist_order import slow_first

if TYPE_CHECKING:  # the server is imported by the tests that use it only
    from tests.support.sandbox import Sandbox

pytest_plugins = ["tests.support.clock"]

enable_bytecode_cache()
register()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items[:] = slow_first(items)


def pytest_collection_finish() -> None:
    """What was imported stays; the collector need not look at it again and again (a fifth of the time)."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


@pytest.fixture(scope="session")
def sandbox_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A filled file, made once per test run and shared by its processes. Copy it, never change it."""
    from tests.support.sandbox import make_template

    base = tmp_path_factory.getbasetemp()
    shared = base.parent if base.name.startswith("popen-") else base
    return make_template(shared / "sandbox-template.db")


@pytest.fixture
def sandbox_db(sandbox_template: Path, tmp_path: Path) -> Path:
    """A filled file of this test's own."""
    from tests.support.sandbox import copy_of

    return copy_of(sandbox_template, tmp_path)


@pytest.fixture
def sandbox(sandbox_db: Path) -> Iterator[Sandbox]:
    """The real sandbox on a real socket, at 2026-11-22T10:00:00Z."""
    from tests.support.sandbox import running

    with running(sandbox_db) as box:
        yield box


@pytest.fixture
def plain_sandbox(sandbox_db: Path) -> Iterator[Sandbox]:
    """The same without the portal extension."""
    from tests.support.sandbox import running

    with running(sandbox_db, plain=True) as box:
        yield box

"""Seeded sandbox files, made once a session, and validators for the schemas of the reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from typing import Any

import pytest

from tests.support.openapi import Checker
from wbtui.sandbox.engine.clocktext import moment
from wbtui.sandbox.seed import seed
from wbtui.sandbox.store import Store

NOW = "2026-11-22T10:42:00Z"


def at_now() -> datetime:
    """The instant up to which the files are filled."""
    return moment(NOW)


@pytest.fixture(scope="session")
def seeded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with 200 customers, for reading only."""
    with closing(Store(tmp_path_factory.mktemp("seeded") / "sandbox.db", wall_clock=at_now)) as store:
        seed(store, customers=200, seed=1, now=NOW)
        yield store


@pytest.fixture(scope="session")
def conforms() -> Callable[[str, Any], None]:
    """`conforms(schema_name, value)` fails with the first errors when the value is not of that shape."""
    checker = Checker("portal-openapi.yaml", closed=True)
    return lambda name, value: checker.validate({"$ref": f"#/components/schemas/{name}"}, value, name)

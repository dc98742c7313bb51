"""Seeded sandbox files, made once a session, and validators for the schemas of the reads."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

from wbtui.sandbox.engine.clocktext import moment
from wbtui.sandbox.seed import seed
from wbtui.sandbox.store import Store

API = Path(__file__).parents[2] / "support" / "api" / "portal-openapi.yaml"
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


@lru_cache(maxsize=1)
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(API.read_text("utf-8"), Loader=yaml.CSafeLoader)
    return document


def closed(node: Any) -> Any:
    """The schemas with closed objects, so that an undocumented member fails."""
    if isinstance(node, dict):
        copy = {key: closed(value) for key, value in node.items()}
        if "properties" in copy and "additionalProperties" not in copy:
            copy["additionalProperties"] = False
        return copy
    return [closed(item) for item in node] if isinstance(node, list) else node


@pytest.fixture(scope="session")
def conforms() -> Callable[[str, Any], None]:
    """`conforms(schema_name, value)` fails with the first error when the value is not of that shape."""
    schemas = closed(_document()["components"]["schemas"])
    validators = {
        name: Draft202012Validator(
            {"$ref": f"#/components/schemas/{name}", "components": {"schemas": schemas}},
            format_checker=Draft202012Validator.FORMAT_CHECKER,
        )
        for name in schemas
    }

    def check(name: str, value: Any) -> None:
        error = next(validators[name].iter_errors(value), None)
        assert error is None, f"{name}: {error.json_path}: {error.message[:300]}"

    return check

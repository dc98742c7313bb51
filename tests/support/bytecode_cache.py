"""Enables Python's bytecode cache, also where the environment disables it, and shares the work of filling it.

The tests start about a hundred programs; without the cache each of them compiles Textual again.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from pathlib import Path

import pytest


def enable_bytecode_cache() -> None:
    """Enable it in this process and its children. Call it before the workers of a run are started."""
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False


def import_tests(config: pytest.Config) -> None:
    """Import the test modules of this run, starting at another one in each worker of pytest-xdist.

    In a new checkout each worker would otherwise compile all modules, because they import them in the same
    order at the same time. A module that fails is reported by pytest, which imports it again.
    """
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    workers = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    files = sorted(file for argument in config.args for file in Path(argument).rglob("test_*.py"))
    start = len(files) * worker // workers
    for file in files[start:] + files[:start]:
        module = file.resolve().relative_to(config.rootpath).with_suffix("")
        with contextlib.suppress(Exception):
            importlib.import_module(".".join(module.parts))

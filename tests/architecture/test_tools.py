"""The checks of the whole project: import contracts, strict types, lint and format."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def passes(*command: str) -> str:
    """Run a tool and return its output. The test fails with that output if the exit code is not 0."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        pytest.fail(
            f"{' '.join(command)} ended with {done.returncode}\n{done.stdout[-8000:]}\n{done.stderr[-2000:]}"
        )
    return done.stdout


LINT_IMPORTS = (
    "import sys; from importlinter.cli import lint_imports_command as main; sys.exit(main(['--no-cache']))"
)
"""The entry point of the command `lint-imports`; running its module does nothing."""


def test_import_contracts_are_kept() -> None:
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", passes("-c", LINT_IMPORTS))
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert kept is not None
    assert int(kept[1]) == len(contracts) > 5


def test_mypy_finds_no_issues() -> None:
    assert "no issues found" in passes("-m", "mypy")


def test_ruff_finds_no_issues() -> None:
    assert "All checks passed" in passes("-m", "ruff", "check")


def test_code_is_formatted() -> None:
    assert "already formatted" in passes("-m", "ruff", "format", "--check")

"""The tools that read the whole house: import contracts, strict types, style and format. One run each."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def passes(*command: str) -> str:
    """What the tool says; it must end with 0, else its own words are the failure's message."""
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
"""What the command `lint-imports` runs; as a module it would do nothing."""


def test_rooms_import_only_what_they_may() -> None:
    said = passes("-c", LINT_IMPORTS)
    kept = re.search(r"Contracts: (\d+) kept, 0 broken", said)
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    assert kept is not None
    assert int(kept[1]) == len(contracts) > 5


def test_types_are_strict() -> None:
    assert "no issues found" in passes("-m", "mypy")


def test_style() -> None:
    assert "All checks passed" in passes("-m", "ruff", "check")


def test_format() -> None:
    assert "already formatted" in passes("-m", "ruff", "format", "--check")

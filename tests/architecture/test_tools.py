"""The tools that read the whole house: import contracts, strict types, style and format. One run each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def passes(tmp_path: Path, *command: str) -> None:
    """The tool ends with 0; its own words are the failure's message."""
    done = subprocess.run(
        [sys.executable, "-m", *command],
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


def test_rooms_import_only_what_they_may(tmp_path: Path) -> None:
    passes(tmp_path, "importlinter.cli", "--no-cache")


def test_types_are_strict(tmp_path: Path) -> None:
    passes(tmp_path, "mypy")


def test_style(tmp_path: Path) -> None:
    passes(tmp_path, "ruff", "check", "--quiet")


def test_format(tmp_path: Path) -> None:
    passes(tmp_path, "ruff", "format", "--check", "--quiet")

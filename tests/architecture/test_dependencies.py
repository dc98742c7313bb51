"""Every dependency is pinned, and no project file ties the project to one machine or package index."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.dependencies import PYPROJECT, ROOT, declared, installed_closure, normal, pinned
from tests.support.pin import with_pins

INDEX_HOSTS = re.compile(
    r"(?i)\b(pypi\.org|pypi\.python\.org|pythonhosted\.org|test\.pypi|artifactory|jfrog|devpi|nexus|simple/?index|"
    r"index-url|extra-index|find-links)\b"
)
MACHINE_PATHS = re.compile(r"(?<![\w.}~-])/(?:home/[a-z]|Users/[A-Za-z]|root/|work/|opt/[a-z]|tmp/wb)")


def project_files() -> Iterator[Path]:
    """Yield the files of the repository: tracked ones and new ones that are not ignored."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        cwd=ROOT, capture_output=True, check=True,
    ).stdout  # fmt: skip
    for name in listed.decode().split("\0"):
        path = ROOT / name
        if name and path.is_file() and path != Path(__file__):
            yield path


def test_installed_versions_are_the_pinned_ones() -> None:
    pins = pinned()
    installed = installed_closure()
    assert {name: pins.get(name) for name in installed} == installed, (
        "refresh: uv run python -m tests.support.pin"
    )
    assert list(pins) == sorted(pins)


def test_every_declared_requirement_is_pinned() -> None:
    here = {
        normal(one.name) for one in declared() if one.marker is None or one.marker.evaluate({"extra": ""})
    }
    assert here
    assert here <= set(pinned())


def test_pinning_replaces_only_the_list_of_pins() -> None:
    before = PYPROJECT.read_text("utf-8")
    after = with_pins(before, {"b": "2", "a": "1.0"})
    assert '[tool.uv]\nconstraint-dependencies = [\n    "a==1.0",\n    "b==2",\n]\n' in after
    assert with_pins(after, pinned()) == with_pins(before, pinned())
    with pytest.raises(ValueError, match="no constraint-dependencies"):
        with_pins("[tool.uv]\n", {})


def test_no_file_contains_a_package_index_or_a_path_of_one_machine() -> None:
    offending = []
    count = 0
    for path in project_files():
        count += 1
        text = path.read_text("utf-8", "replace")
        for number, line in enumerate(text.splitlines(), 1):
            if INDEX_HOSTS.search(line) or MACHINE_PATHS.search(line):
                offending.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()[:100]}")
    assert count > 50
    assert offending == []


def test_the_lock_file_is_ignored_and_not_tracked() -> None:
    assert "uv.lock" in (ROOT / ".gitignore").read_text("utf-8").splitlines()
    tracked = subprocess.run(["git", "ls-files", "uv.lock"], cwd=ROOT, capture_output=True, check=True).stdout
    assert tracked == b""


def test_what_the_check_installs_is_not_part_of_the_project() -> None:
    made = [".ci/uv/bin/uv", ".venv/bin/python", "uv.lock"]
    ignored = subprocess.run(["git", "check-ignore", *made], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout.split() == made

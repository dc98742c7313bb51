"""The dependencies of the project: declared requirements, their installed closure, and the pins."""

from __future__ import annotations

import re
import tomllib
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path

from packaging.requirements import Requirement

ROOT = Path(__file__).parents[2]
PYPROJECT = ROOT / "pyproject.toml"


def normal(name: str) -> str:
    """Return the normalized name of a distribution (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def declared() -> list[Requirement]:
    """Return the requirements in pyproject.toml: of the project, its extras and its dependency groups."""
    data = tomllib.loads(PYPROJECT.read_text("utf-8"))
    project = data["project"]
    texts = [*project["dependencies"]]
    for extra in project.get("optional-dependencies", {}).values():
        texts += extra
    for group in data.get("dependency-groups", {}).values():
        texts += group
    return [one for one in map(Requirement, texts) if normal(one.name) != project["name"]]


def installed_closure() -> dict[str, str]:
    """Return name → version of all distributions required directly or indirectly in this environment.

    Raises PackageNotFoundError if one of them is not installed.
    """
    found: dict[str, str] = {}
    pending = [(one, frozenset[str]()) for one in declared()]
    done: set[tuple[str, str]] = set()
    while pending:
        requirement, extras = pending.pop()
        if not _applies(requirement, extras):
            continue
        name = normal(requirement.name)
        wanted = frozenset(requirement.extras)
        if all((name, extra) in done for extra in (wanted or {""})) and name in found:
            continue
        done |= {(name, extra) for extra in (wanted or {""})}
        try:
            dist = distribution(requirement.name)
        except PackageNotFoundError:
            raise PackageNotFoundError(f"{requirement} applies here but is not installed") from None
        found[name] = dist.version
        pending += [(Requirement(text), wanted) for text in dist.requires or ()]
    return found


def _applies(requirement: Requirement, extras: frozenset[str]) -> bool:
    if requirement.marker is None:
        return True
    return any(requirement.marker.evaluate({"extra": extra}) for extra in (extras or {""}))


def pinned() -> dict[str, str]:
    """Return name → version of the pins in [tool.uv] constraint-dependencies."""
    lines = tomllib.loads(PYPROJECT.read_text("utf-8"))["tool"]["uv"]["constraint-dependencies"]
    return dict(line.split("==") for line in lines)

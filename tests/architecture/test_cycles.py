"""No modules import each other, directly or indirectly; imports inside functions count."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.test_imports import ROOT, modules_of

KNOWN: set[frozenset[str]] = set()
"""Groups of modules that still import each other. Remove an entry when it is resolved; never add one."""


def imports_of(module: str, tree: ast.AST, modules: set[str]) -> Iterator[str]:
    """Yield the modules of ours that a module imports anywhere in its code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names if alias.name in modules)
        elif isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                inner = f"{node.module}.{alias.name}"
                target = inner if inner in modules else node.module
                if target in modules and target != module:
                    yield target


def import_graph() -> dict[str, set[str]]:
    modules = set(modules_of("."))
    graph = {}
    for module in modules:
        file = ROOT / Path(*module.split("."))
        file = file / "__init__.py" if file.is_dir() else file.with_suffix(".py")
        graph[module] = set(imports_of(module, ast.parse(file.read_text("utf-8")), modules))
    return graph


def reachable(graph: Mapping[str, set[str]], start: str) -> set[str]:
    found: set[str] = set()
    pending = [start]
    while pending:
        for target in graph[pending.pop()] - found:
            found.add(target)
            pending.append(target)
    return found


def cycles(graph: Mapping[str, set[str]]) -> set[frozenset[str]]:
    """Return the strongly connected components with more than one module."""
    reach = {module: reachable(graph, module) for module in graph}
    groups = {frozenset(other for other in reach[one] if one in reach[other]) for one in graph}
    return {group for group in groups if len(group) > 1}


def test_cycles_through_an_import_inside_a_function_are_found() -> None:
    modules = {"a", "b", "c"}
    sources = {"a": "import b", "b": "def f():\n    import c", "c": "from a import x"}
    graph = {name: set(imports_of(name, ast.parse(text), modules)) for name, text in sources.items()}
    assert cycles(graph) == {frozenset(modules)}


def test_no_modules_import_each_other() -> None:
    graph = import_graph()
    assert len(graph) > 100
    assert cycles(graph) - KNOWN == set()

"""Workers fetch; handlers of messages change the state of widgets, by `apply`."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import wbtui.ui

CHANGES = frozenset({"update", "focus", "put_window", "set_total", "add_class", "set_class", "remove_class"})
"""Methods of widgets that a worker may only name, for `apply` to call them."""
UI = Path(wbtui.ui.__path__[0])


def is_start(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "start"


def workers(kind: ast.ClassDef) -> Iterator[ast.AsyncFunctionDef]:
    """Yield the methods of a class that it runs in the background."""
    names = {
        node.args[1].attr
        for node in ast.walk(kind)
        if is_start(node) and isinstance(node, ast.Call) and isinstance(node.args[1], ast.Attribute)
    }
    for node in kind.body:
        if isinstance(node, ast.AsyncFunctionDef) and node.name in names:
            yield node


def nested(statement: ast.AST) -> Iterator[ast.AST]:
    """Yield the nodes of functions that are defined inside a worker and called by others."""
    for node in ast.walk(statement):
        if isinstance(node, ast.FunctionDef):
            yield from ast.walk(node)


def changes(worker: ast.AsyncFunctionDef) -> Iterator[ast.AST]:
    """Yield where a worker assigns to its widget or changes what is shown."""
    callbacks = {part for one in worker.body for part in nested(one)}
    for node in ast.walk(worker):
        if node in callbacks:
            continue
        target = node.value if isinstance(node, ast.Subscript) else node
        is_stored = isinstance(target, ast.Attribute) and isinstance(getattr(node, "ctx", None), ast.Store)
        is_change = isinstance(node, ast.Call) and getattr(node.func, "attr", "") in CHANGES
        if is_stored or is_change:
            yield node


def test_workers_leave_the_state_to_handlers() -> None:
    found, count = [], 0
    for path in sorted(UI.rglob("*.py")):
        for kind in ast.walk(ast.parse(path.read_text())):
            if isinstance(kind, ast.ClassDef):
                for worker in workers(kind):
                    count += 1
                    found += [f"{path.relative_to(UI)}:{one.lineno}" for one in changes(worker)]  # type: ignore[attr-defined]
    assert not found, found
    assert count > 30, "workers are found by how they are started"

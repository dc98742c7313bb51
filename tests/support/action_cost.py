"""`python -m tests.support.action_cost`: the lines that each action takes, by place.

A place is a file; of a file only what belongs to the action counts: its class, row, form with the functions
that only forms of that file use, and case.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.support.dependencies import ROOT
from wbtui.models.actions import ACTIONS

MAX_LINES, MAX_PLACES = 115, 6
"""What an ordinary action takes today, the sandbox's side included. The aim is 105 lines."""
SANDBOX = Path("wbtui/sandbox/actions")
CATALOGUE, CASES = Path("wbtui/ui/actions/catalogue.py"), Path("tests/support/action_cases.py")


def cost_of(kind: str) -> dict[str, int]:
    """Return the lines of an action by place: model, catalogue, form and case."""
    model = ACTIONS[kind].__name__
    found: dict[str, int] = {}
    for folder in (Path("wbtui/models/actions"), Path("wbtui/ui/actions")):
        for path in sorted((ROOT / folder).glob("*.py")):
            lines = _own_lines(ast.parse(path.read_text("utf-8")), model, kind)
            if lines:
                found[str(path.relative_to(ROOT))] = lines
    for path in sorted((ROOT / SANDBOX).glob("*.py")):
        tree = ast.parse(path.read_text("utf-8"))
        lines = _body_lines(tree, kind) if path.name == "bodies.py" else _handler_lines(tree, kind)
        if lines:
            found[str(path.relative_to(ROOT))] = lines
    for path in (CATALOGUE, CASES):
        tree = ast.parse((ROOT / path).read_text("utf-8"))
        found[str(path)] = sum(map(_lines, _calls(tree, ("Entry", "Case"), model, kind)))
    return found


def _own_lines(tree: ast.Module, model: str, kind: str) -> int:
    """Lines of the class of that name, or of the form of that model with what it uses of its module."""
    by_name = {name: node for node in tree.body for name in _defined(node)}
    todo: list[ast.AST] = [
        node
        for node in tree.body
        if (isinstance(node, ast.ClassDef) and node.name == model)
        or (isinstance(node, ast.Assign) and any(_calls(node, ("Form",), model, kind)))
    ]
    used: dict[int, ast.AST] = {}
    while todo:
        node = todo.pop()
        if id(node) not in used:
            used[id(node)] = node
            names = {one.id for one in ast.walk(node) if isinstance(one, ast.Name)}
            todo += [by_name[name] for name in names if name in by_name]
    return sum(map(_lines, used.values()))


def _body_lines(tree: ast.Module, kind: str) -> int:
    """Lines of the class of the sandbox whose `kind` is that one, with the classes only it uses."""
    classes = {node.name: node for node in tree.body if isinstance(node, ast.ClassDef)}
    own = {name: _kind_of(node) for name, node in classes.items()}
    used = {name: _reached(name, classes) for name, found in own.items() if found}
    others = set().union(*(names for name, names in used.items() if own[name] != kind))
    mine = set().union(*(names for name, names in used.items() if own[name] == kind)) - others
    return sum(_lines(classes[name]) for name in mine)


def _kind_of(node: ast.ClassDef) -> str | None:
    for line in node.body:
        if isinstance(line, ast.AnnAssign) and isinstance(line.target, ast.Name) and line.target.id == "kind":
            return next(
                (str(one.value) for one in ast.walk(line.annotation) if isinstance(one, ast.Constant)), None
            )
    return None


def _handler_lines(tree: ast.Module, kind: str) -> int:
    """Lines of the sandbox's function of that name, with the functions that only it uses."""
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    handlers = [name for name, node in functions.items() if node.decorator_list]
    used = {name: _reached(name, functions) for name in handlers}
    if kind not in used:
        return 0
    others = set().union(*(names for name, names in used.items() if name != kind))
    return sum(_lines(functions[name]) for name in used[kind] - others)


def _reached(start: str, defined: Mapping[str, ast.AST]) -> set[str]:
    """The definition and those of the module that it uses, directly or not."""
    reached, todo = set(), [start]
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            names = {one.id for one in ast.walk(defined[name]) if isinstance(one, ast.Name)}
            todo += [one for one in names if one in defined]
    return reached


def _defined(node: ast.stmt) -> Iterator[str]:
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        yield node.name
    elif isinstance(node, ast.Assign):
        yield from (one.id for one in node.targets if isinstance(one, ast.Name))
    elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        yield node.target.id


def _calls(tree: ast.AST, names: tuple[str, ...], model: str, kind: str) -> Iterator[ast.Call]:
    """Calls of those names that are given the model, or the kind."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names:
            given = [*node.args, *(keyword.value for keyword in node.keywords)]
            if any(
                (isinstance(one, ast.Name) and one.id == model)
                or (isinstance(one, ast.Constant) and one.value == kind)
                for one in given
            ):
                yield node


def _lines(node: ast.AST) -> int:
    return (getattr(node, "end_lineno", 0) or 0) - getattr(node, "lineno", 0) + 1


def main() -> None:
    for kind in ACTIONS:
        cost = cost_of(kind)
        print(f"{kind:<20} {sum(cost.values()):>4} lines, {len(cost)} places")
        for place, lines in cost.items():
            print(f"  {lines:>4}  {place}")


if __name__ == "__main__":
    main()

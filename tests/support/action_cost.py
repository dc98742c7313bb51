"""`python -m tests.support.action_cost`: the lines that each action takes, by place.

A place is a file. Of a file counts what belongs to one action: its class, form, function, row or case, with
the definitions of that file that no other action uses.
"""

from __future__ import annotations

import ast
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from functools import cache

from tests.support.dependencies import ROOT
from wbtui.models.actions import ACTIONS

MAX_LINES, MAX_PLACES = 105, 5
"""What an action may take; one place is its test case."""
FOLDERS = ("wbtui/models/actions", "wbtui/ui/actions", "wbtui/sandbox/actions", "tests/support/action_cases")
CATALOGUE = "wbtui/ui/actions/catalogue.py"
_MODELS = {model.__name__: kind for kind, model in ACTIONS.items()}


def cost_of(kind: str) -> dict[str, int]:
    """Return the lines of an action by place."""
    found = {place: lines for place in _modules() if (lines := _own_lines(place).get(kind, 0))}
    found[CATALOGUE] = sum(map(_lines, _calls(_parsed(CATALOGUE), "Entry", kind)))
    return found


@cache
def _modules() -> list[str]:
    paths = [path for folder in FOLDERS for path in sorted((ROOT / folder).glob("*.py"))]
    return [str(path.relative_to(ROOT)) for path in paths if path != ROOT / CATALOGUE]


@cache
def _parsed(place: str) -> ast.Module:
    return ast.parse((ROOT / place).read_text("utf-8"))


@cache
def _own_lines(place: str) -> dict[str, int]:
    """Lines of the definitions of a file that only one action uses, by action."""
    defined = {name: node for node in _parsed(place).body for name in _names(node)}
    starts: dict[str, set[str]] = defaultdict(set)
    kinds = dict(_MODELS)
    for name, node in defined.items():
        if (found := _kind_of(node, kinds)) is not None:
            kinds[name] = found
            starts[found].add(name)
    used = {kind: _reached(names, defined) for kind, names in starts.items()}
    users = Counter(name for names in used.values() for name in names)
    return {
        kind: sum(map(_lines, {defined[name] for name in names if users[name] == 1}))
        for kind, names in used.items()
    }


def _kind_of(node: ast.AST, kinds: Mapping[str, str]) -> str | None:
    """The action that a definition is the class, function, form or case of."""
    match node:
        case ast.ClassDef():
            for line in node.body:
                if isinstance(line, ast.AnnAssign) and getattr(line.target, "id", "") == "kind":
                    values = [one.value for one in ast.walk(line) if isinstance(one, ast.Constant)]
                    return str(values[0]) if values else None
        case ast.FunctionDef(decorator_list=[ast.Call(args=[ast.Name(id=body)])]):
            return kinds.get(body)
        case ast.Assign(value=ast.Call(func=ast.Name(id="Form" | "Case" as name)) as call):
            return next((kind for kind in ACTIONS if list(_calls(call, name, kind))), None)
    return None


def _reached(starts: set[str], defined: Mapping[str, ast.AST]) -> set[str]:
    """The definitions and those of the module that they use, directly or not."""
    reached: set[str] = set()
    todo = list(starts)
    while todo:
        name = todo.pop()
        if name not in reached:
            reached.add(name)
            names = {one.id for one in ast.walk(defined[name]) if isinstance(one, ast.Name)}
            todo += [one for one in names if one in defined]
    return reached


def _names(node: ast.stmt) -> Iterator[str]:
    """The names that a statement of a module defines."""
    match node:
        case ast.FunctionDef() | ast.ClassDef():
            yield node.name
        case ast.Assign():
            yield from (one.id for one in node.targets if isinstance(one, ast.Name))
        case ast.AnnAssign(target=ast.Name(id=name)):
            yield name


def _calls(tree: ast.AST, name: str, kind: str) -> Iterator[ast.Call]:
    """Calls of that name that are given the action's model or kind."""
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=called)) if called == name:
                given = [*node.args, *(keyword.value for keyword in node.keywords)]
                values = [getattr(one, "id", getattr(one, "value", None)) for one in given]
                if kind in values or ACTIONS[kind].__name__ in values:
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

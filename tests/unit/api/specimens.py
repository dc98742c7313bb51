"""Responses generated from the API description: random valid instances of a schema, and mutations.

A seeded generator instead of hypothesis strategies: an invoice has hundreds of members, and drawing each
of them one by one is a hundred times slower than drawing one seed.
"""

from __future__ import annotations

import copy
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import yaml

from wbtui.models.money import Money

_FILE = Path(__file__).parents[2] / "support" / "api" / "portal-openapi.yaml"
_LETTERS = "aZ 0ü漢🙂\u202e\x1b[/]"
_NUMBERS = frozenset(
    "from to up_to quantity units used limit included projected overage_per rate balance percent".split()
)
CUSTOMER_ID = "Cust_1"
"""Whose everything is: the parts of an invoice belong to one customer."""
_IDENTITIES = frozenset("id basis key next".split())


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = yaml.load(_FILE.read_text(), yaml.CSafeLoader)
    return document


def example(path: str, method: str = "get") -> Any:
    """Return the example of an operation's 200 response, or its examples by name."""
    content = _document()["paths"][path][method]["responses"]["200"]["content"]["application/json"]
    return copy.deepcopy(
        content.get("example") or {name: one["value"] for name, one in content.get("examples", {}).items()}
    )


# ── valid instances ──────────────────────────────────────────────────────────────────────────────
def of(name: str, rng: Random) -> Any:
    """Strategy for valid instances of a schema."""
    if name == "Money":
        return Money(rng.randrange(10**9), rng.choice(["eur", "usd", "gbp", "jpy", "kwd"])).wire()
    return _instance(_document()["components"]["schemas"][name], name, rng)


def _instance(schema: dict[str, Any], member: str, rng: Random) -> Any:
    if "$ref" in schema:
        return of(schema["$ref"].rsplit("/", 1)[1], rng)
    if "anyOf" in schema:
        return _instance(rng.choice(schema["anyOf"]), member, rng)
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return rng.choice(schema["enum"])
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = rng.choice(kind)
    match kind:
        case "null":
            return None
        case "boolean":
            return rng.random() < 0.5
        case "integer":
            return rng.randrange(400)
        case "array":
            return _array(schema, member, rng)
        case "object":
            return _object(schema, rng)
    return _text(schema, member, rng)


def _array(schema: dict[str, Any], member: str, rng: Random) -> list[Any]:
    if "prefixItems" in schema:
        return [_instance(item, member, rng) for item in schema["prefixItems"]]
    return [_instance(schema["items"], member, rng) for _ in range(rng.randrange(3))]


def _object(schema: dict[str, Any], rng: Random) -> dict[str, Any]:
    members = schema.get("properties")
    if members is None:
        kind = schema["additionalProperties"]
        return {_text({}, "id", rng): _instance(kind, "units", rng) for _ in range(rng.randrange(3))}
    required = set(schema.get("required", ()))
    return {
        name: _instance(member, name, rng)
        for name, member in members.items()
        if name in required or rng.random() < 0.5
    }


def _text(schema: dict[str, Any], member: str, rng: Random) -> str:
    day = f"{rng.randrange(1970, 2100)}-{rng.randrange(1, 13):02d}-{rng.randrange(1, 29):02d}"
    if schema.get("format") == "date":
        return day
    if schema.get("format") == "date-time":
        return f"{day}T{rng.randrange(24):02d}:{rng.randrange(60):02d}:07Z"
    if member in _NUMBERS:
        return f"{rng.randrange(10**6)}.{rng.randrange(1000):03d}"
    if member in ("currency", "default_currency"):
        return rng.choice(["eur", "usd"])
    if member == "customer_id":
        return CUSTOMER_ID
    if member in _IDENTITIES or member.endswith("_id"):
        return f"Id_{rng.randrange(10**9)}"
    return "".join(rng.choice(_LETTERS) for _ in range(rng.randrange(9)))


# ── bending ──────────────────────────────────────────────────────────────────────────────────────
def nodes(value: Any) -> list[tuple[Any, Any]]:
    """Every (container, name or index) inside `value`."""
    found: list[tuple[Any, Any]] = []
    todo = [value]
    while todo:
        node = todo.pop()
        for name, item in list(node.items() if isinstance(node, dict) else enumerate(node)):
            found.append((node, name))
            if isinstance(item, (dict, list)):
                todo.append(item)
    return found


class Number(str):
    """Text that is serialized as a JSON number."""


def stretched(name: str, rng: Random) -> Any:
    """Valid instances of a newer server: extra fields, amounts as numbers."""
    value = of(name, rng)
    for container, member in [({"": value}, ""), *nodes(value)]:
        item = container[member]
        if not isinstance(item, dict) or rng.random() < 0.5:
            continue
        item[f"x_{rng.randrange(99)}"] = copy.deepcopy(rng.choice([None, 1, "new", [1], {"a": {}}]))
        if {"amount", "currency"} <= item.keys() and rng.random() < 0.5:
            item["amount"] = Number(item["amount"])
    return value


JUNK: list[Any] = [
    None,
    True,
    0,
    -1,
    3.5,
    "",
    "x",
    "\ud800",
    [],
    {},
    [None],
    {"amount": "x"},
    "9" * 50,
    10**30,
]


def broken(name: str, rng: Random) -> Any:
    """Instances with some fields replaced by anything."""
    value = of(name, rng)
    for _ in range(rng.randrange(1, 4)):
        places = nodes(value)
        if places:
            container, member = rng.choice(places)
            container[member] = copy.deepcopy(rng.choice(JUNK))
    return value

"""Valid bodies of every action kind for seeded customers, and reading a change's path back."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Any

from tests.support.action_cases import CASES
from tests.support.action_cases.base import Body, Read
from wbtui.sandbox.actions.watch import WATCHED
from wbtui.sandbox.engine import views
from wbtui.sandbox.store import Tx


def reader(tx: Tx) -> Read:
    """The GETs without HTTP, in one transaction."""

    def read(path: str) -> Any:
        first, *rest = path.split("/")
        if first == "customers":
            if rest[1] == "invoices":
                return {"rows": views.invoices(tx, customer_id=rest[0], limit=500).rows}
            if rest[1] == "row":
                return views.customer_row(tx, rest[0])
            return views.part(tx, rest[0], rest[1])
        return views.invoice(tx, rest[0]) if rest else getattr(views, first)(tx)

    return read


class SeededBodies:
    """Valid bodies of actions for the seeded customers, read in one transaction before anything changes."""

    def __init__(self, tx: Tx) -> None:
        self.customers = [str(row["id"]) for row in tx.all("SELECT id FROM customers ORDER BY no")]
        self._read = cache(reader(tx))
        self._bodies: dict[str, list[Body]] = {}

    def of(self, kind: str) -> list[Body]:
        """The bodies of a kind, in the order of the customers. Copy them, never change them."""
        if kind not in self._bodies:
            requests = CASES[kind].requests
            self._bodies[kind] = [
                body for customer in self.customers for body in requests({"id": customer}, self._read)
            ]
        return self._bodies[kind]


# ── reading a path back, as a client does ──
def value_at(path: str, customer_id: str, read: Read, objects: Iterable[dict[str, Any]] = ()) -> str | None:
    """The canonical text of a change's path (watch.py); None for an object that does not exist (yet).

    `objects` are those of the outcome, for the objects that the action made.
    """
    kind, object_id, member = path.split("/", 2)
    (watched,) = [each for each in WATCHED if each.type == kind]
    if object_id.startswith("new"):
        made = [each["id"] for each in objects if each["type"] == kind]
        if not made:
            return None
        object_id = made[int(object_id[3:] or "1") - 1]
    value = read(watched.read.format(customer=customer_id, id=object_id))
    if watched.key is not None:
        value = next((each for each in value if each[watched.key] == object_id), None)
    for part in member.split("."):
        if isinstance(value, list):
            value = next((e for e in value if part in (e.get("id"), e.get("currency"))), None)
        else:
            value = None if value is None else value.get(part)
    return _text(value)


def _text(value: Any) -> str | None:
    match value:
        case None | []:
            return None
        case bool():
            return str(value).lower()
        case {"amount": digits, "currency": currency}:
            return f"{digits} {currency}"
        case {"label": label, "address": address}:
            return f"{label}: {address}"
        case dict():
            return ", ".join(f"{name}: {each}" for name, each in value.items()) or None
        case list():
            return ", ".join(str(_text(each)) for each in value)
    return str(value)

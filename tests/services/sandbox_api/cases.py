"""Valid bodies of every action kind for seeded customers, and reading a change's path back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from tests.services.sandbox_api.recorded import AGENT, amount, refund
from wbtui.sandbox.actions.watch import WATCHED
from wbtui.sandbox.engine import views
from wbtui.sandbox.store import Tx

Body = dict[str, Any]
Read = Callable[[str], Any]
"""The answer of a GET, by its path below /x/v1."""
Maker = Callable[[dict[str, Any], Read], Iterator[Body]]
"""Valid bodies for the customer of a snapshot row."""


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


def _action(kind: str, row: dict[str, Any], **members: Any) -> Body:
    return {"kind": kind, "customer_id": row["id"], "context": dict(AGENT), **members}


def _refunds(row: dict[str, Any], read: Read) -> Iterator[Body]:
    for payment in read(f"customers/{row['id']}/payments"):
        if not payment["method"] or float(payment["refundable"]["amount"]) < 5:
            continue
        lines = read(f"invoices/{payment['invoice_ids'][0]}")["lines"]
        positive = [line for line in lines if line["total"]["amount"][0] not in "-0"]
        one = "1" if payment["money"]["currency"] == "jpy" else "1.00"
        yield refund(row["id"], payment)
        yield refund(row["id"], payment, **amount(one, payment))
        yield refund(row["id"], payment, mode="percent", percent="12.5")
        if positive:
            yield refund(row["id"], payment, mode="lines", lines=[{"line_id": positive[0]["id"]}])


def _notes(row: dict[str, Any], read: Read) -> Iterator[Body]:
    yield _action("append_note", row, text="Calls after 16:00.")


def _links(row: dict[str, Any], read: Read) -> Iterator[Body]:
    yield _action("create_portal_link", row)


def _credits(row: dict[str, Any], read: Read) -> Iterator[Body]:
    currencies = {c["amount"]["currency"] for c in read(f"customers/{row['id']}/contracts")}
    for currency in sorted(currencies):
        for text in ("5", "700") if currency == "jpy" else ("5.00", "700.00"):
            money = {"amount": text, "currency": currency}
            yield _action("grant_credit", row, amount=money)
            yield _action("grant_credit", row, amount=money, expires="2027-12-31")


def _plans(row: dict[str, Any], read: Read) -> Iterator[Body]:
    """Changes of every active contract to every price in its currency, in all ways."""
    if read(f"customers/{row['id']}/row")["status"] != "active":
        return
    ways: list[Body] = [
        {"when": "period_end"},
        {"when": "now", "downgrade_allowed": True, "discount_id": None},
        {"when": "now", "downgrade_allowed": True, "proration": "next_invoice"},
        {"when": "now", "downgrade_allowed": True, "proration": "none", "discount_id": "Disc_launch_25"},
    ]
    for contract in read(f"customers/{row['id']}/contracts"):
        blocked = contract["scheduled_change"] or contract["cancel_at"]
        for plan in read("plans") if contract["status"] == "active" and not blocked else ():
            if plan["status"] != "active" or plan["id"] == contract["plan_id"]:
                continue
            for pricing in plan["pricings"]:
                slugs = {
                    f["slug"] for f in pricing["features"] if f["strategy"] in ("per_unit", "unit_tiered")
                }
                if pricing["currency"] != contract["amount"]["currency"]:
                    continue
                for way in ways:
                    yield _action(
                        "change_plan",
                        row,
                        contract_id=contract["id"],
                        plan_id=plan["id"],
                        pricing_id=pricing["id"],
                        units=dict.fromkeys(slugs, "1"),
                        **way,
                    )


def _edits(row: dict[str, Any], read: Read) -> Iterator[Body]:
    if read(f"customers/{row['id']}/row")["status"] == "inactive":
        return
    address = {"line_1": "Rue 1", "zip": "75001", "city": "Paris", "country": "FR"}
    emails = [{"label": "main", "address": "new@example.com"}]
    yield _action("edit_customer", row, changes={"name": "New name", "emails": emails})
    yield _action("edit_customer", row, changes={"address": address, "metadata": {"team": "a.b/c"}})
    yield _action("edit_customer", row, changes={"reference": "R-1", "vat_id": None, "metadata": None})


SANDBOX_CASES: dict[str, Maker] = {
    "refund": _refunds,
    "append_note": _notes,
    "create_portal_link": _links,
    "grant_credit": _credits,
    "change_plan": _plans,
    "edit_customer": _edits,
}
"""Every kind in the capabilities needs an entry."""


def bodies(kind: str, rows: Iterable[dict[str, Any]], read: Read) -> list[Body]:
    """All valid bodies of a kind for the given customers."""
    return [body for row in rows for body in SANDBOX_CASES[kind](row, read)]


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

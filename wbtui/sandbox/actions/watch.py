"""Changes of a preview: the reads before and after an action, compared member by member.

A change's path is `type/id/member`, so that a client can read it back after the commit:

- `type` is the type of one entry of WATCHED. Its `read` is the GET below /x/v1 that answers the object
  (`{customer}` is the action's customer, `{id}` the path's id). Where it answers a list, the object is the
  element whose `key` member equals the path's id.
- `id` is `new` for an object that the action makes, `new2` for the second of its type. After the commit it is
  the first (second) object of that type in the outcome's `objects`.
- `member` names a member of the object, with dots for nested ones: `next_charge.total`. In a list a part is
  the `id` or `currency` of an element: `owed.eur`, `lines.Line_7.refunded`. A member of null is null.

Values are canonical text: null for null and empty lists, `22.40 eur` for an amount, `true` and `false`,
list elements joined by ", ", members of other objects as "name: value", an e-mail as "label: address".
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from wbtui.sandbox.engine import rows, shapes
from wbtui.sandbox.engine.account import Account
from wbtui.sandbox.engine.clocktext import say_date
from wbtui.sandbox.engine.payments import method_name

Reads = dict[str, dict[str, Any]]
"""Type → id → object in wire format."""


@dataclass(frozen=True)
class Watched:
    """Members of a type of object whose changes a preview shows.

    Attributes:
        key: the identifying member when `read` answers a list; None when it answers the object.
        members: member path → label; `*` stands for every element. `{name}` in a label is the object's name,
            `{key}` the element's.
        made: objects that an action makes are shown too.
    """

    type: str
    read: str
    key: str | None
    members: dict[str, str]
    made: bool = False


WATCHED = (
    Watched(
        "contract",
        "customers/{customer}/contracts",
        "id",
        {
            "status": "Status of {name}",
            "amount": "Price of {name}",
            "units.*": "Units of {name} ({key})",
            "discount.name": "Discount of {name}",
            "discount.cycles": "Remaining cycles of the discount",
            "trial_end": "Trial end of {name}",
            "cancel_at": "Cancellation of {name}",
            "end": "End of {name}",
            "scheduled_change.to_plan": "Scheduled change of {name}",
            "scheduled_change.to_units.*": "Units after the scheduled change ({key})",
            "scheduled_change.on": "Date of the scheduled change",
            "next_charge.date": "Next charge of {name}",
            "next_charge.total": "Next charge total of {name}",
        },
        made=True,
    ),
    Watched(
        "invoice",
        "invoices/{id}",
        None,
        {
            "state": "Status of {name}",
            "total": "Total of {name}",
            "due": "Due date of {name}",
            "open": "Open amount of {name}",
            "credited": "Credit applied to {name}",
            "paid": "Paid amount of {name}",
            "refunded": "Refunded ({name})",
            "refundable": "Still refundable ({name})",
            "next_retry": "Next retry of {name}",
            "dunning_paused_until": "Dunning pause of {name}",
            "lines.*.refunded": "Refunded ({key})",
        },
        made=True,
    ),
    Watched(
        "payment",
        "customers/{customer}/payments",
        "id",
        {"status": "Status of the {name}", "refundable": "Still refundable ({name})"},
    ),
    Watched("refund", "customers/{customer}/refunds", "id", {"status": "Status of the refund"}),
    Watched(
        "method",
        "customers/{customer}/methods",
        "id",
        {"status": "Status of {name}", "order": "Order of {name}", "is_default": "Default method: {name}"},
    ),
    Watched(
        "wallet",
        "customers/{customer}/wallets",
        "currency",
        {"balance": "Account credit ({name})"},
        made=True,
    ),
    Watched(
        "customer",
        "customers/{id}/row",
        None,
        {
            "name": "Name",
            "emails": "E-mail addresses",
            "reference": "Reference",
            "vat_id": "VAT ID",
            "address.line_1": "Address",
            "address.line_2": "Address, line 2",
            "address.zip": "Postal code",
            "address.city": "City",
            "address.state": "State",
            "address.country": "Country",
            "metadata": "Metadata",
            "notes": "Notes",
            "status": "Customer status",
            "billing_status": "Billing status",
            "owed.*": "Owed ({key})",
            "mrr.*": "MRR ({key})",
            "refunds_pending": "Pending refunds",
        },
    ),
)
_MADE_UP = ("contract", "invoice")
"""Types whose ids are made when the object is; a preview shows placeholders instead."""


def reads(account: Account, today: str) -> Reads:
    """The watched objects of an account in memory, as the GETs would answer them after a save."""
    row = json.loads(rows.customer_row(account, today)[1])
    return {
        "contract": {each.id: shapes.contract(account, each) for each in account.contracts},
        "invoice": {each.id: shapes.invoice(account, each) for each in account.invoices},
        "payment": {each.id: shapes.payment(account, each) for each in account.payments},
        "refund": {each.id: shapes.refund(each) for each in account.refunds},
        "method": {each["id"]: each for each in shapes.methods(account)},
        "wallet": {each["currency"]: each for each in shapes.wallets(account)},
        "customer": {account.customer.id: row},
    }


def changes(before: Reads, after: Reads, *, by_line: bool = False) -> list[dict[str, Any]]:
    """The watched members that differ, in the order of WATCHED. Lines of invoices only when `by_line`."""
    found = []
    names = _subscription_names(before["contract"], after["contract"])
    names |= _payment_names(before["payment"], after["payment"])
    for watched in WATCHED:
        made = 0
        for object_id, new in after[watched.type].items():
            old = before[watched.type].get(object_id)
            shown = object_id
            if old == new or (old is None and not watched.made):
                continue
            if old is None and watched.type in _MADE_UP:
                made += 1
                shown = "new" if made == 1 else f"new{made}"
            name = names.get(object_id) or _name(watched.type, new, made=old is None)
            found += [
                {"path": f"{watched.type}/{shown}/{member}", "label": label, "before": a, "after": b}
                for member, label, a, b in _differences(watched, old, new, name)
                if by_line or not member.startswith("lines.")
            ]
    return found


def _differences(
    watched: Watched, old: Any, new: Any, name: str
) -> Iterator[tuple[str, str, str | None, str | None]]:
    for pattern, label in watched.members.items():
        for member, key in dict([*_expanded(pattern, old), *_expanded(pattern, new)]).items():
            a, b = canonical(member_of(old, member)), canonical(member_of(new, member))
            nothing = old is None and (b is None or b.startswith(("0 ", "0.00 ")))  # of a made object
            # A subscription that replaces one after its trial keeps the day on which that ended.
            nothing |= member == "trial_end" and old is None and bool(new["period_index"])
            # A method that can't be charged stands behind the others; its number says nothing.
            nothing |= watched.type == "method" and member == "order" and new["status"] != "active"
            if a != b and not nothing:
                yield member, label.format(name=name, key=key), a, b


def _subscription_names(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Return the labels of subscriptions: the plan and, of several to one plan, what tells them apart."""
    plans = {each["plan"] for each in before.values()}
    names = {key: f"new {new['plan']}" if new["plan"] in plans else new["plan"] for key, new in after.items()}
    ended = ("canceled", "moved")
    current = {key: old for key, old in before.items() if old["status"] not in ended or old != after.get(key)}
    for key, one in current.items():
        alike = [each for each in current.values() if each["plan"] == one["plan"]]
        currencies = [each["amount"]["currency"] for each in alike]
        names[key] = one["plan"]
        if currencies.count(one["amount"]["currency"]) > 1:
            names[key] += f" (start {say_date(one['start'])})" if one["start"] else f" ({one['status']})"
        elif len(alike) > 1:
            names[key] += f" ({one['amount']['currency'].upper()})"
    return names


def _payment_names(before: dict[str, Any], after: dict[str, Any]) -> dict[str, str]:
    """Return the labels of payments: of several that change, each has its day."""
    changed = [key for key, new in after.items() if key in before and before[key] != new]
    several = len(changed) > 1
    return {key: f"payment of {say_date(after[key]['at'][:10])}" if several else "payment" for key in changed}


def _name(type: str, object: Any, *, made: bool) -> str:
    """Return the label of another object. A new document has no number yet."""
    if type == "invoice":
        return "new invoice" if made else str(object["number"])
    if type == "method":
        return method_name(object["kind"], object["brand"], object["last_digits"])
    return str(object["currency"]).upper() if type == "wallet" else ""


def _expanded(pattern: str, object: Any) -> list[tuple[str, str]]:
    """(member path, name of the element) with every `*` of the pattern replaced; names are for labels."""
    head, star, rest = pattern.partition("*")
    if not star:
        return [(pattern, "")]
    value = member_of(object, head.rstrip("."))
    if isinstance(value, dict):
        names = {each["slug"]: each["name"] for each in object.get("features") or ()}
        return [(f"{head}{key}{rest}", str(names.get(key, key))) for key in value]
    return [(f"{head}{_key(e)}{rest}", e.get("name") or _key(e).upper()) for e in value or ()]


def _key(element: Any) -> str:
    return str(element["id"] if "id" in element else element["currency"])


def member_of(value: Any, member: str) -> Any:
    """The value of a dotted member; None when it or a member on the way is absent."""
    for part in member.split("."):
        if isinstance(value, list):
            value = next((element for element in value if _key(element) == part), None)
        else:
            value = value.get(part) if isinstance(value, dict) else None
    return value


def canonical(value: Any) -> str | None:
    """The canonical text of a value of a read."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return ", ".join(filter(None, map(canonical, value))) or None
    if isinstance(value, dict):
        if value.keys() == {"amount", "currency"}:
            return f"{value['amount']} {value['currency']}"
        if value.keys() == {"label", "address"}:
            return f"{value['label']}: {value['address']}"
        return ", ".join(f"{name}: {canonical(each)}" for name, each in value.items() if each) or None
    return str(value)

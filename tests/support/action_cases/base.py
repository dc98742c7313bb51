"""What a case says of an action, for the generic tests of screens, command line and sandbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.support.anna import preview
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice
from wbtui.models.payment import PaymentMethod
from wbtui.models.preview import Preview
from wbtui.models.subscription import Subscription

AGENT = {"agent": "Jörg Müller", "ticket": "ZD-1189", "reason": "courtesy", "comment": None, "notify": False}
"""The context of actions that are sent to the sandbox."""
WHY = ("reason=courtesy", "ticket=ZD-7")

Subject = Customer | Invoice | PaymentMethod | Subscription
"""An object of Anna's that an action can be about."""
Body = dict[str, Any]
Read = Callable[[str], Any]
"""The answer of a GET, by its path below /x/v1."""
Bodies = Callable[[dict[str, Any], Read], Iterator[Body]]
"""Valid bodies for the customer of a snapshot row."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """How one action is done.

    Attributes:
        subject: the object in the state that allows it, where Anna's own does not.
        answers: of its form for Anna, by field name, in the order they are given.
        live: answers of its form for a seeded customer of the sandbox.
        words: the same as `answers`, as FIELD=VALUE of `wbtui do`.
        preview: what the server says; commit, summary: what the commit key and the journal say.
        confirm: what is always typed to confirm.
        says: texts on the sheet.
        bodies: members of the action for seeded customers.
    """

    kind: str
    subject: Subject | None = None
    answers: Mapping[str, Any] = field(default_factory=dict)
    live: Mapping[str, Any] = field(default_factory=dict)
    words: tuple[str, ...] = ()
    preview: Preview = field(default_factory=preview)
    confirm: str = ""
    commit: str
    summary: str
    says: tuple[str, ...] = ()
    bodies: Bodies

    def requests(self, row: dict[str, Any], read: Read) -> Iterator[Body]:
        """Yield valid bodies of requests for the customer of a snapshot row."""
        for members in self.bodies(row, read):
            yield {"kind": self.kind, "customer_id": row["id"], "context": dict(AGENT), **members}


def refundable_payments(row: dict[str, Any], read: Read) -> Iterator[tuple[Body, str]]:
    """Yield members that name a payment and its invoice, and the currency; at least 5 are left of it."""
    for payment in read(f"customers/{row['id']}/payments"):
        if payment["method"] and float(payment["refundable"]["amount"]) >= 5:
            names = {"payment_id": payment["id"], "invoice_id": payment["invoice_ids"][0]}
            yield names, payment["money"]["currency"]


def owed_invoices(row: dict[str, Any], read: Read) -> Iterator[dict[str, Any]]:
    """Yield final invoices of which something is open."""
    for invoice in read(f"customers/{row['id']}/invoices")["rows"]:
        if invoice["state"] == "ready_for_payment":
            yield invoice


def contracts_of(row: dict[str, Any], read: Read, *statuses: str) -> Iterator[Body]:
    """Yield contracts in one of the statuses, of a customer who is not frozen."""
    if read(f"customers/{row['id']}/row")["status"] != "inactive":
        contracts = read(f"customers/{row['id']}/contracts")
        yield from (contract for contract in contracts if contract["status"] in statuses)


def offered_pricings(read: Read, currency: str) -> Iterator[Body]:
    """Yield members that name a plan, a price in the currency, and one unit of each feature with units."""
    for plan in read("plans"):
        for pricing in plan["pricings"] if plan["status"] == "active" else ():
            if pricing["currency"] == currency:
                counted = ("per_unit", "unit_tiered")
                units = {f["slug"]: "1" for f in pricing["features"] if f["strategy"] in counted}
                yield {"plan_id": plan["id"], "pricing_id": pricing["id"], "units": units}


def one_in(currency: str) -> Body:
    """Return one major unit of a currency, as it is written on the wire."""
    return {"amount": "1" if currency == "jpy" else "1.00", "currency": currency}

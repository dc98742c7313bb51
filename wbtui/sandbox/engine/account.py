"""One customer with everything that belongs to it, in memory.

A write loads an account, applies engine functions to it, and saves it. Saving compares each record with the
row that was loaded, raises versions, refreshes the snapshot row and logs the changes in one transaction.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from operator import itemgetter
from typing import Any, TypedDict, TypeVar, Unpack

from pydantic_core import from_json, to_json

from wbtui.models.money import Money
from wbtui.sandbox.engine.catalogue import Catalogue, Discount, Plan, PriceSet
from wbtui.sandbox.engine.records import (
    LINE_FIELDS,
    Contract,
    Credit,
    CreditNote,
    Customer,
    Event,
    Invoice,
    Method,
    Payment,
    Ref,
    Refund,
    UsageReport,
    Wallet,
)
from wbtui.sandbox.engine.tables import COLUMNS, FLAGS_AT, GETTERS, JSON_AT, LINES_AT, TABLES
from wbtui.sandbox.store import SandboxError

_R = TypeVar("_R", Contract, Invoice, Payment)

_line_values = itemgetter(*LINE_FIELDS)


def dumps(value: Any) -> str:
    """Return compact JSON text. pydantic's encoder makes seeding a third faster."""
    return to_json(value).decode()


@dataclass(slots=True)
class Actor:
    """Who did something. `kind` is agent, api, customer, scheduler or system."""

    kind: str
    name: str | None = None


SCHEDULER = Actor("scheduler")
CUSTOMER = Actor("customer")


class Why(TypedDict, total=False):
    """Why something was done, for the timeline."""

    reason: str | None
    comment: str | None
    ticket: str | None


@dataclass(slots=True)
class EngineContext:
    """Catalogue, source of new ids, and document counters."""

    catalogue: Catalogue
    bits: Callable[[int], int]
    """A source of random bits (`random.Random(…).getrandbits`) for ids."""
    next_invoice_number: int = 1
    next_credit_note_number: int = 1

    def new_id(self, prefix: str) -> str:
        """`Prefix_<uuid>`, a version 4 UUID of the given bits."""
        value = self.bits(128) & ~(0xF000 << 64) & ~(0xC000 << 48) | (4 << 76) | (8 << 60)
        text = f"{value:032x}"
        return f"{prefix}_{text[:8]}-{text[8:12]}-{text[12:16]}-{text[16:20]}-{text[20:]}"

    def invoice_number(self) -> str:
        number = self.next_invoice_number
        self.next_invoice_number += 1
        return f"INV-{number:04d}"

    def credit_note_number(self) -> str:
        number = self.next_credit_note_number
        self.next_credit_note_number += 1
        return f"CN-{number:04d}"


@dataclass(slots=True)
class Account:
    """Lists are in the order of creation. `events` holds only those logged since loading."""

    engine: EngineContext
    customer: Customer
    contracts: list[Contract] = field(default_factory=list)
    methods: list[Method] = field(default_factory=list)
    invoices: list[Invoice] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    refunds: list[Refund] = field(default_factory=list)
    credits: list[Credit] = field(default_factory=list)
    credit_notes: list[CreditNote] = field(default_factory=list)
    wallets: list[Wallet] = field(default_factory=list)
    usage_reports: list[UsageReport] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    loaded: dict[str, tuple[Any, ...]] = field(default_factory=dict)
    """Row tuples as loaded from the file, by id."""

    # ── look-ups ──
    def contract(self, id: str) -> Contract:
        return _find(self.contracts, id, "subscription")

    def invoice(self, id: str | None) -> Invoice:
        return _find(self.invoices, id, "invoice")

    def payment(self, id: str) -> Payment:
        return _find(self.payments, id, "payment")

    def method(self, id: str | None) -> Method | None:
        """The payment method of an id; None for None or an unknown one."""
        return next((method for method in self.methods if method.id == id), None)

    def price_set(self, contract: Contract) -> PriceSet:
        return self.engine.catalogue.price_sets[contract.price_set_id]

    def plan(self, contract: Contract) -> Plan:
        return self.engine.catalogue.plans[contract.plan_id]

    def discount(self, contract: Contract) -> Discount | None:
        """The discount of the next recurring charge; None without one or when it is used up."""
        if contract.discount_id is None or contract.discount_left == 0:
            return None
        return self.engine.catalogue.discounts[contract.discount_id]

    # ── the timeline ──
    def log(
        self,
        at: str,
        kind: str,
        what: str,
        actor: Actor = SCHEDULER,
        *refs: Ref,
        money: Money | None = None,
        **why: Unpack[Why],
    ) -> None:
        """Add an event to the timeline, with links to the objects of `refs`."""
        event = Event(
            self.engine.new_id("Evt"),
            self.customer.id,
            at,
            kind,
            what,
            actor.kind,
            actor.name,
            None if money is None else money.minor,
            None if money is None else money.currency,
            refs=list(refs),
            **why,
        )
        self.events.append(event)

    def rows(self, table: str) -> list[Any]:
        return [self.customer] if table == "customers" else list(getattr(self, table))


def _find(records: list[_R], id: str | None, noun: str) -> _R:
    for record in records:
        if record.id == id:
            return record
    raise SandboxError(f"This customer has no {noun} {id!r}.")


def ref(type: str, id: str, label: str | None = None) -> Ref:
    """A link of an event or outcome to an object."""
    return {"type": type, "id": id, "label": label}


def row_of(table: str, record: Any) -> tuple[Any, ...]:
    """The column values of a record, in the order of `COLUMNS[table]`."""
    values = GETTERS[table](record)
    places = JSON_AT[table]
    if not places:
        return tuple(values)
    row = list(values)
    if table == "invoices":
        row[LINES_AT] = [_line_values(line) for line in row[LINES_AT]]
    for place in places:
        if row[place] is not None:
            row[place] = dumps(row[place])
    return tuple(row)


def record_of(table: str, row: tuple[Any, ...]) -> Any:
    """The record of a row in the order of `COLUMNS[table]`."""
    values = list(row)
    for place in JSON_AT[table]:
        if values[place] is not None:
            values[place] = from_json(values[place])
    for place in FLAGS_AT[table]:
        values[place] = bool(values[place])
    if table == "invoices":
        values[LINES_AT] = [dict(zip(LINE_FIELDS, line, strict=True)) for line in values[LINES_AT]]
    return TABLES[table](**dict(zip(COLUMNS[table], values, strict=True)))


def seeded_bits(*parts: object) -> Callable[[int], int]:
    """A source of random bits determined by `parts`."""
    return random.Random(":".join(str(part) for part in parts)).getrandbits

"""Read models from the JSON of the extension: every member as the type that its model declares.

An absent member has the default of the model; without one it is refused. Lists and maps may be absent.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import date, datetime
from functools import cache, partial
from types import NoneType
from typing import Any, NamedTuple, TypeVar, get_args, get_origin, get_type_hints

from wbtui.api.answer import Unreadable
from wbtui.api.port import Changed, ChangePage
from wbtui.api.wingback.wire import Wire, of_customer
from wbtui.models.base import (
    LONGEST_BASIS,
    LONGEST_CURSOR,
    Basis,
    Currency,
    Cursor,
    Id,
    Model,
    Month,
    OpenEnum,
    Units,
)
from wbtui.models.capability import Environment, System
from wbtui.models.customer import Email
from wbtui.models.instants import is_plausible_now
from wbtui.models.invoice import Address, Invoice, TierSlice
from wbtui.models.money import Money
from wbtui.models.subscription import InvoiceTrigger

_TRIGGER = re.compile(r"[\w -]{1,60}")
"""Words of a trigger; a lone surrogate, which JSON inside a text can have, is none and cannot be stored."""


def invoice_trigger(wire: Wire, name: str = "invoice_trigger") -> str | None:
    """Return `immediate` or another word, `every 3 months` for a period; None if absent.

    A trigger with settings is an object, in the extension the JSON text of one.
    """
    value = settings = wire.data.get(name)
    if isinstance(value, str):
        try:
            settings = json.loads(value)
        except (ValueError, RecursionError):
            settings = None
    match settings:
        case {"periodic": {"cycle": str(cycle), "cycle_count": int(number)}} if number != 1:
            words = f"every {number} {cycle}s"
        case {"periodic": {"cycle": str(cycle)}}:
            words = f"every {cycle}"
        case dict() if settings:
            words = str(next(iter(settings)))
        case _:
            words = ""
    if _TRIGGER.fullmatch(words):
        return words
    return wire.maybe_text(name) if isinstance(value, str) else None


M = TypeVar("M", bound=Model)
Reader = Callable[[Wire, str], Any]
"""Returns a member of an object by its name."""

_WIRE_NAMES = {"subscription_id": "contract_id", "subscriptions": "contracts"}
_TIER_NAMES = {"start": "from", "end": "to"}


class _Member(NamedTuple):
    """A member of a model, with its name in the JSON. `may_lack`: an absent one has its default."""

    name: str
    wire_name: str
    read: Reader
    may_lack: bool


def read(model: type[M], wire: Wire) -> M:
    """Return the object as a model. Raises Unreadable."""
    data, given = wire.data, {}
    # Unpacked, not by attribute: a page has ten thousand objects.
    for name, wire_name, reader, may_lack in _members(model):
        if not may_lack or data.get(wire_name) is not None:
            given[name] = reader(wire, wire_name)
    return model(**given)


def invoice(wire: Wire) -> Invoice:
    """Return an invoice. Raises Unreadable where a part of it names another customer."""
    owner = wire.identity("customer_id")
    for name in ("payments", "refunds", "credit_notes"):
        of_customer(wire.objects(name), owner)
    return read(Invoice, wire)


def address(wire: Wire) -> Address | None:
    """Return the address, None if it is empty."""
    found = read(Address, wire)
    return found if found.lines() else None


def emails(wire: Wire, name: str = "emails") -> tuple[Email, ...]:
    """Parse a list of {label, address}, or a map of labels to addresses."""
    if isinstance(wire.data.get(name), dict):
        pairs = list(wire.text_map(name).items())
    else:
        pairs = [(item.text("label", ""), item.text("address", "")) for item in wire.objects(name)]
    return tuple(Email(label=label, address=found) for label, found in pairs if found)


# ── types ────────────────────────────────────────────────────────────────────────────────────────
_READERS: dict[Any, Reader] = {
    str: Wire.text,
    str | None: Wire.maybe_text,
    bool: Wire.flag,
    bool | None: Wire.maybe_flag,
    int: Wire.whole,
    int | None: Wire.maybe_whole,
    date: Wire.day,
    date | None: Wire.maybe_day,
    datetime: Wire.instant,
    datetime | None: Wire.maybe_instant,
    tuple[date, date] | None: Wire.maybe_span,
    Money: Wire.money,
    Money | None: Wire.maybe_money,
    tuple[Money, ...]: Wire.moneys,
    Id: Wire.identity,
    Id | None: Wire.maybe_identity,
    Basis: partial(Wire.identity, longest=LONGEST_BASIS),
    Cursor | None: partial(Wire.maybe_identity, longest=LONGEST_CURSOR),
    tuple[str, ...]: Wire.texts,
    tuple[Id, ...]: Wire.identities,
    Units: Wire.units,
    Units | None: Wire.maybe_units,
    Currency: Wire.currency,
    Month | None: Wire.maybe_month,
    InvoiceTrigger | None: invoice_trigger,
    tuple[Email, ...]: emails,
    Address | None: lambda wire, name: address(wire.part(name)),
}


@cache
def _members(model: type[Model]) -> tuple[_Member, ...]:
    hints = get_type_hints(model, include_extras=True)
    names = _WIRE_NAMES | (_TIER_NAMES if model is TierSlice else {})
    return tuple(
        _Member(name, names.get(name, name), _reader(hints[name]), not field.is_required())
        for name, field in model.model_fields.items()
    )


def _reader(kind: Any) -> Reader:
    """Return the reader of a type."""
    if kind in _READERS:
        return _READERS[kind]
    arguments = get_args(kind)
    if NoneType in arguments:
        inner = _reader(next(one for one in arguments if one is not NoneType))
        return lambda wire, name: inner(wire, name) if wire.has(name) else None
    origin = get_origin(kind)
    if origin is tuple:
        return lambda wire, name: tuple(read(arguments[0], item) for item in wire.objects(name))
    if origin is dict:
        return Wire.text_map
    if issubclass(kind, OpenEnum):
        return lambda wire, name: wire.word(name, kind)
    if issubclass(kind, Model):
        return lambda wire, name: read(kind, wire.object(name))
    raise TypeError(f"The extension has no members of type {kind}.")


def system(wire: Wire) -> System:
    """Parse discovery. Every extension offers `read.customer`."""
    merchant, now = wire.part("merchant"), wire.instant("server_time")
    if not is_plausible_now(now):
        raise wire.bad("server_time", "is not a plausible time")
    return System(
        environment=wire.word("environment", Environment),
        merchant_id=merchant.text("id", ""),
        merchant=merchant.text("name", ""),
        server_time=now,
        today=wire.day("today"),
        default_currency=wire.currency("default_currency"),
        capabilities=frozenset(wire.texts("capabilities")) | {"read.customer"},
        extension=True,
        keys_honoured=True,
    )


def changes(wire: Wire) -> ChangePage:
    """Parse a page of the change feed. Raises Unreadable for changes that are out of order."""
    found: list[Changed] = []
    for item in wire.page("changes"):
        kind, identifier = item.text("kind"), item.identity()
        seq = item.whole("seq")
        if found and seq < found[-1].seq:
            raise Unreadable("its changes are out of order")
        found.append(
            Changed(
                seq=seq,
                kind=kind,
                id=identifier,
                customer_id=item.maybe_identity("customer_id"),
                deleted=item.text("op", "upsert") == "delete",
                at=item.instant("at"),
            )
        )
    return ChangePage(tuple(found), wire.identity("next", longest=LONGEST_CURSOR), wire.flag("more", False))

"""A billing system in memory with faults on demand: fast unit tests of what services make of answers.

It keeps the promises of the portal extension about keys (once, replay, abandon) and counts what was
really carried out. Tests of the services as a whole run against the sandbox over a socket instead.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import Enum, auto
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api.port import ChangePage, Lookup
from wbtui.models.actions import Action, Context, Reason
from wbtui.models.actions.customer import CreatePortalLink
from wbtui.models.actions.money import RefundInvoice
from wbtui.models.activity import Ref
from wbtui.models.capability import Environment, System
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.money import Money, total
from wbtui.models.page import Page
from wbtui.models.parts import REFUNDS, Part
from wbtui.models.payment import Refund, RefundStatus
from wbtui.models.preview import Intent, Outcome, Preview, Rule, Status

T = TypeVar("T")
NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
CAPABILITIES = frozenset({"action.refund", "action.append_note", "action.create_portal_link", "read.refunds"})

SYSTEM = System(
    environment=Environment.TEST,
    merchant_id="m",
    merchant="Acme",
    server_time=NOW,
    today=date(2026, 11, 22),
    default_currency="eur",
    capabilities=CAPABILITIES,
    extension=True,
    keys_honoured=True,
)

PREVIEW = Preview(
    basis="b1", computed_at=NOW, expires_at=NOW + timedelta(minutes=10), amount=Money(500, "eur")
)


class End(Enum):
    """How a sending ends; the comment says whether it was carried out."""

    OK = auto()  # yes
    REFUSE = auto()  # no: a rule says so, recorded
    NO_CONNECT = auto()  # no, and surely so
    CUT_BEFORE = auto()  # no
    CUT_AFTER = auto()  # yes
    FAIL_BEFORE = auto()  # no, 500
    FAIL_AFTER = auto()  # yes, 500
    GARBAGE_AFTER = auto()  # yes, an unreadable answer
    LATE = auto()  # not yet: `arrive` lets it
    BASIS = auto()  # no: the data moved
    REJECT = auto()  # no: 422
    LIMITED = auto()  # no: 429
    KEY = auto()  # no: 401
    HANG = auto()  # yes, and no answer ever
    OTHER_KEY = auto()  # yes, the answer names another key
    OTHER_AMOUNT = auto()  # a wrong amount was refunded


def refund(payment: str = "pay_1", invoice: str | None = "inv_1", minor: int = 500) -> RefundInvoice:
    """A refund of a fixed amount for customer cus_1."""
    return RefundInvoice(
        customer_id="cus_1",
        context=Context(agent="jo", reason=Reason.COURTESY),
        payment_id=payment,
        invoice_id=invoice,
        mode="amount",
        amount=Money(minor, "eur"),
    )


def portal_link() -> CreatePortalLink:
    return CreatePortalLink(customer_id="cus_1", context=Context(agent="jo"))


@dataclass
class Ledger:
    """What the server has: outcomes by key, refunds made, requests still on their way. Shared by clients."""

    def __post_init__(self) -> None:
        self.lock = threading.Lock()
        self.recorded: dict[str, Outcome] = {}
        self.refunds: list[Refund] = []
        self.late: list[Intent] = []
        self.received: list[Intent] = []
        self.ends: list[End] = []
        self.linked = True
        """False: nothing can be reached."""
        self.unreadable = 0
        """How many read-backs fail from now on."""

    def carry_out(self, intent: Intent, *, wrong_amount: bool = False) -> Outcome:
        """As the server does: once per key; an abandoned key is refused."""
        with self.lock:
            if (known := self.recorded.get(intent.key)) is not None:
                return known.model_copy(update={"replayed": True, "link": None})
            objects: tuple[Ref, ...] = ()
            if isinstance(intent.action, RefundInvoice):
                made = self._refund(intent.action, wrong_amount)
                objects = (Ref(type="refund", id=made.id),)
            outcome = Outcome(
                key=intent.key,
                kind=intent.action.kind,
                status=Status.DONE,
                objects=objects,
                link="https://portal.example/secret" if isinstance(intent.action, CreatePortalLink) else None,
                at=NOW,
            )
            self.recorded[intent.key] = outcome
            return outcome

    def _refund(self, action: RefundInvoice, wrong_amount: bool) -> Refund:
        assert action.amount is not None
        made = Refund(
            id=f"ref_{len(self.refunds) + 1}",
            payment_id=action.payment_id,
            invoice_id=action.invoice_id,
            money=Money(action.amount.minor * (10 if wrong_amount else 1), "eur"),
            status=RefundStatus.SUCCEEDED,
            pending_reason=None,
            failure_reason=None,
            reference=None,
            reason="courtesy",
            comment=None,
            external=False,
            cancelable=False,
            at=NOW,
            by="jo",
            expected_by=None,
            customer_id=action.customer_id,
        )
        self.refunds.append(made)
        return made

    def refuse(self, key: str, kind: str, code: str) -> Outcome:
        with self.lock:
            rule = Rule(code=code, message="No.")
            outcome = Outcome(key=key, kind=kind, status=Status.REFUSED, rule=rule, at=NOW)
            return self.recorded.setdefault(key, outcome)

    def arrive(self) -> None:
        """What was still on its way arrives now."""
        late, self.late = self.late, []
        for intent in late:
            self.carry_out(intent)


class FakeAPI:
    """A client of a ledger. `ledger.ends` is used up from the front; empty means OK."""

    def __init__(self, ledger: Ledger, *, system: System = SYSTEM) -> None:
        self.ledger = ledger
        self.system = system
        self.new_preview: Preview = PREVIEW.model_copy(update={"basis": "b2"})

    @property
    def origin(self) -> str:
        return "memory://fake"

    def _must_reach(self) -> None:
        if not self.ledger.linked:
            raise errors.Unreachable("There is no route.", sent=False)

    async def discover(self) -> System:
        self._must_reach()
        return self.system

    async def customers(self, cursor: str | None = None, *, limit: int = 200) -> Page[Customer]:
        raise NotImplementedError

    async def invoices(self, cursor: str | None = None, *, limit: int = 200) -> Page[InvoiceRow]:
        raise NotImplementedError

    async def changes(self, since: str) -> ChangePage:
        raise NotImplementedError

    async def lookup(self, wanted: Lookup, *, limit: int = 20) -> Page[Customer]:
        raise NotImplementedError

    async def read(self, part: Part[T], owner: str) -> T:
        self._must_reach()
        if part.name == REFUNDS.name:
            found: Any = tuple(made for made in self.ledger.refunds if made.customer_id == owner)
            return found  # type: ignore[no-any-return]
        raise errors.NotOffered("Not here.")

    async def preview(self, action: Action) -> Preview:
        self._must_reach()
        return PREVIEW

    def build_intent(self, action: Action, preview: Preview, key: str) -> Intent:
        return Intent(key, action, preview, action.model_dump_json().encode() + preview.basis.encode())

    async def perform(self, intent: Intent, *, on_sending: Callable[[], None] | None = None) -> Outcome:
        end = self.ledger.ends.pop(0) if self.ledger.ends else End.OK
        if end is End.NO_CONNECT or not self.ledger.linked:
            raise errors.Unreachable("There is no route.", sent=False)
        if on_sending is not None:
            on_sending()
        self.ledger.received.append(intent)
        return await self._ended(end, intent)

    async def _ended(self, end: End, intent: Intent) -> Outcome:
        ledger = self.ledger
        if end in _BEFORE:
            raise _BEFORE[end]()
        if end is End.BASIS and intent.key not in ledger.recorded:
            raise errors.BasisChanged("It moved.", preview=self.new_preview)
        if end is End.REFUSE:
            return ledger.refuse(intent.key, intent.action.kind, "already_refunded")
        if end is End.LATE:
            ledger.late.append(intent)
            raise errors.ConnectionLost("The connection broke.")
        outcome = ledger.carry_out(intent, wrong_amount=end is End.OTHER_AMOUNT)
        if end in _AFTER:
            raise _AFTER[end]()
        if end is End.HANG:
            await asyncio.Event().wait()
        return outcome.model_copy(update={"key": "other"}) if end is End.OTHER_KEY else outcome

    async def outcome_of(self, key: str) -> Outcome:
        self._must_reach()
        if not self.system.keys_honoured:
            raise errors.NotOffered("No keys here.")
        if key not in self.ledger.recorded:
            raise errors.NotFound("No such key.")
        return self.ledger.recorded[key].model_copy(update={"replayed": True})

    async def abandon(self, key: str) -> Outcome:
        self._must_reach()
        if not self.system.keys_honoured:
            raise errors.NotOffered("No keys here.")
        return self.ledger.refuse(key, "refund", "abandoned")

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        """`payment/ID/refunded` is what its refunds add up to; other paths are ignored."""
        self._must_reach()
        if self.ledger.unreadable:
            self.ledger.unreadable -= 1
            raise errors.ServerFailed("500.")
        return {path: f"{self._refunded(path.split('/')[1]).amount} eur" for path in paths}

    def _refunded(self, payment_id: str) -> Money:
        refunds = [made.money for made in self.ledger.refunds if made.payment_id == payment_id]
        return total(refunds, "eur")

    async def aclose(self) -> None:
        pass


_BEFORE: dict[End, Callable[[], errors.ApiError]] = {
    End.CUT_BEFORE: lambda: errors.ConnectionLost("The connection broke."),
    End.FAIL_BEFORE: lambda: errors.ServerFailed("500."),
    End.REJECT: lambda: errors.Rejected("The body is wrong."),
    End.LIMITED: lambda: errors.RateLimited("Too many."),
    End.KEY: lambda: errors.Unauthorized("401."),
}
_AFTER: dict[End, Callable[[], errors.ApiError]] = {
    End.CUT_AFTER: lambda: errors.ConnectionLost("The connection broke."),
    End.FAIL_AFTER: lambda: errors.ServerFailed("500."),
    End.GARBAGE_AFTER: lambda: errors.BadAnswer("Not JSON."),
}

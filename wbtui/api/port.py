"""The port: what the rest of the house knows of a billing system.

Wingback is the first implementation (`api.wingback`); no screen, service or table knows its wire
format. Every method raises `wbtui.errors.ApiError` kinds, with `sent=False` only where it is certain
that nothing reached the server. Reads are retried inside, writes never.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, TypeVar

from wbtui.models.actions import Action
from wbtui.models.capability import System
from wbtui.models.customer import Customer
from wbtui.models.invoice import InvoiceRow
from wbtui.models.page import Page
from wbtui.models.parts import Part
from wbtui.models.preview import Intent, Outcome, Preview

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Changed:
    """One entry of the change feed. `kind` is customer, invoice or plan; `deleted` means gone."""

    seq: int
    kind: str
    id: str
    customer_id: str | None
    deleted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangePage:
    """Changes in order, the cursor to go on from, and whether more wait."""

    changes: tuple[Changed, ...]
    next: str
    more: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """What the server's own search is asked: free text and the filters it knows. None: not asked."""

    text: str | None = None
    email: str | None = None
    reference: str | None = None
    plan: str | None = None
    """Plan name."""
    invoice_status: str | None = None

    def __bool__(self) -> bool:
        return any((self.text, self.email, self.reference, self.plan, self.invoice_status))


class BillingAPI(Protocol):
    """A billing system. Safe to use from one event loop; make another client for another loop."""

    @property
    def origin(self) -> str:
        """Scheme, host and port it talks to. Holds no secret."""
        ...

    async def discover(self) -> System:
        """What the system is and can do; also the check that address and key are right.

        Remembered by the client: the other calls choose documented calls or the extension by it.
        """
        ...

    async def customers(self, cursor: str | None = None, *, limit: int = 200) -> Page[Customer]:
        """One page of all customers. With the extension the first page carries `changes_cursor`."""
        ...

    async def invoices(self, cursor: str | None = None, *, limit: int = 200) -> Page[InvoiceRow]:
        """One page of all invoices."""
        ...

    async def changes(self, since: str, *, limit: int = 200) -> ChangePage:
        """What changed after a cursor. Raises CursorExpired (walk again), NotOffered on plain Wingback."""
        ...

    async def lookup(self, wanted: Lookup, *, limit: int = 20) -> Sequence[Customer]:
        """The server's own search, best first; at most `limit`."""
        ...

    async def read(self, part: Part[T], owner: str) -> T:
        """One part of a profile, whole. Raises NotFound, or NotOffered where the system has no such call."""
        ...

    async def preview(self, action: Action) -> Preview:
        """What the action would do; changes nothing. Raises Rejected (a body wrong in itself), NotOffered."""
        ...

    def build_intent(self, action: Action, preview: Preview, key: str) -> Intent:
        """The intent with the exact bytes that `perform` will send. Pure; no I/O."""
        ...

    async def perform(self, intent: Intent, *, on_sending: Callable[[], None] | None = None) -> Outcome:
        """Send the intent's bytes once, on a connection of its own, no redirects, no retry.

        `on_sending` is called when the connection stands, just before the first byte of the request
        leaves. Raises BasisChanged (nothing done), InProgress, Rejected, Unauthorized, RateLimited …; any
        error whose `sent` is true and that is not one of those leaves the outcome unknown.
        """
        ...

    async def outcome_of(self, key: str) -> Outcome:
        """The outcome recorded for a key. NotFound proves nothing: the request may still arrive."""
        ...

    async def abandon(self, key: str) -> Outcome:
        """Give a key up: refused/abandoned when nothing ran, else the outcome."""
        ...

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        """Read the members that a preview's changes name, as canonical text.

        Paths that no read tells are left out. Raises NotOffered where the system has no previews.
        """
        ...

    async def aclose(self) -> None:
        """Close all connections. May be called twice."""
        ...

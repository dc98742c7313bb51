"""Interface to a billing system. Wingback is one implementation (`api.wingback`).

All methods raise `wbtui.errors.ApiError`, with `sent=False` only if it is certain that the server received
nothing. Implementations retry reads, but never writes.
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
    """Entry of the change feed. `kind` is customer, invoice or plan."""

    seq: int
    kind: str
    id: str
    customer_id: str | None
    deleted: bool
    at: datetime


@dataclass(frozen=True, slots=True)
class ChangePage:
    """One page of the change feed. Continue from `next`; `more` says whether there are more changes."""

    changes: tuple[Changed, ...]
    next: str
    more: bool


@dataclass(frozen=True, slots=True)
class Lookup:
    """Query for the search of the server: text and filters, None if not used."""

    text: str | None = None
    email: str | None = None
    plan: str | None = None
    """Plan name."""

    def __bool__(self) -> bool:
        return any((self.text, self.email, self.plan))


class BillingAPI(Protocol):
    """Client of a billing system, for use on one event loop."""

    async def discover(self) -> System:
        """Return identity and capabilities of the system; also checks URL and API key.

        The result determines whether other methods use the extension or the documented API.
        """

    async def customers(self, cursor: str | None = None, *, limit: int = 200) -> Page[Customer]:
        """Return one page of all customers. With the extension the first page has a `changes_cursor`."""

    async def invoices(self, cursor: str | None = None, *, limit: int = 200) -> Page[InvoiceRow]:
        """Return one page of all invoices."""

    async def changes(self, since: str) -> ChangePage:
        """Return the changes after a cursor. Raises CursorExpired, and NotOffered on plain Wingback."""

    async def lookup(self, wanted: Lookup, *, limit: int = 20) -> Page[Customer]:
        """Search on the server; returns one page of at most `limit` customers, best match first."""

    async def read(self, part: Part[T], owner: str) -> T:
        """Return one part of a profile. Raises NotFound, NotOffered."""

    async def preview(self, action: Action) -> Preview:
        """Return the effects of an action without performing it. Raises Rejected, NotOffered."""

    def build_intent(self, action: Action, preview: Preview, key: str) -> Intent:
        """Return the intent with the exact bytes that `perform` sends. Does no I/O."""

    async def perform(self, intent: Intent, *, on_sending: Callable[[], None] | None = None) -> Outcome:
        """Send the bytes of the intent once, on a new connection, without redirects and retries.

        `on_sending` is called when the connection is established, just before the first byte is written.
        Raises BasisChanged, InProgress, Rejected, Unauthorized, RateLimited …; after any other error with
        `sent=True` the outcome is unknown.
        """

    async def outcome_of(self, key: str) -> Outcome:
        """Return the outcome of an idempotency key. NotFound proves nothing: the request may still arrive."""

    async def abandon(self, key: str) -> Outcome:
        """Invalidate an idempotency key. Returns refused/abandoned if nothing ran, else the outcome."""

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        """Read the members that a preview's changes name, as canonical text.

        Paths that no read tells are left out. Raises NotOffered where the system has no previews.
        """

    async def aclose(self) -> None:
        """Close all connections. May be called twice."""

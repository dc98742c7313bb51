"""Client of the portal extension (/x/v1). Search uses the documented API."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api import faults
from wbtui.api.address import segment
from wbtui.api.answer import Answer
from wbtui.api.http import Http
from wbtui.api.port import ChangePage, Lookup
from wbtui.api.wingback import mapping_action, records
from wbtui.api.wingback.paging import (
    CursorLoopGuard,
    all_pages,
    check_cursor,
    gather_limited,
    hits_of,
    read_rows,
    search_params,
)
from wbtui.api.wingback.read_back import ReadBack
from wbtui.api.wingback.wire import Wire, items_of, of_customer, same_object
from wbtui.models import parts
from wbtui.models.actions import Action
from wbtui.models.activity import EventPage
from wbtui.models.base import LONGEST_CURSOR, Model
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.page import Page, SkippedRow
from wbtui.models.payment import CreditEntry, CreditNote, Payment, PaymentMethod, Refund, Wallet
from wbtui.models.plan import Discount, Plan
from wbtui.models.preview import Intent, Outcome, Preview
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

M = TypeVar("M", bound=Model)

_LARGEST_PAGE = 500


class Extension:
    """Requests of `WingbackClient` to a server with the portal extension."""

    def __init__(self, http: Http) -> None:
        self._http = http
        self._loop_guards = {kind: CursorLoopGuard() for kind in ("customers", "invoices", "changes")}
        self.readers: dict[parts.Part[Any], Callable[[str], Awaitable[Any]]] = {
            parts.CUSTOMER: self.customer,
            parts.SUBSCRIPTIONS: self._list("contracts", Subscription),
            parts.INVOICES: self._invoices_of,
            parts.PAYMENTS: self._list("payments", Payment),
            parts.REFUNDS: self._list("refunds", Refund),
            parts.CREDITS: self._list("credits", CreditEntry),
            parts.CREDIT_NOTES: self._list("credit_notes", CreditNote),
            parts.WALLETS: self._list("wallets", Wallet),
            parts.USAGE: self._list("usage", UsageSeries),
            parts.EARLIER_USAGE: self._earlier_usage,
            parts.ACTIVITY: self._events,
            parts.EVENTS: self._events,
            parts.METHODS: self._list("methods", PaymentMethod),
            parts.INVOICE: self._invoice,
            parts.PLANS: self._catalogue("plans", Plan),
            parts.DISCOUNTS: self._catalogue("discounts", Discount),
        }

    # ── lists ──
    async def customers(self, cursor: str | None, limit: int) -> Page[Customer]:
        return await self._snapshot("customers", Customer, cursor, limit)

    async def invoices(self, cursor: str | None, limit: int) -> Page[InvoiceRow]:
        return await self._snapshot("invoices", InvoiceRow, cursor, limit)

    async def _snapshot(self, kind: str, model: type[M], cursor: str | None, limit: int) -> Page[M]:
        check_cursor(cursor)
        params = {"kind": kind, "limit": str(min(max(limit, 1), _LARGEST_PAGE))}
        if cursor is not None:
            params["cursor"] = cursor
        answer, body = await self._http.get("/x/v1/snapshot", params)
        with faults.reading(answer):
            wire = Wire(body)
            rows = list(wire.page("rows"))
            following = wire.maybe_identity("next", longest=LONGEST_CURSOR)
            self._loop_guards[kind].note(cursor, following, [str(row.data.get("id")) for row in rows])
            found, skipped = await read_rows(rows, partial(records.read, model), self._http.pause)
            total = wire.maybe_whole("total")
            feed = wire.maybe_identity("changes_cursor", longest=LONGEST_CURSOR)
            return Page(found, following, total, feed, skipped)

    async def changes(self, since: str) -> ChangePage:
        check_cursor(since)
        answer, body = await self._http.get("/x/v1/changes", {"since": since, "limit": "200"})
        with faults.reading(answer):
            page = records.changes(Wire(body))
            if page.more:
                self._loop_guards["changes"].note(since, page.next)
            return page

    async def lookup(self, wanted: Lookup, limit: int) -> Page[Customer]:
        """Search, then fetch the customers; one deleted in between is left out."""
        answer, body = await self._http.get("/v1/c/customer", search_params(wanted, limit))
        with faults.reading(answer):
            hits = [(hit.identity(), hit.maybe_text("name")) for hit in hits_of(body)][:limit]
        found = await gather_limited(hits, self._hit)
        rows = tuple(one for one in found if isinstance(one, Customer))
        return Page(rows, None, skipped=tuple(one for one in found if isinstance(one, SkippedRow)))

    async def _hit(self, hit: tuple[str, str | None]) -> Customer | SkippedRow | None:
        identifier, name = hit
        try:
            return await self.customer(identifier)
        except errors.NotFound:
            return None
        except errors.BadRecord as error:
            return SkippedRow(identifier, name or identifier, error.sentence)

    # ── parts ──
    async def customer(self, owner: str) -> Customer:
        answer, body = await self._http.get(f"/x/v1/customers/{segment(owner)}/row")
        with faults.reading(answer):
            wire = Wire(body)
            same_object(wire.identity(), owner)
        with faults.reading(answer, errors.BadRecord):
            return records.read(Customer, wire)

    def _list(self, name: str, model: type[M]) -> Callable[[str], Awaitable[tuple[M, ...]]]:
        return partial(self._read_list, name, model)

    async def _read_list(
        self, name: str, model: type[M], owner: str, params: Mapping[str, str] | None = None
    ) -> tuple[M, ...]:
        answer, body = await self._http.get(f"/x/v1/customers/{segment(owner)}/{name}", params)
        with faults.reading(answer):
            return tuple(records.read(model, item) for item in of_customer(items_of(body), owner))

    async def _earlier_usage(self, owner: str) -> tuple[UsageSeries, ...]:
        customer_id, period = parts.split_owner(owner)
        first, _, last = period.partition("/")
        return await self._read_list("usage", UsageSeries, customer_id, {"from": first, "to": last})

    async def _invoices_of(self, owner: str) -> tuple[InvoiceRow, ...]:
        path = f"/x/v1/customers/{segment(owner)}/invoices"
        loop_guard = CursorLoopGuard()

        async def page(cursor: str | None) -> Page[InvoiceRow]:
            params = {"limit": str(_LARGEST_PAGE)} | ({"cursor": cursor} if cursor else {})
            answer, body = await self._http.get(path, params)
            with faults.reading(answer):
                wire = Wire(body)
                rows = [records.read(InvoiceRow, item) for item in of_customer(wire.page("rows"), owner)]
                following = wire.maybe_identity("next", longest=LONGEST_CURSOR)
                loop_guard.note(cursor, following, [row.id for row in rows])
                return Page(tuple(rows), following)

        return await all_pages(page)

    async def _invoice(self, owner: str) -> Invoice:
        answer, body = await self._http.get(f"/x/v1/invoices/{segment(owner)}")
        with faults.reading(answer):
            found = records.invoice(Wire(body))
            same_object(found.id, owner)
            return found

    async def _events(self, owner: str) -> EventPage:
        customer_id, cursor = parts.split_owner(owner)
        check_cursor(cursor)
        params = {"limit": "200"} | ({"cursor": cursor} if cursor else {})
        answer, body = await self._http.get(f"/x/v1/customers/{segment(customer_id)}/activity", params)
        with faults.reading(answer):
            page = records.read(EventPage, Wire(body))
            if cursor:
                CursorLoopGuard().note(cursor, page.next, [event.id for event in page.events])
            return page

    def _catalogue(self, name: str, model: type[M]) -> Callable[[str], Awaitable[tuple[M, ...]]]:
        async def reader(_owner: str) -> tuple[M, ...]:
            answer, body = await self._http.get(f"/x/v1/{name}")
            with faults.reading(answer):
                return tuple(records.read(model, item) for item in items_of(body))

        return reader

    # ── actions ──
    async def preview(self, action: Action) -> Preview:
        """Request a preview; retried like a read because it changes nothing."""
        body = mapping_action.to_bytes(action.wire())
        answer = await self._http.read("POST", "/x/v1/previews", body=body)
        content = faults.body_of(answer)
        with faults.reading(answer):
            return records.read(Preview, Wire(content))

    async def perform(self, intent: Intent, on_sending: Callable[[], None] | None) -> Outcome:
        answer = await self._http.send_once(
            "/x/v1/actions",
            intent.body,
            headers={"idempotency-key": header(intent.key)},
            on_sending=on_sending,
        )
        return self._outcome(answer, intent.key, intent.action.kind, write=True)

    async def outcome_of(self, key: str) -> Outcome:
        answer = await self._http.read("GET", f"/x/v1/actions/{segment(key)}")
        return self._outcome(answer, key, None)

    async def abandon(self, key: str) -> Outcome:
        answer = await self._http.send_once(f"/x/v1/actions/{segment(key)}/abandon", b"")
        return self._outcome(answer, key, None, write=True)

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        answers: dict[str, Any] = {}
        found: dict[str, str | None] = {}
        for path in paths:
            wanted = ReadBack.of(path, customer_id)
            if wanted is None:
                continue
            if wanted.call not in answers:
                _, answers[wanted.call] = await self._http.get(wanted.call)
            try:
                found[path] = wanted.value(answers[wanted.call])
            except KeyError:
                found[path] = None  # there is no such object
        return found

    def _outcome(self, answer: Answer, key: str, kind: str | None, *, write: bool = False) -> Outcome:
        if not 200 <= answer.status < 300:
            raise faults.status_error(
                answer, write=write, read_preview=lambda data: records.read(Preview, Wire(data))
            )
        with faults.reading(answer):
            return mapping_action.outcome(Wire(answer.json()), key, kind)


def header(key: str) -> str:
    """Return the key as a header value. Raises BadInput."""
    if not (16 <= len(key) <= 255 and key.isascii() and key.isprintable() and " " not in key):
        raise errors.BadInput("An idempotency key has 16 to 255 visible ASCII characters.")
    return key

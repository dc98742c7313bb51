"""Client of the documented API (/v1/c). Raises NotOffered for everything it does not support."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from typing import Any, TypeVar

from wbtui import errors
from wbtui.api import faults
from wbtui.api.address import segment
from wbtui.api.answer import Answer, Unreadable
from wbtui.api.http import Http
from wbtui.api.port import ChangePage, Lookup
from wbtui.api.wingback import mapping_action, mapping_plain, mapping_plain_invoice
from wbtui.api.wingback.paging import CursorLoopGuard, all_pages, check_cursor, gather_limited, read_rows
from wbtui.api.wingback.search import following, hits_of, search_params
from wbtui.api.wingback.wire import Wire, fingerprint, items_of, of_customer, same_object
from wbtui.models import parts
from wbtui.models.actions import Action, CreatePortalLink
from wbtui.models.customer import Customer
from wbtui.models.invoice import Invoice, InvoiceRow
from wbtui.models.page import Page
from wbtui.models.payment import PaymentMethod, Wallet
from wbtui.models.preview import Intent, Outcome, Preview, Reversible, Status, Warn
from wbtui.models.subscription import Subscription
from wbtui.models.usage import UsageSeries

T = TypeVar("T")

BASIS = "wingback-plain."
"""Prefix of a basis made by this client: it is followed by a hash of the customer."""

CAPABILITIES = frozenset(
    {
        "read.customer",
        "read.contracts",
        "read.invoices",
        "read.invoice",
        "read.methods",
        "read.usage",
        "read.wallets",
        "action.create_portal_link",
    }
)
_STATUSES = ("active", "inactive", "temporary")
_LARGEST_PAGE = 100
_PREVIEW_HOLDS = timedelta(minutes=15)
_WAY_OUT = "The customer can do it in the self-serve portal: send them a link (L)."


class Plain:
    """Requests of `WingbackClient` to a server without the portal extension."""

    def __init__(self, http: Http, clock: Callable[[], datetime]) -> None:
        self._http = http
        self._clock = clock
        self._loop_guards = {kind: CursorLoopGuard() for kind in ("customers", "invoices")}
        self.readers: dict[str, Callable[[str], Awaitable[Any]]] = {
            parts.CUSTOMER.name: self.customer,
            parts.SUBSCRIPTIONS.name: self._subscriptions,
            parts.INVOICES.name: self._invoices_of,
            parts.INVOICE.name: self._invoice,
            parts.METHODS.name: self._methods,
            parts.USAGE.name: self._usage,
            parts.WALLETS.name: self._wallets,
        }

    # ── lists ──
    async def customers(self, cursor: str | None, limit: int) -> Page[Customer]:
        """Return one page of customers, by status, because the search requires a parameter.

        The cursor consists of status, total and Wingback's cursor for that status.
        """
        check_cursor(cursor)
        if cursor is None:
            status, total, offset = 0, await self._count(), ""
        else:
            status, total, offset = _parse(cursor)
        params = {"status": _STATUSES[status], "limit": str(min(max(limit, 1), _LARGEST_PAGE))}
        if offset:
            params |= {"offset": offset, "direction": "forward"}
        answer, body = await self._http.get("/v1/c/customer", params)
        with faults.reading(answer):
            hits = list(hits_of(body))
            rows, skipped = await read_rows(hits, mapping_plain.customer, self._http.pause)
            onward = following(body)
            if onward is not None:
                here: str | None = f"{status}.{total}.{onward}"
            else:
                here = f"{status + 1}.{total}." if status + 1 < len(_STATUSES) else None
            self._loop_guards["customers"].note(cursor, here, [str(hit.data.get("id")) for hit in hits])
            return Page(rows, here, total, skipped=skipped)

    async def _count(self) -> int:
        """Return the number of customers over all statuses."""
        total = 0
        for status in _STATUSES:
            answer, body = await self._http.get("/v1/c/customer", {"status": status, "limit": "1"})
            with faults.reading(answer):
                total += Wire(body).maybe_whole("total") or 0
        return total

    async def invoices(self, cursor: str | None, limit: int) -> Page[InvoiceRow]:
        check_cursor(cursor)
        params = {"limit": str(min(max(limit, 1), _LARGEST_PAGE))}
        return await self._invoice_page(params, cursor, self._loop_guards["invoices"])

    async def _invoice_page(
        self, params: dict[str, str], cursor: str | None, loop_guard: CursorLoopGuard
    ) -> Page[InvoiceRow]:
        if cursor:
            params = params | {"offset": cursor, "direction": "forward"}
        answer, body = await self._http.get("/v1/c/invoice", params)
        with faults.reading(answer):
            hits = list(hits_of(body))
            rows, skipped = await read_rows(hits, mapping_plain_invoice.row, self._http.pause)
            onward = following(body)
            loop_guard.note(cursor, onward, [str(hit.data) for hit in hits])
            return Page(rows, onward, Wire(body).maybe_whole("total"), skipped=skipped)

    async def changes(self, since: str, limit: int) -> ChangePage:
        raise errors.NotOffered("Plain Wingback has no change feed.", hint="Run a full sync.")

    async def lookup(self, wanted: Lookup, limit: int) -> Sequence[Customer]:
        answer, body = await self._http.get("/v1/c/customer", search_params(wanted, limit))
        with faults.reading(answer):
            return tuple(mapping_plain.customer(hit) for hit in hits_of(body))[:limit]

    # ── parts ──
    async def customer(self, owner: str) -> Customer:
        """Return a customer with the amount owed from the billing entitlement."""
        (answer, wire), standing = await asyncio.gather(self._customer(owner), self._standing(owner))
        with faults.reading(answer):
            today = (answer.server_time() or self._clock()).date()
            return mapping_plain.customer(wire, standing, today)

    async def _customer(self, owner: str) -> tuple[Answer, Wire]:
        answer, body = await self._http.get(f"/v1/c/customer/{segment(owner)}")
        with faults.reading(answer):
            wire = Wire(body)
            same_object(wire.identity(), owner)
            return answer, wire

    async def _standing(self, owner: str) -> Wire | None:
        """Return the billing entitlement, None for a customer without a contract."""
        try:
            answer, body = await self._http.get(f"/v1/c/entitlement/{segment(owner)}/billing")
        except errors.NotFound:
            return None
        with faults.reading(answer):
            return Wire(body)

    async def _subscriptions(self, owner: str) -> tuple[Subscription, ...]:
        answer, wire = await self._customer(owner)
        with faults.reading(answer):
            ids = [contract.identity() for contract in wire.objects("contracts")]
        found = await gather_limited(ids, self._subscription)
        with faults.reading(answer):
            for one in found:
                same_object(one.customer_id, owner)
        return tuple(sorted(found, key=lambda one: one.start or date.max, reverse=True))

    async def _subscription(self, identifier: str) -> Subscription:
        answer, body = await self._http.get(f"/v1/c/contract/{segment(identifier)}")
        with faults.reading(answer):
            found = mapping_plain.subscription(Wire(body))
            same_object(found.id, identifier)
            return found

    async def _invoices_of(self, owner: str) -> tuple[InvoiceRow, ...]:
        params, loop_guard = {"customer": owner, "limit": str(_LARGEST_PAGE)}, CursorLoopGuard()
        found = await all_pages(lambda cursor: self._invoice_page(params, cursor, loop_guard))
        if any(row.customer_id != owner for row in found):
            raise errors.BadAnswer("The list of invoices contains one of another customer.")
        return tuple(sorted(found, key=lambda row: row.date, reverse=True))

    async def _invoice(self, owner: str) -> Invoice:
        answer, body = await self._http.get(f"/v1/c/invoice/{segment(owner)}")
        with faults.reading(answer):
            found = mapping_plain_invoice.invoice(Wire(body))
            same_object(found.id, owner)
            return found

    async def _methods(self, owner: str) -> tuple[PaymentMethod, ...]:
        answer, body = await self._http.get(f"/v1/c/customer/{segment(owner)}/payment/method")
        with faults.reading(answer):
            found = [mapping_plain.method(item) for item in of_customer(items_of(body), owner)]
            return tuple(sorted(found, key=lambda one: (one.order is None, one.order or 0)))

    async def _usage(self, owner: str) -> tuple[UsageSeries, ...]:
        """Return usage from the access entitlement, an object or, as a public client expects, an array."""
        try:
            answer, body = await self._http.get(f"/v1/c/entitlement/{segment(owner)}/access")
        except errors.NotFound:
            return ()
        with faults.reading(answer):
            return tuple(
                series for item in of_customer(items_of(body), owner) for series in mapping_plain.usage(item)
            )

    async def _wallets(self, owner: str) -> tuple[Wallet, ...]:
        try:
            answer, body = await self._http.get(f"/v1/c/entitlement/{segment(owner)}/billing")
        except errors.NotFound:
            return ()
        with faults.reading(answer):
            return mapping_plain.wallets(Wire(body), owner)

    # ── actions ──
    async def preview(self, action: Action) -> Preview:
        if not isinstance(action, CreatePortalLink):
            raise errors.NotOffered("Plain Wingback does not support this.", hint=_WAY_OUT)
        _, wire = await self._customer(action.customer_id)
        now = self._clock()
        return Preview(
            basis=_basis(wire),
            computed_at=now,
            expires_at=now + _PREVIEW_HOLDS,
            reversible=Reversible(how="no", by="A link cannot be revoked. It expires automatically."),
            warnings=(
                Warn(
                    code="secret_link",
                    text="Anyone with the link can act as the customer until it expires.",
                    confirm=False,
                ),
            ),
        )

    @staticmethod
    def build_intent(action: Action) -> bytes:
        return mapping_action.to_bytes({"id": action.customer_id})

    async def perform(self, intent: Intent, on_sending: Callable[[], None] | None) -> Outcome:
        """Check that the customer has not changed, then send. It may still change in between."""
        with _nothing_sent():
            if not isinstance(intent.action, CreatePortalLink):
                raise errors.NotOffered("Plain Wingback does not support this.", hint=_WAY_OUT)
            _, wire = await self._customer(intent.action.customer_id)
            if _basis(wire) != intent.preview.basis:
                raise errors.BasisChanged(
                    "The customer has changed since the preview.", preview=await self.preview(intent.action)
                )
        answer = await self._http.send_once("/v1/c/customer/authenticate", intent.body, on_sending=on_sending)
        if not 200 <= answer.status < 300:
            raise faults.status_error(answer)
        with faults.reading(answer):
            link = answer.json()
            if not isinstance(link, str):
                raise Unreadable("it is not a link")
            return Outcome(
                key=intent.key,
                kind=intent.action.kind,
                status=Status.DONE,
                link=mapping_action.link(link),
                at=self._clock(),
            )

    async def outcome_of(self, key: str) -> Outcome:
        raise errors.NotOffered("Plain Wingback does not record outcomes.")

    async def values_at(self, customer_id: str, paths: Sequence[str]) -> Mapping[str, str | None]:
        raise errors.NotOffered("Plain Wingback has no previews whose changes could be read back.")

    async def abandon(self, key: str) -> Outcome:
        raise errors.NotOffered("Plain Wingback cannot abandon an action.")


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Mark errors before a write as not sent."""
    try:
        yield
    except errors.ApiError as error:
        error.sent = False
        raise


def _basis(wire: Wire) -> str:
    return BASIS + fingerprint(wire.data)


def _parse(cursor: str) -> tuple[int, int, str]:
    try:
        status, total, offset = cursor.split(".", 2)
        place = int(status), int(total), offset
        if 0 <= place[0] < len(_STATUSES):
            return place
    except ValueError:
        pass
    raise errors.CursorExpired("The cursor is not one of plain Wingback.")
